"""What an application's own people read about where it stands: invitations, history in their words, papers."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications import states
from applications.models import Application, TeamMember
from applications.queries.reads import history_of
from applications.queries.rows import names_in_words
from applications.states import Status

LINE = (
    (Status.DRAFT, (Status.DRAFT, Status.UNIT_RETURNED)), (Status.UNIT_PENDING, (Status.UNIT_PENDING, Status.RECOMMEND_PENDING)),
    (Status.SUBMITTED, (Status.SUBMITTED, Status.CORRECTION)),
    (Status.IN_REVIEW, (Status.ACCEPTED, Status.IN_REVIEW, Status.REVIEWED, Status.SITE_VISIT, Status.SPECIAL_AUDIT, Status.RANKED)),
    (Status.PUBLICITY, (Status.PROPOSED, Status.PUBLICITY, Status.OBJECTION_HOLD)), (Status.AWARDED, (Status.AWARDED,)),
)


def invitations(actor: Any) -> list[TeamMember]:
    """Teams that name the actor and wait for a yes."""
    if actor.id is None:
        return []
    rows = TeamMember.objects.filter(person=actor.id, confirmed_at=None, application__status__in=states.BEFORE_SUBMISSION)
    return list(rows.select_related("application__leader", "application__guide"))


def invitation_for(actor: Any, pk: int) -> TeamMember:
    found = TeamMember.objects.filter(person=actor.id, pk=pk).select_related("application").first() if actor.id else None
    if found is None:
        raise Http404
    return found


def team_of(application: Application) -> list[TeamMember]:
    return list(application.team.select_related("organisation").order_by("order", "pk"))


def line_of(application: Application) -> list[dict[str, str]]:
    """The steps of the whole way for the page's line; what ended early stops where it stood."""
    labels = (_("Filling in"), _("Approval of the unit"), _("Formality check"), _("Review"), _("Public notice"), _("Award"))
    here = next((index for index, (_first, inside) in enumerate(LINE) if application.status in inside), -1)
    if application.status == Status.AWARDED:
        return [{"label": label, "state": "done"} for label in labels]
    if here < 0:
        here = {Status.NOT_ACCEPTED: 2, Status.NOT_SELECTED: 3, Status.REJECTED: 4, Status.EXPIRED: 0}.get(application.status, 2)
        state = "stop"
    else:
        state = "here"
    return [{"label": label, "state": "done" if index < here else state if index == here else ""}
            for index, label in enumerate(labels)]


TEAM_VERBS = ("add_member", "change_member", "remove_member", "add_partner", "change_partner", "remove_partner")
#: What an applicant reads of the history. Acts inside the bureau that would tell a ranking are left out.
SHOWN = ("start", "remind", "hand_in", "recall", "return", "endorse", "pass_on", "recommend", "decline", "take_back", "withdraw", "expire",
         "go_on", "go_on_returned", "go_on_at_unit", "go_on_at_recommender", "accept", "ask_correction", "answer", "refuse", "lapse",
         "put_in_review", "not_select", "publicise", "award", "award_directly",
         "reject", *TEAM_VERBS)


def verb_label(verb: str) -> str:
    from applications.workflow import APPLICATION, HANDOVER, IMPORT  # noqa: PLC0415 (the table reads this module)

    name = verb.rsplit(".", 1)[1]
    if verb.startswith("applications.handover."):
        return str(HANDOVER.steps[name].label if name in HANDOVER.steps else pgettext("handover", "Handed over"))
    if verb.startswith("applications.import."):
        return str(IMPORT.steps[name].label if name in IMPORT.steps else _("Table received") if name == "keep" else _("Taking over decided"))
    if verb.startswith("applications.coauthor."):
        return str({"invite": pgettext("co-author", "Invited to write"), "rights": pgettext("co-author", "Rights changed")}.get(name, verb))
    if verb.startswith("applications.oldproject."):
        return str(_("Old project brought up to date"))
    if verb.startswith("applications.application.") and name in APPLICATION.steps:
        return str(APPLICATION.steps[name].label)
    return str({"start": _("Application begun"), "remind": _("Reminded by the unit to hand in"), "open": _("Check begun"), "upload": _("File uploaded"), "done": _("Part finished"),
                "save": _("Saved"), "freeze": _("Version kept"), "attach": _("File uploaded"), "detach": _("File removed"), "file": _("Report of visit or audit filed"),
                "compare": _("Compared"), "find": _("Likeness to another text found"), "ask": pgettext("word of another body", "Asked"),
                "add_member": _("Member added"), "change_member": _("Member changed"), "remove_member": _("Member removed"),
                "add_partner": _("Partner added"), "change_partner": _("Partner changed"), "remove_partner": _("Partner removed")}.get(name, verb))


def _of_team(row: Any) -> bool:
    return row.verb.rsplit(".", 1)[1] in TEAM_VERBS


def _why(row: Any) -> str:
    """Of the team and the partners: whose row, and which fields."""
    if not _of_team(row):
        return str(row.why)
    fields = names_in_words(row.verb.rsplit("_", 1)[1], (row.data or {}).get("fields") or [])
    return "：".join(part for part in ((row.data or {}).get("name", ""), fields) if part)


def events_for_applicant(application: Application) -> list[dict[str, Any]]:
    return [
        {"at": row.at, "who": row.actor_label if row.actor_id in (application.leader_id, application.endorsed_by_id) or _of_team(row) else "",
         "why": _why(row), "label": verb_label(row.verb)}
        for row in history_of(application)
        if row.verb.rsplit(".", 1)[1] in SHOWN
    ]


def events_for_desk(application: Application) -> list[dict[str, Any]]:
    return [{"at": row.at, "who": row.who, "why": _why(row), "label": verb_label(row.verb)}
            for row in history_of(application) if not row.verb.endswith(".save")]


def papers_of(application: Application) -> dict[str, Any]:
    return {"pdf": application.pdf, "receipt": application.receipt_pdf}
