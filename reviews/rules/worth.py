"""What a ranking is worth: intervals of ranks, strictness of experts, agreement, and how far the line hangs on one sheet.

Advice beside the official order, which stays what the rules of the batch say. Everything comes from the raw sheets and a seed, so that
anybody gets the same figures again. numpy is imported late: only the process that works figures out pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from reviews.rules import ranking, scores

METHOD = "keguan-worth-1"
SWEEPS, BURN, THIN = 4000, 500, 10
LOW, HIGH = 5, 95  # percentiles of a 90 % interval
STEP = Decimal("0.01")


@dataclass(frozen=True)
class Mark:
    """A submitted sheet: of which application, by which expert (alias), and its points."""

    item: int
    expert: str
    sheet: scores.Sheet


@dataclass(frozen=True)
class Line:
    """Where number and money cut the order."""

    quota: int
    money: Decimal
    rules: scores.Rules

    def places(self, rows: Sequence[ranking.Row]) -> dict[int, ranking.Place]:
        found = ranking.rank(rows, quota=self.quota, money=self.money, pass_mark=self.rules.pass_mark, propose_mark=self.rules.propose_mark)
        return {place.key: place for place in found}

    def proposed(self, rows: Sequence[ranking.Row]) -> frozenset[int]:
        return frozenset(key for key, place in self.places(rows).items() if place.outcome == "PROPOSE")


# --- the model: points = mean + application + expert + noise ---------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """Draws from the posterior; `items` and `experts` name their columns."""

    items: tuple[int, ...]
    experts: tuple[str, ...]
    worth: Any  # draws x items
    strictness: Any  # draws x experts
    shares: tuple[float, float, float]  # of the variance: application, expert, the rest


def model(marks: Sequence[Mark], seed: int) -> Model | None:
    """Crossed random effects by Gibbs sampling with weakly informative variances. None for too few sheets to learn anything from."""
    import numpy as np  # noqa: PLC0415 (see above)

    items, experts = tuple(sorted({m.item for m in marks})), tuple(sorted({m.expert for m in marks}))
    if len(items) < 3 or len(experts) < 2 or len(marks) <= len(items):
        return None
    place, who = {key: i for i, key in enumerate(items)}, {key: i for i, key in enumerate(experts)}
    a, r = np.array([place[m.item] for m in marks]), np.array([who[m.expert] for m in marks])
    y = np.array([float(m.sheet.total) for m in marks])
    worth, strictness, spreads = _gibbs(np, a, r, y, len(items), len(experts), np.random.default_rng(seed))
    middle = np.median(spreads, axis=0)
    return Model(items, experts, worth, strictness, tuple(float(x) for x in middle / middle.sum()))


def _gibbs(np: Any, a: Any, r: Any, y: Any, n: int, m: int, rng: Any) -> tuple[Any, Any, Any]:
    """Each sweep draws applications, experts, the mean and the three variances from their full conditionals."""
    of_item, of_expert = np.bincount(a, minlength=n), np.bincount(r, minlength=m)
    prior = max(float(y.var()), 1.0) / 3
    va = vr = ve = prior
    mean, b = float(y.mean()), np.zeros(m)
    kept_worth, kept_strict, kept_spread = [], [], []
    for sweep in range(SWEEPS):
        precision = of_item / ve + 1 / va
        w = np.bincount(a, weights=y - mean - b[r], minlength=n) / ve / precision + rng.standard_normal(n) / np.sqrt(precision)
        precision = of_expert / ve + 1 / vr
        b = np.bincount(r, weights=y - mean - w[a], minlength=m) / ve / precision + rng.standard_normal(m) / np.sqrt(precision)
        mean = float(rng.normal((y - w[a] - b[r]).mean(), np.sqrt(ve / len(y))))
        rest = y - mean - w[a] - b[r]
        va = (2 * prior + w @ w) / rng.chisquare(n + 2)
        vr = (2 * prior + b @ b) / rng.chisquare(m + 2)
        ve = (2 * prior + rest @ rest) / rng.chisquare(len(y) + 2)
        if sweep >= BURN and sweep % THIN == 0:
            kept_worth.append(w)
            kept_strict.append(b)
            kept_spread.append((va, vr, ve))
    return np.array(kept_worth), np.array(kept_strict), np.array(kept_spread)


def rank_intervals(found: Model, most: int) -> dict[int, dict[str, float]]:
    """item -> lowest and highest rank of the 90 % interval, the middle one, and how often it lies among the first `most`."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-found.worth, axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
    low, middle, high = np.percentile(ranks, [LOW, 50, HIGH], axis=0, method="nearest")
    inside = (ranks <= most).mean(axis=0)
    return {item: {"low": int(low[i]), "middle": int(middle[i]), "high": int(high[i]), "inside": round(float(inside[i]), 3)}
            for i, item in enumerate(found.items)}


