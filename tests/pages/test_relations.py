"""Every address that names something, by every method, for people who have the same things elsewhere: another leader, the administrator of
another unit, an expert of another review, a colleague of the same unit, and whoever has not signed in. They open and change nothing.

The access matrix asks by roles, with people who have nothing; here stands the relation. Addresses are read from the URL conf and what they
name from the examples of the pages, so a new address is asked without anybody thinking of it. The addresses of an application have a
test of their own (tests/applications/test_relations.py), in more states and with more kinds of people.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client
from django.urls import get_resolver

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Person
from accounts.policies import system
from accounts.states import Role
from core import clock
from core.models import LedgerRow
from programs.models import CallSearch
from projects.models import Project
from reviews.models import Assignment, Candidacy, Expert, Meeting
from reviews.models.pool import Tie
from tests.pages import samples
from tests.pages.addresses import _walk, pages
from tests.pages.test_access import client_of
from tests.pages.test_axe import person, visits

pytestmark = pytest.mark.django_db
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
#: The floors above the applications, and what is open to everybody by design.
FLOORS, OPEN = ("projects", "reviews", "funding", "performance"), ("projects:public", "reviews:public", "funding:public", "performance:public",
                                                                "reviews:api:receipt", "projects:api:publicity", "programs:my:need_start")
#: What people and units keep of their own on the floors below.
OWN = ("programs:my", "programs:review", "accounts:my")
Example = tuple[tuple[Any, ...], Person | None]


@dataclass(frozen=True)
class Named:
    """An address that names something, the address itself, and who may open the example it was taken from."""

    name: str
    path: str


def _prefixes(pattern: str) -> list[str]:
    """The address up to and with each of its places, all places written alike."""
    plain = PLACE.sub("*", pattern)
    return [plain[:place + 1] for place, sign in enumerate(plain) if sign == "*"]


def examples() -> dict[tuple[str, ...], Example]:
    """Places of a page -> what its first example gives for them, and who opens it."""
    found: dict[tuple[str, ...], Example] = {}
    for page in pages():
        if page.name in samples.SAMPLES and page.arguments and "(?P" not in page.pattern and (seen := visits(page)):
            found.setdefault(tuple(_prefixes(page.pattern)), (seen[0].args, person(seen[0].who)))
    return found


#: Where an address of the interface names what a page names.
ALIKE = {
    "api/v1/projects/": "desk/projects/", "api/v1/payments/": "desk/payments/", "api/v1/publicity/": "desk/publicity/",
    "api/v1/proposals/": "desk/proposals/", "api/v1/reviews/tasks/": "review/tasks/", "api/v1/reviews/plans/": "desk/reviews/plans/",
    "api/v1/reviews/meetings/": "review/meetings/", "api/v1/reviews/": "desk/reviews/", "api/v1/performance/reports/": "my/reports/",
    "api/v1/performance/acceptance/": "desk/acceptance/", "api/v1/performance/evaluations/": "desk/performance/",
    "my/payments/": "desk/payments/", "desk/reports/": "my/reports/",
}
#: What no page names: the place, and what stands there.
MORE: dict[str, Callable[[], Any]] = {
    "review/meetings/points/*": lambda: Meeting.objects.latest("pk").agenda.first().pk,
    "desk/reviews/meetings/points/*": lambda: Meeting.objects.latest("pk").agenda.first().pk,
    "my/expert/*": lambda: Candidacy.objects.latest("pk").uid,
    "review/profile/ties/*": lambda: (Tie.objects.first() or Expert(uid=NOBODY)).uid,
    "review/profile/*": lambda: Expert.objects.get(person__email="zhao@demo.keguan.example").uid,
    "desk/reviews/new/*": lambda: samples.guide("CLOSED").ref, "desk/proposals/new/*": lambda: samples.guide("CLOSED").ref,
    "desk/reviews/*/seats/*": lambda: samples.seat().uid, "desk/reviews/*/disagreements/*": lambda: samples.seat().item_id,
    "my/searches/*": lambda: CallSearch.objects.latest("pk").uid,
}
#: The same by the name of the place, wherever it is.
WORDS: dict[str, Callable[[], Any]] = {
    "verb": lambda: "check", "kind": lambda: "final", "pk": lambda: 1, "year": lambda: clock.today().year, "part": lambda: "basic",
}
NOBODY = "11111111-1111-4111-8111-111111111111"


def named() -> Iterator[Named]:
    """Every address of these floors that names something, filled in."""
    known = examples()
    for name, pattern, _entry in _walk(get_resolver()):
        if (name.partition(":")[0] in FLOORS or name.startswith(OWN)) and not name.startswith(OPEN) and "<" in pattern and "(?P" not in pattern:
            places = _prefixes(pattern)
            values = values_of(places, known)
            given = []
            for place, word in zip(places, PLACE.findall(pattern), strict=True):
                asked = MORE.get(place) or (None if place in values else WORDS.get(word))
                assert asked or place in values, f"say in MORE what {name} may be given for {place}"
                given.append(asked() if asked else values[place])
            turn = iter(given)
            yield Named(name, "/" + PLACE.sub(lambda _found, turn=turn: str(next(turn)), pattern))


def values_of(places: list[str], known: dict[tuple[str, ...], Example]) -> dict[str, Any]:
    """From the example that shares the most places with the address, so that what they name belongs together."""
    word, page = next(((mine, theirs) for mine, theirs in ALIKE.items() if places[0].startswith(mine)), ("", ""))
    best: dict[str, Any] = {}
    for theirs, (args, _owner) in known.items():
        shared = {}
        for mine, other, value in zip(places, theirs, args, strict=False):
            if other != page + mine.removeprefix(word):
                break
            shared[mine] = value
        if len(shared) > len(best):
            best = shared
    return best


@pytest.fixture(scope="module")
def outsiders(site, django_db_blocker) -> dict[str, Client]:
    """People of demo units that none of the examples belongs to, with projects and seats of their own, and a colleague in every unit of the
    examples' leaders."""
    with django_db_blocker.unblock():
        owners = {owner.pk for _args, owner in examples().values() if owner is not None}
        units = set(Membership.objects.filter(person__in=owners, status="ACTIVE").exclude(role=Role.EXPERT).values_list("organisation", flat=True))
        rival = Project.objects.exclude(unit__in=units).exclude(leader__in=owners).exclude(contract=None).latest("pk")
        administrator = Membership.objects.filter(organisation=rival.unit, role=Role.ORG_ADMIN, status="ACTIVE").first().person
        shown = {value for args, _owner in examples().values() for value in args if isinstance(value, str)}  # the batches of the examples among them
        known = Assignment.objects.filter(batch__ref__in=shown).values("expert")
        seated = Assignment.objects.filter(status__in=("ACCEPTED", "SUBMITTED"))
        expert = seated.exclude(expert__in=known).exclude(expert__person__in=owners).latest("pk").expert.person
        found = {"rival": client_of(rival.leader), "rival's administrator": client_of(administrator), "expert of another review": client_of(expert)}
        colleague = Person.objects.filter(email="colleague@stranger.example").first()
        if colleague is None:
            colleague = accounts.create_person(system("test"), name="旁观同事", email="colleague@stranger.example", is_demo=True)
            for unit in Organisation.objects.filter(pk__in=units, status="VERIFIED").exclude(kind="BUREAU"):
                accounts.grant_role(system("test"), colleague, unit, Role.MEMBER)
        return {**found, "colleague": client_of(colleague), "public": Client()}


