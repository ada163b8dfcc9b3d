"""The versioned programme tree, specials with their numbers, and policy documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.states import Role
from core import clock
from core.money import wan
from core.typed import whole
from programs import policies, states
from programs.models import AnnualPlanItem, Plan, PlanTree, PolicyDocument, Special
from programs.queries.plans import DECIDED


def tree_as_of(day: date | None = None) -> PlanTree | None:
    """The version of the programme tree in force on a day (clause P4)."""
    when = day or clock.today()
    return (
        PlanTree.objects.filter(Q(effective_to=None) | Q(effective_to__gte=when), effective_from__lte=when,
                                disabled_on=None, status__in=states.OFFICIAL_TREES)
        .order_by("-effective_from")
        .first()
    )


def tree_for(version: str, on: str) -> PlanTree | None:
    """The tree a page asks for: by code, as of a day, or the one in force; bad input falls back to the last."""
    if version:
        return get_tree(version)
    try:
        return tree_as_of(date.fromisoformat(on)) if on else tree_as_of()
    except ValueError:
        return tree_as_of()


def trees() -> QuerySet[PlanTree]:
    return PlanTree.objects.filter(disabled_on=None)


def get_tree(code: str) -> PlanTree:
    tree = PlanTree.objects.filter(code=code).first()
    if tree is None:
        raise Http404
    return tree


def plans_of(tree: PlanTree) -> list[Plan]:
    rows = Special.objects.filter(disabled_on=None).order_by("order", "code")
    return list(tree.plans.filter(disabled_on=None).prefetch_related(Prefetch("specials", rows)))


def specials_for_choice(tree: PlanTree) -> list[Special]:
    """What a new item may be for: neither suspended nor cancelled (clause T2)."""
    return list(Special.objects.filter(tree=tree, disabled_on=None, status=states.SpecialStatus.ACTIVE).select_related("plan"))


def specials_to_call(actor: Any) -> list[Special]:
    """Specials in force in the version in force that this person's division is in charge of."""
    tree = tree_as_of()
    return [special for special in specials_for_choice(tree) if policies.holds_for(actor, Role.DIVISION, special)] if tree else []


def get_special(tree: str, code: str) -> Special:
    special = Special.objects.select_related("plan", "tree").filter(tree__code=tree, code=code).first()
    if special is None:
        raise Http404
    return special


def special_numbers(special: Special) -> dict[str, Any]:
    """What this special has in the plans: money, number, awarded, committed, by year."""
    rows = (
        AnnualPlanItem.objects.filter(special__code=special.code, plan__status__in=DECIDED)
        .values(year=F("plan__year"))
        .annotate(money=Sum("money"), count=Sum("count"), committed=Sum("committed"), awarded=Sum("awarded_count"))
        .order_by("-year")
    )
    years = list(rows)
    return {
        "years": years,
        "money": sum((row["money"] for row in years), Decimal(0)),
        "committed": sum((row["committed"] for row in years), Decimal(0)),
        "awarded": sum(row["awarded"] for row in years),
    }


def get_document(actor: Any, number: str) -> PolicyDocument:
    row = policies.documents_visible_to(actor).select_related("replaced_by").filter(number=number).first()
    if row is None:
        raise Http404
    return row


def documents_for(special: Special, on: date) -> QuerySet[PolicyDocument]:
    """Documents that govern a special on a day."""
    return PolicyDocument.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), specials=special, status=states.PolicyStatus.IN_FORCE,
        valid_from__lte=on,
    )


def special_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Specials of the trees in use, grouped by tree and plan; the value is the row's id."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in Special.objects.filter(disabled_on=None, tree__disabled_on=None).select_related("plan", "tree").order_by(
        "-tree__effective_from", "plan__order", "order"
    ):
        groups.setdefault(f"{row.tree.label} · {row.plan.label}", []).append((str(row.pk), row.label))
    return list(groups.items())


def specials_by_id(ids: list[str]) -> QuerySet[Special]:
    return Special.objects.filter(pk__in=[pk for pk in map(whole, ids) if pk is not None])


def is_valid(document: PolicyDocument, on: date) -> bool:
    return (
        document.status == states.PolicyStatus.IN_FORCE and document.valid_from <= on
        and (document.valid_to is None or on <= document.valid_to)
    )


def special_names(codes: Iterable[str]) -> dict[str, str]:
    """{code: name} in the language of the page, the newest tree first."""
    return {row.code: row.label for row in Special.objects.filter(code__in=list(codes)).order_by("tree__effective_from")}


def special_codes() -> list[tuple[str, str]]:
    """(code, name with the code) of the specials of the trees in use; a code of several trees stands once, by its newest name."""
    found: dict[str, str] = {}
    for row in Special.objects.filter(disabled_on=None, tree__disabled_on=None).select_related("tree").order_by(
        "-tree__effective_from", "plan__order", "order"
    ):
        found.setdefault(row.code, f"{row.label}（{row.code}）")
    return list(found.items())


def special_kpis(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"label": _("Planned money"), "value": wan(numbers["money"]), "unit": _("10,000 yuan")},
        {"label": _("Committed"), "value": wan(numbers["committed"]), "unit": _("10,000 yuan")},
        {"label": _("Awards decided, public notices included"), "value": numbers["awarded"], "unit": ""},
    ]


def committed_by_year(numbers: dict[str, Any]) -> list[tuple[str, Decimal, Decimal]]:
    """(year, committed, planned) in 万元."""
    return [(str(y["year"]), y["committed"] / 10000, y["money"] / 10000) for y in numbers["years"]]


def documents_in_force(special: Special) -> QuerySet[PolicyDocument]:
    """Documents a guide may name: in force, those of its special first."""
    return (
        PolicyDocument.objects.filter(status=states.PolicyStatus.IN_FORCE).select_related("replaced_by")
        .annotate(mine=Count("specials", filter=Q(specials=special)))
        .order_by("-mine", "-valid_from")
    )


def is_not_over(document: PolicyDocument) -> bool:
    """Whether a new guide may still name it: not repealed, not replaced since, not past its last day; one that begins later may be named."""
    return document.status == states.PolicyStatus.IN_FORCE and (document.valid_to is None or document.valid_to >= clock.today())


def specials_in(tree: PlanTree, specials: Iterable[Special]) -> dict[int, Special]:
    """{old special's id: the special that continues it in this tree and is in force}, in one query; the only place where an
    old special is looked up in a new tree. Those that are suspended, cancelled or gone are left out."""
    rows = list(specials)
    found = {
        special.code: special
        for special in Special.objects.filter(
            tree=tree, code__in={row.code for row in rows}, status=states.SpecialStatus.ACTIVE, disabled_on=None
        ).select_related("plan")
    }
    return {row.pk: found[row.code] for row in rows if row.code in found}
