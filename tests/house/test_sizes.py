"""A room that has grown too large becomes a folder; a function that has, becomes two."""

from __future__ import annotations

import ast

from tests.house.source import APPS, ROOT, name_of, python_files, tree

MOST_LINES, MOST_FUNCTION, MOST_TEMPLATE, MOST_VIEW = 600, 60, 200, 25


def long_functions(source: ast.AST, most: int) -> list[str]:
    return [
        f"{node.name} ({node.end_lineno - node.lineno + 1})" for node in ast.walk(source)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > most
    ]


def test_no_file_is_over_600_lines():
    counts = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {name: count for name, count in counts.items() if count > MOST_LINES} == {}


def test_no_function_is_over_60_lines():
    wrong = {name_of(path): found for path in python_files() if (found := long_functions(tree(path), MOST_FUNCTION))}
    assert wrong == {}


def test_no_view_is_over_25_lines():
    """A view is one verb: fetch, act, answer. What is longer has a decision in it that belongs to a lower room."""
    wrong = {}
    for path in python_files(*APPS):
        views = ast.Module([node for node in tree(path).body if isinstance(node, ast.FunctionDef)
                            and any("access(" in ast.unparse(mark) for mark in node.decorator_list)], [])
        if found := long_functions(views, MOST_VIEW):
            wrong[name_of(path)] = found
    assert wrong == {}


def test_no_template_is_over_200_lines():
    counts = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "templates").rglob("*.html")}
    assert {name: count for name, count in counts.items() if count > MOST_TEMPLATE} == {}


def test_a_long_function_is_found():
    assert long_functions(ast.parse("def f():\n" + "    x = 1\n" * 60), MOST_FUNCTION) == ["f (61)"]


def test_no_room_is_a_drawer():
    drawers = {"utils", "helpers", "common", "misc", "services", "signals", "managers"}
    assert [name_of(path) for path in python_files(*APPS) if path.stem in drawers or path.parent.name in drawers] == []
