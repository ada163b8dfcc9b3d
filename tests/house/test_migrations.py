"""A migration is history: it has a name, and it imports nothing of ours, because our code will change under it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import APPS, ROOT, name_of, tree


def migrations() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app / "migrations").glob("[0-9]*.py"))]


def borrowed(source: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(source):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else \
            [name.name for name in node.names] if isinstance(node, ast.Import) else []
        found += [name for name in names if name.split(".")[0] in APPS]
    return found


def test_migrations_have_names():
    assert [name_of(path) for path in migrations() if re.search(r"_auto_|_custom", path.stem)] == []


def test_migrations_borrow_nothing():
    assert {name_of(path): names for path in migrations() if (names := borrowed(tree(path)))} == {}


@pytest.mark.parametrize("text", ["from programs.models import Guide", "import accounts.actions"])
def test_a_borrowed_name_is_found(text):
    assert borrowed(ast.parse(text))
