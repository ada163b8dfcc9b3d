"""Conditions of the pools and the day of the next confirmation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reviews.rules.pool import Conditions, Facts, age_on, confirm_by, unmet

LEVELS = ("ACADEMICIAN", "FULL", "DEPUTY", "MIDDLE", "NONE")
DAY = date(2026, 3, 1)
GENERAL = Conditions("DEPUTY", 70, doctor_years=3)
MAJOR = Conditions("FULL", 65, exempt=("ACADEMICIAN",))
PROFESSOR = Facts("MAJOR", "SCIENCE", "FULL", tier="2", born=date(1970, 1, 1))


@pytest.mark.parametrize(("facts", "conditions", "found"), [
    (PROFESSOR, MAJOR, []),
    (replace(PROFESSOR, level="DEPUTY"), MAJOR, ["TITLE"]),
    (replace(PROFESSOR, tier=""), MAJOR, ["TIER"]),
    (replace(PROFESSOR, constituency="INDUSTRY", tier="", level="NONE", is_manager=True), MAJOR, []),
    (replace(PROFESSOR, is_manager=True, level="NONE"), MAJOR, ["TITLE"]),  # a manager of science is none of industry
    (replace(PROFESSOR, born=date(1961, 3, 1)), MAJOR, []),  # 65 on the day itself
    (replace(PROFESSOR, born=date(1960, 3, 1)), MAJOR, ["AGE"]),
    (replace(PROFESSOR, born=date(1930, 3, 1), level="ACADEMICIAN"), MAJOR, []),
    (replace(PROFESSOR, born=None), MAJOR, ["AGE_UNKNOWN"]),
    (replace(PROFESSOR, is_marked=True), MAJOR, ["INTEGRITY"]),
    (Facts("GENERAL", "SCIENCE", "NONE", degree="工学博士", degree_on=date(2023, 3, 1), born=date(1990, 1, 1)), GENERAL, []),
    (Facts("GENERAL", "SCIENCE", "NONE", degree="博士", degree_on=date(2023, 3, 2), born=date(1990, 1, 1)), GENERAL, ["TITLE"]),
    (Facts("GENERAL", "SCIENCE", "NONE", degree="博士", born=date(1990, 1, 1)), GENERAL, ["TITLE"]),
    (Facts("GENERAL", "ECONOMY", "DEPUTY", born=date(1955, 3, 2)), GENERAL, []),
])
def test_conditions(facts, conditions, found):
    assert unmet(facts, conditions, LEVELS, DAY) == found


def test_age_counts_from_the_birthday():
    assert (age_on(date(1960, 3, 2), DAY), age_on(date(1960, 3, 1), DAY)) == (65, 66)


@pytest.mark.parametrize(("last", "months", "day"), [
    (date(2025, 1, 31), 13, date(2026, 2, 28)), (date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2026, 11, 30), -12, date(2025, 11, 30)),
    (date(2025, 12, 5), 1, date(2026, 1, 5)),
])
def test_confirmation_is_due_months_later(last, months, day):
    assert confirm_by(last, months) == day
