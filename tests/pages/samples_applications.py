"""Examples of the applications floor; `tests.pages.samples` says what they are."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership, Person
from accounts.states import Role
from applications.models import Application, CoAuthor, DuplicateFinding, Handover, ImportBatch, Inspection, TeamMember, Upload, Voice
from applications.queries import seat_token
from core.models import Job
from tests.pages.samples import Visit, application, guide, sample

DRAFTS = ("DRAFT", "UNIT_RETURNED")


@sample("applications:my:start")
def start() -> Visit:
    return Visit("li", (guide().ref,))


def own(*states: str, more: tuple[Any, ...] = ()) -> Visit:
    row = application(*states)
    return Visit(row.leader, (row.ref, *more))


@sample("applications:my:overview")
def overview() -> list[Visit]:
    return [own(*DRAFTS), own("SUBMITTED"), own("NOT_ACCEPTED"), own("AWARDED")]


sample("applications:my:calendar", "applications:my:check", "applications:my:preview", "applications:my:team",
       "applications:my:member_add", "applications:my:partners", "applications:my:partner_add",
       "applications:my:files", "applications:my:files_token", "applications:my:word", "applications:my:word_file",
       "applications:my:take_over")(lambda: own(*DRAFTS))


@sample("applications:my:piece")
def piece() -> Visit:
    row = Upload.objects.select_related("application", "person").order_by("-pk").first()
    return Visit(row.person, (row.application.ref, row.uid))


@sample("applications:my:together")
def together() -> list[Visit]:
    row = CoAuthor.objects.filter(application__status__in=DRAFTS).order_by("-pk").first()
    return [Visit(row.application.leader, (row.application.ref,))]




@sample("applications:my:paper")
def paper() -> list[Visit]:
    row = Application.objects.exclude(pdf=None).order_by("-pk").first()
    return [Visit(row.leader, (row.ref, "application"))] if row else []  # no worker has printed yet


@sample("applications:my:member")
def member() -> Visit:
    row = TeamMember.objects.filter(application__status__in=DRAFTS).order_by("-pk").first()
    return Visit(row.application.leader, (row.application.ref, row.pk))


sample("applications:my:member_letter")(member)


@sample("applications:my:member_letter_file")
def letter_file() -> Visit:
    row = TeamMember.objects.exclude(letter=None).filter(application__status__in=DRAFTS).order_by("-pk").first()
    return Visit(row.application.leader, (row.application.ref, row.pk))


@sample("applications:public:invited")
def invited() -> Visit:
    return Visit("", (seat_token(CoAuthor.objects.filter(status="INVITED", person=None).order_by("-pk").first()),))


@sample("applications:my:partner")
def partner() -> list[Visit]:
    row = Application.objects.filter(partners__isnull=False, status__in=DRAFTS).first()
    return [Visit(row.leader, (row.ref, row.partners.first().pk))] if row else []  # the small world has none


@sample("applications:my:file", "applications:my:look")
def annex() -> Visit:
    row = Application.objects.filter(annexes__isnull=False, status__in=DRAFTS).first()
    return Visit(row.leader, (row.ref, row.annexes.first().pk))


@sample("applications:desk:look")
def desk_annex() -> Visit:
    row = Application.objects.filter(annexes__isnull=False, status="SUBMITTED").first()
    return Visit("qian", (row.ref, row.annexes.filter(is_current=True).first().pk))


@sample("applications:my:section")
def sections() -> list[Visit]:
    row = application(*DRAFTS)
    codes = [part["code"] for part in row.version.data["form"]["sections"]]
    seat = CoAuthor.objects.filter(status="ACTIVE").first()
    return [*(Visit(row.leader, (row.ref, code)) for code in (*codes, "budget", "targets")), Visit(seat.person, (seat.application.ref, "basic"))]


@sample("applications:my:section_history")
def section_history() -> Visit:
    return own(*DRAFTS, more=("basic",))


@sample("applications:my:seat_rights")
def seat_rights() -> Visit:
    row = CoAuthor.objects.filter(application__status__in=DRAFTS).order_by("-pk").first()
    return Visit(row.application.leader, (row.application.ref, row.pk))


@sample("applications:my:unit_application")
def unit_application() -> Visit:
    row = application("UNIT_PENDING")
    admin = Membership.objects.filter(organisation=row.unit, role=Role.ORG_ADMIN, status="ACTIVE").first()
    return Visit(admin.person, (row.ref,))


@sample("applications:desk:application")
def desk_application() -> list[Visit]:
    return [Visit("chen", (application(state).ref,)) for state in ("SUBMITTED", "NOT_ACCEPTED", "AWARDED")]


@sample("applications:desk:handover")
def handover() -> Visit:
    return Visit("chen", (Handover.objects.order_by("-pk").first().uid,))


@sample("applications:desk:batch")
def batch_of_decisions() -> Visit:
    row = Job.objects.filter(kind="applications.batch").order_by("-pk").first()
    return Visit(Person.objects.get(pk=row.actor_id), (row.uid,))


@sample("applications:desk:import", "applications:desk:import_errors")
def old_table() -> Visit:
    return Visit("he", (ImportBatch.objects.exclude(errors=None).latest("pk").uid,))


@sample("applications:desk:inspection_file")
def inspection_file() -> Visit:
    row = Inspection.objects.exclude(file=None).select_related("application").order_by("-pk").first()
    return Visit("chen", (row.application.ref, row.pk))


def voice(**only: Any) -> Voice:
    return Voice.objects.filter(**only).select_related("application__leader").order_by("-pk").first()


@sample("applications:desk:duplicate")
def duplicate() -> Visit:
    return Visit("chen", (DuplicateFinding.objects.order_by("-pk").first().uid,))


@sample("applications:my:unit_voice")
def unit_voice() -> list[Visit]:
    return [Visit("wang", (voice(side="OWNER", status=status).uid,)) for status in ("ASKED", "AGREED")]


@sample("applications:desk:voice")
def desk_voice() -> list[Visit]:
    return [Visit("chen", (voice(side="OWNER", status="ASKED").uid,)), Visit("chen", (voice(side="APPLICANT").uid,))]


@sample("applications:my:voice", "applications:my:voice_file")
def own_voice() -> Visit:
    row = voice(side="APPLICANT")
    return Visit(row.application.leader, (row.uid,))
