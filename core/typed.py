"""What people type, made fit to be stored: line ends as Unix has them, nothing that PostgreSQL cannot hold."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

# NUL and halves of surrogate pairs: a browser sends them only from broken pastes; text and jsonb refuse both.
UNFIT = re.compile("[\x00\ud800-\udfff]")


def text(value: Any) -> str:
    """Any value as text; None is empty."""
    return UNFIT.sub("", "" if value is None else str(value)).replace("\r\n", "\n")


def fit(sent: QueryDict) -> QueryDict:
    """The same when every name and value can be stored, else a copy without what cannot."""
    if not any(UNFIT.search(part) for name, values in sent.lists() for part in (name, *values)):
        return sent
    found = QueryDict(mutable=True)
    for name, values in sent.lists():
        found.setlist(UNFIT.sub("", name), [UNFIT.sub("", value) for value in values])
    return found
