"""Non-interference: whoever the reviewers are, an applicant's answers are the same bytes.

The second world is the first with other people behind the seats: their names and addresses are written anew wherever the database keeps
them, in every table and text (so that what was stored long ago tells as well), and seats, declarations and the record move on to another
expert of the pool. Then every address an applicant can reach is asked again.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from applications.documents.printing import application_context
from core import clock
from core.web import context
from notices import actions as notices
from notices import tasks as mails
from notices.models import Message
from reviews.models import Assignment, Draw
from tests.applications.client import signed_in
from tests.factories import reviews as make
from tests.pages.addresses import pages

pytestmark = pytest.mark.django_db
NAME, MAIL = "专家甲", "reviews.example"  # what the people of the pool have in common (tests/factories/reviews.py)
OTHER = {NAME: "评委乙", MAIL: "another.example"}
MOST = 25  # links that are followed
#: Forms of applicants.
WRITES = {"start", "section", "team", "team_add", "member_edit", "partners", "partner_add", "partner_edit", "together", "word", "word_file", "take",
          "take_over", "deputies", "seat", "coauthor", "need_new", "need_edit", "matching", "files", "unit", "people", "join", "section_history"}
#: What is new in every answer and says nothing: tokens of forms and of the page.
NOISE = re.compile(rb'<updated>[^<]*|DTSTAMP:\w+|"token": "[^"]*"|name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|nonce="[^"]*"|nonce-[\w+/=-]+')
HEADERS = ("Content-Type", "Content-Disposition", "Location", "Content-Security-Policy", "X-Accel-Redirect", "ETag", "Last-Modified", "HX-Redirect")
HREF = re.compile(rb'href="(/[^"#]*)"')


def texts(data: bytes) -> bytes:
    """A workbook or archive as the bytes of its parts: when it was packed is not what it says."""
    if not data.startswith(b"PK"):
        return NOISE.sub(b"", data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(name.encode() + texts(archive.read(name)) for name in archive.namelist() if not name.endswith("core.xml"))


def asked(client: Client, url: str) -> tuple:
    answer = client.get(url)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: NOISE.sub(b"", str(answer.headers.get(name, "")).encode()) for name in HEADERS}
    return answer.status_code, headers, texts(body), [link.decode() for link in HREF.findall(body)] if answer.status_code == 200 else []


def addresses(batch) -> list[str]:
    """Every page of reviews with what an applicant could guess, every page of the public, and what applicants read. Other desks are
    closed to them, and forms to fill in know nothing of reviews."""
    seat = Assignment.objects.filter(batch=batch).order_by("pk").first()
    draw, item = Draw.objects.get(batch=batch), seat.item
    guesses = {"ref": (item.application.ref, batch.ref), "uid": (seat.uid, draw.uid, seat.expert.uid), "key": (batch.ref,), "item": (item.pk,),
               "number": (1,), "guide": (batch.guide.ref,), "year": (batch.created_at.year,)}
    found = []
    for page in pages():
        app, desk, *name = page.name.split(":") if page.name.count(":") == 2 else ("", "public", page.name)
        if app != "reviews" and (desk in ("desk", "audit", "review") or desk == "my" and name[0] in WRITES):
            continue
        many = max([1, *(len(guesses.get(one, ())) for one in page.arguments)]) if page.name.startswith("reviews:") else 1
        for number in range(many):
            given = [guesses[one][min(number, len(guesses[one]) - 1)] for one in page.arguments if one in guesses]
            try:
                found.append(reverse(page.name, args=given))
            except NoReverseMatch:
                continue
    named = [url for url in dict.fromkeys(found) if not url.startswith(("/logout", "/gallery", "/healthz", "/i18n", "/readyz"))]
    own = [f"/search/?q={word}" for word in (NAME + "01", "专家", make.WORDS[:8], "seat")] + [
        "/my/applications/?export=csv", "/my/applications/?export=xlsx", f"/api/v1/applications/{item.application.ref}/", "/api/v1/applications/",
        f"/api/v1/reviews/{batch.ref}/", f"/api/v1/reviews/draws/{draw.uid}/"]
    review = [url for url in named if "review" in url or "draw" in url or "expert" in url]
    return [*own, *review, *(url for url in named if url not in review)]


def world(actor, urls: list[str], moment, *, follow: bool = True) -> dict[str, tuple]:
    """address -> the answer; links of the applicant's own pages are followed. What was only read leaves no trace (an opened message)."""
    found, waiting = {}, list(urls)
    with clock.standing(moment), transaction.atomic():
        client = signed_in(actor)
        while waiting and len(found) < MOST + len(urls):
            url = waiting.pop(0)
            if url in found or url.startswith(("/logout", "/static")):
                continue
            *said, links = asked(client, url)
            found[url] = tuple(said)
            waiting += [link.replace("&amp;", "&") for link in links] if follow else []
        transaction.set_rollback(True)
    return found


