"""Reads of topic calls and needs. The clock's answer for filing, quotas from the register, similar needs, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.policies import Actor
from accounts.states import MembershipStatus, OrganisationStatus, OrgKind, Role
from core import clock, parameters
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies, rules, states
from programs.engine import needs as need_rules
from programs.engine.forms import pick
from programs.models import (
    CallStream,
    CallWindow,
    Guide,
    Need,
    NeedFile,
    NeedReview,
    NeedTopic,
    Topic,
    TopicCall,
)
from programs.queries.lists import entries
from programs.states import CallStatus, NeedStatus

LETTER, OTHER = "LETTER", "OTHER"
CLUSTERS, STAGES, REASONS, CRITERIA = "clusters-2024", "need-stages", "topic-reasons", "topic-criteria"


# --- calls -------------------------------------------------------------------------------------------------------


def get_call(actor: Any, ref: str) -> TopicCall:
    """One call the actor may see, by its reference; 404 otherwise."""
    call = policies.calls_visible_to(actor).prefetch_related("windows", "streams", "quotas", "criteria").filter(ref=ref).first()
    if call is None:
        raise Http404
    return call


def call_by_id(pk: int) -> TopicCall:
    return TopicCall.objects.select_related("special__plan").get(pk=pk)


def calls_in_phase(rows: QuerySet[TopicCall], value: str) -> QuerySet[TopicCall]:
    """open, coming or closed by the clock."""
    opened = Exists(CallWindow.objects.filter(call=OuterRef("pk"), opens_at__lte=CoreNow(), closes_at__gt=CoreNow()))
    coming = Exists(CallWindow.objects.filter(call=OuterRef("pk"), opens_at__gt=CoreNow()))
    standing = rows.filter(status=CallStatus.PUBLISHED)
    if value == "open":
        return standing.filter(opened)
    if value == "coming":
        return standing.filter(~opened, coming)
    return rows.exclude(pk__in=standing.filter(opened | coming).values("pk"))


def open_calls() -> QuerySet[TopicCall]:
    return calls_in_phase(TopicCall.objects.select_related("special").prefetch_related("windows"), "open").order_by("closes_at")


def call_phase(call: TopicCall, at: datetime) -> str:
    """OPEN, PUBLISHED (coming) or CLOSED by the clock; the status for the others."""
    if call.status != CallStatus.PUBLISHED:
        return call.status
    windows = list(call.windows.all())
    if rules.open_window(windows, at):
        return "OPEN"
    return "COMING" if rules.next_window(windows, at) else "CLOSED"


def call_phase_label(value: str) -> str:
    return str({"OPEN": _("Open now"), "COMING": _("Opening soon"), "CLOSED": _("Closed")}.get(
        value, states.CallStatus(value).label if value in states.CallStatus.values else value))


def call_window(call: TopicCall, at: datetime | None = None) -> CallWindow | None:
    return rules.open_window(call.windows.all(), at or clock.now()) if call.status == CallStatus.PUBLISHED else None


def lock_open_call(call: TopicCall) -> datetime:
    """For the filing transaction: hold the call FOR SHARE, then ask the database clock; its moment, or Refused.

    Closing, withdrawing or changing the call waits for all filings that hold it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM programs_topiccall WHERE id = %s FOR SHARE", [call.pk])
        status = cursor.fetchone()[0]
        cursor.execute(
            "SELECT c.moment, w.id FROM (SELECT core_now() AS moment) c LEFT JOIN programs_callwindow w"
            " ON w.call_id = %s AND w.opens_at <= c.moment AND c.moment < w.closes_at", [call.pk])
        now, window = cursor.fetchone()
    if status != CallStatus.PUBLISHED or window is None:
        raise Refused([_call_closed_reason(call, status, now)])
    return now


def _call_closed_reason(call: TopicCall, status: str, now: datetime) -> str:
    given = {"title": call.title, "now": _moment(now)}
    if status != CallStatus.PUBLISHED:
        return _("The topic call “%(title)s” takes no topics: %(state)s.") % {**given, "state": states.CallStatus(status).label}
    windows = list(call.windows.all())
    if upcoming := rules.next_window(windows, now):
        return _("Topics for “%(title)s” are taken from %(at)s; the server clock says %(now)s.") % {**given, "at": _moment(upcoming.opens_at)}
    last = max((w.closes_at for w in windows), default=None)
    return _("“%(title)s” closed at %(at)s; the server clock says %(now)s.") % {**given, "at": _moment(last) if last else "—"}


