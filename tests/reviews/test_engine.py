"""The assignment: exact against another solver, every rule kept, proved over all pairs, and the proof checked by a stranger."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest

from reviews.engine import candidates, certificate, crossing, fairness, flow, groups, prices, shortage
from reviews.engine.affinity import Profile, vectors
from reviews.engine.instance import EMPTY, Instance, laminar, settled
from tests.house.source import ROOT
from tests.reviews.engine_worlds import best_value, broken, features, world

loader = importlib.machinery.SourceFileLoader("verify_assignment", str(ROOT / "script" / "verify_assignment.py"))
spec = importlib.util.spec_from_loader("verify_assignment", loader)
assert spec is not None
verify = importlib.util.module_from_spec(spec)
loader.exec_module(verify)

FEW = {"nearest": 2, "per_kind": 1, "per_expert": 1}


@pytest.mark.parametrize("block", range(4))
def test_the_flow_is_the_best_there_is_and_proves_it(block):
    """Also when it begins with two candidates an application: the prices name what is missing."""
    for seed in range(block * 15, block * 15 + 15):
        instance = world(seed)
        pairs = candidates.choose(instance, **(FEW if seed % 2 else {}))
        found = prices.certified(instance, pairs, rounds=40)
        assert (found.objective, found.gap) == (best_value(instance), 0), seed
        assert broken(instance, found.i, found.j) == []


def test_a_worse_assignment_is_never_proved():
    """Negative control of the proof: one seat given up, or one expert exchanged, and the bound stays above the value."""
    proved = 0
    for seed in range(40):
        instance = world(seed)
        found = prices.certified(instance, candidates.choose(instance), rounds=40)
        if not len(found.i):
            continue
        i, j = found.i[1:], found.j[1:]
        worse = flow.objective(instance, i, j)
        proved += prices.bound(instance, i, j, found.prices).value <= worse < found.objective
        assert prices.bound(instance, i, j, found.prices).value >= found.objective
    assert proved == 0


def test_nobody_is_ever_assigned_against_a_recusal():
    """A thousand worlds; without the recusals the same count finds violations by the hundred."""
    violations, control = 0, 0
    for seed in range(1000):
        instance = world(seed + 10_000, (1, 5), (3, 8))
        pairs = candidates.choose(instance)
        chosen = flow.solve(instance, pairs)
        violations += broken(instance, pairs.i[chosen > 0], pairs.j[chosen > 0]).count("recused")
        if seed < 200:
            open_to_all = replace(instance, barred=np.empty(0, np.int64))
            pairs = candidates.choose(open_to_all)
            chosen = flow.solve(open_to_all, pairs)
            control += broken(instance, pairs.i[chosen > 0], pairs.j[chosen > 0]).count("recused")
    assert violations == 0
    assert control > 100


def test_locked_pairs_stay_and_bar_their_employer():
    instance = replace(world(3, (3, 4), (8, 9)), barred=np.empty(0, np.int64), employer=np.array([0, 0, 1, 2, 3, 4, 5, 6]),
                       kind=np.array([1, 1, 0, 2, 0, 0, 0, 0]), seats=np.full(3, 3), minimum=np.tile([1, 0], (3, 1)))
    held = replace(instance, locked=np.array([0 * 8 + 1]))
    rest = settled(held)
    assert (rest.seats[0], rest.minimum[0, 0], rest.load[1]) == (2, 0, instance.load[1] - 1)
    found = prices.certified(rest, candidates.choose(rest))
    assert not {0, 1} & set(found.j[found.i == 0].tolist())
    assert found.gap == 0


def made(seed: int) -> tuple[Instance, bytes]:
    instance = world(seed, (3, 6), (5, 9))
    found = prices.certified(instance, candidates.choose(instance), rounds=40)
    return instance, certificate.written(certificate.data_of(
        instance, found.i, found.j, prices=found.prices, objective=found.objective, bound=found.bound,
        applications=[f"A{i}" for i in range(instance.n)], experts=[f"E{j}" for j in range(instance.m)], locked=instance.locked))


def test_the_certificate_is_checked_by_the_script_that_knows_nothing_of_us():
    for seed in range(30):
        _instance, content = made(seed)
        value, most = verify.check(verify.read(content, certificate.digest(content)))
        assert value == most
    source = (ROOT / "script" / "verify_assignment.py").read_text(encoding="utf-8")
    assert "reviews" not in source
    assert len(source.splitlines()) <= 130


def refused(content: bytes, digest: str) -> bool:
    try:
        verify.check(verify.read(content, digest))
    except (verify.Wrong, ValueError, KeyError, TypeError, IndexError):
        return True
    return False


def test_any_byte_changed_is_found():
    _instance, content = made(4)
    digest = certificate.digest(content)
    assert not refused(content, digest)
    for place in range(len(content)):
        other = bytearray(content)
        other[place] ^= 1
        assert refused(bytes(other), digest)
        assert refused(bytes(other), ""), place  # even by whoever does not know the published digest


def test_a_lie_with_a_right_digest_is_found():
    """Whoever writes the file anew, digests and all, still cannot make a wrong assignment or a wrong price pass."""
    _instance, content = made(5)
    data = json.loads(content.split(b"\n")[0])
    first = next(one for one in data["applications"] if one["assigned"])
    expert = first["assigned"][0]
    lies = [
        lambda d: d.update(objective=d["objective"] + 1), lambda d: d.update(bound=d["bound"] - 1),
        lambda d: d["experts"][expert].update(price=d["experts"][expert]["price"] + 5_000_000),
        lambda d: _same(d, first)["barred"].append(expert), lambda d: _same(d, first).update(assigned=first["assigned"][1:]),
        lambda d: _same(d, first).update(assigned=[expert, *first["assigned"]]), lambda d: d["experts"][expert].update(load=0),
        lambda d: d["experts"][expert].update(price=-1), lambda d: [one.update(employer=1) for one in d["experts"]],
    ]
    for number, lie in enumerate(lies):
        other = json.loads(content.split(b"\n")[0])
        lie(other)
        assert refused(certificate.written(other), ""), number


def _same(data, application):
    return next(one for one in data["applications"] if one["key"] == application["key"])


def test_crossing_quotas_keep_every_rule_near_the_bound():
    """Experts of one employer in two kinds, and experts of two employers; the flow itself would break the rule."""
    flow_breaks = 0
    for seed in range(12):
        chance = np.random.default_rng(seed)
        instance = replace(world(seed, (4, 8), (10, 14)), kind=chance.integers(0, 3, 14)[:14])
        instance = replace(instance, kind=instance.kind[:instance.m])
        employers = [[int(one), 100] if place == 0 else [int(one)] for place, one in enumerate(instance.employer)]
        pairs = candidates.choose(instance)
        found = crossing.solve(instance, pairs, employers)
        i, j = pairs.i[found.chosen > 0], pairs.j[found.chosen > 0]
        assert broken(instance, i, j) == []
        assert 0 <= found.bound - flow.objective(instance, i, j) <= max(1, abs(found.bound) // 10)
        if not laminar(instance.employer, instance.kind):
            chosen = flow.solve(instance, pairs)
            flow_breaks += len(broken(instance, pairs.i[chosen > 0], pairs.j[chosen > 0]))
    assert flow_breaks > 0  # the control: without the second route the rules are broken


def test_what_is_missing_is_told_and_that_many_more_are_enough():
    chance = np.random.default_rng(2)
    instance = Instance(features(chance, 6), features(chance, 3), np.full(6, 3), np.full(3, 2), np.arange(3), np.array([0, 0, 0]),
                        np.tile([1], (6, 1)), np.empty(0, np.int64))
    pairs = candidates.choose(instance)
    chosen = flow.solve(instance, pairs)
    found = shortage.lacks(instance, pairs.i[chosen > 0], pairs.j[chosen > 0], ["520"] * 3 + ["180"] * 3, load=2)
    assert sum(lack.seats for lack in found) == 18 - 6
    industry = [lack for lack in found if lack.kind == 1]
    assert {(lack.field, lack.seats, lack.recruit) for lack in industry} == {("520", 3, 2), ("180", 3, 2)}

    def empty(more: int) -> int:
        joined = replace(instance, columns=features(chance, 3 + more), load=np.full(3 + more, 2), employer=np.arange(3 + more),
                         kind=np.r_[np.zeros(3, np.int64), np.ones(more, np.int64)], minimum=np.tile([1], (6, 1)), seats=np.full(6, 2))
        return int(joined.seats.sum() - flow.solve(joined, candidates.choose(joined)).sum())

    assert (empty(3), empty(2)) == (0, 2)


def test_a_floor_raises_the_worst_served_and_tells_its_price():
    risen = 0
    for seed in range(8):
        chance = np.random.default_rng(seed)
        instance = Instance(features(chance, 12), features(chance, 10), np.full(12, 2), np.full(10, 3), np.arange(10), np.zeros(10, np.int64),
                            np.zeros((12, 0), np.int64), np.empty(0, np.int64))
        pairs = candidates.choose(instance)
        chosen = flow.solve(instance, pairs)
        found = fairness.raised(instance, pairs, chosen)
        assert found.least[1] >= found.least[0]
        assert found.price == int((pairs.w * chosen).sum() - (pairs.w * found.chosen).sum()) >= 0
        assert broken(instance, pairs.i[found.chosen > 0], pairs.j[found.chosen > 0]) == []
        risen += found.least[1] > found.least[0]
    assert risen > 0


def test_balance_flattens_the_load():
    steep, flat = ([] for _one in range(2))
    for seed in range(10):
        instance = replace(world(seed, (6, 7), (8, 9)), balance=np.zeros(1, np.int64), load=np.full(8, 6), barred=np.empty(0, np.int64))
        pairs = candidates.choose(instance)
        for kept, balance in ((steep, [0]), (flat, [0, 400_000, 800_000, 1_200_000])):
            chosen = flow.solve(replace(instance, balance=np.array(balance)), pairs)
            kept.append(int(np.bincount(pairs.j[chosen > 0], minlength=8).max()))
    assert sum(flat) < sum(steep)


def test_groups_gather_what_is_near():
    topics = [("520", "卷积神经网络 图像识别"), ("180", "基因编辑 细胞免疫"), ("430", "纳米涂层 合金腐蚀")]
    texts = [Profile((topics[at % 3][0],), (), topics[at % 3][1].split(), topics[at % 3][1]) for at in range(12)]
    found = groups.propose(texts, 4)
    assert sorted(map(len, found)) == [4, 4, 4]
    assert sorted(sorted({one % 3 for one in group}) for group in found) == [[0], [1], [2]]
    assert groups.about(vectors(texts, texts), found[0])[0] in {"520", "180", "430"}
    assert groups.propose(texts, 4) == found
    assert groups.propose([], 4) == []


def test_seats_stay_empty_only_when_nobody_can_sit():
    instance = replace(world(1, (2, 3), (3, 4)), barred=np.arange(6))
    pairs = candidates.choose(instance)
    assert len(pairs) == 0
    assert flow.objective(instance, pairs.i, pairs.j) == -EMPTY * int(instance.seats.sum())
