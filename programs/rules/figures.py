"""Figures that stand in the words of a guide, against those of its money part. No database.

A text copied from last year keeps last year's number and sum, and the public cannot know which of the two holds. Only words that
set a limit are read; those of the conditions and the materials speak of applicants, not of the funding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

#: Sections whose figures are about applicants and papers.
NOT_OF_MONEY = frozenset({"basis", "conditions", "materials", "annexes", "form"})
COUNT = re.compile(r"(?:不超过|不多于|最多|至多|总数|数量)[^。；;，,\n\d]{0,8}([\d,，]+)\s*个?项")
SUM = re.compile(r"(?:单项|单个项目|每项|每个项目|最高|不超过|上限|至多|最多)[^。；;\n\d]{0,14}([\d,，]+(?:\.\d+)?)\s*(万|亿)元")
#: Days of the public notice and days for a correction, as words give them; what follows the end of either is another matter.
DAYS = {name: re.compile(rf"{word}[^。；;，,\n\d后]{{0,10}}(\d{{1,3}})\s*个?(工作|自然)?[日天]") for name, word in (("notice", "公示"), ("correction", "补正"))}
UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}


@dataclass(frozen=True)
class Figure:
    """Words of a section that say another number or sum than the money part."""

    section: str
    words: str
    is_count: bool


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub("[,，]", "", text))
    except InvalidOperation:
        return None


def contradictions(sections: Iterable[Mapping[str, Any]], count: int, sums: Iterable[Decimal]) -> list[Figure]:
    """`count` is the number of awards, `sums` what the money part and the topics name in yuan; 0 stands for nothing said yet."""
    known, found = {one for one in sums if one}, []
    for section in sections:
        code, text = str(section.get("code", "")), str(section.get("text") or "")
        if code in NOT_OF_MONEY or section.get("omit"):
            continue
        found += [Figure(code, hit[0], True) for hit in COUNT.finditer(text) if count and _number(hit[1]) not in (None, Decimal(count))]
        for hit in SUM.finditer(text):
            amount = _number(hit[1])
            if known and amount is not None and amount * UNITS[hit[2]] not in known:
                found.append(Figure(code, hit[0], False))
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Days:
    """Words of a section that give another number of days, or working days, than what the portal will count."""

    section: str
    words: str
    name: str


def other_days(sections: Iterable[Mapping[str, Any]], counted: Mapping[str, int]) -> list[Days]:
    """`counted` are natural days by name (`DAYS`); 0 stands for nothing said yet."""
    found = [
        Days(str(section.get("code", "")), hit[0], name)
        for section in sections if not section.get("omit")
        for name, days in counted.items() if days
        for hit in DAYS[name].finditer(str(section.get("text") or "")) if int(hit[1]) != days or hit[2] == "工作"
    ]
    return list(dict.fromkeys(found))


def kept_words(sections: Iterable[Mapping[str, Any]], source: Iterable[Mapping[str, Any]]) -> list[str]:
    """Codes of the sections whose text is still word for word that of the guide they were copied from."""
    before = {one.get("code"): str(one.get("text") or "").strip() for one in source}
    return [str(one["code"]) for one in sections
            if not one.get("omit") and str(one.get("text") or "").strip() and before.get(one.get("code")) == str(one["text"]).strip()]
