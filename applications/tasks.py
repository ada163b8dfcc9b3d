"""Clock and queue: the close of a guide, the end of a correction, printed papers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Person
from accounts.policies import Actor, system
from applications import actions
from applications.documents import printing
from applications.models import Application, ImportBatch
from applications.states import Status
from core import clock, deadlines, files, jobs
from core.tasks import sweep
from programs import queries as programme


@deadlines.due("applications.expire")
def expire_unsubmitted(deadline: Any) -> None:
    """End what was not submitted, some at a time: each run is a transaction of its own."""
    guide = deadline.target
    if actions.expire_guide(system("clock"), guide) >= actions.AT_ONCE:
        deadlines.set("applications.expire", guide, clock.now())
    elif late := programme.late_grant(guide):  # who may go on after the close ends at the later one
        deadlines.set("applications.expire", guide, late.closes_at)


@deadlines.due("applications.go_on")
def let_begun_go_on(deadline: Any) -> None:
    """What the close had ended comes back, some at a time; then everybody who may go on is told."""
    guide = deadline.target
    if actions.let_go_on(system("clock"), guide) >= actions.AT_ONCE:
        deadlines.set("applications.go_on", guide, clock.now())
    else:
        actions.tell_of_late_filing(guide)


@deadlines.due("applications.follow")
def follow_correction(deadline: Any) -> None:
    """Some at a time; where the corrected guide has itself been corrected meanwhile, they go on from there."""
    guide = deadline.target
    if actions.follow_guide(system("clock"), guide) >= actions.AT_ONCE:
        deadlines.set("applications.follow", guide, clock.now())
    elif newer := programme.successors_of(guide).first():
        deadlines.set("applications.follow", newer, clock.now())
    else:  # it may have closed before the last ones came; while it is open this does nothing
        deadlines.set("applications.expire", guide, clock.now())


@deadlines.due("applications.correction")
def refuse_late_correction(deadline: Any) -> None:
    """Only what still waits for the answer; an answered or withdrawn one is left alone."""
    application = deadline.target
    if application.status == Status.CORRECTION:
        actions.lapse(system("clock"), application)


@deadlines.due("applications.handover_end")
def end_handover(deadline: Any) -> None:
    """The check is with the division again from the day after; this makes it visible."""
    actions.expire_handover(system("clock"), deadline.target)


@deadlines.due("applications.remind")
def remind_before_close(deadline: Any) -> None:
    """Those who have a draft hear that the close comes near (statutory: T-3 and T-1 days)."""
    actions.remind(system("clock"), deadline.target)


@sweep("applications.prepare")
def prepare_waiting() -> None:
    """What waits in guides that close soon is looked at before the last minute."""
    actions.prepare_due(system("prepare"))


@sweep("applications.uploads")
def end_stale_uploads() -> None:
    """Files that stopped on their way and did not come on."""
    actions.sweep_uploads(system("uploads"))


@sweep("applications.tables")
def delete_old_tables() -> None:
    """Tables with personal numbers that are done with."""
    actions.sweep_tables(system("tables"))


@sweep("applications.rule_hits")
def look_at_new() -> None:
    """What lies at the desk and was missed by the wake-up is looked at for the queue."""
    actions.note_missing_hits()


@jobs.job("applications.batch")
def decide_many(job: Any, progress: jobs.Progress) -> None:
    """Many decisions of one person, each by itself; the roles are those the person holds now."""
    actions.run_batch(Actor.of(Person.objects.get(pk=job.actor_id)), job, progress)
    job.result = {**job.result, "link": reverse("applications:desk:batch", args=[job.uid])}


@jobs.job("applications.import")
def take_over(job: Any, progress: jobs.Progress) -> None:
    """Dry run or taking over of a table of old projects; begun again, it writes the same rows once more and no others."""
    actor = Actor.of(Person.objects.get(pk=job.actor_id))
    batch = ImportBatch.objects.select_related("source", "file").get(pk=job.params["batch"])
    run = actions.apply_import if job.params["apply"] else actions.check_import
    run(actor, batch, progress)
    job.result = {"link": reverse("applications:desk:import", args=[batch.uid])}


@jobs.job("applications.print")
def print_application(job: Any, progress: jobs.Progress) -> None:
    """The whole application as PDF. A preview is given to the person; the paper of a submission is kept with it."""
    application = Application.objects.select_related(
        "guide__special__plan", "version", "unit", "leader", "topic"
    ).get(pk=job.params["application"])
    progress(0, 1)
    data = printing.application_pdf(application)
    job.file = files.store_bytes(data, f"{application.ref}.pdf", "application/pdf", actor=system("print"))
    job.result = {"application": application.ref}
    if job.params.get("keep"):
        actions.keep_pdf(system("print"), application, job.file)


@jobs.job("applications.receipt")
def print_receipt(job: Any, progress: jobs.Progress) -> None:
    application = Application.objects.select_related("guide", "unit", "leader", "endorsed_by").get(
        pk=job.params["application"]
    )
    progress(0, 1)
    data = printing.receipt_pdf(application)
    name = f"{application.receipt_number}.pdf"
    job.file = files.store_bytes(data, name, "application/pdf", actor=system("print"))
    job.result = {"application": application.ref}
    actions.keep_receipt(system("print"), application, job.file)


@jobs.job("applications.duplicates")
def compare_with_others(job: Any, progress: jobs.Progress) -> None:
    """Duplicate check of one application against all texts (handbook of the field: a report that a person judges)."""
    application = Application.objects.select_related("guide__special__plan").get(pk=job.params["application"])
    progress(0, 2)
    text = actions.keep_text(application)
    progress(1, 2)
    found = actions.compare_text(system("duplicates"), text)
    progress(2, 2)
    job.result = {"application": application.ref, "found": len(found)}