def _moment(value: datetime) -> str:
    return clock.local(value).strftime("%Y-%m-%d %H:%M:%S")


@dataclass
class CallPage:
    """Everything the public page of a call shows."""

    call: TopicCall
    phase: str
    label: str
    window: Any
    upcoming: Any
    title: str
    text: str
    kinds: list[str]
    groups: list[dict[str, Any]]
    fields: list[need_rules.Asked]
    criteria: list[dict[str, Any]]
    exempt_kinds: list[str]


def call_page(call: TopicCall, now: datetime | None = None) -> CallPage:
    now = now or clock.now()
    value, windows = call_phase(call, now), list(call.windows.all())
    standing = call.status == CallStatus.PUBLISHED
    return CallPage(
        call=call, phase=value, label=call_phase_label(value),
        window=rules.open_window(windows, now) if standing else None,
        upcoming=rules.next_window(windows, now) if standing else None,
        title=pick({"x": call.title, "x_en": call.title_en}, "x"), text=pick({"x": call.text, "x_en": call.text_en}, "x"),
        kinds=kind_labels(call.kinds), groups=groups_of(call), fields=need_rules.asked(call.asks),
        criteria=[{"name": c.label, "weight": c.weight, "help": pick({"x": c.help, "x_en": c.help_en}, "x")} for c in call.criteria.all()],
        exempt_kinds=kind_labels(call.exempt_kinds),
    )


def kind_labels(kinds: list[str]) -> list[str]:
    return [str(OrgKind(kind).label) for kind in kinds if kind in OrgKind.values]


def groups_of(call: TopicCall) -> list[dict[str, Any]]:
    """The groups of directions with their directions and the lines of their quota."""
    found: dict[str, dict[str, Any]] = {}
    for stream in call.streams.all():
        group = found.setdefault(stream.group, {"code": stream.group, "streams": [], "quotas": []})
        group["streams"].append(stream)
    for quota in call.quotas.all():
        if quota.group in found:
            found[quota.group]["quotas"].append(
                {"most": quota.most, "clause": quota.clause, "kinds": kind_labels(quota.kinds) or [_("all other units")]})
    for group in found.values():
        group["name"] = group_name(group["streams"])
        if len(group["quotas"]) == 1 and group["quotas"][0]["kinds"] == [_("all other units")]:
            group["quotas"][0]["kinds"] = [_("all units")]
    return list(found.values())


def group_name(streams: list[CallStream]) -> str:
    labels = [stream.label for stream in streams]
    return labels[0] if len(labels) == 1 else _("%(first)s to %(last)s") % {"first": labels[0], "last": labels[-1]}


def default_criteria() -> list[dict[str, Any]]:
    """The score sheet a new call starts from (reference list topic-criteria)."""
    return [
        {"code": row.code, "name": row.name, "name_en": row.name_en, "weight": int(row.data["weight"]), "help": row.data.get("help", ""),
         "help_en": row.data.get("help_en", ""), "order": row.order}
        for row in entries(CRITERIA)
    ]


def calls_to_copy(actor: Any) -> list[TopicCall]:
    return list(policies.calls_visible_to(actor).order_by("-year", "-pk")[:40])


def call_years() -> list[tuple[str, str]]:
    years = TopicCall.objects.filter(status__in=states.PUBLIC_CALLS).order_by("-year").values_list("year", flat=True)
    return [(str(year), str(year)) for year in years.distinct()]


def call_choices() -> list[tuple[str, str]]:
    return list(TopicCall.objects.filter(status__in=states.PUBLIC_CALLS).order_by("-year", "-pk").values_list("ref", "title"))


def reason_choices() -> list[tuple[str, str]]:
    return _labelled(REASONS)


def reason_label(code: str) -> str:
    return dict(reason_choices()).get(code, code)


def cluster_choices() -> list[tuple[str, str]]:
    return _labelled(CLUSTERS)


def stage_choices() -> list[tuple[str, str]]:
    return _labelled(STAGES)


def _labelled(name: str) -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in entries(name)]


def expert_pool(call: TopicCall) -> QuerySet[Person]:
    """People who hold the role of an expert today and are not invited yet."""
    day = clock.today()
    return Person.objects.filter(
        Q(memberships__until=None) | Q(memberships__until__gte=day), memberships__role=Role.EXPERT, memberships__since__lte=day,
        memberships__status=MembershipStatus.ACTIVE, is_active=True,
    ).exclude(pk__in=call.experts.values("person")).distinct().order_by("name_sort", "pk")


# --- needs of a proposer and a unit --------------------------------------------------------------------------------


