"""Plain decisions of the portal: what personal data looks like in free text and how it is covered; concentration of money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: Resident identity number: district, date of birth, sequence, check character. Unit codes of the same length rarely
#: carry a date at this place, so they stay readable.
RESIDENT = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\d{3}[\dXx])(?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
BANK = re.compile(r"(?<![0-9A-Za-z])(\d{4})(\d{8,11})(\d{4})(?![0-9A-Za-z])")
MAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
#: Keys whose value is personal whatever it looks like.
SECRET_KEYS = ("password", "sealed", "token", "secret")


def masked_text(text: str) -> str:
    """Covers identity numbers, mobile numbers, bank accounts and e-mail names inside a text."""
    text = RESIDENT.sub(r"\1********\3", text)
    text = MOBILE.sub(r"\1****\3", text)
    text = BANK.sub(lambda found: f"{found[1]}{'*' * len(found[2])}{found[3]}", text)
    return MAIL.sub(r"\1***\2", text)


def masked(value: Any) -> Any:
    """The same for the plain values of a row of the record: dictionaries, lists, texts."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, dict):
        return {
            key: "***" if any(word in str(key).lower() for word in SECRET_KEYS) and held else masked(held)
            for key, held in value.items()
        }
    if isinstance(value, list):
        return [masked(held) for held in value]
    return value


def masked_name(name: str) -> str:
    """A person's name with only its first character."""
    return f"{name[0]}{'*' * max(len(name) - 1, 1)}" if name else ""


def leaves(node: Any, path: str = "") -> dict[str, str]:
    """Every single value of nested data by its path, as text: what a comparison of two versions works on."""
    if isinstance(node, dict):
        found: dict[str, str] = {}
        for key, held in node.items():
            found |= leaves(held, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(node, list):
        found = {}
        for index, held in enumerate(node, start=1):
            found |= leaves(held, f"{path}[{index}]")
        return found
    return {path: "" if node is None else str(node)}


def is_code(text: str) -> bool:
    """A name of the program (`sections`, `team.main`), which is set as code and in no language."""
    return re.fullmatch(r"[a-z_]*(\.[a-z_]+)*", text) is not None


def changes(before: Any, after: Any) -> list[dict[str, str]]:
    """Paths whose value differs, in the order of the newer version, then what was taken away."""
    old, new = leaves(before), leaves(after)
    paths = [*new, *(path for path in old if path not in new)]
    return [
        {"label": path, "before": old.get(path, ""), "after": new.get(path, ""), "is_path": True,
         "is_code": is_code(old.get(path, "")) and is_code(new.get(path, ""))}
        for path in paths if old.get(path, "") != new.get(path, "")
    ]


# --- figures: how concentrated money is (clause P1) -------------------------------------------------------------------


def shares(sums: Mapping[Any, Decimal]) -> list[tuple[Any, Decimal]]:
    """(name, share of the whole from 0 to 1), the largest first; nothing when there is no money."""
    total = sum(sums.values(), Decimal(0))
    if total <= 0:
        return []
    return sorted(((name, value / total) for name, value in sums.items() if value > 0), key=lambda row: (-row[1], row[0]))


def herfindahl(sums: Mapping[Any, Decimal]) -> Decimal | None:
    """The Herfindahl index on its usual scale, 0 to 10,000: the sum of squared percentages; None without money."""
    found = shares(sums)
    if not found:
        return None
    return sum(((100 * share) ** 2 for _name, share in found), Decimal(0)).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def top_curve(sums: Mapping[Any, Decimal]) -> list[tuple[int, Decimal]]:
    """(n, per cent of the money that the n largest hold), rising to 100."""
    found, reached = [], Decimal(0)
    for number, (_name, share) in enumerate(shares(sums), 1):
        reached += share
        found.append((number, (100 * reached).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)))
    return found


def rate(part: int, whole: int) -> str:
    """Per cent with one place; a dash when there is nothing to divide by."""
    return f"{(Decimal(100 * part) / whole).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%" if whole else "—"
