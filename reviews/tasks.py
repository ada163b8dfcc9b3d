"""Clock: invitations without an answer, reminders before scores are due."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from accounts.policies import Actor, system
from core import clock, deadlines, files, jobs, parameters
from core.tasks import sweep
from programs.models import Guide
from reviews import actions, documents, queries
from reviews.models import Batch, ExpertImport, Plan
from reviews.states import BatchStatus, PlanStatus

COPIES_AT_ONCE = 5

RUNNING = (BatchStatus.INVITING, BatchStatus.SCORING)


@deadlines.due("reviews.answers")
def expire_invitations(deadline: Any) -> None:
    """Who has not answered in time is taken as declining; alternates are called and get the same time."""
    batch = deadline.target
    if batch.status not in RUNNING:
        return
    actions.expire_invitations(system("clock"), batch)
    first = queries.first_invitation(batch)
    again = actions.answer_due(batch, first) if first else None
    if again is not None and again > clock.now():
        deadlines.set("reviews.answers", batch, again)


@deadlines.due("reviews.due")
def scores_due(deadline: Any) -> None:
    """The organiser hears that the time is over; closing stays an act of a person."""
    batch = deadline.target
    if batch.status in RUNNING:
        actions.tell_due(system("clock"), batch)


@sweep("reviews.reminders")
def remind() -> int:
    """On the days before the end that parameter review.score_reminder names; everybody is told once per day named."""
    told = 0
    days = [int(day) for day in parameters.value("review.score_reminder")]
    for batch in Batch.objects.filter(status__in=RUNNING, due_at__gt=clock.now()):
        left = (batch.due_at - clock.now()).days
        if left + 1 in days:
            told += actions.remind(system("clock"), batch, days=left + 1)
    return told


@jobs.job("reviews.import")
def take_over_experts(job: Any, progress: jobs.Progress) -> None:
    """Dry run or taking over of a table of experts; begun again, it writes the same rows once more and no others."""
    actor = Actor.of(Person.objects.get(pk=job.actor_id))
    row = ExpertImport.objects.select_related("file").get(pk=job.params["table"])
    (actions.apply_table if job.params["apply"] else actions.check_table)(actor, row, progress)
    job.result = {"link": reverse("reviews:desk:expert_import", args=[row.uid])}


@sweep("reviews.tables")
def delete_old_tables() -> int:
    """Tables with personal numbers that are done with."""
    return actions.sweep_tables(system("tables"))


@sweep("reviews.pool")
def keep_pool() -> int:
    """Yearly confirmations that are due are asked for; pauses whose day has come are over; who was removed leaves the desk."""
    return actions.ask_to_confirm() + actions.end_pauses(system("clock")) + actions.end_desks(system("pool"))


@sweep("reviews.invitations")
def remind_invited() -> int:
    """Invitations without an answer, at the hours before the end that parameter review.invite_reminders names."""
    return actions.remind_invited(Batch.objects.filter(status__in=RUNNING), parameters.value("review.invite_reminders"))


@sweep("reviews.copies")
def make_copies() -> int:
    """Blind copies are made ahead, a few at a time; who opens a paper before its turn has it made at once."""
    items = queries.copies_missing(COPIES_AT_ONCE)
    for item in items:
        actions.make_copy(system("print"), item)
    return len(items)


@jobs.job("reviews.analysis")
def analyse(job: Any, progress: jobs.Progress) -> None:
    """What the ranking is worth, from the raw sheets; the official order is not touched."""
    batch = Batch.objects.select_related("guide").get(pk=job.params["batch"])
    progress(0, 1)
    actions.analyse(system("figures"), batch)
    job.result = {"link": reverse("reviews:desk:analysis", args=[batch.ref])}


def _plan_given_up(job: Any) -> None:
    plan = Plan.objects.select_related("batch__guide__special__plan").get(pk=job.params["plan"])
    if plan.status == PlanStatus.RUNNING:
        actions.fail_plan(plan)


@jobs.job("reviews.plan", given_up=_plan_given_up)
def solve(job: Any, progress: jobs.Progress) -> None:
    """An assignment worked out; begun again, it writes the same plan anew."""
    plan = Plan.objects.select_related("batch__guide__special__plan").get(pk=job.params["plan"])
    if plan.status == PlanStatus.RUNNING:
        actions.solve_plan(plan, progress)
    job.result = {"link": reverse("reviews:desk:plan", args=[plan.uid])}


@jobs.job("reviews.batch")
def make_batch(job: Any, progress: jobs.Progress) -> None:
    """All or nothing; begun again after it was made, nothing waits any more, and the batch is the newest of the guide."""
    guide = Guide.objects.select_related("special__plan").get(pk=job.params["guide"])
    progress(0, 1)
    newest = Batch.objects.filter(guide=guide).order_by("-pk").first()
    if queries.waiting_for_review(guide) or newest is None:
        newest = actions.create_batch(Actor.of(Person.objects.get(pk=job.actor_id)), guide)
    job.result = {"link": reverse("reviews:desk:batch", args=[newest.ref])}


@jobs.job("reviews.plan.apply")
def apply(job: Any, progress: jobs.Progress) -> None:
    """A large plan applied; begun again after it was, it stays applied."""
    plan = Plan.objects.select_related("batch__guide__special__plan").get(pk=job.params["plan"])
    progress(0, 1)
    if plan.status == PlanStatus.READY:
        actions.apply_by_job(Actor.of(Person.objects.get(pk=job.actor_id)), plan)
    job.result = {"link": reverse("reviews:desk:plan", args=[plan.uid])}


@jobs.job("reviews.plan.table")
def table(job: Any, progress: jobs.Progress) -> None:
    """The table of a large plan, for whoever asked for it."""
    plan, kind = Plan.objects.select_related("batch").get(pk=job.params["plan"]), job.params["kind"]
    progress(0, 1)
    name = f"{plan.batch.ref}-plan.{kind}"
    with translation.override(job.params["language"]):
        data = documents.plan_table(plan, kind)
    job.file = files.store_bytes(data, name, files.MIMES[kind], actor=Actor.of(Person.objects.get(pk=job.actor_id)))


@jobs.job("reviews.groups")
def group(job: Any, progress: jobs.Progress) -> None:
    """Groups by topic, written where the organiser sees and adjusts them."""
    batch = Batch.objects.select_related("guide__special__plan").get(pk=job.params["batch"])
    progress(0, 1)
    actions.propose_groups(Actor.of(Person.objects.get(pk=job.actor_id)), batch, most=int(job.params["most"]))
    progress(1, 1)
    job.result = {"link": reverse("reviews:desk:groups", args=[batch.ref])}
