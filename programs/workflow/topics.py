"""The moves of topic calls and of needs (出题, clause R1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    pgettext_lazy,
)

from core import (
    clock,
)
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.engine import (
    needs as needs_rules,
)
from programs.states import (
    CallStatus,
)
from programs.workflow.asked import another_person, with_reason
from programs.workflow.guides import special_active


def call_sound(call: Any, **given: Any) -> list[str]:
    """What a call must have before it goes for approval: text, directions, quotas of known groups, a sheet of 100 points."""
    found = [] if call.text.strip() else [_("The call has no text.")]
    groups = set(call.streams.values_list("group", flat=True))
    if not groups:
        found.append(_("The call names no direction."))
    found += [_("The quota names the group “%(group)s”, which has no direction.") % {"group": group}
              for group in call.quotas.exclude(group__in=groups).values_list("group", flat=True)]
    if call.seal_from is not None and not call.seal_name.strip():
        found.append(_("The threshold of the sealed statement is set, but not the statement's name."))
    return found + needs_rules.sheet_problems(list(call.criteria.values_list("weight", flat=True)))


def call_windows(call: Any, **given: Any) -> list[str]:
    return rules.window_problems(list(call.windows.all()), clock.now())


def call_closed(call: Any, **given: Any) -> str | None:
    now = clock.now()
    if any(w.closes_at > now for w in call.windows.all()):
        return _("The call is still open, or will open.")
    return None


def all_settled(call: Any, **given: Any) -> str | None:
    left = call.needs.filter(status__in=states.NEED_OPEN).count()
    return _("%(count)d topics still wait for a decision.") % {"count": left} if left else None


CALL = Machine(
    "programs.topic_call",
    (
        Step("submit", {CallStatus.DRAFT}, CallStatus.SUBMITTED, policies.owns_call, (call_sound,),
             gettext_lazy("Submit for approval")),
        Step("return", {CallStatus.SUBMITTED, CallStatus.APPROVED}, CallStatus.DRAFT, policies.approves_call, (with_reason,),
             gettext_lazy("Return to the drafter")),
        Step("approve", {CallStatus.SUBMITTED}, CallStatus.APPROVED, policies.approves_call, (another_person, call_sound),
             gettext_lazy("Approve the topic call")),
        Step("publish", {CallStatus.APPROVED}, CallStatus.PUBLISHED, policies.owns_call,
             (special_active, call_windows, call_sound), gettext_lazy("Publish")),
        Step("finish", {CallStatus.PUBLISHED}, CallStatus.FINISHED, policies.owns_call, (call_closed, all_settled),
             gettext_lazy("Settle the call")),
        Step("withdraw", {CallStatus.PUBLISHED}, CallStatus.WITHDRAWN, policies.approves_call, (with_reason,),
             gettext_lazy("Withdraw the topic call"), danger=True),
    ),
    "programs.TopicCall",
    states.CallStatus,
)

N = states.NeedStatus


def call_open(need: Any, *, opened: Any = None, **given: Any) -> str | None:
    """The action has asked the clock while it holds the call; without its answer nothing passes."""
    return None if opened is not None else _("The call is not open now.")


def answers_right(need: Any, *, problems: list[str] | None = None, **given: Any) -> list[str]:
    return [_("The topic has not been checked.")] if problems is None else list(problems)


def after_call(need: Any, **given: Any) -> str | None:
    if need.call.status == CallStatus.WITHDRAWN:
        return None
    return call_closed(need.call)


def call_withdrawn(need: Any, **given: Any) -> str | None:
    return None if need.call.status == CallStatus.WITHDRAWN else _("The topic call is not withdrawn.")


def between_windows(need: Any, **given: Any) -> str | None:
    """The desk works on a call that stands, and not while units may still file and withdraw."""
    if need.call.status != CallStatus.PUBLISHED:
        return _("The topic call is settled or withdrawn.")
    if rules.open_window(list(need.call.windows.all()), clock.now()):
        return _("The call is still open; topics are screened after its close.")
    return None


def call_stands(need: Any, **given: Any) -> str | None:
    """What was kept for later may be adopted after its call is settled."""
    return between_windows(need) if need.call.status != CallStatus.FINISHED else None


def with_reason_code(need: Any, *, reason_code: str = "", known: tuple[str, ...] = (), **given: Any) -> str | None:
    return None if reason_code in known else _("Choose the reason.")


def not_a_lead(need: Any, **given: Any) -> str | None:
    return _("Other topics were merged into this one; take them out first.") if need.members.exists() else None


def good_lead(need: Any, *, lead: Any = None, **given: Any) -> str | None:
    if lead is None or lead.pk == need.pk or lead.call_id != need.call_id or lead.status not in (N.FILED, N.SHORTLISTED):
        return _("A topic is merged into another one of the same call that still waits for its decision.")
    return None


def without_topics(need: Any, **given: Any) -> str | None:
    """A discarded guide keeps its topics for the record, and holds no need."""
    held = need.topic_links.exclude(topic__guide__status=states.GuideStatus.DISCARDED).exists()
    return _("A guide's topic comes from it; take it off the guide first.") if held else None


NEED = Machine(
    "programs.need",
    (
        Step("hand_in", {N.DRAFT, N.UNIT_RETURNED}, N.UNIT_PENDING, policies.is_proposer, (call_open, answers_right),
             gettext_lazy("Hand in to the unit")),
        Step("recall", {N.UNIT_PENDING}, N.DRAFT, policies.is_proposer, (), gettext_lazy("Take back from the unit")),
        Step("return", {N.UNIT_PENDING}, N.UNIT_RETURNED, policies.is_need_admin, (with_reason,),
             gettext_lazy("Return to the proposer")),
        Step("endorse", {N.UNIT_PENDING}, N.FILED, policies.is_need_admin, (call_open, answers_right),
             gettext_lazy("Approve and file")),
        Step("withdraw", {N.FILED}, N.WITHDRAWN, policies.is_proposer_or_admin, (call_open, with_reason),
             gettext_lazy("Withdraw the topic"), danger=True),
        Step("expire", {N.DRAFT, N.UNIT_PENDING, N.UNIT_RETURNED}, N.EXPIRED, policies.is_system, (after_call,),
             gettext_lazy("End, not filed in time")),
        Step("lapse", set(states.NEED_OPEN), N.WITHDRAWN, policies.is_system, (call_withdrawn,),
             gettext_lazy("End, the call is withdrawn")),
        # at the desk
        Step("pass", {N.FILED}, N.SHORTLISTED, policies.screens_need, (between_windows,), gettext_lazy("Screen in")),
        Step("merge", {N.FILED, N.SHORTLISTED}, N.MERGED, policies.screens_need, (between_windows, good_lead, not_a_lead),
             gettext_lazy("Merge into another topic")),
        Step("split", {N.MERGED}, N.FILED, policies.screens_need, (between_windows,), gettext_lazy("Take out of the merger")),
        Step("adopt", {N.SHORTLISTED, N.KEPT}, N.ADOPTED, policies.screens_need, (call_stands,),
             pgettext_lazy("need", "Adopt")),
        Step("keep", {N.SHORTLISTED}, N.KEPT, policies.screens_need, (between_windows, with_reason),
             pgettext_lazy("need", "Keep for later")),
        Step("decline", {N.FILED, N.SHORTLISTED, N.KEPT}, N.DECLINED, policies.screens_need,
             (between_windows, with_reason_code, with_reason), pgettext_lazy("need", "Do not adopt"), danger=True),
        Step("reopen", {N.ADOPTED, N.KEPT, N.DECLINED}, N.SHORTLISTED, policies.screens_need,
             (between_windows, without_topics, with_reason), gettext_lazy("Decide again")),
    ),
    "programs.Need",
    states.NeedStatus,
)
