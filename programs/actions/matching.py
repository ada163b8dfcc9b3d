"""The night: who matches which running guide, told once (clause R6, 政策找人); and the searches people keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from core import clock, jobs, ledger, parameters
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import policies, queries
from programs.actions.register import refresh_register
from programs.models import (
    CallSearch,
    CallSearchHit,
    Guide,
    GuideMatch,
    GuideTold,
    GuideVersion,
    MatchRun,
)
from programs.queries import matching, register

Progress = Callable[[int, int], None]
JOB = "programs.matching"
MATCHING_EVENT = "programs.matching"  # what a person may switch the mails of
PEOPLE, NAMED = 1000, 20


@transaction.atomic
def start_matching(actor: Any) -> bool:
    """Queue the night's run when its hour has come and it has not begun today; True when it was queued."""
    if reason := policies.is_system(actor):
        raise Refused(reason)
    if clock.local(clock.now()).hour < int(parameters.value("matching.hour")):
        return False
    _run, created = MatchRun.objects.get_or_create(day=clock.today())
    if created:
        jobs.start(JOB, actor, {}, "Matching")
    return created


def refresh(
    actor: Any, *, day: date | None = None, versions: Iterable[GuideVersion] | None = None, anew: bool = False,
    progress: Progress | None = None,
) -> MatchRun:
    """Match the register of a day (today) with every running guide (or these versions), then tell who newly matches.

    Re-entrant, in transactions of its own: each guide's matches are replaced by one statement, each thousand people are
    told together with the note that they were. Killed anywhere it goes on where it stopped. `anew` writes the flat
    register again although it stands for this day. Only the system. Records programs.matching.refresh.
    """
    if reason := policies.is_system(actor):
        raise Refused(reason)
    day = day or clock.today()
    run, _created = MatchRun.objects.get_or_create(day=day)
    if anew or not register.is_fresh(day):
        refresh_register(actor, day=day)
    wanted = list(versions) if versions is not None else matching.running_versions()
    last = Person.objects.aggregate(most=Max("pk"))["most"] or 0
    total, told = len(wanted) + last // PEOPLE + 1, 0
    for number, version in enumerate(wanted, 1):
        match_guide(run, version, day=day)
        if progress:
            progress(number, total)
    for number, low in enumerate(_starts(), 1):
        told += _tell_people(run, low, day=day)
        if progress:
            progress(min(len(wanted) + number, total), total)
    return _finish(actor, run, wanted, told)


def _starts() -> Iterable[tuple[int, int]]:
    """The people in ranges of their numbers, a thousand each."""
    after = 0
    while True:
        keys = list(Person.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:PEOPLE])
        if not keys:
            return
        yield keys[0], keys[-1]
        after = keys[-1]


@transaction.atomic
def match_guide(run: MatchRun, version: GuideVersion, *, day: date) -> None:
    """Replace the matches of one guide: who still matches keeps the day, who no longer does is gone. One statement."""
    MatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    asked = register.question(version, at=day)
    text = f"""
    WITH found AS MATERIALIZED (SELECT organisation_id, person_id FROM ({asked.sql}) q), gone AS (
        DELETE FROM programs_guidematch m WHERE m.guide_id = %s
        AND NOT EXISTS (SELECT 1 FROM found f WHERE f.organisation_id = m.organisation_id AND f.person_id = m.person_id)
    )
    INSERT INTO programs_guidematch (guide_id, organisation_id, person_id, since)
    SELECT %s, organisation_id, person_id, %s FROM found ON CONFLICT DO NOTHING
    """  # noqa: S608 (pieces of our own; values travel as parameters)
    with connection.cursor() as cursor:
        cursor.execute(text, (*asked.params, version.guide_id, version.guide_id, day))


@transaction.atomic
def _tell_people(run: MatchRun, span: tuple[int, int], *, day: date) -> int:
    """One message per person of a range, listing what is new, and the note that it was told: both or none."""
    MatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    due = matching.people_to_tell(*span, day=day)
    if not due:
        return 0
    lines = _lines({guide for guides in due.values() for guide in guides})
    people = Person.objects.only("pk", "email").in_bulk(due)
    letters = [(people[person], *_letter(lines, guides)) for person, guides in due.items()]
    _note_told([(guide, person) for person, guides in due.items() for guide in guides], day)
    return notices.tell_each(letters, MATCHING_EVENT, "/my/matching/", dedupe=f"matching:{day.isoformat()}")