def get_need(actor: Any, ref: str) -> Need:
    """One need the actor may see; 404 otherwise."""
    need = policies.needs_visible_to(actor).filter(ref=ref).first()
    if need is None:
        raise Http404
    return need


def own_need(actor: Any, ref: str) -> Need:
    """For the pages of the proposer and of the unit, never through the bureau's right to look."""
    need = policies.needs_visible_to(actor).filter(Q(proposer=actor.id) | Q(unit__in=actor.units(Role.ORG_ADMIN)), ref=ref).first()
    if need is None:
        raise Http404
    return need


def opened_need(actor: Any, ref: str) -> Need:
    """For its files: only who may open them."""
    need = get_need(actor, ref)
    if policies.opens_need(actor, need) is not None:
        raise Http404
    return need


def unit_need(actor: Any, ref: str) -> Need:
    need = unit_needs(actor).filter(ref=ref).first()
    if need is None:
        raise Http404
    return need


def desk_need(actor: Any, ref: str) -> Need:
    need = desk_needs(actor).filter(ref=ref).first()
    if need is None:
        raise Http404
    return need


def scored_need(actor: Any, ref: str) -> Need:
    need = policies.needs_to_score(actor).filter(ref=ref).first()
    if need is None:
        raise Http404
    return need


def my_needs(actor: Any) -> QuerySet[Need]:
    return policies.needs_visible_to(actor).filter(proposer=actor.id)


def unit_needs(actor: Any) -> QuerySet[Need]:
    return policies.needs_visible_to(actor).filter(unit__in=actor.units(Role.ORG_ADMIN))


def desk_needs(actor: Any) -> QuerySet[Need]:
    """Filed needs, for the desks of the bureau."""
    rows = policies.needs_visible_to(actor)
    return rows.filter(status__in=states.NEED_SEEN) if policies.is_staff(actor) is None else rows.none()


def units_to_propose_for(actor: Any, call: TopicCall) -> list[Organisation]:
    """Verified units of the person, of a kind the call names."""
    return list(Organisation.objects.filter(
        pk__in=actor.units(*policies.UNIT_USERS), status=OrganisationStatus.VERIFIED, kind__in=call.kinds).order_by("pk"))


def cleaned(need: Need) -> need_rules.Cleaned:
    """The answers typed and every field's fault."""
    return need_rules.clean(
        need.answers, need.call.asks, clusters=[code for code, _label in cluster_choices()],
        stages=[code for code, _label in stage_choices()], indicators_min=int(parameters.value("need.indicators_min")),
    )


def field_label(need: Need, name: str) -> str:
    known = {one.code: one.label for one in need_rules.asked(need.call.asks)}
    if name.startswith("ind_"):
        return _("Technical indicator %(n)d") % {"n": int(name.split("_")[1]) + 1}
    return known.get(name, name)


def problems_of(need: Need, found: need_rules.Cleaned | None = None) -> list[str]:
    """Everything that stands in the way of filing, as sentences: fields, seals, quota."""
    found = found or cleaned(need)
    texts = [f"{field_label(need, name)}：{text}" for name, wrong in found.errors.items() for text in wrong]
    return texts + [text for text in (seals(need, found.values), quota_reason(need)) if text]


def seals(need: Need, values: Mapping[str, Any]) -> str | None:
    """The reason why the sealed statement is not complete."""
    call = need.call
    units = [need.unit.name, *(values.get("partners") or [])]
    letters = [file.sealed_by for file in need.files.filter(kind=LETTER, is_current=True)]
    return need_rules.seal_problem(
        Decimal(values.get("amount") or 0), call.seal_from, units, [name for names in letters for name in names],
        name=call.seal_name, clause=call.seal_clause)


def used_in_group(call: TopicCall, unit: Organisation | int, group: str, *, but: int | None = None) -> int:
    """Needs the unit leads in the group that count: filed and not withdrawn, whatever became of them."""
    return Need.objects.filter(
        call=call, unit=unit, stream__group=group, status__in=states.NEED_COUNTING).exclude(pk=but).count()


def quotas_of(call: TopicCall) -> list[need_rules.Quota]:
    return [need_rules.Quota(q.group, tuple(q.kinds), q.most, q.clause) for q in call.quotas.all()]


def exemption_of(call: TopicCall) -> need_rules.Exemption | None:
    if call.exempt_spend is None:
        return None
    return need_rules.Exemption(call.exempt_spend, tuple(call.exempt_years), tuple(call.exempt_kinds), call.exempt_clause)


