"""The work of a plan, in a worker: facts of the batch become numbers, the engine solves and proves, rows are written.

The engine and its libraries are imported inside the functions, so that the web process never loads them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.policies import system
from core import clock, crypt, files, parameters
from reviews import queries
from reviews.actions.draws import find_recusals
from reviews.models import Batch, Expert, Plan, PlanItem
from reviews.rules import lottery as drawing
from reviews.states import PlanKind, PlanStatus
from reviews.workflow import PLAN

if TYPE_CHECKING:
    import numpy as np

    from core.jobs import Progress
    from reviews.engine.affinity import Profile, Vectors
    from reviews.engine.candidates import Pairs
    from reviews.engine.instance import Instance

STAGES = 6  # beside the measured steps of the slider
SCALES = (2, 3)
EXPLAINED = 10  # reserves of a panel that are shown with reasons
MOST_CROSSING = 600_000  # pairs the second route is given; above, the stricter flow seats at once


@dataclass(frozen=True)
class Case:
    """A batch as the engine sees it, and what its numbers stand for."""

    instance: Instance
    vectors: Vectors
    panels: list[str]
    codes: list[str]
    experts: list[Expert]
    employers: list[list[int]]
    tied: list[int]
    fields: list[str]

    @property
    def key(self) -> dict[str, int]:
        return {code: expert.pk for code, expert in zip(self.codes, self.experts, strict=True)}


def profile_of_application(items: Sequence[Any]) -> Profile:
    """What the applications of one panel say of their field, together."""
    from reviews.engine.affinity import Profile  # noqa: PLC0415 (of the worker)

    rows = [item.application for item in items]
    basic = [row.answers.get("basic") or {} for row in rows]
    texts = [str(part.get(name) or "") for part in basic for name in ("summary", "abstract")]
    topics = [f"{row.topic.title}" for row in rows if row.topic]
    return Profile(
        tuple(dict.fromkeys(str(code) for row in rows for code in row.disciplines)),
        tuple(dict.fromkeys(row.cluster for row in rows if row.cluster)),
        tuple(dict.fromkeys(str(word) for row in rows for word in row.keywords)),
        " ".join([*(row.title for row in rows), *topics, *texts]))


def profile_of_expert(expert: Expert, names: Mapping[str, str]) -> Profile:
    from reviews.engine.affinity import Profile  # noqa: PLC0415 (of the worker)

    told = [names[field] for field in queries.fields_of(expert.disciplines) if field in names]
    return Profile(expert.disciplines, expert.clusters, expert.keywords, " ".join([*expert.keywords, *told]))


def case_of(plan: Plan) -> Case:
    import numpy as np  # noqa: PLC0415 (of the worker)

    from reviews.engine import affinity  # noqa: PLC0415
    from reviews.engine.instance import Instance  # noqa: PLC0415

    batch, panels, names = plan.batch, queries.panels_of(plan.batch), queries.discipline_names()
    experts = list(queries.drawable().select_related("person").order_by("pk"))
    codes = _codes(plan, experts)
    order = sorted(range(len(experts)), key=lambda place: codes[experts[place].pk])
    experts = [experts[place] for place in order]
    weights = {name: float(weight) for name, weight in parameters.value("review.affinity_weights").items()}
    found = affinity.vectors([profile_of_application(items) for items in panels.values()],
                             [profile_of_expert(expert, names) for expert in experts], weights)
    employers, tied = _employers(experts)
    minimum = dict(plan.params["minimum"])
    kinds = {name: place for place, name in enumerate(sorted(minimum), 1)}
    n, m, barred = len(panels), len(experts), queries.barred_pairs(batch)
    place = {expert.pk: column for column, expert in enumerate(experts)}
    kind = [kinds.get(expert.constituency, 0) for expert in experts]
    rows = {item.application_id: row for row, items in enumerate(panels.values()) for item in items}
    balance = int(parameters.value("review.balance_steps")[int(plan.params["balance"])])
    instance = Instance(
        found.rows, found.columns, np.full(n, batch.panel_size), np.full(m, int(plan.params["load"])), np.array(_apart(employers, kind), np.int64),
        np.array(kind, np.int64),
        np.tile(np.array([int(minimum[name]) for name in sorted(minimum)], np.int64), (n, 1)),
        np.unique(np.array([rows[a] * m + place[e] for a, e in barred if a in rows and e in place], np.int64)),
        balance=np.arange(int(plan.params["load"]), dtype=np.int64) * balance,
    )
    fields = [(queries.fields_of(code for item in items for code in item.application.disciplines) or [""])[0] for items in panels.values()]
    return Case(_with_locked(plan, instance, list(panels), codes, place, employers), found, list(panels),
                [codes[expert.pk] for expert in experts], experts, employers, tied, fields)


def _codes(plan: Plan, experts: Sequence[Expert]) -> dict[int, str]:
    """Codes of this plan only; a plan worked out from an earlier one keeps those that are known."""
    import secrets  # noqa: PLC0415 (of the worker)

    base = Plan.objects.filter(pk=plan.params.get("base") or 0).first()
    known = {pk: code for code, pk in queries.plan_key(base).items()} if base else {}
    free = [number for number in range(1, len(experts) + len(known) + 1) if f"E{number:04d}" not in set(known.values())]
    secrets.SystemRandom().shuffle(free)
    return {expert.pk: known.get(expert.pk) or f"E{free.pop():04d}" for expert in experts}


def _employers(experts: Sequence[Expert]) -> tuple[list[list[int]], list[int]]:
    """All employers of every expert by number, and one number each: of the only employer, or of those tied by common people."""
    current = queries.current_employers(experts)
    numbers: dict[int, int] = {}
    employers = [[numbers.setdefault(unit, len(numbers)) for unit in sorted(current.get(expert.pk, ()))] for expert in experts]
    root = list(range(len(numbers)))

    def top(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for units in employers:
        for unit in units[1:]:
            root[top(unit)] = top(units[0])
    alone = iter(range(len(numbers), len(numbers) + len(experts)))
    return employers, [top(units[0]) if units else next(alone) for units in employers]


def _apart(employers: Sequence[Sequence[int]], kind: Sequence[int]) -> list[int]:
    """One number for who shares the first employer and the kind: these numbers nest, and never bar more than the rule does."""
    numbers: dict[Any, int] = {}
    return [numbers.setdefault((units[0], kind[place]) if units else place, len(numbers)) for place, units in enumerate(employers)]


def _with_locked(plan: Plan, instance: Instance, panels: Sequence[str], codes: Mapping[int, str], place: Mapping[int, int],
                 employers: Sequence[Sequence[int]]) -> Instance:
    """Locked rows of the plan this one goes on from; they bar everybody who shares an employer with them."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    m, row_of = instance.m, {panel: row for row, panel in enumerate(panels)}
    known = set(instance.barred.tolist())
    held = [(row_of[panel], place[expert]) for panel, expert in PlanItem.objects.filter(
        plan=plan.params.get("base") or 0, seat=True, locked=True).values_list("panel", "expert") if panel in row_of and expert in place]
    held = [(row, column) for row, column in held if row * m + column not in known]
    sharing: dict[int, set[int]] = defaultdict(set)
    for column, units in enumerate(employers):
        for unit in units:
            sharing[unit].add(column)
    more = [row * m + other for row, column in held for unit in employers[column] for other in sharing[unit]]
    return replace(instance, locked=np.array(sorted(row * m + column for row, column in held), np.int64),
                   barred=np.unique(np.concatenate([instance.barred, np.array(more, np.int64)])) if more else instance.barred)


