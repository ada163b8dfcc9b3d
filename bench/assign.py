"""Assignment of experts: 20,000 applications and 10,000 experts, five each, with recusals, one per employer, one from industry.

`python -m bench.assign [--applications 20000] [--experts 10000] [--national]` needs no database. Every measured step runs in a
process of its own on the same arrays. Last line: one JSON object.

`gap` is the distance of the product's assignment to the bound over every pair (0 proves it the best), `cpu_ratio` the CPU of the
product's solve over that of the bare solver on the same arcs, `certificate_ratio` the CPU of prices, pricing of every pair and
solving again over the bare solver, `rss_mb` the most memory of any of them, `lottery_ratio` the CPU of the draw with two
candidates a seat over that of its linear programme. `--national` adds 100,000 by 50,000 and an eighth, a quarter, a half of it
(`scaling`); without it the series ends at the default size.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import harness

if TYPE_CHECKING:
    from reviews.engine.candidates import Pairs
    from reviews.engine.instance import Instance

SEED, SEATS, LOAD, WORDS = 20261129, 5, 12, 60
SECRET = "5a" * 32


def world(applications: int, experts: int, dense: bool = True) -> Instance:
    """Fields with words of their own and of their neighbours, employers of every size, a third of them enterprises."""
    import numpy as np  # noqa: PLC0415 (after the fork)

    from reviews.engine.instance import Instance  # noqa: PLC0415

    chance = np.random.default_rng(SEED)
    fields = max(8, applications // 500)
    share = chance.dirichlet(np.full(fields, 6.0))
    theirs, ours = (chance.choice(fields, size, p=share) for size in (applications, experts))
    rows, columns = (_features(chance, field, fields, count, spill) for field, count, spill in ((theirs, 10, 0.25), (ours, 16, 0.35)))
    units = max(20, experts // 8)
    size = 1.0 / np.arange(1, units + 1) ** 0.7
    employer, unit = (chance.choice(units, count, p=size / size.sum()) for count in (experts, applications))
    enterprise = chance.random(units) < 0.35
    return Instance(
        rows, columns, np.full(applications, SEATS), np.full(experts, LOAD), employer, enterprise[employer].astype(np.int8),
        np.ones((applications, 1), np.int64), _barred(chance, unit, employer, theirs, ours))


def _features(chance: Any, field: Any, fields: int, count: int, spill: float) -> Any:
    import numpy as np  # noqa: PLC0415 (after the fork)
    from scipy import sparse  # noqa: PLC0415

    common = 1.0 / np.arange(1, WORDS + 1) ** 0.8
    row = np.repeat(np.arange(len(field)), count)
    whose = np.repeat(field, count)
    strayed = chance.random(len(row)) < spill
    whose = np.where(strayed, (whose + chance.integers(1, 4, len(row))) % fields, whose)
    word = whose * WORDS + chance.choice(WORDS, len(row), p=common / common.sum())
    found = sparse.csr_matrix((np.ones(len(row)), (row, word)), shape=(len(field), fields * WORDS))
    found.data = (1 + np.log(found.data)) * (1 + np.log1p(found.indices % WORDS))
    length = np.sqrt(np.asarray(found.multiply(found).sum(1)).ravel())
    scaled = sparse.diags(1000 / length) @ found
    scaled.data = np.round(scaled.data).astype(np.float32)
    return scaled.astype(np.float32).tocsr()


def _barred(chance: Any, unit: Any, employer: Any, theirs: Any, ours: Any) -> Any:
    """Everybody of the applicant's own unit, and six more of the field for each application."""
    import numpy as np  # noqa: PLC0415 (after the fork)

    m, order = len(employer), np.argsort(employer, kind="stable")
    first, last = (np.searchsorted(employer[order], unit, side=side) for side in ("left", "right"))
    own = [row * m + order[a:b] for row, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True))]
    near = np.argsort(ours, kind="stable")
    start, end = (np.searchsorted(ours[near], theirs, side=side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(unit)), 6)
    who = near[np.minimum(start[row] + (chance.random(len(row)) * (end - start)[row]).astype(np.int64), m - 1)]
    return np.unique(np.concatenate([*own, row * m + who]))