def letters(actor, moment) -> list[tuple]:
    """Every mail to the applicant as it goes out: subject, text, headers, addressees."""
    found = []
    with clock.standing(moment):
        for message in Message.objects.filter(person=actor.id).order_by("pk"):
            letter = mails.mail_for(message)
            head = {name: value for name, value in letter.message().items() if name not in ("Date", "Message-ID")}
            found.append((letter.subject, letter.body, head, letter.to, letter.bcc))
    return found


def other_people(as_owner) -> None:
    """The same world with other reviewers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER'"
                       " AND data_type IN ('text', 'character varying', 'jsonb') AND table_name NOT LIKE 'django%%'")
        tables: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in cursor.fetchall():
            tables.setdefault(table, []).append((column, kind))
        cursor.execute("SELECT id, person_id FROM reviews_expert ORDER BY id")
        experts = cursor.fetchall()
    for table, columns in tables.items():
        changes = []
        for column, kind in columns:
            text = f'"{column}"::text'
            for old, new in OTHER.items():
                text = f"replace({text}, '{old}', '{new}')"
            changes.append(f'"{column}" = ({text}){"::jsonb" if kind == "jsonb" else ""}')
        like = " OR ".join(f"\"{column}\"::text LIKE ANY (ARRAY['%{NAME}%', '%{MAIL}%'])" for column, _kind in columns)
        as_owner(f"UPDATE {table} SET {', '.join(changes)} WHERE {like}".replace("%", "%%"))
    away = 1_000_000_000
    for table, column, ids in (("reviews_assignment", "expert_id", [one for one, _p in experts]), ("reviews_declaration", "expert_id", [one for one, _p in experts]),
                               ("reviews_recusal", "expert_id", [one for one, _p in experts]), ("core_ledgerrow", "actor_id", [p for _one, p in experts])):
        as_owner(f"UPDATE {table} SET {column} = {column} + {away} WHERE {column} = ANY(%s)", [ids])
        for old, new in zip(ids, [*ids[1:], ids[0]], strict=True):
            as_owner(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [new, old + away])


def compared(town, batch, as_owner, urls, *, follow=True) -> list[str]:
    """What differs between the two worlds, for the leader of an application and, on the pages of reviews, the administrator of the unit."""
    moment, found = clock.now(), []
    actors = {town.li: urls, town.wang: urls[:20]}
    before = [(world(actor, some, moment, follow=follow and actor is town.li), letters(actor, moment)) for actor, some in actors.items()]
    paper = application_context(batch.items.first().application)["d"]
    other_people(as_owner)
    for actor, (answers, sent) in zip(actors, before, strict=True):
        again = world(actor, list(answers), moment, follow=False)
        found += [url for url, answer in answers.items() if again[url] != answer]
        found += ["mail"] if letters(actor, moment) != sent else []
        said = b"".join(answer[2] for answer in answers.values()) + repr(sent).encode()
        found += [word for word in (NAME, MAIL) if word.encode() in said.replace(f"{NAME}01".encode(), b"")]
    return found + (["paper"] if application_context(batch.items.first().application)["d"] != paper else [])


def test_an_applicant_learns_nothing_of_who_reviews(town, ranked_batch, as_owner_without_triggers):
    urls = addresses(ranked_batch)
    assert len(urls) > 80 and sum("/review" in url for url in urls) > 12
    assert compared(town, ranked_batch, as_owner_without_triggers, urls) == []


LEAKS = {
    "a stored message": lambda town: notices.tell([town.li.person], "application.news", f"评审专家：{NAME}03", "", "/my/"),
    "a count": lambda town: context.COUNTERS.update(unread=lambda request: type(town.li.person).objects.filter(name__contains=NAME).count()),
    "a live name": lambda town: context.COUNTERS.update(
        unread=lambda request: Assignment.objects.order_by("pk").first().expert.person.name),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(town, ranked_batch, as_owner_without_triggers, monkeypatch, leak):
    """The controls: one name in a stored message, one number that depends on names, one name read live."""
    monkeypatch.setattr(context, "COUNTERS", dict(context.COUNTERS))
    LEAKS[leak](town)
    assert compared(town, ranked_batch, as_owner_without_triggers, ["/my/", reverse("notices:public:inbox")], follow=False)
