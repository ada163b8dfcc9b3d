"""The desk's verbs over filed needs: screening, merging, scoring, decision, and the way into a guide's topics (clause R1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies, queries, states
from programs.actions.content import save_parts
from programs.actions.needs import lock_need, tell_proposer
from programs.engine import needs as need_rules
from programs.models import Guide, Need, NeedReview, NeedTopic, Topic
from programs.states import NeedStatus
from programs.workflow import NEED


def _settled(need: Need, outcome: str, **columns: Any) -> Need:
    Need.objects.filter(pk=need.pk).update(outcome=outcome.strip(), **columns)
    need.refresh_from_db()
    return need


def _tell(need: Need, subject: Any, body: str, key: str) -> None:
    """The proposer, and those whose needs were merged into it."""
    for one in (need, *queries.topics.members_of(need)):
        tell_proposer(one, subject, body, key=f"{key}:{need.pk}")


@transaction.atomic
def screen_in(actor: Any, need: Need, *, why: str = "") -> Need:
    """FILED -> SHORTLISTED, after the close: goes on to scoring."""
    return NEED.move("pass", actor, need, why=why)


@transaction.atomic
def merge_need(actor: Any, need: Need, *, lead: Need, why: str = "") -> Need:
    """FILED or SHORTLISTED -> MERGED into another need of the call; a person decides, likeness only proposes.

    The merged need keeps its text and its proposer, who is told, and shares what becomes of the lead. Sheets of experts who
    belong to its units no longer count for the lead.
    """
    first, second = sorted((need.pk, lead.pk))  # always the same order of locks
    rows = {pk: lock_need(Need(pk=pk)) for pk in dict.fromkeys((first, second))}
    row, into = rows[need.pk], rows[lead.pk]
    if reasons := NEED.why_not("merge", actor, row, lead=into):
        raise Refused(reasons)
    Need.objects.filter(pk=row.pk).update(merged_into=into)
    moved = NEED.move("merge", actor, row, lead=into, why=why, data={"lead": into.ref})
    tell_proposer(moved, lambda: _("Merged with a similar topic: %(title)s") % {"title": moved.title},
                  lambda: _("Your topic goes on together with %(ref)s and shares what becomes of it.") % {"ref": into.ref},
                  key=f"merge:{into.pk}")
    _count(into)
    moved.refresh_from_db()
    return moved


@transaction.atomic
def split_need(actor: Any, need: Need) -> Need:
    """MERGED -> FILED: taken out of the merger again; the mean of the lead is made anew."""
    row = NEED.move("split", actor, need)
    lead = row.merged_into
    Need.objects.filter(pk=row.pk).update(merged_into=None)
    if lead is not None:
        _count(lead)
    row.refresh_from_db()
    return row


@transaction.atomic
def adopt_need(actor: Any, need: Need, *, why: str = "") -> Need:
    """SHORTLISTED or KEPT -> ADOPTED; the proposers (of the merged ones, too) are told. It may now be picked for a guide."""
    row = _settled(NEED.move("adopt", actor, need, why=why), why, reason_code="")
    _tell(row, lambda: _("Adopted: %(title)s") % {"title": row.title}, why, "adopt")
    return row


@transaction.atomic
def keep_need(actor: Any, need: Need, *, why: str) -> Need:
    """SHORTLISTED -> KEPT for a later year, with the reason told."""
    row = _settled(NEED.move("keep", actor, need, why=why, reason=why), why)
    _tell(row, lambda: _("Kept for later: %(title)s") % {"title": row.title}, why, "keep")
    return row


@transaction.atomic
def decline_need(actor: Any, need: Need, *, reason_code: str, why: str) -> Need:
    """FILED, SHORTLISTED or KEPT -> DECLINED with a reason code and its facts, told to the proposers."""
    known = tuple(code for code, _label in queries.topics.reason_choices())
    row = lock_need(need)
    if reasons := NEED.why_not("decline", actor, row, reason_code=reason_code, known=known, reason=why):
        raise Refused(reasons)
    Need.objects.filter(pk=row.pk).update(reason_code=reason_code)
    moved = NEED.move("decline", actor, row, why=why, reason_code=reason_code, known=known, reason=why, data={"code": reason_code})
    row = _settled(moved, why)
    _tell(row, lambda: _("Not adopted: %(title)s") % {"title": row.title}, why, "decline")
    return row


@transaction.atomic
def reopen_need(actor: Any, need: Need, *, why: str) -> Need:
    """ADOPTED, KEPT or DECLINED -> SHORTLISTED with a reason; refused while a guide's topic comes from it."""
    return _settled(NEED.move("reopen", actor, need, why=why, reason=why), "", reason_code="")


# --- points ------------------------------------------------------------------------------------------------------