def _note_told(pairs: list[tuple[int, int]], day: date) -> None:
    """By one statement: a first night writes millions of these rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {GuideTold._meta.db_table} (guide_id, person_id, day)"  # noqa: S608 (a name of our own)
            " SELECT guide, person, %s FROM unnest(%s::bigint[], %s::bigint[]) AS told(guide, person) ON CONFLICT DO NOTHING",
            [day, [guide for guide, _person in pairs], [person for _guide, person in pairs]])


def _lines(guides: set[int]) -> dict[str, dict[int, str]]:
    """{language: {guide: its line in a message}}."""
    rows = list(Guide.objects.filter(pk__in=guides).only("pk", "title", "title_en", "closes_at"))
    found: dict[str, dict[int, str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = {
                row.pk: _("“%(title)s”, until %(day)s") % {
                    "title": queries.title_of(row), "day": f"{clock.local(row.closes_at):%Y-%m-%d %H:%M}"} for row in rows}
    return found


def _letter(lines: dict[str, dict[int, str]], guides: list[int]) -> tuple[dict[str, str], dict[str, str]]:
    subjects, bodies = {}, {}
    for language, of in lines.items():
        with translation.override(language):
            subjects[language] = _("%(count)d guides whose conditions you meet") % {"count": len(guides)}
            rows = [of[guide] for guide in guides[:NAMED]]
            if len(guides) > NAMED:
                rows.append(_("and %(count)d more") % {"count": len(guides) - NAMED})
            bodies[language] = "\n".join([
                *rows, _("By the data of the register nothing speaks against an application. The guide itself decides."),
                _("You may switch these mails off under “Guides that fit”."),
            ])
    return subjects, bodies


@transaction.atomic
def _finish(actor: Any, run: MatchRun, versions: list[GuideVersion], told: int) -> MatchRun:
    row = MatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    GuideMatch.objects.exclude(guide__in=[version.guide_id for version in versions]).delete()
    row.guides, row.pairs, row.told = len(versions), GuideMatch.objects.count(), row.told + told
    MatchRun.objects.filter(pk=row.pk).update(guides=row.guides, pairs=row.pairs, told=row.told, done_at=CoreNow())
    row.refresh_from_db()
    ledger.record("programs.matching.refresh", row, actor, day=row.day.isoformat(), guides=row.guides, pairs=row.pairs, told=told)
    return row


# --- kept searches ----------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_search(actor: Any, *, name: str, query: str) -> CallSearch:
    """Keep a search of the calls; a search of the same name takes the new words and begins anew. Records
    programs.call_search.keep. Raises Refused."""
    if reason := policies.keeps_searches(actor):
        raise Refused(reason)
    if not name.strip():
        raise Refused([_("Give the search a name.")])
    row, _created = CallSearch.objects.update_or_create(
        person=actor.person, name=name.strip()[:60],
        defaults={"query": queries.clean_search(query), "since": CoreNow(), "stopped_at": None})
    row.refresh_from_db()
    ledger.record("programs.call_search.keep", row, actor, query=row.query)
    return row


@transaction.atomic
def stop_search(actor: Any, search: CallSearch) -> CallSearch:
    """No more messages; the owner, or whoever holds the link of a message. Records programs.call_search.stop."""
    if reason := policies.owns_search(actor, search):
        raise Refused(reason)
    return _stop(actor, search)


def _stop(actor: Any, search: CallSearch) -> CallSearch:
    if CallSearch.objects.filter(pk=search.pk, stopped_at=None).update(stopped_at=CoreNow()):
        ledger.record("programs.call_search.stop", search, actor)
    search.refresh_from_db()
    return search


@transaction.atomic
def stop_search_by_link(actor: Any, token: str) -> CallSearch:
    """The link at the end of a message is the proof; it opens nothing else. Raises Refused."""
    return _stop(actor, queries.search_of_link(token))


@transaction.atomic
def take_up_search(actor: Any, search: CallSearch) -> CallSearch:
    """Messages again, for what is published from now on. Records programs.call_search.take_up."""
    if reason := policies.owns_search(actor, search):
        raise Refused(reason)
    if CallSearch.objects.filter(pk=search.pk).exclude(stopped_at=None).update(stopped_at=None, since=CoreNow()):
        ledger.record("programs.call_search.take_up", search, actor)
    search.refresh_from_db()
    return search


@transaction.atomic
def renew_search(actor: Any, search: CallSearch) -> CallSearch:
    """New secret addresses of feed and calendar; the old ones open nothing any more. Records programs.call_search.renew."""
    if reason := policies.owns_search(actor, search):
        raise Refused(reason)
    CallSearch.objects.filter(pk=search.pk).update(token=uuid4())
    ledger.record("programs.call_search.renew", search, actor)
    search.refresh_from_db()
    return search


@transaction.atomic
def drop_search(actor: Any, search: CallSearch) -> None:
    """Forget a search. Records programs.call_search.drop."""
    if reason := policies.owns_search(actor, search):
        raise Refused(reason)
    ledger.record("programs.call_search.drop", search, actor, name=search.name)
    search.delete()


def tell_searches(actor: Any, *, progress: Progress | None = None) -> int:
    """Nightly: for each kept search the guides published since and not told yet, one message a search. Each search is a
    transaction of its own, so that a killed run loses and doubles nothing. Returns how many messages were written."""
    if reason := policies.is_system(actor):
        raise Refused(reason)
    told, after = 0, 0
    while row := CallSearch.objects.filter(pk__gt=after, stopped_at=None, person__is_active=True).order_by("pk").first():
        told += _tell_search(row.pk)
        after = row.pk
        if progress:
            progress(0, 0)
    return told


@transaction.atomic
def _tell_search(pk: int) -> int:
    row = CallSearch.objects.select_for_update(no_key=True, of=("self",)).select_related("person").filter(pk=pk, stopped_at=None).first()
    if row is None:
        return 0
    guides = list(queries.new_for_search(row)[:NAMED])
    if not guides:
        return 0
    CallSearchHit.objects.bulk_create(CallSearchHit(search=row, guide=guide) for guide in guides)
    stop = f"{settings.SITE_URL}/guides/searches/stop/{queries.stop_token(row)}/"
    lines = _lines({guide.pk for guide in guides})

    def body() -> str:
        of = lines[translation.get_language() or settings.LANGUAGE_CODE]
        return "\n".join([*(of[guide.pk] for guide in guides), _("To stop these messages: %(link)s") % {"link": stop}])

    return notices.tell(
        [row.person], "programs.search", lambda: _("New guides for your search “%(name)s”") % {"name": row.name}, body,
        f"/guides/?{row.query}" if row.query else "/guides/", dedupe=f"search:{row.pk}:{guides[-1].pk}:{len(guides)}")


def night(actor: Any, *, progress: Progress | None = None) -> MatchRun:
    """All that a night does: match, tell, and the kept searches."""
    run = refresh(actor, progress=progress)
    tell_searches(actor, progress=progress)
    return run


