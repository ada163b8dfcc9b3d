"""Timers of this floor. Each calls one action; being late or running twice changes nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock
from core.deadlines import due
from core.jobs import job
from core.tasks import sweep
from notices import actions as notices
from programs import actions, queries

CLOCK = "clock"


@due("guide.open")
def open_guide(deadline: Any) -> None:
    actions.materialise_guide(system(CLOCK), deadline.target)


@due("guide.close")
def close_guide(deadline: Any) -> None:
    actions.materialise_guide(system(CLOCK), deadline.target)


@due("annual_plan.warn")
def warn_annual_plan(deadline: Any) -> None:
    """Clause A1: the owners hear in time that the year's plan is still missing; then the day itself is watched."""
    _tell_owners(clock.today().year)
    actions.watch_annual_plan(system(CLOCK), deadline.target)


@due("annual_plan.due")
def annual_plan_due(deadline: Any) -> None:
    """31 March: the last warning; the watch moves to the next year."""
    _tell_owners(clock.today().year)
    actions.watch_annual_plan(system(CLOCK), deadline.target)


def _tell_owners(year: int) -> None:
    if queries.is_plan_decided(year):
        return
    notices.tell(
        queries.planners(), "programs.annual_plan.due",
        lambda: _("The annual plan of %(year)d is not approved yet") % {"year": year},
        lambda: _("Clause A1: the annual implementation plan is in principle made before 31 March."),
        f"/desk/plans/annual/{year}/", dedupe=f"annual_plan:{year}:{clock.today().isoformat()}",
    )


@due("adjustment.apply")
def apply_adjustment(deadline: Any) -> None:
    """The effective date of an adjustment case has come."""
    actions.apply_adjustment(system(CLOCK), deadline.target)


@job("programs.overlap")
def overlap_job(row: Any, progress: Any) -> None:
    actions.make_overlap(queries.actor_of(row.actor_id), queries.tree_by_id(row.params["tree"]), progress=progress)
    row.result = {"link": "/desk/plans/overlap/"}


@due("portfolio.end")
def end_portfolio(deadline: Any) -> None:
    """The period of a project manager is over."""
    actions.expire_portfolio(system(CLOCK), deadline.target)


@due("plan_tree.begin")
def begin_plan_tree(deadline: Any) -> None:
    """The version before ends on the day the next one begins; the clock has decided it, the job makes it visible."""
    actions.end_former_trees(system(CLOCK))
    tree = deadline.target
    left = [row for row in queries.cover_rows(tree) if row.problem]
    if left:  # clauses P3, T2, asked again on the day itself
        notices.tell(
            queries.planners(), "programs.plan_tree.begin", lambda: _("Classes the new version “%(name)s” leaves open") % {"name": tree.label},
            lambda: "\n".join(row.problem for row in left[:20]), f"/desk/plans/tree/{tree.code}/", dedupe=f"plan_tree_begin:{tree.pk}",
        )


@due("policy.expires")
def policy_expires(deadline: Any) -> None:
    """Clause R13: the owners of a document and of the running guides on it hear in time that it ends."""
    document = deadline.target
    notices.tell(
        [*queries.planners(), *queries.basis_owners(document)], "programs.policy.expires",
        lambda: _("“%(title)s” ends on %(day)s") % {"title": document.title, "day": document.valid_to.isoformat()},
        lambda: _("Clause R13: without a valid basis no guide is published. Replace the document or settle what follows it."),
        f"/desk/plans/policies/{document.number}/", dedupe=f"policy_expires:{document.pk}:{document.valid_to.isoformat()}",
    )


# --- demand solicitation ---


@due("topic_call.close")
def close_topic_call(deadline: Any) -> None:
    actions.close_call(system(CLOCK), deadline.target)


# --- matching and entitlement (免申即享) ---


@sweep("programs.matching")
def start_matching() -> bool:
    """Once a day, after the hour of parameter matching.hour, a job of its own begins."""
    return actions.start_matching(system(CLOCK))


@job(actions.MATCHING_JOB)
def matching_job(row: Any, progress: Any) -> None:
    run = actions.match_tonight(system(CLOCK), progress=progress)
    row.result = {"guides": run.guides, "pairs": run.pairs, "told": run.told}


@due("entitlement.lapse")
def lapse_entitlements(deadline: Any) -> None:
    """The days that the guide gives a unit to confirm its account are over."""
    actions.lapse_entitlements(system(CLOCK), deadline.target)


@job("programs.likeness")
def likeness_job(row: Any, progress: Any) -> None:
    call = queries.topics.call_by_id(row.params["call"])
    actions.compare_needs(queries.actor_of(row.actor_id) if row.actor_id else system(CLOCK), call)
    row.result = {"link": f"/desk/topics/{call.ref}/"}
