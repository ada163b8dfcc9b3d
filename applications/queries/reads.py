"""Reads of pages: one application, the workbench, the unit's queue, the desk's queue, the public's question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.states import OrganisationStatus, Role
from applications import policies, rules, states
from applications.models import Annex, Application, CoAuthor, Correction, FormalityCheck, Partner, TeamMember, Upload
from applications.queries import parts
from applications.queries.checks import unit_problems
from applications.states import Status
from applications.workflow import before_close
from core import clock
from core.models import LedgerRow, StoredFile
from programs import queries as programme
from programs.models import Guide

# --- one ---------------------------------------------------------------------------------------------------------


#: Columns that only a look at the content needs.
BULKY = ("answers", "done", "revs", "search")


#: What decides until when an application may be filed.
TIMES = ("guide__windows", "guide__extensions")


def get_for(actor: Any, ref: str) -> Application:
    """One application the actor may see, by its number; 404 otherwise, whether it exists or not."""
    found = policies.visible_to(actor).filter(ref=ref).prefetch_related(*TIMES).first()
    if found is None:
        raise Http404
    return found


def leader_get(actor: Any, ref: str) -> Application:
    """For the applicant's own pages: led by the actor (others see it elsewhere)."""
    found = policies.mine(actor).filter(ref=ref).prefetch_related(*TIMES).first()
    if found is None:
        raise Http404
    return found


def writer_get(actor: Any, ref: str, part: str = "", *, write: bool = False) -> Application:
    """For the pages where an application is filled in: its leader, and a co-author who may read (or `write`) the part."""
    found = policies.written_by(actor).filter(ref=ref).prefetch_related(*TIMES).first()
    if found is None or (part and (policies.may_write if write else policies.may_read)(actor, found, part)):
        raise Http404
    found.seat = None if found.leader_id == actor.id else policies.seat_of(actor, found)
    return found


def papers_get(actor: Any, ref: str, part: str = "") -> Application:
    """For files: a co-author reads those of the part that is shared, and no paper of the whole."""
    found = get_for(actor, ref)
    if policies.may_view_whole(actor, found) and (not part or policies.may_read(actor, found, part)):
        raise Http404
    return found


def unit_get(actor: Any, ref: str) -> Application:
    found = policies.of_units(actor).filter(ref=ref).prefetch_related(*TIMES).first()
    if found is None:
        raise Http404
    return found


def unit_gets(actor: Any, refs: list[str]) -> list[Application]:
    """The same for many, in the order of `refs`: the right is asked once for all of them, not row by row."""
    found = {row.ref: row for row in policies.of_units(actor).filter(ref__in=refs).defer("version__data").prefetch_related(*TIMES)}
    if set(refs) - set(found):
        raise Http404
    return [found[ref] for ref in dict.fromkeys(refs)]


def desk_get(actor: Any, ref: str) -> Application:
    found = policies.at_desk(actor).filter(ref=ref).prefetch_related(*TIMES).first()
    if found is None:
        raise Http404
    return found


def desk_gets(actor: Any, refs: list[str]) -> list[Application]:
    """Many at one's desk, in the order of `refs`; one that is not there is as if none were."""
    found = {row.ref: row for row in policies.at_desk(actor).filter(ref__in=refs).prefetch_related(*TIMES)} if refs else {}
    if set(refs) - set(found):
        raise Http404
    return [found[ref] for ref in dict.fromkeys(refs)]


def member_for(actor: Any, application: Application, pk: int) -> TeamMember:
    row = application.team.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def partner_for(actor: Any, application: Application, pk: int) -> Partner:
    row = application.partners.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def annex_for(actor: Any, application: Application, pk: int) -> Annex:
    """A version of a material that the actor may open; 404 otherwise."""
    row = policies.annexes_visible_to(actor, application).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def correction_of(application: Application) -> Correction | None:
    return Correction.objects.filter(application=application).select_related("document").first()


def history_of(application: Application, limit: int = 100) -> QuerySet[LedgerRow]:
    return LedgerRow.objects.filter(
        target_type=application._meta.label_lower, target_id=application.pk
    ).order_by("-id")[:limit]


def last_saves(application: Application, section: str, names: list[str]) -> dict[str, Any]:
    """Who last changed each of these fields, and when: for the page that shows two texts side by side."""
    found: dict[str, Any] = {}
    for row in application.saves.filter(section=section).select_related("saved_by")[:50]:
        for name in names:
            if name in row.values and name not in found:
                found[name] = row
    return found


# --- the applicant -----------------------------------------------------------------------------------------------


def mine(actor: Any) -> QuerySet[Application]:
    return policies.mine(actor).prefetch_related(*TIMES).order_by("-pk")


