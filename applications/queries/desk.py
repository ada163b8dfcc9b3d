"""The queue of the formality desk: what the rules found stands first, then who has waited longest; and handovers of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Extract, Least
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.states import OrganisationStatus, OrgKind
from applications import policies, states
from applications.models import Application, DuplicateFinding, Handover
from applications.queries.checks import CheckList
from applications.queries.reads import BULKY
from applications.states import DuplicateStatus, HandoverStatus, Status
from programs.engine.conditions import FAIL, PASS
from programs.models import Guide

#: Seconds that any two moments of waiting lie apart at most: one finding more weighs more than all the waiting of another.
AGES = 10**10
LAST = 10**18
MOST = 99


def desk_queue(actor: Any) -> QuerySet[Application]:
    """Each with what stands in the way and its `turn`: the smallest is looked at first, what is decided comes last."""
    open_twice = DuplicateFinding.objects.filter(application=OuterRef("pk"), status=DuplicateStatus.OPEN).order_by().values("application")
    with_them = policies.in_force().filter(Q(whole=True, guide=OuterRef("guide")) | Q(applications=OuterRef("pk"))).order_by("whole", "-pk")
    since = Extract(Coalesce("correction__answered_at", "submitted_at"), "epoch")
    return policies.at_desk(actor).defer("version__data", *BULKY).annotate(
        failed=Coalesce("rule_hits__failed", 0), human=Coalesce("rule_hits__human", 0), looked=F("rule_hits__at"),
        twice=Coalesce(Subquery(open_twice.annotate(n=Count("pk")).values("n")), 0),
        answered=Case(When(correction__answered_at__isnull=False, then=1), default=0, output_field=IntegerField()),
        waiting_since=Coalesce("correction__answered_at", "submitted_at"),
        with_name=Subquery(with_them.values("organisation__name")[:1]),
    ).annotate(turn=Case(
        When(status=Status.SUBMITTED, then=Cast(since, BigIntegerField()) - AGES * _weight()),
        default=Value(LAST) - Cast(since, BigIntegerField()), output_field=BigIntegerField()))


def _weight() -> Any:
    """Failed conditions before those for a person, these before likeness to other texts, then answers to a correction."""
    found = Least(F("failed"), MOST) * 100 + Least(F("human"), MOST)
    return Cast((found * 100 + Least(F("twice"), MOST)) * 2 + F("answered"), BigIntegerField())


#: What a facet of the queue means; each is one condition on the rows of `desk_queue`.
FINDINGS: dict[str, tuple[Any, Q]] = {
    "failed": (_("A condition is not met"), Q(failed__gt=0)),
    "human": (_("A condition needs a person"), Q(human__gt=0)),
    "twice": (_("Looks like another text"), Q(twice__gt=0)),
    "answered": (_("Correction answered"), Q(answered=1)),
    "clean": (_("Nothing found"), Q(failed=0, human=0, twice=0, looked__isnull=False)),
    "open": (_("Not looked at yet"), Q(looked=None)),
}


def with_finding(rows: QuerySet, value: str) -> QuerySet:
    return rows.filter(FINDINGS[value][1], status=Status.SUBMITTED)


def in_hands(actor: Any, rows: QuerySet, value: str) -> QuerySet:
    """`mine`: what I may decide on now; `handed`: with an institution by a handover."""
    return rows.filter(policies.to_check(actor)) if value == "mine" else rows.exclude(with_name=None)


def next_to_check(actor: Any, after: Application | None = None) -> Application | None:
    """The next one of my queue, from the one I stand on; at its end the first again."""
    rows = desk_queue(actor).filter(policies.to_check(actor), status=Status.SUBMITTED).order_by("turn", "pk")
    if after is None:
        return rows.first()
    here = desk_queue(actor).filter(pk=after.pk).values_list("turn", flat=True).first()
    rows = rows.exclude(pk=after.pk)
    beyond = rows.filter(Q(turn__gt=here) | Q(turn=here, pk__gt=after.pk)).first() if here is not None and here < LAST // 2 else None
    return beyond or rows.first()


def without_hits() -> QuerySet[Application]:
    """Applications at the desk that the rules have not been asked about, oldest first."""
    return Application.objects.filter(status=Status.SUBMITTED, rule_hits=None).order_by("submitted_at", "pk")


def hits_of(found: CheckList) -> dict[str, Any]:
    """The columns of RuleHits from a check list."""
    hits = [one for one in found.outcomes if one.result != PASS]
    failed = [one for one in hits if one.result == FAIL]
    by_rule = {one.text for one in hits}
    rest = [item for item in found.wrong if item.text not in by_rule]
    asked = [item for item in found.human if item.text not in by_rule]
    rows = [{"clause": one.clause, "text": one.text, "found": one.said, "result": one.result} for one in hits]
    rows += [{"clause": item.clause, "text": item.text, "found": item.found, "result": FAIL} for item in rest]
    rows += [{"clause": item.clause, "text": item.text, "found": item.found, "result": "HUMAN"} for item in asked]
    return {"failed": len(failed) + len(rest), "human": len(hits) - len(failed) + len(asked), "found": rows}


def hits_on(row: Application) -> list[dict[str, Any]]:
    """What the rules found when they were asked last; nothing once it is decided."""
    kept = getattr(row, "rule_hits", None) if row.status == Status.SUBMITTED else None
    return kept.found if kept else []


# --- handovers ---------------------------------------------------------------------------------------------------


def handovers(actor: Any) -> QuerySet[Handover]:
    """With how many applications of each lie at the desk now, and how many of them wait."""
    theirs = Application.objects.filter(
        Q(guide=OuterRef("guide")) & (Q(handovers=OuterRef("pk")) | Q(Exists(Handover.objects.filter(pk=OuterRef(OuterRef("pk")), whole=True)))),
        status__in=states.SEEN_BY_BUREAU).exclude(unit=OuterRef("organisation")).order_by().values("guide")
    many = Count("pk", distinct=True)
    return policies.handovers_visible_to(actor).annotate(
        total=Coalesce(Subquery(theirs.annotate(n=many).values("n")), 0),
        waiting=Coalesce(Subquery(theirs.filter(status=Status.SUBMITTED).annotate(n=many).values("n")), 0))


def handover_for(actor: Any, uid: Any) -> Handover:
    found = handovers(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def given_away(row: Handover) -> QuerySet[Application]:
    """What this handover is about: the submitted applications, but the institution's own."""
    rows = Application.objects.filter(guide=row.guide_id, status__in=states.SEEN_BY_BUREAU).exclude(unit=row.organisation_id)
    return rows if row.whole else rows.filter(handovers=row.pk)


def standing_in_the_way(guide: Guide, applications: list[Application], since: date, until: date) -> Handover | None:
    """A handover not ended of the same guide or one of these applications that overlaps in time; no applications: the whole guide."""
    rows = Handover.objects.exclude(status=HandoverStatus.ENDED).filter(guide=guide, since__lte=until, until__gte=since)
    if applications:
        rows = rows.filter(Q(whole=True) | Q(applications__in=applications))
    return rows.select_related("organisation").order_by("pk").first()


def institutions() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind=OrgKind.AGENCY, status=OrganisationStatus.VERIFIED).order_by("name")


def guides_to_hand_over(actor: Any) -> list[Guide]:
    """Guides that are open or have something to be checked, which the actor's division is in charge of."""
    held = policies.at_desk(actor).filter(status__in=states.AT_CHECK).order_by().values("guide").distinct()
    rows = Guide.objects.filter(Q(pk__in=held) | Q(status="OPEN")).select_related("special__plan").order_by("-year", "ref")
    return [row for row in rows if policies.hands_over(actor, row) is None]