def quota_reason(need: Need) -> str | None:
    """The quota of the unit in the group of the need, with what the register says of its R&D spend."""
    streams = [stream for stream in need.call.streams.all() if stream.group == need.stream.group]
    return need_rules.quota_problem(
        need_rules.quota_for(quotas_of(need.call), need.stream.group, need.unit.kind), exemption_of(need.call), kind=need.unit.kind,
        group_name=group_name(streams), used=used_in_group(need.call, need.unit, need.stream.group, but=need.pk),
        spend=(need.unit.facts or {}).get("rd_spend") or {})


def unit_room(call: TopicCall, unit: Organisation) -> list[dict[str, Any]]:
    """Per group: how many the unit has filed, how many it may, and why not at all limited."""
    quotas, exemption = quotas_of(call), exemption_of(call)
    freed = need_rules.exempt_by(exemption, unit.kind, (unit.facts or {}).get("rd_spend") or {})
    counts = dict(Need.objects.filter(call=call, unit=unit, status__in=states.NEED_COUNTING).order_by()
                  .values_list("stream__group").annotate(n=Count("pk")))
    return [
        {"name": group["name"], "used": counts.get(group["code"], 0), "freed": freed,
         "most": quota.most if (quota := need_rules.quota_for(quotas, group["code"], unit.kind)) else None}
        for group in groups_of(call)
    ]


def need_file(need: Need, pk: int) -> NeedFile:
    row = NeedFile.objects.select_related("file").filter(need=need, pk=pk, is_current=True).first()
    if row is None:
        raise Http404
    return row


def current_files(need: Need) -> list[NeedFile]:
    return list(need.files.filter(is_current=True).select_related("file").order_by("pk"))


@dataclass
class NeedView:
    """A need as a page shows it, whoever reads: the columns, or what is written in it while it is a draft."""

    need: Need
    rows: list[tuple[str, Any]]
    indicators: list[Any]
    files: list[NeedFile]


def need_view(need: Need, *, blind: bool = False, is_open: bool = True) -> NeedView:
    """`blind` leaves out who proposes and every file, which bear names and seals; not `is_open` (`policies.opens_need`) the
    files and how to reach the proposer."""
    draft = need.status in states.NEED_AS_WRITTEN
    if draft:
        need = as_written(need)
    clusters, stages = dict(cluster_choices()), dict(stage_choices())
    plain = {"background": need.background, "content": need.content, "cluster": clusters.get(need.cluster, need.cluster),
             "stage": stages.get(need.stage, need.stage), "result_user": need.result_user}
    hidden = {"title", "indicators", "amount", "own_money", "partners", "contact_name", "contact_phone"}
    rows = [(one.label, plain[one.code]) for one in need_rules.asked(need.call.asks) if one.code not in hidden and plain[one.code]]
    if not blind:
        rows.append((_("Proposing units"), "、".join([need.unit.name, *need.partners])))
    if is_open and not blind:
        rows.append((_("Contact person"), f"{need.contact_name} {need.contact_phone}"))
    indicators = indicators_as_written(need.answers) if draft else list(need.indicators.all())
    return NeedView(need, rows, indicators, current_files(need) if is_open and not blind else [])


def as_written(need: Need) -> Need:
    """A copy that shows what stands in the draft: the columns are of its last handing in, or empty."""
    found = copy(need)
    for name, value in cleaned(need).values.items():
        if name != "indicators":
            setattr(found, name, value)
    return found


