"""Reads of the unit administrator's desk: the queue in the order of its closes, and the places a guide gives the unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce, Concat

from applications import policies, states
from applications.models import Annex, Application, BudgetLine, Partner, TeamMember
from applications.queries import facts as known
from applications.queries import parts
from applications.queries.checks import check_list, limit_texts
from applications.queries.reads import BULKY, TIMES
from applications.states import Status
from core import clock, parameters
from core.clock import CoreNow
from core.models import LedgerRow
from programs import queries as programme
from programs.engine.forms import pick
from programs.models import Guide, GuideWindow
from programs.states import GuideStatus

#: The verb under which the ledger keeps the unit's reminders.
REMINDED = "applications.application.remind"
IN_DOSSIER = ((parts.TEAM, "team"), (parts.PARTNERS, "partners"), (parts.TARGETS, "targets"), (parts.BUDGET, "budget"), (parts.FILES, "annexes"))
FIRST, BEFORE, REST = "0", "1", "2"


class _Stamp(Func):
    """A moment as digits that sort like it."""

    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')"
    output_field = CharField()


class _Back(Func):
    """A moment as digits that sort the other way round: the newest first."""

    template = "lpad((99999999999 - extract(epoch FROM %(expressions)s)::bigint)::text, 14, '0')"
    output_field = CharField()


def unit_queue(actor: Any) -> QuerySet[Application]:
    """The unit's applications with `waits` (for this person), `closes` and `queue`, the one key of their order: what waits
    first, by the nearest close and then by when it was handed in; then what is not handed in; then the rest, newest first.
    The long texts stay where they are: a hundred rows would carry megabytes of them."""
    windows = GuideWindow.objects.filter(guide=OuterRef("guide"), closes_at__gt=CoreNow()).order_by("closes_at").values("closes_at")[:1]
    late = Value("99999999999999")
    rows = policies.of_units(actor).annotate(
        waits=ExpressionWrapper(policies.waits_for(actor), output_field=BooleanField()),
        closes=Case(When(guide__status=GuideStatus.SUPERSEDED, then=None),  # while the guide is corrected no close counts
                    default=Coalesce(Subquery(windows), F("guide__closes_at")), output_field=DateTimeField()),
    )
    key = Concat(Coalesce(_Stamp("closes"), late), Coalesce(_Stamp("handed_in_at"), late))
    return rows.annotate(queue=Case(
        When(waits=True, then=Concat(Value(FIRST), key)),
        When(status__in=states.BEFORE_SUBMISSION, then=Concat(Value(BEFORE), key)),
        default=Concat(Value(REST), _Back(Coalesce("submitted_at", "created_at"))),
        output_field=CharField(),
    )).defer(*BULKY, "version__data").prefetch_related(*TIMES)


def for_the_office(actor: Any, rows: QuerySet[Application]) -> QuerySet[Application]:
    """The queue with what the table of the unit's office holds besides: own money, partners, and the texts that the check list
    reads. `own_unit` is false for what only waits for the unit's recommendation: its people stay unnamed to another unit."""
    money = BudgetLine.objects.filter(application=OuterRef("pk"), source=states.Source.OWN).order_by().values("application").annotate(
        total=Sum("amount")).values("total")
    annexes = Annex.objects.filter(is_current=True).select_related("file")
    return rows.defer(None).defer("search", "version__data").annotate(
        own_money=Subquery(money),
        partner_names=ArraySubquery(Partner.objects.filter(application=OuterRef("pk")).order_by("order", "pk").values("name")),
        own_unit=ExpressionWrapper(policies.approved_by(actor), output_field=BooleanField()),
    ).prefetch_related(Prefetch("team", TeamMember.objects.select_related("person", "organisation")), "partners", "budget", "targets",
                       Prefetch("annexes", annexes))


def count_all_wrong(rows: Iterable[Application]) -> dict[int, int]:
    """How much is missing or wrong in each that is not submitted; the register and the text of each guide are read once for all."""
    waiting = [row for row in rows if row.status in states.BEFORE_SUBMISSION]
    if not waiting:
        return {}
    versions = {key: programme.kept_version_of(key) for key in {row.version_id for row in waiting}}
    with known.read_at_once(waiting):
        found = {}
        for row in waiting:
            row.version = versions[row.version_id]
            found[row.pk] = len(check_list(row).wrong)
        return found


def beside(actor: Any, application: Application) -> dict[str, Any]:
    """The waiting applications before and after this one, and which of how many it is."""
    refs = list(unit_queue(actor).filter(waits=True).order_by("queue", "pk").values_list("ref", flat=True))
    if application.ref not in refs:
        return {"previous": "", "next": refs[0] if refs else "", "place": 0, "of": len(refs)}
    at = refs.index(application.ref)
    return {"previous": refs[at - 1] if at else "", "next": refs[at + 1] if at + 1 < len(refs) else "", "place": at + 1, "of": len(refs)}


def reminder_hours() -> int:
    return int(parameters.value("remind.unit_hours", default=12))


def reminded(applications: Iterable[Application]) -> dict[int, datetime]:
    """When the unit last reminded the leader of each, by the key of the application: one question to the ledger."""
    rows = LedgerRow.objects.filter(verb=REMINDED, target_type=Application._meta.label_lower, target_id__in=[row.pk for row in applications])
    return dict(rows.order_by().values_list("target_id").annotate(last=Max("at")))


def reminded_lately(applications: Iterable[Application]) -> dict[int, datetime]:
    """Those told so lately that they are not told again yet."""
    since = clock.now() - timedelta(hours=reminder_hours())
    return {key: at for key, at in reminded(applications).items() if at > since}


