"""The numbers in the titles of a guide's sections (八、办理程序; 8. Procedure): they follow when a section is left out or added.

Conditions name the section they stand in (四、（二）); their number moves with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

DIGITS = "一二三四五六七八九"
CHINESE = re.compile(r"^\s*([一二三四五六七八九十]{1,3})、\s*")
ENGLISH = re.compile(r"^\s*\d{1,2}\.\s*")


def chinese(number: int) -> str:
    """1 to 99 as Chinese numerals: 十, 十一, 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens - 1]}十"
    return head + (DIGITS[ones - 1] if ones else "")


def shown_codes(sections: Iterable[Mapping[str, Any]]) -> list[str]:
    return [section["code"] for section in sections if not section.get("omit")]


def renumbered(sections: Iterable[Mapping[str, Any]], conditions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """{"sections", "conditions"?} with the numbers of what is shown in a row; what is left out has none. A guide whose
    titles bear no numbers stays as it is; `conditions` come along only when their section moved."""
    rows = list(sections)
    in_chinese = any(CHINESE.match(row["title"]) for row in rows)
    in_english = any(ENGLISH.match(row.get("title_en") or "") for row in rows)
    found, number, moved = [], 0, ("", "")
    for row in rows:
        new = dict(row)
        number += not row.get("omit")
        old = CHINESE.match(row["title"])
        if in_chinese:
            new["title"] = ("" if row.get("omit") else f"{chinese(number)}、") + CHINESE.sub("", row["title"])
        if in_english and row.get("title_en"):
            new["title_en"] = ("" if row.get("omit") else f"{number}. ") + ENGLISH.sub("", row["title_en"])
        if row["code"] == "conditions" and old:
            moved = (f"{old[1]}、", f"{chinese(number)}、")
        found.append(new)
    clauses = [
        {**rule, "clause": moved[1] + rule["clause"].removeprefix(moved[0])}
        if moved[0] and str(rule.get("clause", "")).startswith(moved[0]) else rule
        for rule in conditions
    ]
    return {"sections": found} | ({"conditions": clauses} if moved[0] != moved[1] else {})
