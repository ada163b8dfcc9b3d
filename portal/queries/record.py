"""Reads of the record (ledger) for auditors: words of every act, personal data covered, experts by alias only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Max, Q, QuerySet, Value, When
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries as applications
from core.models import Job, LedgerRow, Seal
from core.workflow import Machine
from funding import queries as funding
from notices.models import Document
from performance import queries as performance
from performance.models import Acceptance, Evaluation, Report
from portal import policies, rules
from programs import queries as programs
from projects import queries as projects
from reviews import policies as review_policies
from reviews import queries as reviews
from reviews.models import Assignment

SEAL_JOB = "portal.seal"
AREAS = (
    ("accounts", gettext_lazy("People and units")), ("programs", gettext_lazy("Plans and guides")),
    ("applications", gettext_lazy("Applications")), ("reviews", gettext_lazy("Reviews")),
    ("projects", gettext_lazy("Projects")), ("funding", gettext_lazy("Money")),
    ("performance", gettext_lazy("Results")), ("notices", gettext_lazy("Official documents")),
    ("portal", gettext_lazy("Audit and exports")), ("core", gettext_lazy("System")),
)
#: Acts without a move of a state; the moves carry the words of their own table.
WORDS = {
    "accounts.integrity.mark": gettext_lazy("Integrity mark set"),
    "accounts.integrity.lift": gettext_lazy("Integrity mark lifted"),
    "accounts.membership.invite": gettext_lazy("Asked to join a unit"),
    "accounts.membership.request": gettext_lazy("Asked to join the unit"),
    "accounts.organisation.edit": gettext_lazy("Data of the unit changed"),
    "accounts.organisation.register": gettext_lazy("Unit registered"),
    "accounts.unitchange.ask": gettext_lazy("Change of verified data of the unit filed"),
    "accounts.person.consent": gettext_lazy("Consent to the privacy notice"),
    "accounts.person.create": gettext_lazy("Account created"),
    "accounts.person.edit": gettext_lazy("Personal data changed"),
    "accounts.person.employ": gettext_lazy("Employment recorded"), "accounts.person.end_employment": gettext_lazy("Employment ended"),
    "accounts.person.end": gettext_lazy("Closed the account"),
    "accounts.person.merge": gettext_lazy("Accounts merged"),
    "accounts.person.password": gettext_lazy("Password changed"),
    "accounts.person.unmask": gettext_lazy("Identity number opened"),
    "core.file.infected": gettext_lazy("Virus found in a file"),
    "core.file.open": gettext_lazy("File opened"),
    "core.file.release": gettext_lazy("File released without a virus check"),
    "core.reference.load": gettext_lazy("Reference data loaded"),
    "notices.preference.choose": gettext_lazy("Choice of messages changed"),
    "notices.document.draft": gettext_lazy("Document drafted"),
    "notices.document.edit": gettext_lazy("Document changed"),
    "notices.document.open": gettext_lazy("Document opened by its addressee"),
    "portal.export.ask": gettext_lazy("Export asked for"),
    "portal.export.make": gettext_lazy("Export made"),
    "portal.pause.begin": gettext_lazy("Heavy work switched off"),
    "portal.pause.end": gettext_lazy("Heavy work switched on again"),
    "portal.seal.ask": gettext_lazy("Check of the seal asked for"),
}
#: The person who acts on a seat of a panel is the expert: auditors read the alias (separation of review and audit).
SEATS = "reviews.assignment"
STAFF_ACTS = ("invite", "void", "replace")
FLOORS = {
    "applications": applications.verb_label, "programs": programs.verb_label, "reviews": reviews.verb_label,
    "projects": projects.verb_label, "funding": funding.verb_label, "performance": performance.verb_label,
}


def verb_label(verb: str) -> str:
    """What an act is called: by the move's own table, else by the floor that wrote it."""
    if verb in WORDS:
        return str(WORDS[verb])
    machine, _dot, name = verb.rpartition(".")
    known = Machine.registry.get(machine)
    if known is not None and name in known.steps and known.steps[name].label:
        return str(known.steps[name].label)
    floor = FLOORS.get(verb.split(".")[0])
    return str(floor(verb)) if floor else verb


