"""Worlds that many tests begin from: made once, and every test works in a savepoint above them.

`town = kept(build)` in a conftest or a test module is a fixture like any other; `row = kept(make.planned)`, or `@kept` before
`def row(town)`, is a world upon the world `town`. Rows of the database stay, in an open transaction, until a test needs another world; what a test changes
is rolled back, and of the Python objects each test gets a copy. A builder may use nothing but the database and what it stands
on. A transactional test gets a world of its own.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction


@dataclass(frozen=True)
class World:
    """How a world is made: `build(*worlds it stands on, *args)`. Two that are equal are one, whatever module asks."""

    build: Callable[..., Any]
    args: tuple[Any, ...]
    on: tuple[str, ...]


@dataclass
class Level:
    """An open savepoint with all worlds that stand in it and below, by the names of their fixtures."""

    key: tuple[str, World]
    atomic: Any
    values: dict[str, Any] = field(default_factory=dict)


STANDING: list[Level] = []
UNBLOCK: list[Callable[[], Any]] = []


def kept(build: Callable[..., Any], *args: Any) -> Any:
    """A fixture with what `build` makes. What it must be given are the names of the worlds it stands on."""
    must = [one.name for one in inspect.signature(build).parameters.values()
            if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    world = World(build, args, tuple(must))

    def fixture(request: pytest.FixtureRequest, **given: Any) -> Any:
        if is_transactional(request.node):
            return build(*(given[name] for name in world.on), *args)
        if "worlds" not in request.node.__dict__:  # one copy of all that stands, so that they still share their objects
            request.node.worlds = copy.deepcopy(STANDING[-1].values)
        return request.node.worlds[request.fixturename]

    names = ("request", "db", *world.on)
    fixture.__signature__ = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names])
    fixture.__doc__, fixture.world = inspect.getdoc(build), world
    return pytest.fixture(fixture)


def is_transactional(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(mark and mark.kwargs.get("transaction"))


def path_of(item: pytest.Item) -> tuple[tuple[str, World], ...]:
    """The worlds this test needs, the lowest first."""
    found: dict[str, World] = {}

    def add(name: str) -> None:
        known = item._fixtureinfo.name2fixturedefs.get(name)
        world = getattr(known[-1].func, "world", None) if known else None
        if world is not None and name not in found:
            for below in world.on:
                add(below)
            found[name] = world

    if hasattr(item, "_fixtureinfo") and not is_transactional(item):
        for name in item.fixturenames:
            add(name)
    return tuple(found.items())


def leave(path: tuple[tuple[str, World], ...]) -> None:
    """Take down what stands beyond the common part of the way to `path`."""
    common = 0
    while common < min(len(STANDING), len(path)) and STANDING[common].key == path[common]:
        common += 1
    while len(STANDING) > common:
        level = STANDING.pop()
        transaction.set_rollback(True)
        level.atomic.__exit__(None, None, None)


def reach(path: tuple[tuple[str, World], ...]) -> None:
    leave(path)
    if not STANDING:
        reference_is_there()
    for name, world in path[len(STANDING):]:
        values = copy.deepcopy(STANDING[-1].values) if STANDING else {}
        atomic = transaction.atomic()
        atomic._from_testcase = True  # durable blocks may stand inside, as in Django's own TestCase
        atomic.__enter__()
        STANDING.append(Level((name, world), atomic))
        try:
            values[name] = world.build(*(values[below] for below in world.on), *world.args)
        except BaseException:
            leave(path[: len(STANDING) - 1])
            raise
        STANDING[-1].values = values


def reference_is_there() -> None:
    """A transactional test's flush empties the reference data as well: put it back for all that come."""
    from core.models import Parameter

    if not Parameter.objects.exists():
        call_command("load_reference", verbosity=0)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Any:
    """Just before the transaction of a test begins, the worlds below it are made to stand."""
    if fixturedef.argname == "_django_db_helper":
        UNBLOCK[:] = [request.getfixturevalue("django_db_blocker").unblock]
        with UNBLOCK[-1]():
            reach(path_of(request.node))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Nothing stands longer than the next test needs it: worlds of other kinds are built in packages' own fixtures."""
    done = yield
    if STANDING:
        with UNBLOCK[-1]():
            leave(path_of(nextitem) if nextitem is not None else ())
    return done
