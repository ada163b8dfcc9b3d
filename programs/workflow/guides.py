"""The moves of a guide, of a later close, and of comments of the staff on a guide."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    ngettext,
)

from core import clock, ledger
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.engine import (
    places,
    schema,
)
from programs.rules.late import late_problems
from programs.states import (
    CommentStatus,
    ExtensionStatus,
    GuideStatus,
)
from programs.workflow.advisory import advisory_taken
from programs.workflow.asked import another_person, with_reason

#: Guides in these states take money and number from their annual-plan item.
TAKING = (GuideStatus.PUBLISHED, GuideStatus.OPEN, GuideStatus.CLOSED)


def policy_facts(guide: Any) -> list[rules.Policy]:
    """The documents the guide names, with whether each governs its special."""
    covering = set(guide.policies.filter(specials=guide.special_id).values_list("pk", flat=True))
    return [
        rules.Policy(p.title, p.kind, p.status, p.valid_from, p.valid_to, p.government_approval, p.pk in covering)
        for p in guide.policies.all()
    ]


def item_facts(guide: Any) -> rules.Item:
    """The plan item with what its other running guides and advisory bodies take of it; the item is locked by the caller's move."""
    item = guide.plan_item
    others = type(guide).objects.filter(plan_item=item, status__in=TAKING).exclude(pk=guide.pk)
    taken = others.aggregate(money=Sum("budget_control"), count=Sum("max_projects"))
    return rules.Item(
        item.plan.year, item.plan.status, item.money, item.count, (taken["money"] or Decimal(0)) + advisory_taken(item), taken["count"] or 0,
        item.funding_mode, item.cancelled_at is not None,
    )


def well_formed(guide: Any, **given: Any) -> list[str]:
    if guide.version is None:
        return [_("The guide has no content yet.")]
    return [places.said(problem) for problem in schema.check(guide.version.data)]


def has_windows(guide: Any, **given: Any) -> list[str]:
    return rules.window_problems(list(guide.windows.all()), clock.now())


def special_active(guide: Any, **given: Any) -> str | None:
    return rules.special_problem(guide.special.status, guide.special.label)


def governed(guide: Any, **given: Any) -> list[str]:
    return rules.policy_problems(policy_facts(guide), clock.today())


def within_plan(guide: Any, **given: Any) -> list[str]:
    return rules.item_problems(item_facts(guide), guide.budget_control, guide.max_projects, guide.year, guide.funding_mode)


def window_begun(guide: Any, **given: Any) -> str | None:
    """By the database clock: the job only makes visible what the clock has decided."""
    now, windows = clock.now(), list(guide.windows.all())
    if guide.status == GuideStatus.PUBLISHED and any(w.opens_at <= now for w in windows):
        return None
    return None if rules.open_window(windows, now) else _("No filing window is open now.")


def window_over(guide: Any, **given: Any) -> str | None:
    still = rules.open_window(list(guide.windows.all()), clock.now())
    return _("A filing window is still open.") if still else None


def window_to_come(guide: Any, **given: Any) -> str | None:
    """Between two windows a guide is still withdrawn or corrected; after the last one its list is final."""
    if guide.status != GuideStatus.CLOSED or any(w.closes_at > clock.now() for w in guide.windows.all()):
        return None
    return _("All filing windows of the guide are over.")


def decided_case(guide: Any, *, actor: Any, case: Any = None, **given: Any) -> str | None:
    """The system withdraws a guide on the authority of a decided adjustment of its special alone (clauses R3, T2)."""
    if not actor.is_system:
        return None
    if case is not None and case.decided_by_id is not None and case.status in states.PUBLIC_ADJUSTMENTS and (
            case.special_id == guide.special_id or (case.special_id is None and case.plan_id == guide.special.plan_id)):
        return None
    return _("Clause R3: the system withdraws a guide only for a decided adjustment of its special.")


def later_close(guide: Any, *, closes_at: Any = None, **given: Any) -> str | None:
    window = rules.open_window(list(guide.windows.all()), clock.now())
    if window is None:
        return _("No filing window is open now, so there is nothing to extend.")
    if closes_at is not None and closes_at <= window.closes_at:
        return _("The new close must be later than the present one.")
    return None


def late_filing(guide: Any, *, closes_at: Any, begun_before: Any) -> list[str]:
    """A time after the close for those who had begun: of a guide that runs, whose special goes on, and in its place."""
    if guide.status not in states.RUNNING_STATUSES:
        return [_("The guide is “%(state)s”: nothing is filed under it.") % {"state": guide.status_label}]
    grants = guide.extensions.filter(status=ExtensionStatus.APPROVED, begun_before__isnull=False)
    stopped = special_active(guide)
    return [*([stopped] if stopped else []), *late_problems(
        guide.windows.all(), grants, clock.now(), closes_at=closes_at, begun_before=begun_before)]


def late_filing_fits(extension: Any, **given: Any) -> list[str]:
    """Asked again of the second person: the clock and the guide have gone on since. A later close for all is asked by `extend`."""
    if extension.begun_before is None:
        return []
    return late_filing(extension.guide, closes_at=extension.closes_at, begun_before=extension.begun_before)


def opinion_whole(guide: Any, *, opinion: Any = None, **given: Any) -> list[str]:
    """A yes or no to every point, a reason at every no, and a conclusion that agrees with them."""
    return rules.opinion_problems(opinion) if opinion is not None else []


def law_basis(guide: Any) -> str:
    """What a legality opinion is about, as one hash: the content, the policy documents and the windows."""
    return rules.digest({
        "version": guide.version.sha256 if guide.version else "",
        "policies": sorted(policy.number for policy in guide.policies.all()),
        "windows": [[w.opens_at.astimezone(UTC).isoformat(), w.closes_at.astimezone(UTC).isoformat()] for w in guide.windows.all()],
    })