# --- solving -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Who sits where by numbers, locked rows included; `proof` is the data of the certificate."""

    i: np.ndarray
    j: np.ndarray
    objective: int
    bound: int
    proof: dict[str, Any]
    pairs: Pairs
    rest: Instance


def clashing(case: Case, i: np.ndarray, j: np.ndarray) -> bool:
    """Whether two experts of one employer sit together, all employers counted."""
    seen: set[tuple[int, int]] = set()
    for row, column in zip(i.tolist(), j.tolist(), strict=True):
        for unit in case.employers[column]:
            if (row, unit) in seen:
                return True
            seen.add((row, unit))
    return False


def apart(case: Case, rest: Instance, pairs: Pairs) -> tuple[np.ndarray, int | None]:
    """The best seats where the flow alone would sit two of one employer together: exactly, with the bound over these pairs; or, when
    that is too large or takes too long, by the flow under the stricter numbers of the lottery."""
    from reviews.engine import crossing, flow  # noqa: PLC0415 (of the worker)

    if len(pairs) <= MOST_CROSSING:
        try:
            found = crossing.solve(rest, pairs, case.employers)
        except flow.NoFlow:
            pass
        else:
            return found.chosen > 0, found.bound
    return flow.solve(nested(case, rest), pairs) > 0, None


