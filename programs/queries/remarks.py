"""What a person should look at in the windows of a guide or a topic call before they are public: remarks, not refusals.
Those who check see them on the page; whether the time to file is reasonable is theirs to judge."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, parameters
from programs.engine.places import section_name
from programs.models import Guide, TopicCall
from programs.rules import figures
from programs.rules.planned import outside_plan, planned_days, time_remarks
from programs.states import CallStatus, GuideStatus

BEFORE_PUBLISHING = (GuideStatus.DRAFT, GuideStatus.INTERNAL_REVIEW, GuideStatus.LEGAL_REVIEW, GuideStatus.BUREAU_APPROVED)
CALL_BEFORE = (CallStatus.DRAFT, CallStatus.SUBMITTED, CallStatus.APPROVED)


def guide_remarks(guide: Guide) -> list[str]:
    if guide.status not in BEFORE_PUBLISHING:
        return []
    windows, item = list(guide.windows.all()), guide.plan_item
    planned = planned_days(item.plan.year, item.opens_month, item.closes_month, item.opens_on, item.closes_on)
    return outside_plan(windows, planned, clock.local) + time_remarks(
        windows, int(parameters.value("guide.min_open_days", default=0)), clock.now(), clock.local)


def text_remarks(guide: Guide, *, may_edit: bool) -> list[dict[str, str]]:
    """Sections whose words contradict the money part or the days the portal counts, or are still those of the guide of another special they were copied from; each
    with the address of the section. Remarks, not refusals: words are read here by a pattern, not understood."""
    if guide.status not in BEFORE_PUBLISHING or guide.version is None:
        return []
    data = guide.version.data
    sections, quota = data.get("sections") or [], data.get("quota") or {}
    sums = [guide.budget_control, guide.cap_per_project, *[Decimal(str(row.get("cap") or 0)) for row in data.get("topics") or []]]
    found = [(figure.section, _figure_words(figure, guide)) for figure in figures.contradictions(sections, int(quota.get("max_projects") or 0), sums)]
    counted = {"notice": guide.publicity_days, "correction": int(parameters.value("correction.reply", default=0))}
    found += [(days.section, _days_words(days, counted)) for days in figures.other_days(sections, counted)]
    source = guide.copied_from
    if source is not None and source.special.code != guide.special.code and source.version is not None:
        found += [(code, _("The words are still those of “%(name)s”, from which the guide was copied.") % {"name": source.special.label})
                  for code in figures.kept_words(sections, source.version.data.get("sections") or [])]
    titles = {one["code"]: one.get("title") or section_name(one["code"]) for one in sections}
    page = reverse("programs:desk:edit", args=[guide.ref, "sections"]) if may_edit else reverse("programs:desk:guide_preview", args=[guide.ref])
    return [{"title": titles[code], "text": text, "url": f"{page}#id_{code}-text" if may_edit else f"{page}#{code}"} for code, text in found]


def _figure_words(figure: figures.Figure, guide: Guide) -> str:
    if figure.is_count:
        return _("“%(words)s”, but the money part says %(count)d awards.") % {"words": figure.words, "count": guide.max_projects}
    return _("“%(words)s”, but the money part says %(cap)s (10,000 yuan) per project at most and %(money)s (10,000 yuan) in all.") % {
        "words": figure.words, "cap": _wan(guide.cap_per_project), "money": _wan(guide.budget_control)}


def _days_words(days: figures.Days, counted: dict[str, int]) -> str:
    if days.name == "notice":
        return _("“%(words)s”, but the public notice of this guide runs %(days)d natural days.") % {"words": days.words, "days": counted["notice"]}
    return _("“%(words)s”, but a correction is answered within %(days)d natural days by the numbers that decide.") % {
        "words": days.words, "days": counted["correction"]}


def _wan(amount: Decimal) -> str:
    return f"{(amount / 10000).normalize():,f}"


def topics_over_cap(guide: Guide) -> str | None:
    """Which topics may cost more than the guide allows a project: refused at submission, so it is said when either is saved."""
    data = guide.version.data if guide.version else {}
    codes = [str(row.get("code", "")) for row in data.get("topics") or [] if Decimal(str(row.get("cap") or 0)) > guide.cap_per_project]
    if not codes or not guide.cap_per_project:
        return None
    return _("Topics whose cap is above the guide's %(cap)s (10,000 yuan) per project: %(codes)s. The guide cannot be submitted like this.") % {
        "cap": _wan(guide.cap_per_project), "codes": "、".join(codes)}


def call_remarks(call: TopicCall) -> list[str]:
    if call.status not in CALL_BEFORE:
        return []
    least = int(parameters.value("topic_call.min_open_days", default=0))
    return time_remarks(list(call.windows.all()), least, clock.now(), clock.local)