# --- what a process of its own does -------------------------------------------------------------------------------


def _keep(place: Path, instance: Instance, pairs: Pairs) -> None:
    import numpy as np  # noqa: PLC0415 (after the fork)
    from scipy import sparse  # noqa: PLC0415

    sparse.save_npz(place / "rows.npz", instance.rows, compressed=False)
    sparse.save_npz(place / "columns.npz", instance.columns, compressed=False)
    np.savez(place / "rest.npz", seats=instance.seats, load=instance.load, employer=instance.employer, kind=instance.kind,
             minimum=instance.minimum, barred=instance.barred, i=pairs.i, j=pairs.j, w=pairs.w)


def _kept(place: Path) -> tuple[Instance, Pairs]:
    import numpy as np  # noqa: PLC0415 (after the fork)
    from scipy import sparse  # noqa: PLC0415

    from reviews.engine.candidates import Pairs  # noqa: PLC0415
    from reviews.engine.instance import Instance  # noqa: PLC0415

    rest = np.load(place / "rest.npz")
    names = ("seats", "load", "employer", "kind", "minimum", "barred")
    return (Instance(sparse.load_npz(place / "rows.npz"), sparse.load_npz(place / "columns.npz"), *(rest[name] for name in names)),
            Pairs(rest["i"], rest["j"], rest["w"]))


