"""The product's own source, as files and syntax trees: what the house tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = tuple(settings.OURS)
#: Parts of the tree that are ours to read: never caches, data or the environment.
PLACES = (*APPS, "config", "script", "tests")


def python_files(*places: str) -> Iterator[Path]:
    for place in places or PLACES:
        yield from sorted(path for path in (ROOT / place).rglob("*.py") if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room(path: Path) -> str:
    """`applications/actions/filing.py` is in the room `actions`."""
    parts = path.relative_to(ROOT).parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(node: ast.AST) -> str:
    """`timezone.now` of the syntax tree as text; empty for anything else than names and attributes."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""
