"""Text search that knows Chinese: words of Latin letters and digits, and pairs of neighbouring Han characters.

The default server has no Chinese word parser and pg_trgm has no use for words of two characters, so the actions
store pairs in a tsvector column and queries ask for the pairs of the search words.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet, Value

WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0002fa1f]+")


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for word in WORD.findall(text.lower()):
        if word.isascii():
            found.append(word)
        else:
            found.extend(word[i : i + 2] for i in range(len(word)))  # the last one is a single character
    return found


def bigrams(text: str) -> str:
    """The tokens that are stored, parted by spaces."""
    return " ".join(_tokens(text))


def vector(*texts: Any) -> SearchVector:
    """The value of a `search` column; works in create() and update()."""
    return SearchVector(Value(bigrams(" ".join(str(text) for text in texts if text))), config="simple")


def match(rows: QuerySet, q: str, column: str = "search") -> QuerySet:
    """Rows whose `search` column holds every word of q; an empty or wordless q changes nothing."""
    parts: list[str] = []
    for word in WORD.findall((q or "").lower()):
        if word.isascii():
            parts.append(f"'{word}':*")
        elif len(word) == 1:
            parts.append(f"'{word}':*")
        else:
            parts.extend(f"'{word[i : i + 2]}'" for i in range(len(word) - 1))
    if not parts:
        return rows
    return rows.filter(**{column: SearchQuery(" & ".join(parts), search_type="raw", config="simple")})