def open_guides(actor: Any) -> list[Guide]:
    """Guides open by the clock, the nearest close first, with whether a unit of the actor may apply, why not, and what the
    actor has in it already."""
    rows = programme.open_rows(programme.guides_for(actor)).order_by("closes_at")
    units = units_of(actor)
    guides = [guide for guide in rows[:12] if not programme.without_application(guide)]
    mine = drafts(actor).filter(guide__in=[guide.pk for guide in guides]).order_by("pk")
    begun = dict(mine.values_list("guide", "ref")) if guides else {}
    for guide in guides:
        problems = [unit_problems(guide.version.data, unit) for unit in units]
        guide.fits, guide.begun = not all(problems) or not units, begun.get(guide.pk, "")
        guide.why_not = "" if guide.fits else problems[0][0]
    return guides


def units_of(actor: Any) -> list[Organisation]:
    """Units for which the person may apply."""
    roles = (Role.MEMBER, Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE)
    return list(Organisation.objects.filter(pk__in=actor.units(*roles), status=OrganisationStatus.VERIFIED))


def drafts(actor: Any) -> QuerySet[Application]:
    """What the actor leads and has not lost: being filled in, or counting against the guide."""
    return policies.mine(actor).filter(status__in=[*states.BEFORE_SUBMISSION, *states.COUNTING])


def drafts_in(actor: Any, guide: Guide) -> QuerySet[Application]:
    return drafts(actor).filter(guide=guide)


@dataclass(frozen=True)
class Task:
    """One line of the task list. state: done, part, none, wrong, locked."""

    part: parts.Part
    state: str
    note: str


def tasks_of(application: Application, wrong: dict[str, int] | None = None, opened: set[str] | None = None,
             seat: CoAuthor | None = None) -> list[tuple[str, list[Task]]]:
    """Groups of tasks in any order; `opened` are the parts a correction allows to be rewritten, `seat` is the co-author's who
    reads the list."""
    counts = {
        parts.TEAM: application.team.count(), parts.PARTNERS: application.partners.count(),
    }
    present = set(application.annexes.filter(is_current=True).values_list("code", flat=True))
    groups: dict[str, list[Task]] = {}
    for part in parts.parts_of(application):
        state, note = _task_state(application, part, counts, present, (wrong or {}).get(part.code, 0))
        if opened is not None and part.code not in opened:
            state, note = "locked", _("not opened for correction")
        if seat is not None and state != "locked":
            state, note = _for_seat(application, seat.right(part.code), state, note)
        groups.setdefault(part.group, []).append(Task(part, state, note))
    return list(groups.items())


def _for_seat(application: Application, right: str, state: str, note: str) -> tuple[str, str]:
    if right == states.WRITE and application.status in states.EDITABLE:
        return state, note
    return ("read", _("for you to read")) if right else ("locked", _("not shared with you"))


def _task_state(application: Application, part: parts.Part, counts: dict[str, int], present: set[str], wrong: int
                ) -> tuple[str, str]:
    answered = len(present) if part.code == parts.FILES else counts.get(part.code, 0) if part.section is None else _answered(
        application, part)
    if application.done.get(part.code):
        if wrong:
            return "wrong", _("%(count)d to put right") % {"count": wrong}
        return "done", _("Done")
    if part.code == parts.FILES and (wanted := {row["code"] for row in parts.documents_of(application) if row["required"]}):
        return ("part" if present else "none"), _("%(count)d of %(all)d required") % {
            "count": len(wanted & present), "all": len(wanted)
        }
    if part.code == parts.TEAM and answered <= 1:
        return "none", _("Not started")
    return ("part", _("In progress")) if answered else ("none", _("Not started"))


def _answered(application: Application, part: parts.Part) -> int:
    return sum(1 for value in (application.answers.get(part.code) or {}).values() if not rules.blank(value))


def done_count(groups: list[tuple[str, list[Task]]]) -> tuple[int, int]:
    tasks = [task for _group, rows in groups for task in rows]
    return sum(task.state == "done" for task in tasks), len(tasks)


@dataclass(frozen=True)
class Next:
    """What happens next and by when; the line every applicant reads first."""

    text: str
    due: datetime | None = None
    urgent: bool = False


def close_of(application: Application) -> datetime | None:
    """The close that counts for this application, begun when it was: of the window it may be filed in, or of the next."""
    guide = application.guide
    window = programme.window_for(guide, application.created_at) or programme.upcoming_window(guide)
    return window.closes_at if window else guide.closes_at


