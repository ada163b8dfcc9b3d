"""Whose turn it is with a guide, an annual plan, a change of it or a topic call: the people who may do the next move,
asked by the same questions as the move itself, so that a message, the workbench and the page cannot differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as accounts
from accounts.models import Person
from accounts.states import Role
from programs import policies
from programs.models import AnnualPlan, Guide, PlanChange, Special, TopicCall
from programs.states import CallStatus, ChangeStatus, GuideStatus, PlanStatus
from programs.workflow import law_basis

#: How many people are named before the rest is only counted.
NAMED = 3


@dataclass(frozen=True)
class Turn:
    """What is to be done next, at which desk, by whom. `step` is lazy: messages are written in both languages."""

    step: Any
    desk: Any
    people: tuple[Person, ...]

    @property
    def who(self) -> str:
        """The desk with the names of its people; a desk nobody holds is said, or the row would wait for ever unseen."""
        if not self.people:
            return _("%(desk)s: nobody holds this desk, ask the system administrator") % {"desk": self.desk}
        names = "、".join(person.name for person in self.people[:NAMED])
        if len(self.people) > NAMED:
            names = _("%(names)s and %(count)d more") % {"names": names, "count": len(self.people) - NAMED}
        return _("%(desk)s: %(names)s") % {"desk": self.desk, "names": names}

    @property
    def words(self) -> str:
        return _("Next: %(step)s (%(who)s).") % {"step": self.step, "who": self.who}


def _at_desk(roles: Iterable[str], special: Special | None = None, *, but: Iterable[int | None] = ()) -> tuple[Person, ...]:
    """Who holds one of the roles today, for the special or its plan, without those whom the rule of two persons shuts out."""
    scopes = (special.code, special.plan.code) if special is not None else ("",)
    found = {person for role in roles for scope in scopes for person in accounts.holders(role, scope)}
    return tuple(sorted((person for person in found if person.pk not in set(but)), key=lambda person: person.pk))


def _turn(step: Any, roles: tuple[str, ...], special: Special | None = None, *, but: Iterable[int | None] = ()) -> Turn:
    return Turn(step, Role(roles[0]).label, _at_desk(roles, special, but=but))


def _drafter(step: Any, person: Person) -> Turn:
    return Turn(step, gettext_lazy("the drafter"), (person,))


def guide_turn(guide: Guide) -> Turn | None:
    """None once it is public: from there the clock moves it."""
    special, drafter = guide.special, guide.drafted_by_id
    if guide.status == GuideStatus.DRAFT:
        return _drafter(gettext_lazy("write it and submit it"), guide.drafted_by)
    if guide.status == GuideStatus.INTERNAL_REVIEW:
        return _turn(gettext_lazy("internal check of the guide"), (Role.RESOURCE,), special, but=[drafter])
    if guide.status == GuideStatus.LEGAL_REVIEW:
        return _law_turn(guide)
    if guide.status == GuideStatus.BUREAU_APPROVED:
        return _turn(gettext_lazy("publish the guide"), (Role.DIVISION,), special)
    return None


def _law_turn(guide: Guide) -> Turn:
    opinion = _opinion_of(guide)
    if opinion is None:
        return _turn(gettext_lazy("legality and fair-competition check of the guide"), (Role.SUPERVISION, Role.RESOURCE), guide.special,
                     but=[guide.drafted_by_id, guide.agreed_by_id])
    if opinion.passed:
        return _turn(gettext_lazy("approve the guide"), (Role.LEADER,), guide.special, but=[guide.drafted_by_id, opinion.by_id])
    return _turn(gettext_lazy("return the guide, its legality check did not pass"), (Role.RESOURCE,), guide.special)


def _opinion_of(guide: Guide) -> Any:
    """The last legality opinion when it is about the guide as it stands, and by another person than who agreed to it."""
    last = max(guide.opinions.all(), key=lambda row: row.pk, default=None)
    return last if last is not None and last.basis == law_basis(guide) and last.by_id != guide.agreed_by_id else None


def guides_waiting(actor: Any) -> dict[str, int]:
    """How many guides wait for this person's legality check, and how many lie checked before a leader."""
    rows = policies.visible_to(actor).filter(status=GuideStatus.LEGAL_REVIEW).prefetch_related("opinions", "windows", "policies")
    counts = {"to_check_law": 0, "to_approve": 0}
    for guide in rows:
        opinion = _opinion_of(guide)
        counts["to_check_law"] += opinion is None and policies.checks_law(actor, guide) is None
        counts["to_approve"] += (opinion is not None and opinion.passed and policies.approves_guide(actor, guide) is None
                                 and actor.id not in (guide.drafted_by_id, opinion.by_id))
    return counts


def plan_turn(plan: AnnualPlan) -> Turn | None:
    if plan.status == PlanStatus.DRAFT:
        return _drafter(gettext_lazy("finish it and submit it"), plan.drafted_by)
    if plan.status == PlanStatus.SUBMITTED:
        return _turn(gettext_lazy("approve the annual plan"), (Role.LEADER,), but=[plan.drafted_by_id])
    if plan.status == PlanStatus.APPROVED:
        return _turn(gettext_lazy("publish the annual plan"), (Role.RESOURCE,))
    return None


def change_turn(change: PlanChange) -> Turn | None:
    if change.status == ChangeStatus.DRAFT:
        return _drafter(gettext_lazy("finish it and submit it"), change.requested_by)
    if change.status == ChangeStatus.SUBMITTED:
        return _turn(gettext_lazy("check the change of the annual plan"), (Role.RESOURCE,), but=[change.requested_by_id])
    if change.status == ChangeStatus.CHECKED:
        return _turn(gettext_lazy("approve the change of the annual plan"), (Role.LEADER,),
                     but=[change.requested_by_id, change.checked_by_id])
    return None


def call_turn(call: TopicCall) -> Turn | None:
    if call.status == CallStatus.DRAFT:
        return _drafter(gettext_lazy("write it and submit it"), call.drafted_by)
    if call.status == CallStatus.SUBMITTED:
        return _turn(gettext_lazy("approve the topic call"), (Role.LEADER,), call.special, but=[call.drafted_by_id])
    if call.status == CallStatus.APPROVED:
        return _turn(gettext_lazy("publish the topic call"), (Role.DIVISION,), call.special)
    return None


def turn_of(row: Any) -> Turn | None:
    """The turn of whatever of the four it is."""
    question = {Guide: guide_turn, AnnualPlan: plan_turn, PlanChange: change_turn, TopicCall: call_turn}[type(row)]
    return question(row)


def what_happened(label: Any, row: Any) -> str:
    """The words after a move: what was done, the state now, and whose turn is next."""
    given = {"verb": label, "state": row.status_label}
    done = _("Done: %(verb)s. It is now “%(state)s”.") % given
    turn = turn_of(row)
    return f"{done} {turn.words}" if turn else done
