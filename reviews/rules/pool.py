"""Who may stand in which pool, by the conditions of the day; and who must confirm his data. Plain decisions, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reviews.rules.recusal import years_before

DOCTOR = ("博士", "doctor", "phd", "ph.d")


@dataclass(frozen=True)
class Conditions:
    """Numbers of one pool (parameters review.pool_*)."""

    level: str  # the lowest title that is enough by itself
    age: int
    doctor_years: int | None = None  # a doctoral degree held so long is enough as well; None: it is not
    exempt: tuple[str, ...] = ()  # titles without a limit of age


@dataclass(frozen=True)
class Facts:
    pool: str
    constituency: str
    level: str
    tier: str = ""
    degree: str = ""
    degree_on: date | None = None
    is_manager: bool = False
    born: date | None = None
    is_marked: bool = False  # a mark of integrity is in force


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def unmet(facts: Facts, conditions: Conditions, levels: Sequence[str], day: date) -> list[str]:
    """Codes of the conditions that are not met; [] = all are. `levels` from the highest title down."""
    found = []
    if not _is_qualified(facts, conditions, levels, day):
        found.append("TITLE")
    if facts.level not in conditions.exempt:
        if facts.born is None:
            found.append("AGE_UNKNOWN")
        elif age_on(facts.born, day) > conditions.age:
            found.append("AGE")
    if facts.pool == "MAJOR" and facts.constituency == "SCIENCE" and not facts.tier:
        found.append("TIER")
    if facts.is_marked:
        found.append("INTEGRITY")
    return found


def _is_qualified(facts: Facts, conditions: Conditions, levels: Sequence[str], day: date) -> bool:
    if facts.level in levels and levels.index(facts.level) <= levels.index(conditions.level):
        return True
    if facts.is_manager and facts.constituency in ("INDUSTRY", "ECONOMY"):
        return True
    is_doctor = any(word in facts.degree.casefold() for word in DOCTOR)
    return conditions.doctor_years is not None and is_doctor and facts.degree_on is not None \
        and facts.degree_on <= years_before(day, conditions.doctor_years)


def confirm_by(last: date, months: int) -> date:
    """The day by which data must be confirmed again."""
    month = last.month - 1 + months
    year, month = last.year + month // 12, month % 12 + 1
    for day in (last.day, 30, 29, 28):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise ValueError(last)
