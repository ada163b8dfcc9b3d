"""Who may not look at what: each rule with the case beside it that it must let through."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.rules import draw, recusal
from reviews.rules.recusal import Candidate, Context, Employer, Filing

DAY = date(2026, 6, 1)


def candidate(**more):
    return Candidate(**{"expert": 1, "person": 10, "name": "赵明", **more})


def codes(one, filing=None, **context):
    filing = filing or Filing(5, units=frozenset({100}), people=frozenset({50}))
    return [f.code for f in recusal.find(one, filing, Context(**{"day": DAY, "years": 3, **context}))]


@pytest.mark.parametrize(("since", "until", "barred"), [
    (date(2010, 1, 1), None, True),
    (date(2010, 1, 1), date(2023, 6, 1), True),  # the last day of the look-back
    (date(2010, 1, 1), date(2023, 5, 31), False),
    (date(2026, 6, 2), None, False),  # begins tomorrow
])
def test_rc1_same_employer_now_or_in_the_last_three_years(since, until, barred):
    assert (codes(candidate(employers=(Employer(100, since, until),))) == ["RC1"]) is barred


def test_rc1_another_employer_is_no_conflict():
    assert codes(candidate(employers=(Employer(101, date(2010, 1, 1)),))) == []


def test_rc4_common_filing_with_a_member_of_the_team():
    assert codes(candidate(), together={10: {50: "KEY-2025-00001"}}) == ["RC4"]
    assert codes(candidate(), together={10: {51: "KEY-2025-00001"}}) == []
    assert codes(candidate(), together={11: {50: "KEY-2025-00001"}}) == []


def test_rc7_applicant_under_the_same_guide_by_account_or_identity():
    assert codes(candidate(), guide_people=frozenset({10})) == ["RC7"]
    assert codes(candidate(identity="f" * 64), guide_identities=frozenset({"f" * 64})) == ["RC7"]
    assert codes(candidate(identity=""), guide_identities=frozenset({""})) == []


def test_rc8_named_by_the_applicant_whatever_the_spacing():
    assert codes(candidate(), Filing(5, avoid=frozenset({"赵 明"}))) == ["RC8"]
    assert codes(candidate(), Filing(5, avoid=frozenset({"赵明明"}))) == []


def test_rc9_author_and_rc10_drawn_too_often():
    assert codes(candidate(), authors=frozenset({10})) == ["RC9"]
    assert codes(candidate(drawn_this_year=12, yearly_max=12)) == ["RC10"]
    assert codes(candidate(drawn_this_year=11, yearly_max=12)) == []


def test_leap_day_look_back():
    assert recusal.years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


@st.composite
def people_and_filings(draw_from):
    numbers = st.integers(1, 12)
    candidates = [
        Candidate(expert=i, person=i, name=f"专家{i}", employers=tuple(
            Employer(unit, date(2000, 1, 1), draw_from(st.sampled_from([None, date(2020, 1, 1), date(2025, 1, 1)])))
            for unit in draw_from(st.lists(numbers, min_size=1, max_size=3, unique=True))))
        for i in range(1, draw_from(st.integers(4, 14)))
    ]
    filings = [
        Filing(i, units=frozenset(draw_from(st.lists(numbers, max_size=3))),
               people=frozenset(draw_from(st.lists(st.integers(1, 30), max_size=4))),
               avoid=frozenset(draw_from(st.lists(st.sampled_from([f"专家{n}" for n in range(1, 15)]), max_size=3))))
        for i in range(1, draw_from(st.integers(2, 7)))
    ]
    context = Context(DAY, 3, guide_people=frozenset().union(*(f.people for f in filings)))
    return candidates, filings, context


def _draw(candidates, filings, context, barred):
    data = {
        "load": 5,
        "experts": {f"C{c.expert:03}": {"constituency": "SCIENCE",
                                        "employers": [str(e.organisation) for e in c.employers]} for c in candidates},
        "panels": [{"key": f"A{f.application}", "seats": 3, "alternates": 2, "minimum": {},
                    "candidates": [f"C{c.expert:03}" for c in candidates if (f.application, c.expert) not in barred]}
                   for f in filings],
    }
    data["panels"] = [panel for panel in data["panels"] if panel["key"] not in draw.short(data)]
    return draw.run(data, "ab" * 32)


def _conflicts(result, candidates, filings, context):
    """An oracle of its own: walks the people and dates directly."""
    by_expert = {c.expert: c for c in candidates}
    by_filing = {f.application: f for f in filings}
    found = 0
    for panel in result["panels"]:
        filing = by_filing[int(panel["key"][1:])]
        for code in (*panel["members"], *panel["alternates"]):
            one = by_expert[int(code[1:])]
            worked = any(e.organisation in filing.units and (e.until is None or e.until >= date(2023, 6, 1))
                         for e in one.employers)
            found += worked or one.person in context.guide_people or one.name in filing.avoid
    return found


@settings(max_examples=150, deadline=None)
@given(people_and_filings())
def test_no_conflicted_pair_is_ever_drawn(world):
    candidates, filings, context = world
    barred = recusal.graph(candidates, filings, context)
    assert _conflicts(_draw(candidates, filings, context, barred), candidates, filings, context) == 0


def test_without_the_graph_conflicts_are_drawn():
    """Negative control: the oracle of the test above does see a conflict when the guard is taken away."""
    candidates = [candidate(expert=i, person=i, employers=(Employer(i, date(2000, 1, 1)),)) for i in range(1, 4)]
    filings = [Filing(1, units=frozenset({1, 2, 3}))]
    context = Context(DAY, 3)
    assert _conflicts(_draw(candidates, filings, context, {}), candidates, filings, context) > 0
    assert _draw(candidates, filings, context, recusal.graph(candidates, filings, context))["panels"] == []


# --- declared once for all reviews -----------------------------------------------------------------------------------

TEAM = Filing(5, units=frozenset({100}), people=frozenset({50}), names=frozenset({"钱博士"}))


@pytest.mark.parametrize(("tie", "barred"), [
    (recusal.Tie(1, "RC2", name="钱 博士"), True),  # the same name, whatever the spacing
    (recusal.Tie(1, "RC2", name="钱博"), False),
    (recusal.Tie(1, "RC3", person=50), True),
    (recusal.Tie(1, "RC3", person=51), False),
    (recusal.Tie(1, "RC2", name="别人", organisation=100), False),  # kin at a large unit bar that person, not the unit
    (recusal.Tie(1, "RC5", name="别人", organisation=100), True),
    (recusal.Tie(1, "RC5", organisation=100, until=date(2023, 6, 1)), True),
    (recusal.Tie(1, "RC5", organisation=100, until=date(2023, 5, 31)), False),
    (recusal.Tie(1, "RC6", organisation=101), False),
    (recusal.Tie(1, "RC2", name="钱博士", until=date(1990, 1, 1)), True),  # a teacher for ever
])
def test_declared_relation(tie, barred):
    assert (codes(candidate(ties=(tie,)), TEAM) == [tie.code]) is barred


def test_rc1_keeps_the_longest_post_as_its_evidence():
    posts = (Employer(100, date(2010, 1, 1), date(2024, 1, 1)), Employer(100, date(2022, 1, 1)), Employer(100, date(2015, 1, 1), date(2025, 1, 1)))
    found = recusal.find(candidate(employers=posts), TEAM, Context(DAY, 3))
    assert (found[0].evidence["since"], found[0].evidence["until"]) == ("2022-01-01", "")


# --- many experts by many applications ---------------------------------------------------------------------------------

NAMES, UNITS, PEOPLE = st.sampled_from(["张三", "李 四", "李·四", "王五"]), st.sampled_from([11, 12, 13]), st.sampled_from([1, 2, 3])
EMPLOYERS = st.builds(Employer, UNITS, st.sampled_from([date(2010, 1, 1), date(2027, 1, 1)]), st.sampled_from([None, date(2020, 1, 1), date(2025, 1, 1)]))
TIES = st.builds(recusal.Tie, st.integers(1, 99), st.sampled_from(["RC2", "RC3", "RC5", "RC6"]), st.one_of(st.just(""), NAMES), st.one_of(st.none(), PEOPLE),
                 st.one_of(st.none(), UNITS), st.sampled_from([None, date(2015, 1, 1)]))
FILINGS = st.builds(Filing, st.integers(), st.frozensets(UNITS, max_size=2), st.frozensets(PEOPLE, max_size=2), st.just(frozenset()),
                    st.frozensets(NAMES.map(recusal.plain_name), max_size=2), st.frozensets(NAMES, max_size=1))
CANDIDATES = st.builds(Candidate, st.integers(1, 9), st.sampled_from([21, 22, 23]), st.just(""), st.one_of(st.just(""), NAMES),
                       st.lists(EMPLOYERS, max_size=2).map(tuple), st.lists(TIES, max_size=2).map(tuple), st.integers(0, 2), st.sampled_from([0, 2]))
CONTEXTS = st.builds(Context, st.just(DAY), st.just(3), st.frozensets(st.just(21)), st.just(frozenset()), st.frozensets(st.just(22)), st.just({}),
                     st.dictionaries(st.sampled_from([21, 22, 23]), st.dictionaries(PEOPLE, st.just("K")), max_size=2))


@settings(max_examples=250)
@given(st.lists(CANDIDATES, max_size=4, unique_by=lambda one: one.expert), st.lists(FILINGS, max_size=5, unique_by=lambda one: one.application), CONTEXTS)
def test_the_graph_says_what_every_pair_says_by_itself(candidates, filings, context):
    """It compares each expert with few of many; none of those it leaves out would have been barred."""
    every = {(filing.application, one.expert): found for one in candidates for filing in filings if (found := recusal.find(one, filing, context))}
    assert recusal.graph(candidates, filings, context) == every