def indicators_as_written(answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """The indicators of a draft as typed, right or wrong."""
    rows = [{col: str(answers.get(f"ind_{n}_{col}") or "") for col in need_rules.COLUMNS} for n in range(need_rules.ROWS)]
    signs = dict(need_rules.SIGNS)
    return [{**row, "sign_label": signs.get(row["sign"], row["sign"]), "value_label": row["value"]}
            for row in rows if any(row[col] for col in ("name", "value", "unit", "test"))]


# --- the desk ------------------------------------------------------------------------------------------------------

def members_of(need: Need) -> list[Need]:
    return list(need.members.select_related("unit", "proposer").order_by("pk"))


def reviews_of(actor: Any, need: Need) -> list[NeedReview]:
    """All sheets, for the division in charge and those who watch; experts never come here (their own page shows their own
    sheet). Who may still give points sees those of others after one's own."""
    if policies.reads_scoring(actor, need.call) is not None or scores_first(actor, need):
        return []
    return list(need.reviews.select_related("reviewer").order_by("pk"))


def scores_first(actor: Any, need: Need) -> bool:
    """Whether the division's own points are still to be given, uninfluenced by the others."""
    over = need.call.score_until is not None and need.call.score_until <= clock.now()
    return (need.status == NeedStatus.SHORTLISTED and not over and policies.owns_call(actor, need.call) is None
            and own_review(actor, need) is None)


def counted_reviews(need: Need) -> list[NeedReview]:
    """Sheets that count: not those of experts who, by a merger, turned out to belong to a proposing unit (clause R1)."""
    merged = need.members.exists()  # before a merger nobody with a tie could give any
    return [row for row in need.reviews.select_related("reviewer")
            if not merged or not (row.as_expert and policies.has_tie(Actor.of(row.reviewer), need))]


def own_review(actor: Any, need: Need) -> NeedReview | None:
    return need.reviews.filter(reviewer=actor.id).first()


def own_totals(actor: Any, needs: list[Need]) -> dict[int, Decimal]:
    """Of the needs of a page: the points the person has given."""
    return dict(NeedReview.objects.filter(need__in=needs, reviewer=actor.id).values_list("need", "total"))


def criteria_of(call: TopicCall) -> list[dict[str, Any]]:
    return [
        {"code": c.code, "weight": c.weight, "name": c.label, "help": pick({"x": c.help, "x_en": c.help_en}, "x")}
        for c in call.criteria.all()
    ]


def ranked(actor: Any, call: TopicCall) -> QuerySet[Need]:
    """What was screened in, with scores; the list ranks them."""
    return desk_needs(actor).filter(call=call, status__in=(NeedStatus.SHORTLISTED, NeedStatus.ADOPTED, NeedStatus.KEPT))


def call_numbers(call: TopicCall) -> dict[str, int]:
    """Needs of a call by state, and how many experts scored."""
    found = dict(call.needs.order_by().values_list("status").annotate(n=Count("pk")))
    return {"filed": sum(n for state, n in found.items() if state in states.NEED_COUNTING),
            "drafts": sum(n for state, n in found.items() if state in states.NEED_BEFORE_FILING),
            **{state: found.get(state, 0) for state in states.NeedStatus.values}}


def expert_progress(call: TopicCall) -> list[dict[str, Any]]:
    """Invited experts with how many needs they have scored."""
    done = dict(NeedReview.objects.filter(need__call=call, as_expert=True).order_by().values_list("reviewer").annotate(n=Count("pk")))
    return [{"row": row, "person": row.person, "done": done.get(row.person_id, 0)} for row in call.experts.select_related("person")]


# --- from needs to topics --------------------------------------------------------------------------------------------


def lead_of(need: Need) -> Need:
    """A merged need shares what becomes of the one it was merged into."""
    return need.merged_into or need


def topics_from(need: Need, *, public: bool = True) -> list[Topic]:
    """Topics of guides that came from the need; for its proposer only those of published guides."""
    rows = Topic.objects.filter(need_links__need=lead_of(need)).select_related("guide")
    if public:
        rows = rows.filter(guide__status__in=states.PUBLIC_STATUSES).exclude(guide__status="SUPERSEDED")
    return list(rows.order_by("guide", "order"))


def adoptable(guide: Guide) -> QuerySet[Need]:
    """Adopted needs of the special's calls, over all tree versions."""
    return Need.objects.filter(
        call__special__code=guide.special.code, status=NeedStatus.ADOPTED).select_related("unit", "call").order_by("-call__year", "pk")


def links_of(guide: Guide) -> list[NeedTopic]:
    return list(NeedTopic.objects.filter(topic__guide=guide).select_related("need__unit", "topic").order_by("topic__order", "pk"))


def topic_sources(guide: Guide) -> dict[str, dict[str, Any]]:
    """Per topic code: how many needs it came from (with the merged ones), how many of enterprises, the units that agreed
    to be named. Two queries."""
    found: dict[str, dict[str, Any]] = {}
    leads: dict[int, list[str]] = {}
    for link in links_of(guide):
        leads.setdefault(link.need_id, []).append(link.topic.code)
        _count_in(found.setdefault(link.topic.code, {"count": 0, "enterprises": 0, "units": []}), link.need)
    for member in Need.objects.filter(merged_into__in=list(leads)).select_related("unit").order_by("pk") if leads else ():
        for code in leads[member.merged_into_id]:
            _count_in(found[code], member)
    return found


def _count_in(source: dict[str, Any], need: Need) -> None:
    source["count"] += 1
    source["enterprises"] += need.unit.kind == OrgKind.ENTERPRISE
    if need.name_agreed and need.unit.name not in source["units"]:
        source["units"].append(need.unit.name)
