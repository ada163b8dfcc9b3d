"""What follows an act, after it has been committed: messages, printed papers, the end of drafts at the close."""

from __future__ import annotations

from typing import Any

from accounts.policies import system
from applications import actions, queries
from core import clock, deadlines, files
from core.events import on

files.PLACES.append(queries.place_of_material)


@on("applications.application.endorse", "applications.application.recommend", "applications.application.answer")
def print_papers(event: Any) -> None:
    """The application and the receipt as PDF, by a worker: the submitting transaction makes neither."""
    actions.order_papers(system("print"), event.target, receipt=event.verb != "applications.application.answer")


@on("applications.application.endorse", "applications.application.recommend", "applications.application.answer")
def compare_with_others(event: Any) -> None:
    """Duplicate check by a worker, after every text that comes in."""
    actions.order_comparison(system("duplicates"), event.target)


@on("applications.application.endorse", "applications.application.recommend", "applications.application.answer")
def look_for_the_desk(event: Any) -> None:
    """What the rules find is counted for the queue of the formality desk."""
    actions.note_hits(event.target)


@on("accounts.organisation.suspend")
def take_checks_back(event: Any) -> None:
    """Clause R11: the work of a suspended institution goes back to the division."""
    actions.suspend_of_institution(event.target, why=event.why)


@on(
    "applications.application.hand_in", "applications.application.return", "applications.application.endorse",
    "applications.application.recommend", "applications.application.pass_on", "applications.application.decline",
    "applications.application.accept",
    "applications.application.visit", "applications.application.audit",
    "applications.application.withdraw", "applications.application.expire", "applications.application.not_select",
    "applications.application.reject", "applications.application.award", "applications.application.award_directly",
)
def tell_people(event: Any) -> None:
    """Messages by matrix (event, who); the official notices carry their own."""
    actions.tell_of(event.verb.rsplit(".", 1)[1], event.target, event_id=event.pk)


@on("programs.guide.close", "programs.guide.withdraw")
def end_unsubmitted(event: Any) -> None:
    """The clock has decided already; this makes it visible."""
    deadlines.set("applications.expire", event.target, clock.now())


@on("programs.guide.extend_begun")
def let_finish(event: Any) -> None:
    """A time after the close for those who had begun: they are let in again and told."""
    actions.plan_late_filing(event.target)
    actions.plan_reminder(system("clock"), event.target)


@on("programs.guide.open", "programs.guide.extend", "programs.extension.approve")
def plan_reminders(event: Any) -> None:
    actions.plan_reminder(system("clock"), event.target)


@on("applications.application.hand_in", "applications.application.pass_on")
def prepare_submission(event: Any) -> None:
    """What the submission will ask is asked now, so that the last minute has less to do."""
    actions.prepare(system("prepare"), event.target)


@on("applications.coauthor.invite", "applications.coauthor.accept", "applications.coauthor.decline", "applications.coauthor.end",
    "applications.coauthor.leave", "applications.coauthor.withdraw")
def tell_of_seat(event: Any) -> None:
    actions.tell_of_seat(event.verb.rsplit(".", 1)[1], event.target, event_id=event.pk)


@on("applications.application.change_member")
def tell_of_number(event: Any) -> None:
    if queries.NUMBER in event.data["fields"]:
        actions.tell_of_number(event.target, event.data["name"], event.actor_label, event.actor_id, event_id=event.pk)


@on("accounts.membership.end", "accounts.person.end")
def end_seats(event: Any) -> None:
    """Who has left the unit writes its applications no more; the right ended with the role, the books follow."""
    target = event.target
    actions.end_seats_of(system("seats"), getattr(target, "person", target))


@on("accounts.membership.confirm", "accounts.membership.accept")
def find_invited(event: Any) -> None:
    """An invitation to write may be older than the account."""
    actions.know_address(event.target.person)


# guide editor


@on("programs.guide.publish")
def follow_correction(event: Any) -> None:
    """The applications of the guide that this one corrects come along."""
    if event.target.supersedes_id is not None:
        deadlines.set("applications.follow", event.target, clock.now())


@on("applications.application.follow")
def tell_of_following(event: Any) -> None:
    actions.tell_of_following(event.target, event.data["again"], event_id=event.pk)


@on("programs.guide.discard")
def end_waiting(event: Any) -> None:
    """A correction was given up: what waited for it ends."""
    if event.target.supersedes_id is not None:
        deadlines.set("applications.expire", event.target.supersedes, clock.now())


@on("programs.guide.extend", "programs.guide.withdraw", "programs.guide.supersede")
def tell_of_guide(event: Any) -> None:
    """Everyone with a draft or an application under the guide hears of what the official notice says."""
    actions.tell_of_guide(event.verb.rsplit(".", 1)[1], event.target, event_id=event.pk, why=event.why)
