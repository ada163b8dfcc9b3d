"""Reads of the expert pool: who may be drawn, conditions in words, load, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import queries as accounts
from accounts.models import Employment, IntegrityMark, Membership, Person
from accounts.states import MarkLevel, Role
from core import clock, parameters, typed
from programs import queries as programme
from reviews import policies
from reviews.models import Assignment, Candidacy, Expert, ExpertImport, ExpertReview, Measure, Tie
from reviews.queries.finding import _uid
from reviews.rules import pool as rules
from reviews.states import LEVELS, Grade, Pool, TitleLevel

#: What a person says of himself; the same columns when joining and in the pool.
PROFILE = ("pool", "constituency", "title", "level", "tier", "is_manager", "disciplines", "clusters", "keywords", "languages", "yearly_max")


# --- who may be drawn ------------------------------------------------------------------------------------------------


def marked() -> QuerySet[IntegrityMark]:
    """Marks that bar an expert from every draw: misconduct of whatever weight, while it is in force."""
    today = clock.today()
    return IntegrityMark.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today, lifted_at=None, person__isnull=False).exclude(
        level=MarkLevel.NOTE)


def with_confirmation(rows: QuerySet[Expert]) -> QuerySet[Expert]:
    return rows.annotate(confirmed=Coalesce(F("confirmed_on"), TruncDate("created_at"), output_field=DateField()))


def last_day_confirmed() -> date:
    """Whoever confirmed before this day is overdue beyond the grace and not drawn."""
    months, grace = int(parameters.value("review.confirm_months")), int(parameters.value("review.confirm_grace_days"))
    day = clock.today() - timedelta(days=grace)
    return rules.confirm_by(day, -months)


def drawable() -> QuerySet[Expert]:
    """Experts any draw may take: active, with an account in use, without a mark of integrity, data confirmed in time."""
    rows = with_confirmation(Expert.objects.filter(status="ACTIVE", person__is_active=True))
    return rows.filter(~Exists(marked().filter(person=OuterRef("person"))), confirmed__gte=last_day_confirmed())


def desks_left_over() -> QuerySet[Membership]:
    """The role of review expert of those who were removed from the pool and have taken on nothing that still runs. Whom a fee is owed
    keeps the desk until the account for it is given there."""
    gone, own = Expert.objects.filter(status="REMOVED"), Assignment.objects.filter(expert__person=OuterRef("person"))
    busy = own.filter(status="ACCEPTED", batch__status__in=["INVITING", "SCORING"])
    owed = own.filter(status="SUBMITTED", expert__account=None).exclude(batch__fees__status="PAID")
    return Membership.objects.filter(~Exists(busy), ~Exists(owed), role=Role.EXPERT, status="ACTIVE", person__in=gone.values("person")).select_related(
        "person", "organisation")


def why_not_drawn(expert: Expert) -> list[str]:
    """In words, why an expert is in no draw now; [] = may be drawn."""
    found = []
    if expert.status != "ACTIVE":
        found.append(_("is “%(state)s”") % {"state": expert.get_status_display()})
    if not expert.person.is_active:
        found.append(_("the account has ended"))
    if mark := marked().filter(person=expert.person_id).first():
        found.append(_("a mark of integrity is in force: %(level)s since %(since)s") % {"level": mark.get_level_display(), "since": mark.since})
    if confirmed_on(expert) < last_day_confirmed():
        found.append(_("the yearly confirmation is overdue since %(day)s") % {"day": confirm_by(expert)})
    return found


def confirmed_on(expert: Expert) -> date:
    return expert.confirmed_on or clock.local(expert.created_at).date()


def confirm_by(expert: Expert) -> date:
    return rules.confirm_by(confirmed_on(expert), int(parameters.value("review.confirm_months")))


def must_confirm_soon() -> QuerySet[Expert]:
    """Experts whose confirmation is due within the notice, or overdue."""
    months, notice = int(parameters.value("review.confirm_months")), int(parameters.value("review.confirm_notice_days"))
    limit = rules.confirm_by(clock.today() + timedelta(days=notice), -months)
    return with_confirmation(Expert.objects.filter(status="ACTIVE").select_related("person")).filter(confirmed__lte=limit)


# --- conditions ------------------------------------------------------------------------------------------------------


def conditions(pool: str) -> rules.Conditions:
    value = parameters.value
    if pool == Pool.MAJOR:
        return rules.Conditions(str(value("review.pool_major_level")), int(value("review.pool_major_age")),
                                exempt=tuple(str(one) for one in value("review.pool_major_exempt")))
    return rules.Conditions(str(value("review.pool_general_level")), int(value("review.pool_general_age")),
                            int(value("review.pool_general_doctor_years")))


def unmet(profile: Mapping[str, Any], person: Person) -> list[tuple[str, str]]:
    """(code, words) of the conditions of the pool that this person does not meet today."""
    numbers, day = conditions(profile["pool"]), clock.today()
    since = str(person.facts.get("degree_on") or "")
    facts = rules.Facts(
        pool=profile["pool"], constituency=profile["constituency"], level=profile["level"], tier=profile["tier"], degree=person.degree,
        degree_on=date.fromisoformat(since) if since else None, is_manager=bool(profile["is_manager"]), born=person.birth_date,
        is_marked=marked().filter(person=person.pk).exists())
    return [(code, condition_words(code, numbers)) for code in rules.unmet(facts, numbers, LEVELS, day)]


def condition_words(code: str, numbers: rules.Conditions) -> str:
    title = str(TitleLevel(numbers.level).label)
    if code == "TITLE" and numbers.doctor_years is not None:
        return _("The pool asks for at least “%(title)s”, a doctoral degree for %(years)d years, or a manager of industry or economy.") % {
            "title": title, "years": numbers.doctor_years}
    return str({
        "TITLE": _("The pool asks for at least “%(title)s”, or a manager of industry or economy.") % {"title": title},
        "AGE": _("The pool takes people of at most %(age)d years.") % {"age": numbers.age},
        "AGE_UNKNOWN": _("The account says no date of birth: the limit of %(age)d years cannot be checked.") % {"age": numbers.age},
        "TIER": _("The science constituency of the major pool asks for the level."),
        "INTEGRITY": _("A mark of integrity is in force."),
    }[code])


def profile_of(row: Expert | Candidacy) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PROFILE}


# --- codes of the lists ----------------------------------------------------------------------------------------------


def code_choices(name: str) -> list[tuple[str, str]]:
    """A code list as choices, in the reader's language, with the code in front of a discipline."""
    label = "label_en" if programme.is_english() else "label"
    return [(one["value"], f"{one['value']} {one[label]}" if name == "disciplines" else one[label]) for one in programme.choices(name)]