@transaction.atomic
def score_need(actor: Any, need: Need, *, points: Mapping[str, Any], comment: str = "") -> NeedReview:
    """The points of a staff member or an invited expert by the call's sheet; may be changed until the scoring ends.

    Brings the mean on the need up to date. Refused: not invited, of a proposing unit, not screened in, after the last day.
    Records programs.need.score (without the points: who may see them is asked elsewhere).
    """
    row = lock_need(need)
    reasons = [policies.may_score(actor, row)]
    if row.status != NeedStatus.SHORTLISTED:
        reasons.append(_("Only topics that are screened in are scored."))
    if row.call.score_until is not None and row.call.score_until <= clock.now():
        reasons.append(_("The scoring of this call has ended."))
    criteria = queries.topics.criteria_of(row.call)
    wrong = need_rules.points_problems(criteria, points)
    reasons += [f"{one['name']}：{wrong[one['code']]}" for one in criteria if one["code"] in wrong]
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    kept = {one["code"]: str(Decimal(str(points[one["code"]]))) for one in criteria}
    review, _made = NeedReview.objects.update_or_create(
        need=row, reviewer=actor.person,
        defaults={"points": kept, "total": need_rules.total(criteria, kept), "comment": comment.strip()[:2000], "at": CoreNow(),
                  "as_expert": policies.owns_call(actor, row.call) is not None})
    _count(row)
    ledger.record("programs.need.score", row, actor)
    return review


def _count(need: Need) -> None:
    """Bring the mean up to date; after a merger experts of the merged unit no longer count."""
    totals = [row.total for row in queries.topics.counted_reviews(need)]
    Need.objects.filter(pk=need.pk).update(score=need_rules.mean(totals) if totals else None, score_count=len(totals))


# --- into a guide --------------------------------------------------------------------------------------------------


def _own_draft(actor: Any, guide: Guide) -> Guide:
    row = Guide.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan", "version").get(pk=guide.pk)
    if reason := policies.owns_guide(actor, row):
        raise Refused([reason])
    if row.status not in states.EDITABLE_STATUSES:
        raise Refused([_("The guide can only be changed while it is a draft; now it is “%(state)s”.") % {"state": row.status_label}])
    return row


@transaction.atomic
def link_topic(actor: Any, guide: Guide, *, topic: Topic, need: Need) -> NeedTopic:
    """A topic of a draft guide comes from an adopted need of the same special. Records programs.guide.link_need."""
    row = _own_draft(actor, guide)
    into = lock_need(need)
    reasons = []
    if topic.guide_id != row.pk:
        reasons.append(_("The topic belongs to another guide."))
    if into.status != NeedStatus.ADOPTED:
        reasons.append(_("“%(ref)s” is not adopted.") % {"ref": into.ref})
    if into.call.special.code != row.special.code:
        reasons.append(_("“%(ref)s” was filed for another special.") % {"ref": into.ref})
    if reasons:
        raise Refused(reasons)
    link, made = NeedTopic.objects.get_or_create(need=into, topic=topic, defaults={"linked_by": actor.person})
    if made:
        ledger.record("programs.guide.link_need", row, actor, topic=topic.code, need=into.ref)
    return link


@transaction.atomic
def unlink_topic(actor: Any, guide: Guide, link: NeedTopic) -> None:
    row = _own_draft(actor, guide)
    if link.topic.guide_id != row.pk:
        raise Refused([_("The topic belongs to another guide.")])
    ledger.record("programs.guide.unlink_need", row, actor, topic=link.topic.code, need=link.need.ref)
    NeedTopic.objects.filter(pk=link.pk).delete()


@transaction.atomic
def topic_from_need(actor: Any, guide: Guide, *, need: Need, code: str) -> NeedTopic:
    """A new topic of a draft guide with the title and the proposed amount of an adopted need (never above the guide's cap)."""
    row = _own_draft(actor, guide)
    topics = list(row.version.data.get("topics") or []) if row.version else []
    if not code.strip() or any(one["code"] == code.strip() for one in topics):
        raise Refused([_("The topic needs a code that no other topic of the guide has.")])
    cap = min(need.amount, row.cap_per_project) if row.cap_per_project else need.amount
    save_parts(actor, row, {"topics": [*topics, {"code": code.strip(), "title": need.title, "title_en": "", "cap": f"{cap:f}"}]},
               note=_("Topic from %(ref)s") % {"ref": need.ref})
    return link_topic(actor, row, topic=Topic.objects.get(guide=row, code=code.strip()), need=need)


def carry_links(old: Guide, new: Guide) -> None:
    """A corrected guide keeps where its topics came from."""
    topics = {topic.code: topic for topic in new.topics.all()}
    NeedTopic.objects.bulk_create(
        NeedTopic(need_id=link.need_id, topic=topics[link.topic.code], linked_by_id=link.linked_by_id)
        for link in queries.topics.links_of(old) if link.topic.code in topics)
