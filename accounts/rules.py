"""Identifiers of people and organisations, checked without a database.

Sources: GB 32100-2015 (统一社会信用代码), GB 11714-1997 (the organisation code inside it), GB 11643-1999 (resident id).
Each `why_not_*` answers None or a short reason code that the form turns into words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECK = "10X98765432"
FULL_WIDTH = {ord("０") + i: str(i) for i in range(10)} | {ord("Ａ") + i: chr(65 + i) for i in range(26)}


def plain(text: str) -> str:
    """Upper case, no spaces, full-width letters and digits made ordinary: what people paste."""
    return re.sub(r"[\s\-]", "", text or "").translate(FULL_WIDTH).upper()


def org_code_check(body: str) -> str:
    """Check digit of the eight characters of an organisation code."""
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def uscc_check(first: str) -> str:
    """Check character of the first seventeen characters of a code."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(first, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def why_not_uscc(code: str) -> str | None:
    """`length`, `alphabet`, `inner` (check digit at place 17) or `outer` (check character at place 18)."""
    if len(code) != 18:
        return "length"
    if any(char not in USCC_ALPHABET for char in code):
        return "alphabet"
    if org_code_check(code[8:16]) != code[16]:
        return "inner"
    if uscc_check(code[:17]) != code[17]:
        return "outer"
    return None


@dataclass(frozen=True)
class Resident:
    born: date
    gender: str  # "F" or "M"


def read_resident_id(number: str) -> Resident | None:
    """Date of birth and sex, or None when the number is not a valid one."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    total = sum(int(char) * weight for char, weight in zip(number, RESIDENT_WEIGHTS, strict=False))
    if RESIDENT_CHECK[total % 11] != number[17]:
        return None
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return Resident(born, "M" if int(number[16]) % 2 else "F")


def is_phone(text: str) -> bool:
    """A mainland mobile number, or an international one with its country code."""
    return bool(re.fullmatch(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}", text))


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def why_not_roles(held: set[str], wanted: str, *, staff: frozenset[str], unit: frozenset[str],
                  operators: frozenset[str], watch: frozenset[str] = frozenset(),
                  experts: frozenset[str] = frozenset()) -> str | None:
    """Separation of duties: `staff_and_unit` (bureau staff are not unit users), `two_operators` (三员分立),
    `operator_and_staff`, `watch_and_staff` (who audits the bureau does none of its business), `expert_and_desk` (who scores decides
    nothing), or `watch_and_unit` (who runs or audits the system applies for nothing in it)."""
    if (wanted in staff and held & unit) or (wanted in unit and held & staff):
        return "staff_and_unit"
    if wanted in operators and (held & operators) - {wanted}:
        return "two_operators"
    if (wanted in operators and held & staff) or (wanted in staff and held & operators):
        return "operator_and_staff"
    if (wanted in watch and held & staff) or (wanted in staff and held & watch):
        return "watch_and_staff"
    outside = operators | watch
    if (wanted in experts and held & (staff | outside)) or (wanted in staff | outside and held & experts):
        return "expert_and_desk"
    if (wanted in unit and held & outside) or (wanted in outside and held & unit):
        return "watch_and_unit"
    return None


#: What payments and rules rest on: of a verified unit it changes only after the bureau has verified the new value.
GUARDED = ("region", "legal_representative", "account_name", "bank_name", "account_number")


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, however brackets, widths and spaces were typed."""
    def bare(text: str) -> str:
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", text or ""))

    return bare(one) == bare(other)