def seated(case: Case, rest: Instance, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """The best seats over some pairs, by the flow where it keeps the rule of employers."""
    from reviews.engine import flow  # noqa: PLC0415 (of the worker)

    chosen = flow.solve(rest, pairs) > 0
    if clashing(case, pairs.i[chosen], pairs.j[chosen]):
        chosen = apart(case, rest, pairs)[0]
    return pairs.i[chosen], pairs.j[chosen]


def best(case: Case, *, floor: bool) -> tuple[Answer, dict[str, Any]]:
    """The best assignment with its bound over every pair, and what is to be told of it: what lifting the worst-served application
    costs (`floor`), how far a better one among the kept pairs can be. An employer with experts of two kinds, or an expert with two employers, is kept apart for the bound, which is then
    the same or a little higher than the truth, never lower."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    from reviews.engine import candidates, certificate, fairness, flow, prices  # noqa: PLC0415
    from reviews.engine.instance import settled  # noqa: PLC0415

    rest = settled(case.instance)
    solved = prices.certified(rest, candidates.choose(rest))
    pairs, i, j = solved.pairs, solved.i, solved.j
    told: dict[str, Any] = {"raised": {}}
    if clashing(case, i, j):
        seats, limit = apart(case, rest, pairs)
        i, j = pairs.i[seats], pairs.j[seats]
        told["kept_gap"] = None if limit is None else max(0, limit - flow.objective(rest, i, j))
    if floor:
        chosen = np.isin(pairs.i.astype(np.int64) * rest.m + pairs.j, i.astype(np.int64) * rest.m + j).astype(np.int8)
        lifted = fairness.raised(rest, pairs, chosen)
        if not clashing(case, pairs.i[lifted.chosen > 0], pairs.j[lifted.chosen > 0]):
            i, j = pairs.i[lifted.chosen > 0], pairs.j[lifted.chosen > 0]
            told["raised"] = {"before": lifted.least[0], "after": lifted.least[1], "price": lifted.price}
    objective = flow.objective(rest, i, j)
    proof = certificate.data_of(rest, i, j, prices=solved.prices, objective=objective, bound=solved.bound, applications=case.panels,
                                experts=case.codes, locked=case.instance.locked, employers=case.employers)
    row, column = np.divmod(case.instance.locked, rest.m)
    return Answer(np.r_[i, row].astype(np.int64), np.r_[j, column].astype(np.int64), objective, solved.bound, proof, pairs, rest), told


def figures_of(case: Case, i: np.ndarray, j: np.ndarray) -> dict[str, int]:
    """What the pages say of a result."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    near = case.instance.weights_of(i, j)
    load = np.bincount(j, minlength=case.instance.m)
    got = np.bincount(i, weights=near, minlength=case.instance.n)
    return {"seats": int(case.instance.seats.sum()), "filled": len(i), "affinity": int(near.sum()), "least": int(got.min(initial=2**40)),
            "load_max": int(load.max(initial=0)), "idle": int((load == 0).sum()), "panels": case.instance.n, "experts": case.instance.m}


def measured(case: Case, answer: Answer, scales: Sequence[int], done: Callable[[int], None] = lambda _count: None) -> list[dict[str, Any]]:
    """Every step of the slider, worked out: quality, three of balance, and the lottery with two and three candidates a seat. `done` hears how
    many there are so far."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    from reviews.engine import lottery  # noqa: PLC0415

    found = []
    m = case.instance.m
    for step, cost in enumerate(parameters.value("review.balance_steps")):
        tried = replace(answer.rest, balance=np.arange(max(1, int(answer.rest.load.max(initial=1))), dtype=np.int64) * int(cost))
        i, j = seated(case, tried, answer.pairs)
        row, column = np.divmod(case.instance.locked, m)
        i, j = np.r_[i, row], np.r_[j, column]
        found.append({"balance": step, "scale": 1, **figures_of(case, i.astype(np.int64), j.astype(np.int64))})
        done(len(found))
    strict = nested(case, case.instance)
    pairs = _pairs(strict)
    for scale in scales:
        parts = lottery.solve(strict, pairs, scale)
        found.append({"balance": 0, "scale": scale, "seats": int(case.instance.seats.sum()), "filled": int(parts.sum()) // scale,
                      "affinity": int((pairs.w * parts).sum()) // scale})
        done(len(found))
    return found


def _odds(case: Case, scale: int) -> tuple[Pairs, np.ndarray]:
    """Who may sit where in the lottery, and the parts of a seat."""
    from reviews.engine import lottery  # noqa: PLC0415 (of the worker)

    strict = nested(case, case.instance)
    pairs = _pairs(strict)
    return pairs, lottery.solve(strict, pairs, scale)


def _pairs(instance: Instance) -> Pairs:
    from reviews.engine import candidates  # noqa: PLC0415 (of the worker)

    return candidates.choose(instance)


# --- lottery -----------------------------------------------------------------------------------------------------


def nested(case: Case, instance: Instance) -> Instance:
    """Rounding keeps every rule only where they nest: employers tied by common people count as one, and of an employer with
    experts of two kinds those of the rarer kind sit out. Never laxer than the rules, now and then stricter."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    from reviews.engine.instance import laminar  # noqa: PLC0415

    instance = replace(instance, employer=np.array(case.tied, np.int64))
    if laminar(instance.employer, instance.kind):
        return instance
    out = np.zeros(instance.m, bool)
    for unit in np.unique(instance.employer).tolist():
        members = np.flatnonzero(instance.employer == unit)
        kinds, counts = np.unique(instance.kind[members], return_counts=True)
        out[members] = instance.kind[members] != kinds[np.argmax(counts)]
    alone = instance.employer.max(initial=0) + 1 + np.arange(instance.m)
    return replace(instance, load=np.where(out, 0, instance.load), kind=np.where(out, 0, instance.kind),
                   employer=np.where(out, alone, instance.employer))


def lottery_data(case: Case, plan: Plan, pairs: Pairs, parts: np.ndarray, items: Sequence[PlanItem]) -> dict[str, Any]:
    """The published input of the draw: odds in parts, and behind them the nearest others who may sit, for the alternates."""
    scale, spare = int(plan.params["scale"]), plan.batch.panel_size * int(plan.batch.rules["alternates_per_seat"])
    odds: list[dict[str, int]] = [{} for _one in case.panels]
    for row, column in zip(pairs.i[parts > 0].tolist(), pairs.j[parts > 0].tolist(), strict=True):
        odds[row][case.codes[column]] = 1
    near: dict[str, set[str]] = defaultdict(set)
    for item in items:
        near[item.panel].add(item.code)
    people, units = people_of(case), nested(case, case.instance).employer.tolist()
    experts = {code: {**people[code], "unit": f"V{units[column]:04d}"} for column, code in enumerate(case.codes)}
    panels = [
        {"key": key, "seats": plan.batch.panel_size, "alternates": spare, "minimum": plan.params["minimum"], "odds": odds[row],
         "candidates": sorted(near[key] | set(odds[row]))}
        for row, key in enumerate(case.panels)
    ]
    return {"algorithm": drawing.ALGORITHM, "scale": scale, "experts": experts, "panels": panels, "load": int(plan.params["load"])}


# --- writing -----------------------------------------------------------------------------------------------------


def people_of(case: Case) -> dict[str, Any]:
    return {code: {"constituency": expert.constituency, "employers": [f"U{unit:04d}" for unit in units]}
            for code, expert, units in zip(case.codes, case.experts, case.employers, strict=True)}


def expected(case: Case, pairs: Pairs, parts: np.ndarray, scale: int) -> dict[str, int]:
    """The same of a lottery: what it gives on the average."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    got = np.bincount(pairs.i, weights=pairs.w * parts, minlength=case.instance.n) // scale
    load = np.bincount(pairs.j, weights=parts, minlength=case.instance.m)
    return {"seats": int(case.instance.seats.sum()), "filled": int(parts.sum()) // scale, "affinity": int((pairs.w * parts).sum()) // scale,
            "least": int(got.min(initial=2**40)), "load_max": -(-int(load.max(initial=0)) // scale), "idle": int((load == 0).sum()),
            "panels": case.instance.n, "experts": case.instance.m}


def _shortage(case: Case, answer: Answer, plan: Plan) -> list[dict[str, Any]]:
    from reviews.engine import shortage  # noqa: PLC0415 (of the worker)

    names, kinds = queries.discipline_names(), ["", *sorted(plan.params["minimum"])]
    return [
        {"field": names.get(one.field, one.field), "kind": kinds[one.kind], "seats": one.seats, "recruit": one.recruit,
         "panels": [case.panels[row] for row in one.applications][:20]}
        for one in shortage.lacks(case.instance, answer.i, answer.j, case.fields, int(plan.params["load"]))
    ]


def _nearest(case: Case, answer: Answer, kept: int) -> Iterator[tuple[int, list[int], list[int], np.ndarray]]:
    """Per panel: (row, who sits by affinity, the nearest of the others who may, affinities of everybody)."""
    import numpy as np  # noqa: PLC0415 (of the worker)

    m, seats = case.instance.m, np.sort(answer.i * case.instance.m + answer.j)
    held = np.union1d(seats, case.instance.barred)
    turned = case.instance.columns.T.tocsr()
    for row in range(case.instance.n):
        near = (case.instance.rows[row] @ turned).toarray().ravel().astype(np.int64)
        mine, closed = (keys[np.searchsorted(keys, row * m):np.searchsorted(keys, (row + 1) * m)] - row * m for keys in (seats, held))
        free = near.copy()
        free[closed] = -1
        order = np.argsort(-free, kind="stable")[:kept]
        yield row, mine[np.argsort(-near[mine], kind="stable")].tolist(), order[free[order] >= 0].tolist(), near


def _items(plan: Plan, case: Case, answer: Answer) -> list[PlanItem]:
    """Seats in order of affinity, and behind them the nearest of the others; reasons for those whom a person looks at."""
    from reviews.engine import affinity  # noqa: PLC0415 (of the worker)

    locked, rows, m = set(case.instance.locked.tolist()), [], case.instance.m
    for row, sitting, behind, near in _nearest(case, answer, int(parameters.value("review.reserves_kept"))):
        for seat, columns in ((True, sitting), (False, behind)):
            rows += [
                PlanItem(plan=plan, panel=case.panels[row], code=case.codes[column], expert=case.experts[column], seat=seat, place=place,
                         affinity=int(near[column]), locked=seat and row * m + column in locked,
                         why=[[block, *part] for block, part in affinity.parts(case.vectors, row, column).items()]
                         if seat or place < EXPLAINED else [])
                for place, column in enumerate(columns)
            ]
    return rows


def _unseated(item: PlanItem) -> PlanItem:
    """Of a lottery everybody is a candidate; who sits is drawn later."""
    item.seat = item.locked = False
    return item


@transaction.atomic
def fail_plan(plan: Plan, error: str = "") -> Plan:
    """RUNNING -> FAILED: there is no such assignment (`error` of the engine), or the work broke off again and again (the job says why)."""
    return PLAN.move("fail", system("plan"), plan, columns={"error": error[:2000]})


def solve_plan(plan: Plan, progress: Progress) -> Plan:
    """RUNNING -> READY: recusals, numbers, the best assignment or the odds, the measured steps, the proof."""
    from reviews.engine import certificate, flow  # noqa: PLC0415 (of the worker)
    from reviews.engine.instance import fingerprint  # noqa: PLC0415

    clerk, batch = system("plan"), plan.batch
    more = len(parameters.value("review.balance_steps")) + len(SCALES)
    last = STAGES + more
    progress(0, last)
    find_recusals(clerk, batch)
    progress(1, last)
    case = case_of(plan)
    progress(2, last)
    try:
        answer, told = best(case, floor=bool(plan.params.get("floor")))
        progress(3, last)
        steps = measured(case, answer, SCALES, lambda count: progress(3 + count, last))
        chance = _odds(case, int(plan.params["scale"])) if plan.kind == PlanKind.LOTTERY else None
    except flow.NoFlow as error:
        return fail_plan(plan, str(error))
    progress(4 + more, last)
    people, items, figures = people_of(case), _items(plan, case, answer), figures_of(case, answer.i, answer.j)
    fields: dict[str, Any] = {"data": {}}
    if chance is not None:
        pairs, parts = chance
        fields["data"] = lottery_data(case, plan, pairs, parts, items)
        figures = expected(case, pairs, parts, int(plan.params["scale"]))
        items = [_unseated(item) for item in items]
    else:
        written = certificate.written(answer.proof)
        file = files.store_bytes(written, f"{batch.ref}-certificate.json", "application/json", actor=clerk)
        fields |= {"certificate": file, "certificate_sha256": certificate.digest(written)}
    progress(5 + more, last)
    with transaction.atomic():
        PlanItem.objects.filter(plan=plan).delete()
        PlanItem.objects.bulk_create(items, batch_size=2000)
        Plan.objects.filter(pk=plan.pk, status=PlanStatus.RUNNING).update(
            people=people, key_sealed=crypt.seal(json.dumps(case.key)), inputs_sha256=fingerprint(case.instance),
            solver=f"OR-tools {metadata.version('ortools')}, SciPy {metadata.version('scipy')}", objective=answer.objective,
            bound=answer.bound, figures={**figures, **told},
            steps=steps, shortage=_shortage(case, answer, plan), ready_at=clock.now(), **fields)
        row = PLAN.move("ready", clerk, plan, data={"inputs": fingerprint(case.instance), "certificate": fields.get("certificate_sha256", "")})
    progress(last, last)
    return row


def grouped(batch: Batch, most: int) -> list[tuple[list[int], str, list[str]]]:
    """Proposed groups: (ids of the items, discipline of most, common keywords)."""
    from reviews.engine import affinity, groups  # noqa: PLC0415 (of the worker)

    items = list(batch.items.filter(withdrawn=False).select_related("application__topic").order_by("application__ref"))
    profiles = [profile_of_application([item]) for item in items]
    found = groups.propose(profiles, most)
    vectors = affinity.vectors(profiles, profiles) if profiles else None
    return [([items[place].pk for place in group], *groups.about(vectors, group)) for group in found] if vectors else []