def lawful(guide: Any, *, actor: Any, **given: Any) -> str | None:
    """A favourable opinion on the very guide that is approved (content, basis and windows), by another person than those
    who agree and approve."""
    last = guide.opinions.order_by("-pk").first()
    if last is None or last.basis != law_basis(guide):
        return _("The legality and fair-competition check of this version is not filed yet.")
    if not last.passed:
        return _("The legality and fair-competition check did not pass: %(text)s") % {"text": last.text}
    if actor.id is not None and actor.id == last.by_id:
        return _("Who made the legality check may not approve the guide (two persons).")
    if last.by_id == guide.agreed_by_id:
        return _("Who made the legality check has agreed to the guide as well; another person must check it (two persons).")
    return None


def not_who_agreed(guide: Any, *, actor: Any, **given: Any) -> str | None:
    if ledger.took_part(guide, actor, ("programs.guide.agree",)):
        return _("Who agreed to the guide may not approve it (two persons).")
    return None


def comments_settled(guide: Any, **given: Any) -> str | None:
    waiting = guide.comments.filter(must_settle=True).exclude(status=CommentStatus.RESOLVED).count()
    if not waiting:
        return None
    return ngettext("%(count)d comment that must be settled is still open.", "%(count)d comments that must be settled are still open.",
                    waiting) % {"count": waiting}


GUIDE = Machine(
    "programs.guide",
    (
        Step("submit", {GuideStatus.DRAFT}, GuideStatus.INTERNAL_REVIEW, policies.owns_guide,
             (special_active, governed, within_plan, has_windows, well_formed), gettext_lazy("Submit for internal review")),
        Step("agree", {GuideStatus.INTERNAL_REVIEW}, GuideStatus.LEGAL_REVIEW, policies.checks_guide,
             (another_person,), gettext_lazy("Agree, pass on to the legality check")),
        Step("check_law", {GuideStatus.LEGAL_REVIEW}, GuideStatus.LEGAL_REVIEW, policies.checks_law,
             (opinion_whole,), gettext_lazy("File the legality opinion")),
        Step("approve", {GuideStatus.LEGAL_REVIEW}, GuideStatus.BUREAU_APPROVED, policies.approves_guide,
             (another_person, not_who_agreed, lawful, comments_settled, has_windows, well_formed), gettext_lazy("Approve for the bureau")),
        Step("return", {GuideStatus.INTERNAL_REVIEW, GuideStatus.LEGAL_REVIEW, GuideStatus.BUREAU_APPROVED},
             GuideStatus.DRAFT, policies.returns_guide, (with_reason,), gettext_lazy("Return to the drafter")),
        Step("publish", {GuideStatus.BUREAU_APPROVED}, GuideStatus.PUBLISHED, policies.owns_guide,
             (special_active, governed, within_plan, has_windows, well_formed), gettext_lazy("Publish")),
        Step("discard", {GuideStatus.DRAFT}, GuideStatus.DISCARDED, policies.discards_guide, (with_reason,),
             gettext_lazy("Discard the draft"), danger=True),
        Step("open", {GuideStatus.PUBLISHED, GuideStatus.CLOSED}, GuideStatus.OPEN, policies.is_system,
             (special_active, window_begun), gettext_lazy("Open filing")),
        Step("close", {GuideStatus.OPEN}, GuideStatus.CLOSED, policies.is_system, (window_over,),
             gettext_lazy("Close filing")),
        Step("extend", {GuideStatus.OPEN}, GuideStatus.OPEN, policies.checks_guide, (later_close,),
             gettext_lazy("Extend the window")),
        Step("withdraw", set(states.RUNNING_STATUSES), GuideStatus.WITHDRAWN, policies.withdraws_guide,
             (with_reason, window_to_come, decided_case), gettext_lazy("Withdraw the guide"), danger=True),
        Step("supersede", set(states.RUNNING_STATUSES), GuideStatus.SUPERSEDED, policies.owns_guide,
             (with_reason, window_to_come), gettext_lazy("Correct and reissue"), danger=True),
    ),
    "programs.Guide",
    states.GuideStatus,
)


EXTENSION = Machine(
    "programs.extension",
    (
        Step("approve", {ExtensionStatus.REQUESTED}, ExtensionStatus.APPROVED, policies.decides_extension, (late_filing_fits,),
             gettext_lazy("Approve the later close")),
        Step("refuse", {ExtensionStatus.REQUESTED}, ExtensionStatus.REFUSED, policies.decides_extension,
             (with_reason,), gettext_lazy("Refuse the later close")),
    ),
    "programs.Extension",
    states.ExtensionStatus,
)


# guide editor


def with_answer(comment: Any, *, answer: str = "", **given: Any) -> str | None:
    return None if answer.strip() else _("Write what was changed, or why nothing is.")


COMMENT = Machine(
    "programs.guide_comment",
    (
        Step("answer", {CommentStatus.OPEN}, CommentStatus.ANSWERED, policies.answers_comment, (with_answer,),
             gettext_lazy("Answer the comment")),
        Step("settle", {CommentStatus.OPEN, CommentStatus.ANSWERED}, CommentStatus.RESOLVED, policies.settles_comment, (),
             gettext_lazy("Settled")),
        Step("reopen", {CommentStatus.ANSWERED, CommentStatus.RESOLVED}, CommentStatus.OPEN, policies.settles_comment,
             (with_reason,), gettext_lazy("Open again")),
    ),
    "programs.GuideComment",
    CommentStatus,
)
