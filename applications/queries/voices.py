"""Reads of the word of others: what is asked, what was said, what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import pgettext

from accounts.states import Role
from applications import policies, workflow
from applications.models import Application, Voice
from applications.queries.parts import form_of
from applications.states import Gate, Side
from core.models import LedgerRow
from programs import queries as programme
from programs.engine import voices
from programs.engine.forms import display


def voice_for(actor: Any, uid: Any) -> Voice:
    """One the actor may see; 404 otherwise."""
    return _one(policies.voices_visible_to(actor), uid)


def voice_of_unit(actor: Any, uid: Any) -> Voice:
    return _one(policies.voices_of_units(actor), uid)


def voice_at_desk(actor: Any, uid: Any) -> Voice:
    return _one(policies.voices_at_desk(actor), uid)


def _one(rows: QuerySet[Voice], uid: Any) -> Voice:
    try:
        found = rows.filter(uid=UUID(str(uid))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def voices_asked_of_units(actor: Any) -> QuerySet[Voice]:
    return policies.voices_of_units(actor)


def voices_on_desk(actor: Any) -> QuerySet[Voice]:
    return policies.voices_at_desk(actor)


def voices_owed(actor: Any) -> list[Voice]:
    """What the person's units were asked and have not answered, and papers that their own applications still owe."""
    if actor.id is None:
        return []
    rows = policies.voices_visible_to(actor).filter(status="ASKED")
    return list(rows.filter(Q(organisation__in=actor.units(Role.ORG_ADMIN)) | (
        Q(side=Side.APPLICANT) & (Q(application__leader=actor.id) | Q(application__unit__in=actor.units(Role.ORG_ADMIN)))))[:50])


def voices_to_record(actor: Any) -> int:
    """How many a division has to put on record or to confirm."""
    rows = policies.voices_at_desk(actor)
    return rows.filter(Q(status="HANDED_IN") | Q(status="ASKED", organisation=None, side__in=[Side.OWNER, Side.RECORD])).count()


def said(actor: Any, application: Application) -> list[dict[str, Any]]:
    """The words on an application that the actor may see, in order: {row, ask, figures}."""
    rows = list(policies.voices_visible_to(actor).filter(application=application))
    for row in rows:
        row.application = application
    return [words_of(row) for row in rows]


def words_of(row: Voice) -> dict[str, Any]:
    """One row with what the guide says of it, figures in words."""
    ask = workflow.ask_of(row)
    figures = [(one.label, voices.shown_figure(one, row.figures[one.code])) for one in (ask.figures if ask else ()) if one.code in row.figures]
    return {"row": row, "ask": ask, "label": ask.label if ask else row.code, "figures": figures}


def label_of(row: Voice) -> str:
    return voices.label_of(row.code)


def with_versions(rows: Iterable[Application]) -> list[Application]:
    """The same rows with the data of their guide version from the memory of this process: one query per version."""
    found, kept = list(rows), {}
    for row in found:
        if row.version_id not in kept:
            kept[row.version_id] = programme.kept_version_of(row.version_id)
        row.version = kept[row.version_id]
    return found


def gaps_before_proposal(applications: Iterable[Application]) -> list[str]:
    """Which answers these applications still lack, or have against them, before they can be proposed. Prefetch `voices`."""
    return [text for row in applications for text in workflow.voice_gaps(row, Gate.PROPOSE)]


def gaps_before_award(application: Application) -> list[str]:
    return workflow.heard_before_award(application)


def gaps_before_conclusion(application: Application, round: int, *, passed: bool) -> list[str]:
    """Of one examination; where the project is not to pass, a failed test stands in no way."""
    return workflow.voice_gaps(application, Gate.ACCEPTANCE, round, against=passed)


def declined(application: Application) -> list[Voice]:
    """Words against a proposal. Prefetch `voices`."""
    return [row for row in application.voices.all() if row.gate == Gate.PROPOSE and row.status == "DECLINED"]


def shown_to_owner(row: Voice) -> list[tuple[str, str]]:
    """(label, answer): the sections of the application that the guide shows to who is asked. Nothing of reviewers or scores."""
    ask, application = workflow.ask_of(row), row.application
    wanted = set(ask.sections) if ask else set()
    return [
        (item.label, display(item, (application.answers.get(section.code) or {}).get(item.code)))
        for section in form_of(application).sections if section.code in wanted for item in section.fields if item.kind not in ("group", "table")
    ]


def history_of_voice(row: Voice) -> list[dict[str, Any]]:
    """What happened to the row, the newest first; the label is that of the move."""
    rows = LedgerRow.objects.filter(target_type=row._meta.label_lower, target_id=row.pk).order_by("-pk")[:100]
    return [{"at": one.at, "who": one.who, "why": one.why, "label": _verb(one.verb.rsplit(".", 1)[1])} for one in rows]


def _verb(name: str) -> str:
    return str(workflow.VOICE.steps[name].label) if name in workflow.VOICE.steps else pgettext("word of another body", "Asked")


# --- amounts of the way of funding -------------------------------------------------------------------------------


def mode_caps(application: Application) -> list[tuple[str, Decimal]]:
    """(name, yuan): what the way of funding allows this application at most (clause R4); [] for most ways."""
    if application.guide.funding_mode not in voices.CAPS:
        return []
    data = application.version.data
    budget = sum((line.amount for line in application.budget.all()), Decimal(0))
    return voices.amount_caps(data, application.answers, budget)