def discipline_choices() -> list[tuple[str, str]]:
    return code_choices("disciplines")


def cluster_choices() -> list[tuple[str, str]]:
    return code_choices("clusters-2024")


def names_of(codes: Iterable[str], choices: Iterable[tuple[str, str]]) -> str:
    known = dict(choices)
    return "、".join(known.get(code, code) for code in codes)


# --- the pool's pages ------------------------------------------------------------------------------------------------


def loads(experts: Iterable[Expert]) -> dict[int, int]:
    """expert id -> batches that invited him this year."""
    rows = Assignment.objects.filter(expert__in=[one.pk for one in experts], invited_at__year=clock.today().year)
    return dict(rows.order_by().values_list("expert").annotate(n=Count("batch", distinct=True)))


def employments_of(person: Person) -> list[Employment]:
    return list(Employment.objects.filter(person=person).select_related("organisation").order_by("-since", "-pk"))


def employers_now(people: Iterable[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    rows = Employment.objects.filter(Q(until=None) | Q(until__gte=clock.today()), person__in=list(people)).order_by("-since")
    for person, name in rows.values_list("person", "organisation__name"):
        if name not in found.setdefault(person, []):
            found[person].append(name)
    return {person: "、".join(names) for person, names in found.items()}


def ties_of(expert: Expert) -> QuerySet[Tie]:
    return Tie.objects.filter(expert=expert).select_related("organisation", "by")


def own_expert(actor: Any) -> Expert | None:
    return Expert.objects.select_related("person", "account").filter(person=actor.id).first() if actor.id else None


def own_expert_or_404(actor: Any) -> Expert:
    row = own_expert(actor)
    if row is None:
        raise Http404
    return row


def tie_for(actor: Any, uid: Any) -> Tie:
    row = Tie.objects.select_related("expert__person").filter(uid=_uid(uid)).first()
    if row is None or policies.keeps_profile(actor, row.expert):
        raise Http404
    return row


def expert_to_keep(actor: Any, uid: Any) -> Expert:
    row = Expert.objects.select_related("person").filter(uid=_uid(uid)).first()
    if row is None or policies.keeps_profile(actor, row):
        raise Http404
    return row


def day_of(text: str) -> date | None:
    try:
        return typed.day(text)
    except ValueError:
        return None


def measures_of(expert: Expert) -> QuerySet[Measure]:
    return Measure.objects.filter(expert=expert).select_related("by")


def reviews_of(actor: Any, expert: Expert) -> list[ExpertReview]:
    """The quality record, as far as the reader may know who sat in which batch."""
    rows = ExpertReview.objects.filter(expert=expert).select_related("batch__guide__special__plan")
    return [row for row in rows if policies.sees_names(actor, row.batch)]


def quality_of(experts: Iterable[Expert]) -> dict[int, str]:
    """expert -> how often which grade; nothing of batches, which not everybody who reads the pool may know."""
    found: dict[int, list[str]] = {}
    rows = ExpertReview.objects.filter(expert__in=[one.pk for one in experts]).order_by().values_list("expert", "grade").annotate(n=Count("pk"))
    for expert, grade, count in sorted(rows, key=lambda row: Grade.values.index(row[1])):
        found.setdefault(expert, []).append(f"{Grade(grade).label} {count}")
    return {expert: "、".join(parts) for expert, parts in found.items()}


def pool_words() -> list[tuple[str, list[str]]]:
    """(pool, its conditions in words), for those who think of applying."""
    found = []
    for code, label in Pool.choices:
        numbers = conditions(code)
        words = [condition_words(one, numbers) for one in ("TITLE", "AGE", *(["TIER"] if code == Pool.MAJOR else []))]
        if numbers.exempt:
            words.append(_("Without a limit of age: %(titles)s.") % {"titles": "、".join(str(TitleLevel(one).label) for one in numbers.exempt)})
        found.append((str(label), [*words, _("No mark of integrity is in force.")]))
    return found


def employment_for(actor: Any, expert: Expert, pk: int) -> Employment:
    row = Employment.objects.filter(pk=pk, person=expert.person_id).first()
    if row is None or policies.keeps_profile(actor, expert):
        raise Http404
    return row


def candidacies(actor: Any) -> QuerySet[Candidacy]:
    return policies.candidacies_visible_to(actor)


def candidacy_for(actor: Any, uid: Any) -> Candidacy:
    row = candidacies(actor).filter(uid=_uid(uid)).first()
    if row is None:
        raise Http404
    return row


def own_candidacy(actor: Any) -> Candidacy | None:
    """What is open about the asking person: his application, or a recommendation that waits for his word."""
    rows = candidacies(actor).filter(status__in=["ASKED", "SUBMITTED", "RETURNED"]).order_by(F("person").asc(nulls_last=True), "pk")
    return next((row for row in rows if policies.is_candidate(actor, row) is None), None)


def recommended_by(actor: Any) -> QuerySet[Candidacy]:
    return candidacies(actor).filter(by=actor.id).exclude(origin="OWN")


def unit_of(actor: Any) -> Any:
    return accounts.unit_of(actor)


def imports(actor: Any) -> QuerySet[ExpertImport]:
    return policies.imports_visible_to(actor)


def import_for(actor: Any, uid: Any) -> ExpertImport:
    row = imports(actor).filter(uid=_uid(uid)).first()
    if row is None:
        raise Http404
    return row
