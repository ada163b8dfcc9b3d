"""What the recusal rules rest on, and the same in words for whoever reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Employment, Membership, Organisation, Person
from applications.models import OldProject
from programs.models import CallExpert, Guide, GuideComment, NeedTopic
from reviews.models import Assignment, Batch, BatchItem, Expert, Recusal, Tie
from reviews.rules import recusal

UNIT_ROLES = ("MEMBER", "ORG_ADMIN", "ORG_LEGAL", "ORG_FINANCE")


# --- facts -----------------------------------------------------------------------------------------------------------


def employers_of(people: Iterable[int]) -> dict[int, list[recusal.Employer]]:
    """person -> employers by the record, by accounts of units, and units where an earlier project was led."""
    people = list(people)
    found: dict[int, list[recusal.Employer]] = defaultdict(list)
    for row in Employment.objects.filter(person__in=people):
        found[row.person_id].append(recusal.Employer(row.organisation_id, row.since, row.until))
    rows = Membership.objects.filter(person__in=people, status="ACTIVE", role__in=UNIT_ROLES)
    for person, organisation, since, until in rows.values_list("person", "organisation", "since", "until"):
        found[person].append(recusal.Employer(organisation, since, until, "MEMBERSHIP"))
    for old in OldProject.objects.filter(leader__in=people, unit__isnull=False).only("leader", "unit", "year", "starts_on", "ends_on", "number"):
        since = old.starts_on or date(old.year, 1, 1)
        found[old.leader_id].append(recusal.Employer(old.unit_id, since, max(since, old.ends_on or date(old.year, 12, 31)), "PROJECT", old.number))
    return found


def ties_in_force(experts: Iterable[Expert]) -> dict[int, list[recusal.Tie]]:
    """expert -> relations he declared once and has not ended."""
    found: dict[int, list[recusal.Tie]] = defaultdict(list)
    for row in Tie.objects.filter(expert__in=[one.pk for one in experts], ended_at=None).order_by("pk"):
        found[row.expert_id].append(recusal.Tie(row.pk, row.code, row.name, row.person_id, row.organisation_id, row.until))
    return found


def authors_of(guide: Guide) -> dict[int, str]:
    """person -> how he helped with the guide (rule RC9): remarks on the draft, experts and proposers of the needs that its topics
    came from, and who drafted it."""
    links = NeedTopic.objects.filter(topic__guide=guide)
    found = dict.fromkeys(GuideComment.objects.filter(guide=guide).values_list("author", flat=True), "REMARKED")
    found |= dict.fromkeys(CallExpert.objects.filter(call__in=links.values("need__call")).values_list("person", flat=True), "TOPIC_EXPERT")
    found |= dict.fromkeys(links.values_list("need__proposer", flat=True), "PROPOSED")
    if guide.drafted_by_id:
        found[guide.drafted_by_id] = "DRAFTED"
    return found


# --- in words --------------------------------------------------------------------------------------------------------

HOW = {
    "DRAFTED": gettext_lazy("drafted the guide"), "REMARKED": gettext_lazy("remarked on the draft of the guide"),
    "TOPIC_EXPERT": gettext_lazy("scored the needs its topics came from"), "PROPOSED": gettext_lazy("proposed a need its topics came from"),
}


def explain(rows: Iterable[Recusal]) -> list[Recusal]:
    """Give every row its `words`: what the rule rests on, with names and dates; three queries however many rows."""
    rows = list(rows)
    data = [{"tie": 0, "organisation": 0, "person": 0}, *(row.evidence or {} for row in rows)]  # three questions, whatever was found
    ties = {tie.pk: tie for tie in Tie.objects.filter(pk__in={one["tie"] for one in data if "tie" in one}).select_related("organisation")}
    units = dict(Organisation.objects.filter(pk__in={one["organisation"] for one in data if "organisation" in one}).values_list("pk", "name"))
    people = dict(Person.objects.filter(pk__in={one["person"] for one in data if "person" in one}).values_list("pk", "name"))
    for row in rows:
        row.words = _words(row, ties, units, people)
    return rows


def _words(row: Recusal, ties: dict[int, Tie], units: dict[int, str], people: dict[int, str]) -> str:
    found = row.evidence or {}
    if "tie" in found:
        return _tie_words(ties.get(found["tie"]), found.get("by", ""))
    if "organisation" in found:
        return _employer_words(found, units.get(found["organisation"], ""))
    if row.code == "RC4" and "ref" in found:
        return str(_("filed %(ref)s together with %(name)s") % {"ref": found["ref"], "name": people.get(found.get("person"), "")})
    if row.code == "RC7" and found:
        return str(_("known by the identity number") if found.get("by") == "IDENTITY" else _("leader or member of an application under this guide"))
    if row.code == "RC8" and found:
        return str(_("the applicant asked to leave out “%(name)s”") % {"name": found["name"]})
    if row.code == "RC9" and found:
        return str(HOW.get(found.get("how", ""), ""))
    if row.code == "RC10" and found:
        return str(_("drawn for %(drawn)s reviews this year, at most %(most)s") % found)
    return row.note


def _employer_words(found: dict[str, Any], unit: str) -> str:
    if found.get("source") == "PROJECT":
        return str(_("led %(ref)s at %(unit)s until %(until)s") % {"ref": found["ref"], "unit": unit, "until": found["until"]})
    if found.get("until"):
        return str(_("worked at %(unit)s from %(since)s until %(until)s") % {"unit": unit, "since": found["since"], "until": found["until"]})
    return str(_("works at %(unit)s since %(since)s") % {"unit": unit, "since": found["since"]})


def _tie_words(tie: Tie | None, by: str) -> str:
    if tie is None:
        return ""
    whom = " · ".join(part for part in (tie.name, tie.organisation.name if tie.organisation else "") if part)
    how = _(" (found by the same name)") if by == "NAME" else ""
    return _("declared by the expert once for all reviews: %(whom)s%(how)s. %(note)s") % {"whom": whom, "how": how, "note": tie.note}


# --- seats of a batch, for the organiser ------------------------------------------------------------------------------


def seats_of(batch: Batch) -> QuerySet[Assignment]:
    """Everybody who holds, held or may fill a seat; alternates that nobody has called stay out of sight."""
    return Assignment.objects.filter(batch=batch).exclude(status="DRAWN").select_related(
        "item__application", "expert__person", "batch__guide__special__plan").order_by("item__application__ref", "alias")


def items_with_seats(batch: Batch) -> QuerySet[BatchItem]:
    return BatchItem.objects.filter(Exists(Assignment.objects.filter(item=OuterRef("pk")).exclude(status="DRAWN")), batch=batch).order_by("application__ref", "pk")


def page_of_seat(items: QuerySet[BatchItem], uid: Any, size: int) -> int:
    """The page on which the application of a seat stands among these; 0 when it does not."""
    seat = Assignment.objects.filter(uid=uid).values_list("item", "item__application__ref").first()
    if seat is None or not items.filter(pk=seat[0]).exists():
        return 0
    return items.filter(application__ref__lt=seat[1]).count() // size + 1


def late_reports(batch: Batch) -> dict[tuple[int, int], list[Recusal]]:
    """(application, expert) -> conflicts that came to light late."""
    found: dict[tuple[int, int], list[Recusal]] = defaultdict(list)
    for row in explain(Recusal.objects.filter(batch=batch, found_by="LATE").select_related("by").order_by("pk")):
        found[row.application_id, row.expert_id].append(row)
    return found


def recusals_of(batch: Batch) -> QuerySet[Recusal]:
    return Recusal.objects.filter(batch=batch).select_related("application", "expert__person", "by").order_by("code", "pk")
