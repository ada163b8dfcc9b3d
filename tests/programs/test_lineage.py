"""Shares over the versions of the tree: nothing is lost or counted twice, whatever the mapping."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.engine.lineage import Atlas, Link, Node, compare, share_problems, split
from programs.engine.treefile import differences

MONEY = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@st.composite
def parts_of_one(draw, most=5):
    """Shares with six decimals that add up to 1, as the table stores them."""
    cuts = sorted(draw(st.sets(st.integers(1, 999_999), max_size=most - 1)))
    edges = [0, *cuts, 1_000_000]
    return [Fraction(b - a, 1_000_000) for a, b in zip(edges, edges[1:], strict=False)]


@st.composite
def histories(draw):
    """Three versions; every class of an earlier one goes whole into the next, shares adding up to 1, some are ended."""
    sizes = [draw(st.integers(1, 4)) for _ in range(3)]
    home = {f"{tree}{i}": tree for tree, size in enumerate(sizes) for i in range(size)}
    links = []
    for tree in (0, 1):
        heirs = [key for key, at in home.items() if at == tree + 1]
        for key in (key for key, at in home.items() if at == tree):
            targets = draw(st.lists(st.sampled_from([*heirs, None]), min_size=1, max_size=len(heirs) + 1, unique=True))
            shares = draw(parts_of_one(len(targets)))
            targets = targets[: len(shares)]
            links += [Link(key, tree + 1, new, share) for new, share in zip(targets, shares, strict=True)]
    return home, links


@given(histories())
def test_all_of_a_class_arrives_or_is_ended(history):
    home, links = history
    atlas = Atlas(links, home, {0: 0, 1: 1, 2: 2})
    for node in home:
        heirs = atlas.heirs(node, 2)
        assert heirs.is_whole
        assert sum(heirs.found.values(), heirs.ended) == 1


@given(histories(), st.dictionaries(st.integers(0, 3), MONEY, min_size=1))
def test_money_that_follows_the_mapping_is_neither_lost_nor_doubled(history, amounts):
    home, links = history
    atlas = Atlas(links, home, {0: 0, 1: 1, 2: 2})
    old = [key for key, tree in home.items() if tree == 0]
    money = {key: amounts.get(place, Decimal(0)) for place, key in enumerate(old)}
    arrived = Decimal(0)
    for key, amount in money.items():
        heirs = atlas.heirs(key, 2)
        arrived += sum(split(amount, [*heirs.found.values(), *([heirs.ended] if heirs.ended else [])]), Decimal(0))
    assert arrived == sum(money.values())


@given(MONEY, parts_of_one())
def test_split_adds_up_to_the_fen(amount, shares):
    parts = split(amount, shares)
    assert sum(parts) == amount
    assert all(abs(Fraction(part) - Fraction(amount) * share) < Fraction(1, 100) for part, share in zip(parts, shares, strict=True))


@given(st.integers(0, 10_000), parts_of_one())
def test_counts_stay_whole(count, shares):
    parts = split(Decimal(count), shares, Decimal(1))
    assert sum(parts) == count
    assert all(part == int(part) for part in parts)


@given(histories())
def test_ancestors_and_descendants_agree(history):
    home, links = history
    atlas = Atlas(links, home, {0: 0, 1: 1, 2: 2})
    for node in home:
        assert all(node in atlas.descendants(old) for old in atlas.ancestors(node))


@given(parts_of_one())
def test_shares_that_add_up_are_accepted(shares):
    assert share_problems(shares) == []


@pytest.mark.parametrize(("shares", "codes"), [
    ([Fraction(1, 2)], ["sum"]), ([Fraction(2, 3), Fraction(2, 3)], ["sum"]), ([Fraction(0), Fraction(1)], ["range"]),
    ([Fraction(3, 2), Fraction(-1, 2)], ["range"]), ([], ["sum"]),
])
def test_shares_that_do_not_add_up_are_named(shares, codes):
    assert share_problems(shares) == codes


def test_a_draft_is_no_bridge_to_another_version():
    links = [Link("a", 1, "b", Fraction(1)), Link("b", 2, "c", Fraction(1))]
    home, order = {"a": 0, "b": 1, "c": 2}, {0: 0, 1: 1, 2: 2}
    assert Atlas(links, home, order).heirs("a", 2).found == {"c": 1}
    assert Atlas(links, home, order, drafts={1, 2}).heirs("a", 2).open == {"a": 1}


def test_a_direct_link_goes_before_the_way_round():
    links = [Link("a", 1, "b", Fraction(1)), Link("b", 2, "c", Fraction(1)), Link("a", 2, "d", Fraction(1))]
    assert Atlas(links, {"a": 0, "b": 1, "c": 2, "d": 2}, {0: 0, 1: 1, 2: 2}).heirs("a", 2).found == {"d": 1}


def node(key, name="N", plan="P", code=None, **facts):
    return Node(key, code or key.upper(), name, plan, plan, facts)


def test_compare_names_every_kind_of_change():
    before = [node("same"), node("name"), node("move"), node("gone"), node("ended"), node("split"), node("m1"), node("m2"), node("rule", mode="A")]
    after = [node("same2", code="SAME"), node("name2", "Other", code="NAME"), node("move2", plan="Q", code="MOVE"), node("s1"), node("s2"),
             node("merged"), node("added"), node("rule2", code="RULE", mode="B")]
    half = Fraction(1, 2)
    links = [Link("ended", 2, None, Fraction(1)), Link("split", 2, "s1", half), Link("split", 2, "s2", half),
             Link("m1", 2, "merged", Fraction(1)), Link("m2", 2, "merged", Fraction(1))]
    found = {(c.old.key if c.old else None, c.new.key if c.new else None): set(c.kinds) for c in compare(before, after, links, 2)}
    assert found == {
        ("gone", None): {"GONE"}, ("name", "name2"): {"RENAMED"}, ("move", "move2"): {"MOVED"}, ("ended", None): {"ENDED"},
        ("split", "s1"): {"RENAMED", "SPLIT"}, ("split", "s2"): {"RENAMED", "SPLIT"}, ("m1", "merged"): {"RENAMED", "MERGED"},
        ("m2", "merged"): {"RENAMED", "MERGED"}, (None, "added"): {"ADDED"}, ("rule", "rule2"): {"CHANGED"},
    }


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=2), st.fixed_dictionaries({"name": st.text("xy", max_size=2)})),
       st.dictionaries(st.text("ABC", min_size=1, max_size=2), st.fixed_dictionaries({"name": st.text("xy", max_size=2)})))
def test_differences_lead_from_the_stored_to_the_wanted_table(stored, wanted):
    made = {key: dict(row) for key, row in stored.items()}
    for change in differences("X", stored, wanted, ("name",)):
        if change.kind == "REMOVE":
            del made[change.key]
        else:
            made.setdefault(change.key, {}).update({name: new for name, _old, new in change.fields})
    assert made == wanted
