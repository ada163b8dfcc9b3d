"""The kernel knows no domain: its modules are a closed list, and none of its names is a word of the business."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import ROOT, name_of, python_files, tree

WORDS = ("guide", "application", "review", "award", "payment", "expert")
BUSINESS = re.compile(rf"(?<![a-z])(?:{'|'.join(WORDS)})s?(?![a-z])", re.IGNORECASE)
#: One more module is a decision for docs/adr: the kernel is not a drawer.
MODULES = {
    "apps", "checks", "clock", "crypt", "deadlines", "events", "files", "jobs", "ledger", "models", "money", "parameters", "pauses", "plans", "refs",
    "scanning", "search", "tasks", "typed", "workdays", "workflow", "books",
}


def identifiers(source: ast.AST) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(source):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append((node.name, node.lineno))
        elif isinstance(node, ast.Name):
            found.append((node.id, node.lineno))
        elif isinstance(node, ast.Attribute):
            found.append((node.attr, node.lineno))
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            found.append((node.arg, node.lineno))
    return found


def words_of_the_business(source: ast.AST) -> list[str]:
    """`OpenGuide`, `guide_id`, `the_award`: words apart by case or underscore count as words."""
    return sorted({name for name, _line in identifiers(source) if BUSINESS.search(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name))})


def test_kernel_has_no_word_of_the_business():
    found = {name_of(path): words for path in python_files("core") if (words := words_of_the_business(tree(path)))}
    assert found == {}


def test_kernel_has_no_module_that_was_not_decided():
    assert {path.stem for path in (ROOT / "core").glob("*.py")} - {"__init__"} == MODULES


@pytest.mark.parametrize("text", ["class OpenGuide: pass", "guide_id = 1", "def award(): pass", "row.reviews", "f(payment=1)"])
def test_a_word_of_the_business_is_found(text):
    assert words_of_the_business(ast.parse(text))


@pytest.mark.parametrize("text", ["preview = 1", "expertise = 1", "guided = 1", "x = 'guide'"])
def test_other_words_are_not(text):
    assert words_of_the_business(ast.parse(text)) == []