def strictness(found: Model, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Per expert: how many points more than others on the same quality, with its 90 % interval; clear when 0 lies outside."""
    import numpy as np  # noqa: PLC0415

    low, high = np.percentile(found.strictness, [LOW, HIGH], axis=0)
    middle = found.strictness.mean(axis=0)
    counts: dict[str, int] = {}
    for mark in marks:
        counts[mark.expert] = counts.get(mark.expert, 0) + 1
    return [{"expert": one, "mean": round(float(middle[i]), 2), "low": round(float(low[i]), 2), "high": round(float(high[i]), 2),
             "count": counts[one], "clear": bool(low[i] > 0 or high[i] < 0)} for i, one in enumerate(found.experts)]


def agreement(marks: Sequence[Mark]) -> float | None:
    """Krippendorff's alpha of the totals (interval scale); None when no application has two sheets, or all are alike."""
    import krippendorff  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    items, experts = sorted({m.item for m in marks}), sorted({m.expert for m in marks})
    place, who = {key: i for i, key in enumerate(items)}, {key: i for i, key in enumerate(experts)}
    table = np.full((len(experts), len(items)), np.nan)
    for mark in marks:
        table[who[mark.expert], place[mark.item]] = float(mark.sheet.total)
    if not (np.sum(~np.isnan(table), axis=0) > 1).any() or np.nanmin(table) == np.nanmax(table):
        return None
    return round(float(krippendorff.alpha(reliability_data=table, level_of_measurement="interval")), 3)


# --- how far the line hangs on one sheet -----------------------------------------------------------------------------------


def sheets_by_item(marks: Sequence[Mark]) -> dict[int, list[scores.Sheet]]:
    found: dict[int, list[scores.Sheet]] = {}
    for mark in marks:
        found.setdefault(mark.item, []).append(mark.sheet)
    return found


def rows_of(items: Sequence[ranking.Row], marks: Sequence[Mark], rules: scores.Rules) -> list[ranking.Row]:
    """The rows of the official order worked out from these sheets."""
    by_item = sheets_by_item(marks)
    return [_row(row, by_item.get(row.key, []), rules) for row in items]


def _row(row: ranking.Row, sheets: Sequence[scores.Sheet], rules: scores.Rules) -> ranking.Row:
    figures = scores.aggregate(sheets, rules)
    return replace(row, mean=figures.mean, tie=figures.tie, knocked_out=row.knocked_out or figures.knocked_out)


def critical_mean(rows: Sequence[ranking.Row], row: ranking.Row, line: Line) -> Decimal | None:
    """The mean nearest to its own at which the decision on `row` is another one; None when no mean changes it."""
    others = [one for one in rows if one.key != row.key]

    def inside(mean: Decimal) -> bool:
        return row.key in line.proposed([*others, replace(row, mean=mean)])

    own, now = row.mean or Decimal(0), inside(row.mean or Decimal(0))
    edge = Decimal(0) if now else Decimal(100)
    if inside(edge) == now:
        return None
    return _nearest(own, edge, lambda mean: inside(mean) != now)


def _nearest(own: Decimal, edge: Decimal, flips: Callable[[Decimal], bool]) -> Decimal:
    """Bisection in steps of 0.01 between a value that does not flip and one that does."""
    keeps, changes = int(own / STEP), int(edge / STEP)
    while abs(changes - keeps) > 1:
        middle = (keeps + changes) // 2
        keeps, changes = (keeps, middle) if flips(middle * STEP) else (middle, changes)
    return changes * STEP


def smallest_change(totals: Sequence[Decimal], target: Decimal, rules: scores.Rules) -> tuple[int, Decimal] | None:
    """(place of the sheet, change of its points) with which the official mean reaches `target`; None when no single sheet can."""
    own, _trimmed = scores.official_mean(totals, rules.trim_from)
    up = target > own
    edge, best = (Decimal(100) if up else Decimal(0)), None

    def reaches(place: int, value: Decimal) -> bool:
        mean, _t = scores.official_mean([*totals[:place], value, *totals[place + 1 :]], rules.trim_from)
        return mean >= target if up else mean <= target

    for place, total in enumerate(totals):
        if reaches(place, edge):
            change = _nearest(total, edge, lambda value, place=place: reaches(place, value)) - total
            if best is None or abs(change) < abs(best[1]):
                best = (place, change)
    return best


def flips(items: Sequence[ranking.Row], marks: Sequence[Mark], line: Line) -> dict[int, dict[str, Any]]:
    """item -> the expert and the change of one total that turns the decision on it; nothing for those no single sheet turns."""
    rows, found = rows_of(items, marks, line.rules), {}
    for row in rows:
        own = [mark for mark in marks if mark.item == row.key]
        if row.mean is None or row.withdrawn or row.knocked_out:
            continue
        target = critical_mean(rows, row, line)
        change = smallest_change([mark.sheet.total for mark in own], target, line.rules) if target is not None else None
        if change is not None:
            found[row.key] = {"expert": own[change[0]].expert, "change": str(change[1]), "mean": str(target)}
    return found


def left_out(items: Sequence[ranking.Row], marks: Sequence[Mark], line: Line) -> dict[str, list[dict[str, Any]]]:
    """Whose decision changes when one sheet, or one expert with all sheets, is left out, or when every sheet counts alike."""
    start, rows = {row.key: row for row in items}, {row.key: row for row in rows_of(items, marks, line.rules)}
    base = line.proposed(list(rows.values()))
    by_item: dict[int, list[Mark]] = {}
    for mark in marks:
        by_item.setdefault(mark.item, []).append(mark)

    def without(gone: Sequence[Mark]) -> dict[str, list[int]] | None:
        now = dict(rows)
        for item in {mark.item for mark in gone}:
            kept = [mark.sheet for mark in by_item[item] if mark not in gone]
            if not kept:
                return None  # an application without any sheet is another question
            now[item] = _row(start[item], kept, line.rules)
        return _moved(base, line.proposed(list(now.values())))

    experts = [{"expert": one, **change} for one in sorted({m.expert for m in marks})
               if (change := without([mark for mark in marks if mark.expert == one]))]
    sheets = [{"expert": left.expert, "item": left.item, **change} for left in marks if (change := without([left]))]
    plain = _moved(base, line.proposed(rows_of(items, marks, replace(line.rules, trim_from=10_000))))
    return {"experts": experts, "sheets": sheets, "plain": [plain] if plain else []}


def _moved(before: frozenset[int], now: frozenset[int]) -> dict[str, list[int]] | None:
    return {"in": sorted(now - before), "out": sorted(before - now)} if now != before else None


def analyse(items: Sequence[ranking.Row], marks: Sequence[Mark], line: Line, *, seed: int, near: Decimal) -> dict[str, Any]:
    """All of it as plain data. Near the line is who lies among the first with a share between `near` and 1 - `near`."""
    rows = rows_of(items, marks, line.rules)
    chosen = line.proposed(rows)
    found = model(marks, seed)
    intervals = rank_intervals(found, len(chosen)) if found else {}
    close = sorted(key for key, one in intervals.items() if chosen and float(near) <= one["inside"] <= 1 - float(near))
    return {
        "method": METHOD, "seed": seed, "near_share": str(near), "chosen": sorted(chosen), "near": close, "alpha": agreement(marks),
        "shares": [round(share, 3) for share in found.shares] if found else [],
        "intervals": {str(key): one for key, one in intervals.items()}, "experts": strictness(found, marks) if found else [],
        "flips": {str(key): one for key, one in flips(items, marks, line).items()}, "left_out": left_out(items, marks, line),
    }


def coverage(truth: Sequence[float], intervals: Mapping[int, Mapping[str, float]]) -> float:
    """Share of applications whose true rank lies inside its interval: what a simulation measures."""
    order = sorted(range(len(truth)), key=lambda i: -truth[i])
    rank = {item: place for place, item in enumerate(order, 1)}
    return sum(one["low"] <= rank[item] <= one["high"] for item, one in intervals.items()) / len(intervals)
