"""The verbs of topic calls (课题征集通知): written, approved by another person, published, settled; experts invited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.policies import system
from accounts.states import APPLICANT_KINDS, Role
from core import clock, deadlines, ledger, refs
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, queries, rules, states
from programs.actions.likeness import queue_comparison
from programs.actions.needs import tell_proposer
from programs.actions.turns import hand_over, returned
from programs.engine import needs as need_rules
from programs.models import (
    CallCriterion,
    CallExpert,
    CallQuota,
    CallStream,
    CallWindow,
    Need,
    Special,
    TopicCall,
)
from programs.rules import Window
from programs.states import CallStatus
from programs.workflow import CALL, NEED

CLOSE = "topic_call.close"
#: The plain columns that the form of a call may set.
CALL_FIELDS = (
    "title", "title_en", "text", "text_en", "source", "kinds", "exempt_spend", "exempt_years", "exempt_kinds", "exempt_clause",
    "seal_from", "seal_name", "seal_clause", "blind", "score_until", "contact",
)
COPIED = tuple(name for name in CALL_FIELDS if name not in ("title", "title_en", "score_until"))


@transaction.atomic
def create_call(
    actor: Any, special: Special, *, year: int, title: str, title_en: str = "", copy_from: TopicCall | None = None, is_demo: bool = False
) -> TopicCall:
    """A draft for a special and year, from an older call (texts, numbers, directions, quotas, sheet; never windows) or with
    the default score sheet. Records programs.topic_call.create. Refused when the special is not in force or of others."""
    reasons = [
        None if policies.holds_for(actor, Role.DIVISION, special) else _("Only the division in charge of this special may do this."),
        rules.special_problem(special.status, special.label), None if title.strip() else _("The call needs a title."),
    ]
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    number = refs.next_number("topic_call", str(year))
    copied = {name: getattr(copy_from, name) for name in COPIED} if copy_from else {"kinds": [kind.value for kind in APPLICANT_KINDS]}
    call = TopicCall.objects.create(
        ref=f"ZJ-{year}-{number:02d}", year=year, special=special, title=title.strip()[:200], title_en=title_en.strip()[:300],
        asks=copy_from.asks if copy_from else {}, drafted_by=actor.person, is_demo=is_demo, **copied,
    )
    _copy_rows(call, copy_from)
    ledger.record("programs.topic_call.create", call, actor, copied_from=copy_from.ref if copy_from else "")
    return call


def _copy_rows(call: TopicCall, source: TopicCall | None) -> None:
    if source is None:
        CallCriterion.objects.bulk_create(CallCriterion(call=call, **row) for row in queries.topics.default_criteria())
        return
    for model, rows in ((CallStream, source.streams.all()), (CallQuota, source.quotas.all()), (CallCriterion, source.criteria.all())):
        names = [f.name for f in model._meta.concrete_fields if f.name not in ("id", "call")]
        model.objects.bulk_create(model(call=call, **{name: getattr(row, name) for name in names}) for row in rows)


def _editable(actor: Any, call: TopicCall) -> TopicCall:
    """The locked call, when this person may change it now."""
    row = TopicCall.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan").get(pk=call.pk)
    if reason := policies.owns_call(actor, row):
        raise Refused([reason])
    if row.status != CallStatus.DRAFT:
        raise Refused([_("The call can only be changed while it is a draft; now it is “%(state)s”.") % {"state": row.status_label}])
    return row


@transaction.atomic
def change_call(actor: Any, call: TopicCall, **values: Any) -> TopicCall:
    """Set columns of a draft (see CALL_FIELDS). Records what changed."""
    row = _editable(actor, call)
    if unknown := set(values) - set(CALL_FIELDS):
        raise Refused([_("“%(part)s” is not a part of a call.") % {"part": name} for name in sorted(unknown)])
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        ledger.record("programs.topic_call.change", row, actor, before={name: getattr(row, name) for name in changed}, after=changed)
        TopicCall.objects.filter(pk=row.pk).update(**changed)
        row.refresh_from_db()
    return row


def _table(rows: Iterable[Any], *columns: str) -> list[list[Any]]:
    return [[getattr(row, name) for name in columns] for row in rows]


def _record(actor: Any, call: TopicCall, what: str, before: list[Any], after: list[Any]) -> None:
    """A table that was saved as it stood leaves no trace."""
    if before != after:
        ledger.record(f"programs.topic_call.{what}", call, actor, before=before, after=after)


@transaction.atomic
def set_call_windows(actor: Any, call: TopicCall, *, windows: Iterable[tuple[datetime, datetime]]) -> TopicCall:
    """The windows of a draft; they may not overlap."""
    row = _editable(actor, call)
    wanted = sorted({Window(opens, closes) for opens, closes in windows}, key=lambda w: w.opens_at)
    if problems := rules.window_problems(wanted):
        raise Refused(problems)
    before = [[w.opens_at, w.closes_at] for w in row.windows.all()]
    row.windows.all().delete()
    CallWindow.objects.bulk_create(CallWindow(call=row, opens_at=w.opens_at, closes_at=w.closes_at) for w in wanted)
    TopicCall.objects.filter(pk=row.pk).update(opens_at=wanted[0].opens_at, closes_at=max(w.closes_at for w in wanted))
    _record(actor, row, "windows", before, [[w.opens_at, w.closes_at] for w in wanted])
    row.refresh_from_db()
    return row


@transaction.atomic
def set_streams(actor: Any, call: TopicCall, *, rows: Sequence[Mapping[str, Any]]) -> TopicCall:
    """Directions: rows of code, name, name_en, group. A code stands once."""
    row = _editable(actor, call)
    codes = [str(one["code"]) for one in rows]
    if len(set(codes)) != len(codes):
        raise Refused([_("Two directions have the same code.")])
    before = _table(row.streams.all(), "code", "name", "group")
    row.streams.all().delete()
    CallStream.objects.bulk_create(
        CallStream(call=row, code=one["code"], name=one["name"], name_en=one.get("name_en", ""), group=one["group"], order=order)
        for order, one in enumerate(rows))
    _record(actor, row, "streams", before, _table(row.streams.all(), "code", "name", "group"))
    return row


@transaction.atomic
def set_quotas(actor: Any, call: TopicCall, *, rows: Sequence[Mapping[str, Any]]) -> TopicCall:
    """Quotas per unit: rows of group, kinds (empty: all others), most, clause. In one group a kind stands once, and one line
    at most is for all others."""
    row = _editable(actor, call)
    seen: set[tuple[str, str]] = set()
    for one in rows:
        for kind in one.get("kinds") or [""]:
            if (one["group"], kind) in seen:
                raise Refused([_("Two quotas of the group “%(group)s” are for the same units.") % {"group": one["group"]}])
            seen.add((one["group"], kind))
    before = _table(row.quotas.all(), "group", "kinds", "most", "clause")
    row.quotas.all().delete()
    CallQuota.objects.bulk_create(
        CallQuota(call=row, group=one["group"], kinds=list(one.get("kinds") or []), most=one["most"], clause=one.get("clause", ""), order=n)
        for n, one in enumerate(rows))
    _record(actor, row, "quotas", before, _table(row.quotas.all(), "group", "kinds", "most", "clause"))
    return row


@transaction.atomic
def set_criteria(actor: Any, call: TopicCall, *, rows: Sequence[Mapping[str, Any]]) -> TopicCall:
    """The score sheet; its points add up to 100."""
    row = _editable(actor, call)
    codes = [str(one["code"]) for one in rows]
    if len(set(codes)) != len(codes):
        raise Refused([_("Two criteria have the same code.")])
    if problems := need_rules.sheet_problems([int(one["weight"]) for one in rows]):
        raise Refused(problems)
    before = _table(row.criteria.all(), "code", "name", "weight")
    row.criteria.all().delete()
    CallCriterion.objects.bulk_create(
        CallCriterion(call=row, order=order, **{key: one[key] for key in ("code", "name", "weight")},
                      **{key: one.get(key, "") for key in ("name_en", "help", "help_en")})
        for order, one in enumerate(rows))
    _record(actor, row, "criteria", before, _table(row.criteria.all(), "code", "name", "weight"))
    return row


@transaction.atomic
def set_asks(actor: Any, call: TopicCall, *, asks: Mapping[str, Mapping[str, Any]]) -> TopicCall:
    """Which fields the form of the call asks for: {code: {shown, required, max, help}}."""
    row = _editable(actor, call)
    if unknown := set(asks) - set(need_rules.KNOWN):
        raise Refused([_("“%(part)s” is not a part of a call.") % {"part": name} for name in sorted(unknown)])
    after = {code: dict(one) for code, one in asks.items()}
    if after != row.asks:
        ledger.record("programs.topic_call.asks", row, actor, before=row.asks, after=after)
    TopicCall.objects.filter(pk=row.pk).update(asks=after)
    row.refresh_from_db()
    return row


# --- moves -------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit_call(actor: Any, call: TopicCall) -> TopicCall:
    """DRAFT -> SUBMITTED; the leaders are told."""
    row = CALL.move("submit", actor, call)
    hand_over(actor, row)
    return row


@transaction.atomic
def return_call(actor: Any, call: TopicCall, *, why: str) -> TopicCall:
    """Back to DRAFT; an approval given before is void, the drafter is told."""
    row = CALL.move("return", actor, call, why=why, reason=why)
    TopicCall.objects.filter(pk=row.pk).update(approved_by=None)
    row.refresh_from_db()
    returned(actor, row, row.drafted_by, why=why)
    return row


@transaction.atomic
def approve_call(actor: Any, call: TopicCall, *, why: str = "") -> TopicCall:
    """SUBMITTED -> APPROVED by a leader who did not draft it."""
    row = CALL.move("approve", actor, call, why=why)
    TopicCall.objects.filter(pk=row.pk).update(approved_by=actor.person)
    row.refresh_from_db()
    hand_over(actor, row, why=why)
    return row


@transaction.atomic
def publish_call(actor: Any, call: TopicCall) -> TopicCall:
    """APPROVED -> PUBLISHED; the `topic_call` notice is issued, signed by the leader who approved; the timer of the close is set."""
    TopicCall.objects.filter(pk=call.pk, published_at=None).update(published_at=CoreNow())
    row = CALL.move("publish", actor, call)
    row.refresh_from_db()
    document = notices.draft(
        actor, documents.TOPIC_CALL, subject=row, title=documents.call_title(row), context=documents.call_context(row),
        addressee=documents.addressee(), is_public=True)
    notices.issue_now(actor, row.approved_by, document)
    deadlines.set(CLOSE, row, row.closes_at)
    return row


@transaction.atomic
def close_call(actor: Any, call: TopicCall) -> int:
    """After the last close: what was not filed has expired, what was filed is compared by a job; returns how many expired.
    Early, late or twice changes nothing more."""
    row = TopicCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    if row.status == CallStatus.PUBLISHED and row.closes_at > clock.now():
        deadlines.set(CLOSE, row, row.closes_at)
        return 0
    left = Need.objects.filter(call=row, status__in=states.NEED_BEFORE_FILING)
    for need in left.select_related("call").order_by("pk"):
        NEED.move("expire", actor, need)
    if row.status == CallStatus.PUBLISHED and (row.compared_at is None or row.compared_at < row.closes_at):
        queue_comparison(actor, row)
    return len(left)


@transaction.atomic
def finish_call(actor: Any, call: TopicCall) -> TopicCall:
    """PUBLISHED -> FINISHED when every need has its decision."""
    row = CALL.move("finish", actor, call)
    close_call(system("clock"), row)
    return row


@transaction.atomic
def withdraw_call(actor: Any, call: TopicCall, *, why: str) -> TopicCall:
    """PUBLISHED -> WITHDRAWN with a reason; filing stops at once, unfinished drafts end, every proposer is told. Filed topics
    that waited for a decision end as well; their proposers (and of those merged into them) hear it of each."""
    row = CALL.move("withdraw", actor, call, why=why, reason=why)
    deadlines.cancel(CLOSE, row)
    close_call(system("clock"), row)
    _lapse(row, why)
    needs = Need.objects.filter(call=row).select_related("proposer")
    notices.tell(
        {need.proposer for need in needs}, "programs.topic_call.withdraw",
        lambda: _("The topic call “%(title)s” is withdrawn") % {"title": row.title}, why, f"/topics/{row.ref}/",
        dedupe=f"topic_call:{row.pk}:withdraw")
    return row


def _lapse(call: TopicCall, why: str) -> None:
    for need in Need.objects.filter(call=call, status__in=states.NEED_OPEN).select_related("call").order_by("pk"):
        moved = NEED.move("lapse", system("clock"), need, why=why)
        Need.objects.filter(pk=need.pk).update(outcome=why.strip())
        for one in (moved, *queries.topics.members_of(moved)):
            tell_proposer(one, lambda one=one: _("Ended with its call: %(title)s") % {"title": one.title}, why, key="lapse")


# --- experts -----------------------------------------------------------------------------------------------------


@transaction.atomic
def invite_experts(actor: Any, call: TopicCall, *, people: Iterable[Person]) -> int:
    """Invite experts to score the call's needs; who is no expert today is refused. Each is told once."""
    row = TopicCall.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan").get(pk=call.pk)
    if reason := policies.owns_call(actor, row):
        raise Refused([reason])
    if row.status != CallStatus.PUBLISHED:
        raise Refused([_("Experts are invited while the call is published.")])
    wanted = {person.pk: person for person in people}
    known = {person.pk for person in queries.topics.expert_pool(row).filter(pk__in=wanted)}
    if strangers := [person.name for pk, person in wanted.items() if pk not in known]:
        raise Refused([_("Not an expert today, or invited already: %(names)s.") % {"names": "、".join(strangers)}])
    CallExpert.objects.bulk_create(CallExpert(call=row, person=person, invited_by=actor.person) for person in wanted.values())
    ledger.record("programs.topic_call.invite", row, actor, people=sorted(wanted))
    notices.tell(
        wanted.values(), "programs.topic_call.invite", lambda: _("You are asked to score the topics of “%(title)s”") % {"title": row.title},
        lambda: _("The topics and the score sheet are on your review desk."), "/review/needs/", dedupe=f"topic_call:{row.pk}:invite")
    return len(wanted)