def prepare(place: Path, applications: int, experts: int, nearest: int) -> dict[str, Any]:
    from reviews.engine import candidates  # noqa: PLC0415 (after the fork)

    instance = world(applications, experts)
    began = time.process_time()
    pairs = candidates.choose(instance, nearest=nearest, per_kind=nearest // 2)
    _keep(place, instance, pairs)
    return {"pairs": len(pairs), "candidates_cpu": round(time.process_time() - began, 2)}


def arcs(place: Path, scale: int) -> dict[str, Any]:
    """The same arcs as the product's, written down for the bare solver."""
    import numpy as np  # noqa: PLC0415 (after the fork)

    from reviews.engine import flow  # noqa: PLC0415

    network = flow.build(*_kept(place), scale)
    np.savez(place / f"arcs{scale}.npz", **vars(network))
    return {"arcs": len(network.tail)}


def bare(place: Path, scale: int) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 (after the fork)
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415

    one = dict(np.load(place / f"arcs{scale}.npz"))
    began = time.process_time()
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(one["tail"], one["head"], one["capacity"], one["cost"])
    solver.set_nodes_supplies(np.arange(len(one["supply"]), dtype=np.int32), one["supply"])
    status = solver.solve()
    solver.flows(np.arange(len(one["tail"]), dtype=np.int32))
    return {"cpu": time.process_time() - began, "optimal": status == solver.OPTIMAL, "cost": solver.optimal_cost()}


def product(place: Path, proof: bool) -> dict[str, Any]:
    """The product's solve, and with `proof` its certificate over every pair."""
    from reviews.engine import flow, prices  # noqa: PLC0415 (after the fork)

    instance, pairs = _kept(place)
    began = time.process_time()
    chosen = flow.solve(instance, pairs)
    i, j = pairs.i[chosen > 0], pairs.j[chosen > 0]
    told: dict[str, Any] = {"cpu": time.process_time() - began, **_rules_kept(instance, i, j)}
    if proof:
        began = time.process_time()
        solved = prices.certified(instance, pairs, chosen=chosen)
        told |= {"proof_cpu": time.process_time() - began, "gap": solved.gap, "rounds": solved.rounds,
                 "objective": solved.objective, **_rules_kept(instance, solved.i, solved.j)}
    return told


def _rules_kept(instance: Instance, i: Any, j: Any) -> dict[str, int]:
    import numpy as np  # noqa: PLC0415 (after the fork)

    keys = i.astype(np.int64) * instance.m + j
    units = i.astype(np.int64) * (instance.employer.max() + 1) + instance.employer[j]
    return {"recused": int(np.isin(keys, instance.barred).sum()), "same_employer": len(units) - len(np.unique(units)),
            "over_load": int((np.bincount(j, minlength=instance.m) > instance.load).sum()),
            "empty_seats": int(instance.seats.sum()) - len(i)}


def lottery(place: Path) -> dict[str, Any]:
    """Two candidates for every seat at even odds: the linear programme, then the draw that anybody can repeat."""
    from reviews.engine import lottery as odds  # noqa: PLC0415 (after the fork)
    from reviews.rules import lottery as rules  # noqa: PLC0415

    instance, pairs = _kept(place)
    began = time.process_time()
    parts = odds.solve(instance, pairs, 2)
    lp, began = time.process_time() - began, time.process_time()
    data = odds.published(instance, pairs, parts, 2, spare=0, algorithm=rules.ALGORITHM)
    made, began = time.process_time() - began, time.process_time()
    result = rules.run(data, SECRET)
    return {"lp_cpu": lp, "published_cpu": made, "draw_cpu": time.process_time() - began,
            "drawn": sum(len(panel["members"]) for panel in result["panels"])}


STEPS = {"prepare": prepare, "arcs": arcs, "bare": bare, "product": product, "lottery": lottery}


def measured(step: str, place: Path, **given: Any) -> dict[str, Any]:
    """A step in a fresh process; with the most memory it held."""
    words = [sys.executable, "-m", "bench.assign", "--step", step, "--place", str(place), "--given", json.dumps(given)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=harness.ROOT,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    found = json.loads(done.stdout.splitlines()[-1])
    harness.say(f"{step} {given}: " + ", ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                                                for key, value in found.items()))
    return found


def one_size(applications: int, experts: int, nearest: int) -> dict[str, Any]:
    """A point of the scaling series: the solve alone."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made = measured("prepare", place, applications=applications, experts=experts, nearest=nearest)
        found = measured("product", place, proof=False)
    return {"applications": applications, "experts": experts, "pairs": made["pairs"], "cpu_s": round(found["cpu"], 2),
            "rss_mb": found["rss_mb"], "empty_seats": found["empty_seats"]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--applications", type=int, default=20_000)
    reader.add_argument("--experts", type=int, default=10_000)
    reader.add_argument("--national", action="store_true")
    reader.add_argument("--step", choices=STEPS)
    reader.add_argument("--place", type=Path)
    reader.add_argument("--given", default="{}")
    asked = reader.parse_args()
    if asked.step:
        found = STEPS[asked.step](asked.place, **json.loads(asked.given))  # type: ignore[operator]
        found["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        harness.say(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made = measured("prepare", place, applications=asked.applications, experts=asked.experts, nearest=60)
        measured("arcs", place, scale=1)
        control = min((measured("bare", place, scale=1) for _run in range(2)), key=lambda one: one["cpu"])
        ours = measured("product", place, proof=True)
        drawn = measured("lottery", place)
    full = (100_000, 50_000) if asked.national else (asked.applications, asked.experts)
    scaling = [one_size(full[0] // part, full[1] // part, 30 if asked.national else 60) for part in (8, 4, 2, 1)]
    harness.say(json.dumps({
        "applications": asked.applications, "experts": asked.experts, "pairs": made["pairs"], "gap": ours["gap"],
        "cpu_ratio": round(ours["cpu"] / control["cpu"], 2), "certificate_ratio": round(ours["proof_cpu"] / control["cpu"], 2),
        "rss_mb": max(one["rss_mb"] for one in (made, ours, drawn)), "lottery_ratio": round(drawn["draw_cpu"] / drawn["lp_cpu"], 2),
        "solver_cpu_s": round(control["cpu"], 2), "rounds": ours["rounds"],
        "violations": ours["recused"] + ours["same_employer"] + ours["over_load"], "empty_seats": ours["empty_seats"],
        "scaling": scaling,
    }))


if __name__ == "__main__":
    main()
