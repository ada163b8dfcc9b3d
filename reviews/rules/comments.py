"""Comments before they leave the house: no name of an expert, nothing that looks like a score."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviews.rules.recusal import plain_name

NUMBER = r"\d{1,3}(?:\.\d{1,2})?"
#: Numbers with the word for points, of a hundred, a rank, a grade of the recommendation.
SCORE = re.compile(
    rf"(?:{NUMBER}\s*分(?![之钟析为布工类级割别期批享辨配解散支化公明发子])|{NUMBER}\s*/\s*100|(?:得分|评分|总分|均分|平均分|打分|分数)\D{{0,4}}{NUMBER}"
    rf"|(?:排名|位列|名次)\D{{0,4}}{NUMBER}|第\s*{NUMBER}\s*名|[ABCD]\s*(?:档|类推荐|级推荐)|(?:score|rank)\w*\D{{0,4}}{NUMBER}|{NUMBER}\s*points)",
    re.IGNORECASE)
ALIAS = re.compile(r"专家\s*[0-9０-９甲乙丙丁]{1,3}")


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Names of experts of the batch that stand in the text, however spaced; and aliases, which tell who said the same elsewhere."""
    plain = plain_name(text)
    found = [name for name in dict.fromkeys(names) if len(plain_name(name)) > 1 and plain_name(name) in plain]
    return found + [one for one in dict.fromkeys(ALIAS.findall(text)) if one not in found]


def scores_in(text: str, totals: Iterable[str] = ()) -> list[str]:
    """What looks like a score, and the very totals of the sheets where they stand alone."""
    found = [match.group(0).strip() for match in SCORE.finditer(text)]
    for total in dict.fromkeys(totals):
        short = total.rstrip("0").rstrip(".") if "." in total else total
        for one in (total, short):
            if "." in one and re.search(rf"(?<![\d.]){re.escape(one)}(?![\d.])", text):
                found.append(one)
                break
    return list(dict.fromkeys(found))


def merged(comments: Iterable[str]) -> str:
    """The comments as a numbered list to begin from, in an order that is nobody's: by the text itself."""
    return "\n".join(f"{number}. {' '.join(text.split())}" for number, text in enumerate(sorted({one.strip() for one in comments if one.strip()}), 1))
