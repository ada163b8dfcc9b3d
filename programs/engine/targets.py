"""The table of measurable targets (绩效目标): template of the guide and the check of one application's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.engine.conditions import number
from programs.engine.forms import pick
from programs.engine.problems import Problem

GE, LE, QUAL = "GE", "LE", "QUAL"
DIRECTIONS = (GE, LE, QUAL)
MOST_WEIGHT = 1000


@dataclass(frozen=True)
class Kind:
    """A second-level kind of target, e.g. 产出指标 / 数量指标."""

    l1: str
    l2: str
    data: Mapping[str, Any]

    @property
    def l1_label(self) -> str:
        return pick(self.data, "l1")

    @property
    def l2_label(self) -> str:
        return pick(self.data, "l2")

    @property
    def examples(self) -> list[str]:
        return list(self.data.get("examples", ()))


@dataclass(frozen=True)
class Template:
    kinds: tuple[Kind, ...]
    min_rows: int = 1
    max_rows: int = 30
    weight_total: Decimal = Decimal(100)
    required_l1: tuple[str, ...] = ()

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Template:
        return cls(
            kinds=tuple(Kind(row["l1"], row["l2"], row) for row in data.get("kinds", ())),
            min_rows=int(data.get("min_rows", 1)),
            max_rows=int(data.get("max_rows", 30)),
            weight_total=number(data.get("weight_total", 100)),
            required_l1=tuple(data.get("required_l1", ())),
        )


def check_rows(template: Template, rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Problems of an application's targets: kind, direction, value, weights that add up."""
    items = list(rows)
    found: list[Problem] = []
    if len(items) < template.min_rows:
        found.append(Problem("", _("At least %(limit)d targets are needed") % {"limit": template.min_rows}))
    if len(items) > template.max_rows:
        found.append(Problem("", _("At most %(limit)d targets are allowed") % {"limit": template.max_rows}))
    pairs = {(kind.l1, kind.l2) for kind in template.kinds}
    weight = Decimal(0)
    for index, row in enumerate(items, 1):
        if not str(row.get("name") or "").strip():
            found.append(Problem(str(index), _("Row %(row)d: the target needs a name") % {"row": index}))
        if pairs and (row.get("l1"), row.get("l2")) not in pairs:
            found.append(Problem(str(index), _("Row %(row)d: choose the kind of target") % {"row": index}))
        if row.get("direction") not in DIRECTIONS:
            found.append(Problem(str(index), _("Row %(row)d: choose at least, at most or qualitative") % {"row": index}))
        try:
            weight += number(row.get("weight") or 0)
            if row.get("direction") in (GE, LE) and number(row.get("value")) < 0:
                raise ValueError
        except (ArithmeticError, TypeError, ValueError):
            found.append(Problem(str(index), _("Row %(row)d: the value must be a number from 0") % {"row": index}))
    if items and weight != template.weight_total:
        found.append(
            Problem("", _("The weights add up to %(sum)s, not %(total)s") % {"sum": weight, "total": template.weight_total})
        )
    present = {row.get("l1") for row in items}
    found.extend(
        Problem("", _("A target of the kind “%(kind)s” is missing") % {"kind": kind})
        for kind in template.required_l1
        if kind not in present
    )
    return found


def check(data: Any, path: str = "targets") -> list[Problem]:
    if not isinstance(data, Mapping) or not isinstance(data.get("kinds"), list) or not data["kinds"]:
        return [Problem(f"{path}.kinds", _("is missing"))]
    found = [
        Problem(f"{path}.kinds[{index}]", _("needs a first and a second level"))
        for index, row in enumerate(data["kinds"])
        if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) and row[key] for key in ("l1", "l2"))
    ]
    rows = [data.get("min_rows", 1), data.get("max_rows", 30)]
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 200 for one in rows) or rows[0] > rows[1]:
        found.append(Problem(f"{path}.min_rows", _("the number of rows cannot be read")))
    try:
        if not 0 < number(data.get("weight_total", 100)) <= MOST_WEIGHT:
            raise ValueError
    except (ArithmeticError, TypeError, ValueError):
        found.append(Problem(f"{path}.weight_total", _("must lie between %(low)d and %(high)d") % {"low": 1, "high": MOST_WEIGHT}))
    wanted = data.get("required_l1", [])
    if not isinstance(wanted, list) or not found and not {str(one) for one in wanted} <= {row["l1"] for row in data["kinds"]}:
        found.append(Problem(f"{path}.required_l1", _("names a kind that is not in the list")))
    return found