def rows_for(actor: Any) -> QuerySet[LedgerRow]:
    """The whole record for those who read it; nothing for others.

    `shown_by` is the name a search may look at: empty for experts on their seats where the reader may not know them,
    or the search would tell what the page covers.
    """
    if policies.reads_ledger(actor) is not None:
        return LedgerRow.objects.none()
    if knows_experts(actor):
        return LedgerRow.objects.annotate(shown_by=F("actor_label"))
    return LedgerRow.objects.annotate(shown_by=Case(When(_by_expert(), then=Value("")), default=F("actor_label")))


def _by_expert() -> Q:
    staff = Q()
    for name in STAFF_ACTS:
        staff |= Q(verb=f"{SEATS}.{name}")
    return Q(target_type=SEATS) & ~staff


def row_for(actor: Any, pk: int) -> LedgerRow:
    row = rows_for(actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def knows_experts(actor: Any) -> bool:
    return actor.is_system or actor.holds(*review_policies.NAMERS)


def aliases(actor: Any, rows: Sequence[LedgerRow]) -> dict[int, str]:
    """ledger row id -> alias, for acts of experts on their seats; one query, empty for those who know the names."""
    if knows_experts(actor):
        return {}
    seats = {row.pk: row.target_id for row in rows if row.target_type == SEATS}
    names = dict(Assignment.objects.filter(pk__in=seats.values()).values_list("pk", "alias")) if seats else {}
    return {
        row.pk: _("Expert %(alias)s") % {"alias": names.get(row.target_id, "")}
        for row in rows if row.pk in seats and row.verb.rpartition(".")[2] not in STAFF_ACTS
    }


def doer(row: LedgerRow) -> str:
    """Who acted; timers and jobs act as the system, under the name of their room."""
    return row.who


@dataclass(frozen=True)
class Act:
    """A row of the record as an auditor reads it."""

    pk: int
    at: datetime
    label: str
    verb: str
    who: str
    why: str
    target: str
    area: str


def thing(row: LedgerRow) -> str:
    """What was acted upon, as people call it: a file has a name, everything else a number."""
    return rules.masked_text(row.data.get("name") or "") if row.verb.startswith("core.file.") else row.target_ref


def called(rows: Iterable[LedgerRow]) -> dict[tuple[str, int], str]:
    """What people call things that have no number of their own to show: a document by its number and title, a report, an
    examination or an evaluation by its project. Always the same number of queries."""
    pks: dict[str, list[int]] = {}
    for row in rows:
        pks.setdefault(row.target_type, []).append(row.target_id or 0)
    found = {("notices.document", pk): f"{number} {title}".strip() for pk, number, title in Document.objects.filter(
        pk__in=[0, *pks.get("notices.document", [])]).values_list("pk", "number", "title")}
    for model in (Report, Acceptance, Evaluation):
        label = model._meta.label_lower
        found |= {(label, pk): number for pk, number in model._default_manager.filter(
            pk__in=[0, *pks.get(label, [])]).values_list("pk", "project__number")}
    return found


def acts(actor: Any, rows: Iterable[LedgerRow]) -> list[Act]:
    found = list(rows)
    hidden, names = aliases(actor, found), called(found)
    return [
        Act(row.pk, row.at, verb_label(row.verb), row.verb, hidden.get(row.pk) or doer(row),
            rules.masked_text(row.why), names.get((row.target_type, row.target_id)) or thing(row), row.verb.split(".")[0])
        for row in found
    ]


def details(row: LedgerRow) -> list[tuple[str, str, bool]]:
    """Everything else the row holds, covered, as (path, value, whether the value is a name of the program)."""
    return [(path, value, rules.is_code(value)) for path, value in rules.leaves(rules.masked(row.data)).items() if value]


# --- the seal ----------------------------------------------------------------------------------------------------


def seal_state() -> dict[str, Any]:
    last = Seal.objects.order_by("-seq").first()
    total = LedgerRow.objects.count()
    sealed = last.seq if last else 0
    return {
        "total": total, "sealed": sealed, "waiting": max(total - sealed, 0), "head": last.digest if last else "",
        "at": last.at if last else None, "newest": LedgerRow.objects.aggregate(at=Max("at"))["at"],
    }


def seal_checks() -> QuerySet[Job]:
    """The last checks of the whole chain, by whomever."""
    return Job.objects.filter(kind=SEAL_JOB).order_by("-pk")[:10]


def seal_of(row: LedgerRow) -> Seal | None:
    return Seal.objects.filter(row=row).first()
