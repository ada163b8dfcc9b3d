"""In what order the tests run, and on which worker: what needs no database first, while the template of the test databases is made
beside it; then the costly worlds, each on one worker; then file by file, the larger ones first.
"""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.kept import path_of

ROOT = Path(__file__).resolve().parents[1]
#: Packages whose tests share one costly world: they stay together on one worker.
WORLDS = ("tests/pages", "tests/journeys", "tests/deploy")
#: A test that names one of these, or is marked, needs the database.
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def scope_of(nodeid: str) -> str:
    return next((world for world in WORLDS if nodeid.startswith(world)), nodeid.partition("::")[0])


class ByWorld(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByWorld:
    config.option.loadscopereorder = False  # the order of the collection is ours
    return ByWorld(config, log)


def needs_database(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Within a module, tests that need the same worlds follow one another."""
    scopes = [scope_of(item.nodeid) for item in items]
    size, waits = Counter(scopes), {scope for scope, item in zip(scopes, items, strict=True) if needs_database(item)}
    modules: dict[str, int] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], len(modules))

    def place(item: pytest.Item) -> tuple[object, ...]:
        scope = scope_of(item.nodeid)
        return (scope in waits, scope not in WORLDS, -size[scope], scope, modules[item.nodeid.partition("::")[0]],
                [name for name, _world in path_of(item)])

    items.sort(key=place)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Every worker reads all test modules, and writing their asserts out takes pytest longer than everything else about them. Each begins
    with others, and finds the rest in the cache that the others have filled."""
    given = getattr(session.config, "workerinput", None)
    if given is None or sys.dont_write_bytecode or session.config.args not in (["tests"], [str(ROOT / "tests")]):
        return
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    for path in files[int(given["workerid"].removeprefix("gw"))::given["workercount"]]:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