def not_handed_in(actor: Any, guide: str, unit: str) -> QuerySet[Application]:
    """What the leaders of an own unit have not handed in under this guide."""
    rows = policies.of_own_units(actor).filter(guide__ref=guide, status__in=states.NOT_HANDED_IN)
    try:
        rows = rows.filter(unit__uid=UUID(unit))
    except ValueError:
        rows = rows.none()
    return rows.defer(*BULKY).order_by("pk")


def beside_content(application: Application, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader of the content (`shown`, the dossier) should look at, each with the place it speaks of: what is wrong by the
    rules, what only people can judge, and what the formality check of the guide will ask."""
    if application.status not in states.BEFORE_SUBMISSION:
        return {}
    found = check_list(application)
    places = {section["code"] for section in shown["sections"]} | {code for code, name in IN_DOSSIER if shown[name]}
    if not shown["budget"].get("rows"):
        places.discard(parts.BUDGET)
    met = {outcome.code for outcome in found.passed}
    asked = application.version.data.get("formality_items") or []
    return {
        "wrong": [{"text": str(item), "href": f"#s-{item.part}" if item.part in places else ""} for item in found.wrong],
        "human": [{"text": str(item), "href": f"#s-{item.part}" if item.part in places else ""} for item in found.human],
        "asked": [{"text": pick(item, "text"), "met": item.get("auto") in met} for item in asked],
    }


@dataclass(frozen=True)
class Meter:
    """One open guide at one unit: what waits, what is used, and the places that are left (None: the guide sets no number).
    `limits` are the guide's rules on how much a person or a unit may hold at once; `limited` what already stands against them."""

    guide: Guide
    unit: str
    unit_uid: Any
    closes_at: datetime | None
    waiting: int
    passed: int
    used: int
    drafts: int
    most: int | None
    lately: int
    limits: tuple[str, ...] = ()
    limited: tuple[str, ...] = ()

    @property
    def places(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.used)

    @property
    def may_pass(self) -> int | None:
        """How many of those waiting can still pass: what lies with the recommending body takes a place when it is submitted."""
        return None if self.places is None else min(self.waiting, max(0, self.places - self.passed))

    @property
    def too_many(self) -> int:
        """How many of those waiting find no place."""
        return 0 if self.may_pass is None else self.waiting - self.may_pass


def unit_meters(actor: Any) -> list[Meter]:
    """Per open guide and unit, the nearest close first."""
    rows = (
        policies.of_own_units(actor)
        .order_by().values("guide", "unit__name", "unit__uid")
        .annotate(
            waiting=Count("pk", filter=Q(status=Status.UNIT_PENDING)),
            passed=Count("pk", filter=Q(status=Status.RECOMMEND_PENDING)),
            used=Count("pk", filter=Q(status__in=states.COUNTING)),
            drafts=Count("pk", filter=Q(status__in=states.NOT_HANDED_IN)),
        )
    )
    guides = {
        guide.pk: guide
        for guide in programme.open_rows(Guide.objects.filter(pk__in=[row["guide"] for row in rows]))
        .select_related("version", "special").prefetch_related("windows")
    }
    lately = _lately(actor, guides) if guides else Counter()
    limited = _limited(actor, {pk: guide for pk, guide in guides.items() if guide.version.data.get("limits")})
    found = [_meter(row, guides[row["guide"]], lately[row["guide"], row["unit__uid"]], limited) for row in rows if row["guide"] in guides]
    return sorted(found, key=lambda one: (one.closes_at is None, one.closes_at.timestamp() if one.closes_at else 0, one.guide.pk, one.unit))


def _lately(actor: Any, guides: Iterable[int]) -> Counter[tuple[int, UUID]]:
    """How many of what is not handed in has been reminded within the hours, by guide and unit."""
    rows = list(policies.of_own_units(actor).filter(guide__in=guides, status__in=states.NOT_HANDED_IN).select_related("unit").only("guide", "unit__uid"))
    told = reminded_lately(rows)
    return Counter((row.guide_id, row.unit.uid) for row in rows if row.pk in told)


def _limited(actor: Any, guides: Mapping[int, Guide]) -> dict[tuple[int, UUID], list[str]]:
    """What waits and would be stopped by a limit of its guide, in the words of the rule; three questions however many wait."""
    if not guides:
        return {}
    rows = list(policies.of_own_units(actor).filter(guide__in=list(guides), status=Status.UNIT_PENDING).select_related("unit").defer(*BULKY)
                .prefetch_related("team").order_by("handed_in_at", "pk"))
    held = known.engagements({member.person_id for row in rows for member in row.team.all() if member.person_id}, {row.unit_id for row in rows})
    found: dict[tuple[int, UUID], list[str]] = {}
    for row in rows:
        row.guide = guides[row.guide_id]
        texts = [f"{row.ref}：{text}" for text in limit_texts(row, row.guide.version.data["limits"], held)]
        found.setdefault((row.guide_id, row.unit.uid), []).extend(texts)
    return found


def _meter(row: dict[str, Any], guide: Guide, lately: int, limited: Mapping[tuple[int, UUID], list[str]]) -> Meter:
    window, limits = programme.current_window(guide), guide.version.data.get("limits") or ()
    return Meter(guide, row["unit__name"], row["unit__uid"], window.closes_at if window else guide.closes_at, row["waiting"], row["passed"],
                 row["used"], row["drafts"], (guide.version.data.get("quota") or {}).get("per_unit"), lately,
                 tuple(f"{one.get('clause', '')} {one.get('text', '')}".strip() for one in limits),
                 tuple(limited.get((guide.pk, row["unit__uid"]), ())))
