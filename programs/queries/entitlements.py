"""Entitlement lists (clauses R6, C2): whom a guide entitles by held data and to how much; what units and staff see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from programs import policies, states
from programs.engine import amounts, conditions
from programs.engine.conditions import HUMAN
from programs.engine.facts import CATALOGUE, GUIDE, UNIT
from programs.engine.operators import label, register_knows
from programs.models import Entitlement, EntitlementList, Guide, GuideVersion
from programs.queries import held, register
from programs.queries.amount_words import formula_words
from programs.states import EntitlementStatus, FundingMode
from programs.workflow.entitlements import taken_by_lists

CHUNK = 500


@dataclass(frozen=True)
class Case:
    """A unit that the data entitle, with the amount in yuan, its lines per language and the outcome of each condition."""

    organisation_id: int
    amount: Decimal
    explained: dict[str, list[list[str]]]
    conditions: list[dict[str, Any]]


@dataclass(frozen=True)
class OpenCase:
    """A unit that no condition keeps out, but whose case a person would have to look at: it is not on the list."""

    organisation_id: int


def list_problems(guide: Guide) -> list[str]:
    """Why no list can be computed for a guide; clauses R4 and R6."""
    if guide.funding_mode != FundingMode.ENTITLEMENT:
        return [_("Clause R6: only guides of entitlement without application compute a list.")]
    if guide.status not in states.RUNNING_STATUSES or guide.version is None:
        return [_("Clause A2: the guide is not published, or is withdrawn or superseded.")]
    if guide.entitlement_lists.filter(status__in=states.LIST_IN_WORK).exists():
        return [_("The guide has a list in work; publish or discard it first.")]
    return formula_problems(guide.version)


def formula_problems(version: GuideVersion) -> list[str]:
    """The amount must follow from what the register holds of the unit alone."""
    formula = (version.data.get("amount") or {}).get("formula")
    if not formula:
        return [_("Clause R6: the guide has no formula.")]
    try:
        asked = amounts.parse(formula).facts
    except amounts.FormulaError as error:
        return [str(error)]
    unknown = sorted(label(name) for name in asked if not register_knows(name) or CATALOGUE[name].subject not in (UNIT, GUIDE))
    if unknown:
        return [_("Clause R6: the formula asks for figures that the register does not hold of a unit: %(names)s.") % {"names": "、".join(unknown)}]
    return []


def entitled(version: GuideVersion, day: date) -> Iterator[Case | OpenCase]:
    """Every unit that no hard condition keeps out, each once with its best leader, streamed in order. Units that already
    have an entitlement of this guide are left out."""
    asked = register.question(version, at=day, live=True)
    text = (
        f"SELECT DISTINCT ON (organisation_id) organisation_id, person_id FROM ({asked.sql}) q"  # noqa: S608 (ours)
        " WHERE NOT EXISTS (SELECT 1 FROM programs_entitlement e WHERE e.guide_id = %s AND e.organisation_id = q.organisation_id AND e.status <> 'VOID')"
        f" ORDER BY organisation_id, {asked.unknown}, person_id"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, (*asked.params, version.guide_id))
        for pairs in iter(lambda: cursor.fetchmany(CHUNK), []):
            for pair, facts in zip(pairs, held.facts_in_bulk(list(pairs), day=day), strict=True):
                yield case_of(version, pair[0], {**facts, **held.guide_facts(version.guide)})


def case_of(version: GuideVersion, organisation_id: int, facts: dict[str, Any]) -> Case | OpenCase:
    outcomes = conditions.evaluate(register.rules_of(version), facts)
    if any(one.result == HUMAN and one.hard for one in outcomes):
        return OpenCase(organisation_id)
    try:
        told = {language: _worked_out(version, facts, language) for language, _name in settings.LANGUAGES}
    except (amounts.MissingFact, amounts.FormulaError):
        return OpenCase(organisation_id)
    lines = {language: [[line.name, line.text, amounts.show(line.value)] for line in amount.lines] for language, amount in told.items()}
    return Case(organisation_id, told[settings.LANGUAGE_CODE].total, lines, [
        {"code": one.code, "clause": one.clause, "text": one.text, "result": one.result, "found": one.said, "source": one.source}
        for one in outcomes])


def _worked_out(version: GuideVersion, facts: dict[str, Any], language: str) -> amounts.Amount:
    with translation.override(language):
        return amounts.evaluate(version.data["amount"], facts)


def money_left(guide: Guide) -> Decimal:
    """What the guide has left for a new list."""
    return guide.budget_control - taken_by_lists(guide)[0]


# --- pages ------------------------------------------------------------------------------------------------------------


def lists_for(actor: Any) -> QuerySet[EntitlementList]:
    counts = {name: Count("rows", filter=Q(rows__status=status)) for name, status in (
        ("confirmed", EntitlementStatus.CONFIRMED), ("waiting", EntitlementStatus.OFFERED))}
    return policies.lists_visible_to(actor).annotate(**counts)


def list_for(actor: Any, ref: str) -> EntitlementList:
    row = lists_for(actor).filter(ref=ref).first()
    if row is None:
        raise Http404
    return row


def lists_of(guide: Guide) -> list[EntitlementList]:
    return list(guide.entitlement_lists.order_by("-number"))


def rows_of(actor: Any, roll: EntitlementList) -> QuerySet[Entitlement]:
    return policies.entitlements_visible_to(actor).filter(roll=roll)


def sums_of(roll: EntitlementList) -> dict[str, tuple[int, Decimal]]:
    """{status: (units, yuan)} of a list."""
    rows = roll.rows.values("status").annotate(count=Count("pk"), money=Sum("amount")).order_by("status")
    return {row["status"]: (row["count"], row["money"]) for row in rows}


def entitlements_of_units(actor: Any) -> QuerySet[Entitlement]:
    """What was offered to the units the actor administers; staff have the desk for the others."""
    rows = Entitlement.objects.select_related("organisation", "roll", "guide__special__plan")
    return rows.filter(organisation__in=actor.units("ORG_ADMIN"), roll__status__in=states.LIST_SEEN).order_by("-roll__published_at", "pk")


def own_entitlement(actor: Any, uid: Any) -> Entitlement:
    row = entitlements_of_units(actor).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def any_entitlement(actor: Any, uid: Any) -> Entitlement:
    row = policies.entitlements_visible_to(actor).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def entitlement_words(row: Entitlement) -> list[list[str]]:
    """The same lines with the computation read aloud, for people; a formula that cannot be read stays as it is written."""
    lines, words = entitlement_lines(row), formula_words(row.roll.version.data.get("amount") or {})
    if len(words) != len(lines):
        return lines
    return [[name, said.split(" = ", 1)[1], value] for (name, _text, value), said in zip(lines, words, strict=True)]


def entitlement_lines(row: Entitlement) -> list[list[str]]:
    """The lines of the formula in the language of the page."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return row.explained.get(language) or row.explained.get(settings.LANGUAGE_CODE) or []

