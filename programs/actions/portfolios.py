"""Project managers (clause R5): proposed, appointed by a leader for a time, with rights delegated on specials."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Person
from core import deadlines, ledger
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import policies, queries, states
from programs.models import Portfolio, Recommendation, Special
from programs.workflow import PORTFOLIO, RECOMMENDATION


@transaction.atomic
def propose_portfolio(
    actor: Any, person: Person, *, specials: Iterable[Special], rights: Iterable[str], since: date, until: date, reason: str,
    is_demo: bool = False,
) -> Portfolio:
    """Propose a project manager for specials and a time. Records programs.portfolio.propose."""
    chosen, wanted = list(specials), [right for right in states.PortfolioRight.values if right in set(rights)]
    reasons = [policies.proposes_portfolio(actor)]
    if not chosen or not wanted:
        reasons.append(_("Clause R5: choose at least one special and one right."))
    if until < since:
        reasons.append(_("The appointment ends before it begins."))
    if person.pk == actor.id:
        reasons.append(_("Nobody proposes himself or herself."))
    if found := [text for text in reasons if text]:
        raise Refused(found)
    row = Portfolio.objects.create(
        person=person, wanted=wanted, since=since, until=until, reason=reason.strip(), proposed_by=actor.person, is_demo=is_demo
    )
    row.specials.set(chosen)
    ledger.record("programs.portfolio.propose", row, actor, why=reason, person=person.name, rights=wanted,
                  specials=[special.code for special in chosen], since=since.isoformat(), until=until.isoformat())
    return row


@transaction.atomic
def appoint(actor: Any, portfolio: Portfolio) -> Portfolio:
    """PROPOSED -> ACTIVE by a leader who did not propose it: the rights are given, the timer of the end is set, the
    person is told."""
    row = PORTFOLIO.move("appoint", actor, portfolio)
    Portfolio.objects.filter(pk=row.pk).update(appointed_by=actor.person)
    for special in row.specials.all():
        for right in row.wanted:
            assign_perm(f"programs.{right}", row.person, special)
    over = timezone.make_aware(datetime.combine(row.until + timedelta(days=1), time(0)))
    deadlines.set("portfolio.end", row, over)
    notices.tell(
        [row.person], "programs.portfolio.appoint", lambda: _("You are appointed as project manager"), row.reason,
        f"/my/portfolios/{row.uid}/", dedupe=f"portfolio:{row.pk}",
    )
    row.refresh_from_db()
    return row


def _take_rights(row: Portfolio) -> None:
    """Take the rights away, but for those another appointment in force still gives."""
    for special in row.specials.all():
        kept = {right for other in queries.portfolios_in_force(row.person, special) if other.pk != row.pk for right in other.wanted}
        for right in set(row.wanted) - kept:
            remove_perm(f"programs.{right}", row.person, special)


@transaction.atomic
def decline_portfolio(actor: Any, portfolio: Portfolio, *, why: str) -> Portfolio:
    return PORTFOLIO.move("decline", actor, portfolio, why=why, reason=why)


@transaction.atomic
def end_portfolio(actor: Any, portfolio: Portfolio, *, why: str) -> Portfolio:
    """ACTIVE -> ENDED by a leader, with a reason; the rights end at once."""
    row = PORTFOLIO.move("end", actor, portfolio, why=why, reason=why)
    deadlines.cancel("portfolio.end", row)
    _take_rights(row)
    return row


@transaction.atomic
def expire_portfolio(actor: Any, portfolio: Portfolio) -> Portfolio:
    """ACTIVE -> ENDED by the clock; a row that has ended already is left alone."""
    if portfolio.status != states.PortfolioStatus.ACTIVE:
        return portfolio
    row = PORTFOLIO.move("expire", actor, portfolio)
    _take_rights(row)
    return row


@transaction.atomic
def recommend(actor: Any, portfolio: Portfolio, *, special: Special, kind: str, subject: str, text: str) -> Recommendation:
    """Recommend a topic, or to start or stop a project, with the right delegated for that special (clause R5)."""
    if kind not in states.RecommendationKind.values:
        raise Refused([_("Choose what you recommend.")])
    if reason := policies.manages(actor, special, states.RIGHT_FOR[states.RecommendationKind(kind)]):
        raise Refused([reason])
    if not subject.strip() or not text.strip():
        raise Refused([_("Name what it is about and give your reasons.")])
    row = Recommendation.objects.create(
        portfolio=portfolio, special=special, kind=kind, subject=subject.strip()[:200], text=text.strip()
    )
    ledger.record("programs.recommendation.make", row, actor, why=row.text, kind=kind, subject=row.subject, special=special.code)
    notices.tell(
        queries.division_people(special), "programs.recommendation",
        lambda: _("A project manager recommends: %(subject)s") % {"subject": row.subject}, row.text,
        f"/desk/portfolios/{portfolio.uid}/", dedupe=f"recommendation:{row.pk}",
    )
    return row


@transaction.atomic
def answer_recommendation(actor: Any, row: Recommendation, *, adopt: bool, answer: str) -> Recommendation:
    """The division adopts or declines, with a reason; the project manager is told."""
    Recommendation.objects.select_for_update(no_key=True).get(pk=row.pk)
    verb = "adopt" if adopt else "decline"
    if reasons := RECOMMENDATION.why_not(verb, actor, row, answer=answer):
        raise Refused(reasons)
    # The answer first, the state last: an answered row without its reason is refused by the table.
    Recommendation.objects.filter(pk=row.pk).update(answer=answer.strip(), answered_by=actor.person, answered_at=CoreNow())
    moved = RECOMMENDATION.move(verb, actor, row, why=answer, answer=answer)
    notices.tell(
        [row.portfolio.person], "programs.recommendation", lambda: _("Your recommendation has been answered: %(subject)s")
        % {"subject": row.subject}, answer, f"/my/portfolios/{row.portfolio.uid}/", dedupe=f"recommendation:{row.pk}:answer",
    )
    moved.refresh_from_db()
    return moved
