"""One special over the versions of the tree, and numbers that follow the mapping (clauses P3, P4, T1, T3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from core import clock
from core.models import Parameter
from programs import policies
from programs.engine import lineage
from programs.models import AnnualPlan, AnnualPlanItem, PlanTree, Special
from programs.queries.parameters import parameters_on
from programs.queries.plans import DECIDED
from programs.queries.tree import tree_as_of
from programs.queries.versions import share_words
from programs.workflow import atlas, uses


def special_for(actor: Any, tree: str, code: str) -> Special:
    row = policies.specials_visible_to(actor).filter(tree__code=tree, code=code).first()
    if row is None:
        raise Http404
    return row


def lineage_of(actor: Any, special: Special) -> list[dict[str, Any]]:
    """Where a class comes from and where it went, oldest version first. Steady queries, however many versions.

    Each entry: special, relation ("from", "self", "to"), share (of the old class that arrives, of this class that goes),
    use (guides, items, running projects) and, on the entry itself, the share that was ended by version.
    """
    ways = atlas()
    before, after = ways.ancestors(special.pk), ways.descendants(special.pk)
    rows = {row.pk: row for row in policies.specials_visible_to(actor).filter(pk__in=[special.pk, *before, *after])}
    used, notes, found = uses(rows.values()), _notes(special), []
    for pk, row in rows.items():
        relation = "self" if pk == special.pk else "from" if pk in before else "to"
        heirs = ways.heirs(pk, special.tree_id) if relation == "from" else ways.heirs(special.pk, row.tree_id)
        share = heirs.found.get(special.pk if relation == "from" else pk, Fraction(0))
        found.append({"special": row, "relation": relation, "share": share_words(share) if relation != "self" else "",
                      "use": used[pk], "note": notes.get(pk, ""), "words": relation_words(relation)})
    return sorted(found, key=lambda entry: (entry["special"].tree.effective_from, entry["special"].pk))


def _notes(special: Special) -> dict[int, str]:
    """The words beside the direct links of a class; two queries."""
    return dict([*special.continued_as.filter(new__isnull=False).values_list("new", "note"), *special.continues.values_list("old", "note")])


def heirs_now() -> Callable[[int], list[int]]:
    """For many classes at once: which classes of the version in force each is continued as. A class that was ended has none."""
    ways, tree = atlas(), tree_as_of(clock.today())

    def heirs(special: int) -> list[int]:
        return list(ways.heirs(special, tree.pk).found) if tree is not None and special in ways.home else []

    return heirs


def endings_of(special: Special) -> QuerySet:
    """Versions in which the class, or a share of it, is not continued."""
    return special.continued_as.filter(new=None).select_related("into")


def _years(ids: list[int]) -> dict[int, dict[int, dict[str, Any]]]:
    """{special: {year: money, count, committed, awarded}} of decided plans; one query."""
    rows = (
        AnnualPlanItem.objects.filter(special__in=ids, plan__status__in=DECIDED)
        .values("special", year=F("plan__year"))
        .annotate(money=Sum("money"), count=Sum("count"), committed=Sum("committed"), awarded=Sum("awarded_count"))
    )
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        found[row["special"]][row["year"]] = {name: row[name] for name in ("money", "count", "committed", "awarded")}
    return found


def followed_numbers(special: Special) -> dict[str, Any]:
    """The numbers of a class over the years with the shares of the classes it continues, in the shape of
    `special_numbers`. Money is cut to the fen and counts to whole numbers; over all heirs nothing is lost or doubled."""
    ways = atlas()
    sources = [special.pk, *ways.ancestors(special.pk)]
    by_year: dict[int, dict[str, Any]] = defaultdict(lambda: {"money": Decimal(0), "count": 0, "committed": Decimal(0), "awarded": 0})
    for pk, years in _years(sources).items():
        heirs = ways.heirs(pk, special.tree_id)
        for year, numbers in years.items():
            part = share_of(numbers, heirs, special.pk)
            for name, value in part.items():
                by_year[year][name] += value
    years = [{"year": year, **by_year[year]} for year in sorted(by_year, reverse=True)]
    return {
        "years": years, "money": sum((row["money"] for row in years), Decimal(0)),
        "committed": sum((row["committed"] for row in years), Decimal(0)), "awarded": sum(row["awarded"] for row in years),
    }


def share_of(numbers: Mapping[str, Any], heirs: lineage.Heirs, key: lineage.Key) -> dict[str, Any]:
    """The part of an old class's numbers that one heir takes over."""
    keys = sorted(heirs.found, key=str)
    shares = [heirs.found[one] for one in keys]
    shares += [share for share in (heirs.ended, sum(heirs.open.values(), Fraction(0))) if share]
    place = keys.index(key) if key in keys else None
    if place is None:
        return {"money": Decimal(0), "count": 0, "committed": Decimal(0), "awarded": 0}
    cut = {name: lineage.split(Decimal(numbers[name]), shares, Decimal("0.01") if name in ("money", "committed") else Decimal(1))[place]
           for name in ("money", "count", "committed", "awarded")}
    return {**cut, "count": int(cut["count"]), "awarded": int(cut["awarded"])}


# --- a year by the tree and the rules of that year ---------------------------------------------------------------


def tree_of_year(year: int) -> PlanTree | None:
    """The version a year is reported by: the one its annual plan was made under, else the one in force at its end."""
    plan = AnnualPlan.objects.filter(year=year).select_related("tree").first()
    return plan.tree if plan else tree_as_of(min(date(year, 12, 31), clock.today()))


def report_years() -> list[int]:
    return list(AnnualPlan.objects.filter(status__in=DECIDED).order_by("-year").values_list("year", flat=True))


def year_report(year: int) -> dict[str, Any]:
    """Plans and specials of the year's own version with planned, committed and awarded, and the day whose rules apply."""
    tree = tree_of_year(year)
    if tree is None:
        raise Http404
    rows = list(Special.objects.filter(tree=tree, disabled_on=None).select_related("plan").order_by("plan__order", "order", "code"))
    numbers = {pk: years.get(year) for pk, years in _years([row.pk for row in rows]).items()}
    plans: dict[int, dict[str, Any]] = {}
    for row in rows:
        plan = plans.setdefault(row.plan_id, {"plan": row.plan, "rows": [], "money": Decimal(0), "committed": Decimal(0), "awarded": 0})
        mine = numbers.get(row.pk) or {"money": Decimal(0), "count": 0, "committed": Decimal(0), "awarded": 0}
        plan["rows"].append({"special": row, **mine})
        for name in ("money", "committed", "awarded"):
            plan[name] += mine[name]
    return {"year": year, "tree": tree, "plans": list(plans.values()), "rules_on": min(date(year, 12, 31), clock.today())}


def rules_of_year(year: int) -> list[Parameter]:
    """The deciding numbers that came into force in a year, as they stood at its end."""
    return [row for row in parameters_on(min(date(year, 12, 31), clock.today())) if row.effective_from.year == year]


def relation_words(relation: str) -> str:
    return {"from": _("comes from"), "self": _("this class"), "to": _("goes to")}[relation]
