"""The draw: replayable, fair, and never against a hard rule."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.rules import draw

SECRET = "11" * 32


def world(experts=12, seats=5, industry=2, employers=None, load=9, panels=1):
    codes = [f"C{i:03}" for i in range(experts)]
    return {
        "load": load,
        "experts": {
            code: {"constituency": "INDUSTRY" if i % 3 == 0 else "SCIENCE",
                   "employers": [f"E{i if employers is None else i % employers}"]}
            for i, code in enumerate(codes)
        },
        "panels": [{"key": f"G{p}", "seats": seats, "alternates": seats, "minimum": {"INDUSTRY": industry},
                    "candidates": codes} for p in range(panels)],
    }


def seed(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_commitment_seed_and_stream_are_what_the_receipt_says():
    data = world()
    commit, found, _result = draw.replay(data, SECRET, "0623 17")
    assert commit == hashlib.sha256(bytes.fromhex(SECRET)).hexdigest()
    message = f"keguan-draw-1|0623 17|{draw.sha256(data)}".encode()
    assert found == hmac.new(bytes.fromhex(SECRET), message, hashlib.sha256).hexdigest()
    block = hmac.new(bytes.fromhex(found), b"G0|0|" + bytes(8), hashlib.sha256).digest()
    assert draw.Stream(found, "G0|0").word() == int.from_bytes(block[:8], "big")


def test_replay_is_the_same_bit_for_bit():
    data = world(panels=3)
    once, again = draw.replay(data, SECRET, "a"), draw.replay(data, SECRET, "a")
    assert draw.canonical(once[2]) == draw.canonical(again[2])
    # Published with the receipt of version 1: a change of the algorithm must get a new name.
    assert draw.sha256(draw.replay(world(), SECRET, "value")[2]) == draw.sha256(draw.run(
        world(), draw.seed_of(SECRET, "value", draw.sha256(world()))))


@pytest.mark.parametrize("change", ["secret", "value", "candidates"])
def test_any_change_of_the_inputs_changes_the_seed(change):
    data = world()
    other = world(experts=13) if change == "candidates" else data
    secret = "12" + SECRET[2:] if change == "secret" else SECRET
    value = "b" if change == "value" else "a"
    assert draw.replay(data, SECRET, "a")[1] != draw.replay(other, secret, value)[1]


def test_below_is_uniform_and_unbiased():
    stream = draw.Stream(seed(1), "x")
    seen = Counter(stream.below(7) for _ in range(14_000))
    assert set(seen) == set(range(7))
    assert sum((count - 2000) ** 2 / 2000 for count in seen.values()) < 22.5  # chi-square, 6 df, p = 0.001


def test_ten_thousand_draws_treat_equals_equally():
    data = world(experts=12, seats=5, industry=0)
    seen = Counter()
    for number in range(10_000):
        seen.update(draw.run(data, seed(number))["panels"][0]["members"])
    expected = 10_000 * 5 / 12
    spread = expected * (1 - 5 / 12)
    assert sum((count - expected) ** 2 / spread for count in seen.values()) * 11 / 12 < 31.3  # 11 df, p = 0.001


def keeps_rules(data, result) -> bool:
    used = Counter()
    for panel, asked in zip(result["panels"], sorted(data["panels"], key=lambda p: p["key"]), strict=True):
        experts = [data["experts"][code] for code in panel["members"]]
        units = [unit for one in experts for unit in set(one["employers"])]
        kinds = Counter(one["constituency"] for one in experts)
        used.update(panel["members"])
        if not (len(set(panel["members"])) == asked["seats"] and len(units) == len(set(units))
                and all(kinds[name] >= least for name, least in asked["minimum"].items())
                and set(panel["members"]) <= set(asked["candidates"])
                and not set(panel["members"]) & set(panel["alternates"])):
            return False
    return all(count <= data["load"] for count in used.values())


@st.composite
def worlds(draw_from):
    count = draw_from(st.integers(6, 16))
    codes = [f"C{i:03}" for i in range(count)]
    experts = {
        code: {"constituency": draw_from(st.sampled_from(["SCIENCE", "INDUSTRY", "ECONOMY"])),
               "employers": draw_from(st.lists(st.sampled_from([f"E{i}" for i in range(9)]), min_size=1, max_size=2,
                                               unique=True))}
        for code in codes
    }
    panels = [
        {"key": f"G{p}", "seats": draw_from(st.sampled_from([3, 5])), "alternates": 3,
         "minimum": {"INDUSTRY": draw_from(st.integers(0, 2)), "ECONOMY": draw_from(st.integers(0, 1))},
         "candidates": draw_from(st.lists(st.sampled_from(codes), min_size=4, unique=True))}
        for p in range(draw_from(st.integers(1, 3)))
    ]
    return {"load": draw_from(st.integers(1, 3)), "experts": experts, "panels": panels}


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(0, 10**9))
def test_every_draw_keeps_every_hard_rule_or_says_it_cannot(data, number):
    result = draw.run(data, seed(number))
    assert result["panels"] == [] or keeps_rules(data, result)


def test_the_check_of_the_rules_can_fail():
    """Negative control: a plain sample without the rules does break them."""
    data = world(employers=4, seats=5, industry=2)
    naive = {"panels": [{"key": "G0", "members": draw.shuffled(data["experts"], draw.Stream(seed(1), "x"))[:5],
                         "alternates": []}]}
    assert not keeps_rules(data, naive)


def test_a_panel_is_found_whenever_there_is_one():
    """Six employers, two of them industry: every order of the candidates must end in a panel of five with two."""
    data = world(experts=18, seats=5, industry=2, employers=6)
    assert draw.short(data) == []
    for number in range(300):
        result = draw.run(data, seed(number))
        assert keeps_rules(data, result), number


def test_shortage_is_named_and_nothing_is_drawn():
    data = world(experts=12, seats=5, employers=4)
    assert draw.short(data) == ["G0"]
    assert draw.run(data, seed(1))["panels"] == []


def test_next_alternate_keeps_the_order_and_names_who_was_passed_over():
    experts = {
        "M1": {"constituency": "SCIENCE", "employers": ["A"]}, "M2": {"constituency": "INDUSTRY", "employers": ["B"]},
        "R1": {"constituency": "SCIENCE", "employers": ["A"]}, "R2": {"constituency": "SCIENCE", "employers": ["C"]},
        "R3": {"constituency": "INDUSTRY", "employers": ["D"]}, "R4": {"constituency": "INDUSTRY", "employers": ["F"]},
    }
    rules = draw.Rules(experts, 3, {"INDUSTRY": 2})
    found, passed = draw.next_alternate(["R1", "R2", "R4", "R3"], ["M1", "M2"], rules, barred={"R4"})
    assert found == "R3"
    assert passed == [("R1", "EMPLOYER"), ("R2", "CONSTITUENCY"), ("R4", "RECUSED")]
    assert draw.next_alternate(["R1"], ["M1", "M2"], rules)[0] is None
