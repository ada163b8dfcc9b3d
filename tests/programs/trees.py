"""Random conditions and random registers, for the properties of the engine."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MEMBER, MONEY, NUMBER, PARTNER, ROWS, TEXT
from programs.engine.operators import COUNT_DIGITS, OPERATORS, PLACES, WHOLE, YEAR_DIGITS, digits_of, fits, gives, wanted_shape

DAY = date(2026, 6, 15)
KINDS = ["ENTERPRISE", "UNIVERSITY", "HOSPITAL", "SOCIAL"]
SPECIALS = ["POC", "KEY-INDUSTRY", "SUSTAIN"]
REGIONS = ["深圳市南山区", "深圳市", "深汕特别合作区", "广东省深汕特别合作区鹅埠镇", "东莞市", "香港"]
TEXTS = [*KINDS, *SPECIALS, *REGIONS, "M", "F", "博士", "GR202044", "正高级工程师", "%s", "it's"]
ASKABLE = [name for name, entry in CATALOGUE.items() if entry.kind != ROWS and entry.subject not in (MEMBER, PARTNER)]
KNOWN = [name for name in ASKABLE if CATALOGUE[name].register]

OF_ROW = {
    "team.partners": [{"fact": "partner.is_overseas", "op": "is_true"}, {"fact": "partner.region", "op": "within_region", "value": "香港"}],
    "team.members": [{"fact": "member.full_time", "op": "is_true"}, {"fact": "member.insurance_months", "op": "ge", "value": "3"}],
}

days = st.one_of(
    st.sampled_from([DAY, date(1968, 1, 1), date(2000, 2, 29), date(2025, 1, 1), date(2026, 2, 28), date(1990, 6, 15)]),
    st.dates(date(1950, 1, 1), date(2030, 12, 31)),
)
numbers = st.one_of(
    st.integers(0, 4), st.integers(20, 70), st.decimals(0, 2, places=2), st.sampled_from([5000000, 500000000, 2025, 2026])
)
#: Up to the bounds of what a guide may name, by how many digits a comparison takes.
SIZED = {
    digits: st.one_of(numbers.filter(lambda one, most=10**digits: one < most), st.sampled_from([
        10**digits - 1, 1 - 10**digits, Decimal(10**digits) - Decimal(10) ** -PLACES, -Decimal(10) ** -PLACES]))
    for digits in (YEAR_DIGITS, COUNT_DIGITS, WHOLE)
}
texts = st.sampled_from(TEXTS)
lists = st.lists(texts, max_size=3)
LITERALS = {
    TEXT: texts, DATE: days.map(str), BOOL: st.booleans(), LIST: lists,
    "texts": st.one_of(texts, st.lists(texts, max_size=2)),
}


def literals(shape, digits):
    sized = SIZED[digits]
    if shape == "numbers":
        return st.lists(sized.map(str), max_size=3)
    if shape == "range":
        return st.lists(sized, min_size=2, max_size=2).map(lambda pair: [str(item) for item in sorted(map(Decimal, pair))])
    return sized.map(str) if shape in (NUMBER, MONEY) else LITERALS[shape]


@st.composite
def values(draw, shape, digits=WHOLE):
    others = [name for name in ASKABLE if gives(name, shape)]
    if not others or draw(st.integers(0, 3)):
        return draw(literals(shape, digits))
    value = {"fact": draw(st.sampled_from(others))}
    if shape == DATE and draw(st.booleans()):
        value["months"] = draw(st.integers(-40, 40))
    if shape in (NUMBER, MONEY) and draw(st.booleans()):
        value["times"] = draw(st.sampled_from(["0.5", "2", "1", "999999999", "-0.00000001"]))
    return value


@st.composite
def leaves(draw, names=None):
    name = draw(st.sampled_from(names or [*KNOWN, *KNOWN, *ASKABLE]))
    op = draw(st.sampled_from([op for op in OPERATORS if fits(name, op)]))
    leaf, shape = {"fact": name, "op": op}, wanted_shape(name, op)
    if shape != "nothing":
        leaf["value"] = draw(values(shape, digits_of(op)))
        if draw(st.integers(0, 3)) == 0:
            leaf["value_by"] = draw(varied(shape, digits_of(op)))
            if leaf["value"] == [] or draw(st.booleans()):  # an empty list beside it cannot be said in the editor
                del leaf["value"]
    if OPERATORS[op].at:
        leaf["at"] = draw(values(OPERATORS[op].at, digits_of(op)))
    if OPERATORS[op].counts and draw(st.booleans()):
        leaf["of"] = draw(st.lists(texts, min_size=1, max_size=3))
    return leaf


@st.composite
def varied(draw, shape, digits=WHOLE):
    if draw(st.booleans()):
        return {"fact": "leader.gender", "values": {"F": draw(values(shape, digits)), "M": draw(values(shape, digits))}}
    whens = st.fixed_dictionaries({}, optional={
        "leader.gender": st.sampled_from(["F", "M"]), "leader.is_veteran": st.booleans(), "unit.kind": st.sampled_from(KINDS),
    }).filter(bool)
    rows = [{"when": draw(whens), "value": draw(values(shape, digits))} for _n in range(draw(st.integers(1, 3)))]
    return {"facts": ["leader.gender", "leader.is_veteran", "unit.kind"], "values": rows}


@st.composite
def row_nodes(draw):
    """So many of the partners or members; few tests of a row, so that two rules often count the same."""
    rows = draw(st.sampled_from(sorted(OF_ROW)))
    node = {"rows": rows, "that": draw(st.sampled_from(OF_ROW[rows]))}
    if draw(st.integers(0, 2)) == 0:
        node["first"] = draw(st.integers(1, 4))
    highest = node.get("first", 5)
    way = draw(st.sampled_from(["least", "most", "most", "share", "every"]))
    node[way] = {"least": st.integers(1, highest), "most": st.integers(0, highest), "share": st.sampled_from(["0.5", "1"]),
                 "every": st.just(True)}[way]
    node[way] = draw(node[way])
    return node


def trees(names=None, most=6):
    return st.recursive(
        st.one_of(leaves(names), leaves(names), leaves(names), st.just({"human": "看材料"}), row_nodes()),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda rows: {"all": rows}),
            st.lists(inner, min_size=1, max_size=3).map(lambda rows: {"any": rows}),
            inner.map(lambda node: {"not": node}),
        ),
        max_leaves=most,
    )


@st.composite
def rules(draw, least=1, most=6, names=None):
    found = []
    for number in range(draw(st.integers(least, most))):
        rule = {"code": f"C{number + 1}", "text": "条件", "clause": f"四、（{number + 1}）", "test": draw(trees(names)),
                "hard": draw(st.booleans())}
        if draw(st.integers(0, 3)) == 0:
            rule |= {"exempt": draw(trees(names, 2)), "exempt_result": draw(st.sampled_from(["PASS", "HUMAN"]))}
        found.append(rule)
    return found


# --- registers ----------------------------------------------------------------------------------------------------

junk = st.sampled_from([None, "", "许多", -3, 1.5, "12.345", "2024-02-30", "2024-13-01", [], {}, True, "true", [1], ["A", 2], 10**15])
amounts = st.one_of(numbers.map(str), numbers.map(float), st.integers(0, 9), junk)
flags = st.one_of(st.booleans(), junk)
certificates = st.one_of(junk, st.fixed_dictionaries({}, optional={
    "number": st.one_of(texts, junk), "valid_from": st.one_of(days.map(str), junk), "valid_to": st.one_of(days.map(str), junk)}))
yearly = st.one_of(junk, st.dictionaries(st.sampled_from(["2024", "2025", "2026"]), amounts, max_size=3))
unit_json = st.fixed_dictionaries({}, optional={
    "is_legal_person": flags, "is_fiscal": flags, "is_listed": flags, "is_top_hundred": flags, "has_science_prize": flags,
    "hnte": certificates, "srdi": certificates, "platforms": st.one_of(lists, junk), "rd_spend": yearly, "revenue": yearly,
    "staff": amounts, "rd_staff": amounts, "district": st.one_of(texts, junk), "tax_region": st.one_of(texts, junk),
})
person_json = st.fixed_dictionaries({}, optional={
    "is_veteran": flags, "is_postdoc": flags, "degree_on": st.one_of(days.map(str), junk),
    "postdoc_left_on": st.one_of(days.map(str), junk), "talents": st.one_of(lists, junk),
})
post_json = st.fixed_dictionaries({}, optional={
    "full_time": flags, "insured_since": st.one_of(days.map(str), junk), "post": st.one_of(texts, junk)})
near_days = st.sampled_from([DAY + timedelta(days=gap) for gap in (-800, -366, -1, 0, 1, 400)])


@st.composite
def registers(draw):
    """Plain values of a small register; `tests.programs.test_register_sql` writes them as rows."""
    units = [{"kind": draw(st.sampled_from([*KINDS, "BUREAU"])), "region": draw(st.sampled_from(["", *REGIONS])),
              "registered_on": draw(st.none() | days), "facts": draw(unit_json),
              "status": draw(st.sampled_from(["VERIFIED", "VERIFIED", "VERIFIED", "PENDING"]))} for _n in range(draw(st.integers(1, 3)))]
    people = [{"gender": draw(st.sampled_from(["", "F", "M"])), "birth_date": draw(st.none() | days),
               "degree": draw(st.sampled_from(["", "博士"])), "title": draw(st.sampled_from(["", "正高级工程师"])),
               "facts": draw(person_json)} for _n in range(draw(st.integers(1, 3)))]
    seats = st.tuples(st.integers(0, len(units) - 1), st.integers(0, len(people) - 1))
    return {
        "units": units, "people": people,
        "memberships": draw(st.lists(st.tuples(
            seats, st.sampled_from(["MEMBER", "ORG_ADMIN", "EXPERT"]), st.sampled_from(["ACTIVE", "ACTIVE", "ENDED"]),
            near_days, st.none() | near_days, post_json), max_size=6)),
        "marks": draw(st.lists(st.tuples(
            st.booleans(), seats, st.sampled_from(["NOTE", "ORDINARY", "SERIOUS"]), near_days, st.none() | near_days,
            st.booleans()), max_size=3)),
        "engagements": draw(st.lists(st.tuples(
            st.booleans(), seats, st.sampled_from(SPECIALS), st.sampled_from(["LEADER", "MEMBER", "UNIT", "LEAD"]),
            st.sampled_from(["RUNNING", "APPLIED", "ENDED", "AWARDED", "WITHDRAWN"]),
            st.sampled_from([date(2022, 5, 1), date(2023, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]),
            st.sampled_from(["projects.project", "applications.application"])), max_size=6)),
    }