NEXT_STEPS = {
    Status.DRAFT: gettext_lazy("Fill in, check and hand in to your unit; your unit must approve before the close."),
    Status.UNIT_RETURNED: gettext_lazy("Revise what your unit asks for and hand in again before the close."),
    Status.UNIT_PENDING: gettext_lazy("Your unit's administrator approves and submits; only that counts as submission."),
    Status.RECOMMEND_PENDING: gettext_lazy("The recommending body submits it before the close."),
    Status.SUBMITTED: gettext_lazy("The receiving institution checks form and materials."),
    Status.CORRECTION: gettext_lazy("Correct what the notice lists and send it; later means refusal."),
    Status.ACCEPTED: gettext_lazy("Experts will be drawn and asked to review."),
    Status.PROPOSED: gettext_lazy("The decision is being prepared."),
    Status.PUBLICITY: gettext_lazy("The proposed list is open to objections; the award follows when the time is over."),
    Status.OBJECTION_HOLD: gettext_lazy("The supervision division examines an objection."),
    Status.AWARDED: gettext_lazy("The project is awarded: contract, payments, reports and acceptance stand under “My projects”."),
    **dict.fromkeys((Status.IN_REVIEW, Status.REVIEWED, Status.SITE_VISIT, Status.SPECIAL_AUDIT, Status.RANKED),
                    gettext_lazy("Experts review; you will be told the result.")),
}


def next_step(application: Application) -> Next:
    status = application.status
    guide = application.guide if status in states.BEFORE_SUBMISSION else None
    close = close_of(application) if guide else None
    if status not in NEXT_STEPS:
        return Next(_("Finished. The reason and how to object stand below."))
    if guide and programme.is_corrected(guide):
        return Next(programme.closed_reason(guide, guide.status, clock.now()))
    due = application.correction_due_at if status == Status.CORRECTION else close
    return Next(str(NEXT_STEPS[status]), due, urgent=status in (Status.CORRECTION, Status.UNIT_RETURNED))


def shut(application: Application) -> str:
    """Why the application cannot be handed in now; "" while the guide is open to it."""
    return before_close(application) or ""


# --- the formality desk ------------------------------------------------------------------------------------------


def desk_guides(actor: Any) -> list[dict[str, Any]]:
    """Guides with submitted applications in the actor's scope, and how many stand in which state."""
    rows = (
        policies.at_desk(actor)
        .order_by()
        .values("guide", "guide__ref", "guide__title", "guide__closes_at")
        .annotate(
            waiting=Count("pk", filter=Q(status=Status.SUBMITTED)),
            correcting=Count("pk", filter=Q(status=Status.CORRECTION)),
            accepted=Count("pk", filter=~Q(status__in=[Status.SUBMITTED, Status.CORRECTION, Status.NOT_ACCEPTED,
                                                       Status.WITHDRAWN])),
            refused=Count("pk", filter=Q(status=Status.NOT_ACCEPTED)),
            total=Count("pk"),
        )
        .order_by("-guide__closes_at")
    )
    return list(rows)


def open_check(application: Application) -> FormalityCheck | None:
    return application.checks.filter(outcome="").prefetch_related("items").first()


def checks_of(application: Application) -> QuerySet[FormalityCheck]:
    return application.checks.select_related("checker").prefetch_related("items")


# --- the public --------------------------------------------------------------------------------------------------


def numbered(number: str) -> Application | None:
    """By the number of the application or of its receipt, as the public types it; asks no permission."""
    number = number.strip().upper()
    rows = Application.objects.select_related("guide__special", "leader")
    return rows.filter(Q(ref=number) | Q(receipt_number=number)).first() if number else None


def tracked(number: str, tail: str) -> Application | None:
    """By number and the last four digits of the leader's telephone; the answer to a wrong pair is always the same."""
    found = numbered(number)
    if found is None or not found.leader.phone or rules.phone_tail(found.leader.phone) != tail.strip():
        return None
    return found


def receipt_by(number: str, code: str) -> Application | None:
    """For whoever holds a receipt: its number and the first twelve characters of its fingerprint."""
    plain = code.strip().lower().replace(" ", "").replace("-", "")
    if len(plain) < 12:
        return None
    return (
        Application.objects.select_related("guide", "unit")
        .filter(receipt_number=number.strip().upper(), receipt_sha256__startswith=plain)
        .first()
    )


def local(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def upload_for(actor: Any, ref: str, uid: UUID) -> Upload:
    """An upload the actor has begun, in an application whose materials the actor may write; 404 otherwise."""
    application = writer_get(actor, ref, parts.FILES, write=True)
    row = Upload.objects.select_related("application").filter(uid=uid, person=actor.id, application=application).first()
    if row is None:
        raise Http404
    return row


def uploads_of(actor: Any, application: Application) -> dict[str, Upload]:
    """What the actor has begun to upload and not finished, by material."""
    return {row.code: row for row in Upload.objects.filter(application=application, person=actor.id)}


def place_of_material(file: StoredFile) -> str:
    """The leader's page on which the file stands as a material; "" when it is none."""
    annex = Annex.objects.filter(file=file).select_related("application").first()
    return f"{reverse('applications:my:files', args=[annex.application.ref])}#d-{annex.code}" if annex else ""