def ask(client: Client, method: str, path: str) -> Any:
    told = {"accept": "application/json"}
    return client.get(path, headers=told) if method == "GET" else client.post(path, {"why": "试", "reason": "试"}, headers=told)


def wrong(answer: Any) -> bool:
    if 300 <= answer.status_code < 400:
        return "/login/" not in answer["Location"]
    return answer.status_code < 300 or answer.status_code >= 500


def sweep(which: list[Named], outsiders: dict[str, Client]) -> list[str]:
    bad = []
    for one in which:
        for (relation, client), method in itertools.product(outsiders.items(), ("GET", "POST")):
            before = LedgerRow.objects.count()
            with transaction.atomic():
                answer = ask(client, method, one.path)
            if wrong(answer) or LedgerRow.objects.count() != before:
                bad.append(f"{method} {one.name} {one.path} by {relation}: {answer.status_code}")
    return bad


def test_who_has_the_same_elsewhere_opens_and_changes_nothing(outsiders):
    which = list(named())
    bad = sweep(which, outsiders)
    assert not bad, "\n".join(bad)
    assert len(which) > 150


def test_a_door_that_stands_open_is_found(outsiders, monkeypatch):
    """The negative control: with everybody's projects taken for the own ones, the sweep reports it."""
    monkeypatch.setattr("projects.policies._own", lambda actor: ~Q(pk=None))
    bad = sweep([one for one in named() if one.name == "projects:my:project"], outsiders)
    assert any("GET projects:my:project" in line and "by rival:" in line for line in bad)
