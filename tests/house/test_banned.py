"""Calls and habits that the house does without; each has one place that does it right."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import APPS, ROOT, dotted, name_of, python_files, room, tree

CLOCKS = {
    "timezone.now", "date.today", "datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now",
    "datetime.date.today", "timezone.localdate", "timezone.localtime", "dj_timezone.now", "django.utils.timezone.now",
}
SIGNALS = {"receiver", "django.dispatch", "django.db.models.signals", "post_save", "pre_save", "post_delete", "m2m_changed"}
SAFE = {"mark_safe", "django.utils.safestring.mark_safe", "safestring.mark_safe"}


#: What every page gets from core/web/context.py; a view that gives a name of these something else changes the frame of its page, and a part
#: of a template that takes the name for its own flag is right on one page and wrong on the next.
OF_THE_HOUSE = {"actor", "desk", "desks", "nav_entries", "unread", "large_text"}


def house_names(source: ast.AST) -> list[int]:
    return [key.lineno for node in ast.walk(source) if isinstance(node, ast.Dict) for key in node.keys
            if isinstance(key, ast.Constant) and key.value in OF_THE_HOUSE]


def clock_calls(source: ast.AST) -> list[int]:
    """A clock other than the database's; `timezone.localtime(value)` of a given time reads no clock."""
    return [node.lineno for node in ast.walk(source) if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS
            and not (dotted(node.func).endswith(("localtime", "localdate")) and node.args)]


def signal_uses(source: ast.AST) -> list[int]:
    lines = []
    for node in ast.walk(source):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("django.dispatch", "django.db.models.signals")):
            lines.append(node.lineno)
        elif isinstance(node, ast.Attribute) and node.attr in SIGNALS:
            lines.append(node.lineno)
    return lines


def save_overrides(source: ast.AST) -> list[int]:
    """`def save` or `def delete` in a class: rows are written as they are given, by an action."""
    return [
        inner.lineno for node in ast.walk(source) if isinstance(node, ast.ClassDef)
        for inner in node.body if isinstance(inner, ast.FunctionDef) and inner.name in {"save", "delete"}
    ]


def _found(look, *places, but=()):
    return [f"{name_of(path)}:{line}" for path in python_files(*places) if name_of(path) not in but for line in look(tree(path))]


def test_time_comes_from_the_database():
    assert _found(clock_calls, *APPS, but=("core/clock.py",)) == []


def test_there_are_no_signals():
    assert _found(signal_uses, *APPS) == []


def test_no_view_gives_a_name_of_the_house_something_else():
    assert not [f"{name_of(path)}:{line}" for path in python_files(*APPS) if room(path) == "views" for line in house_names(tree(path))]


def test_no_model_overrides_save():
    assert _found(save_overrides, *APPS) == []


@pytest.mark.parametrize(("look", "text"), [
    (clock_calls, "from django.utils import timezone\nx = timezone.now()"),
    (clock_calls, "def f():\n    return datetime.date.today()"),
    (signal_uses, "from django.dispatch import receiver"),
    (signal_uses, "models.signals.post_save.connect(f)"),
    (house_names, "def f(request):\n    return render(request, 'a.html', {'title': 1, 'desk': True})"),
    (save_overrides, "class A(models.Model):\n    def save(self):\n        pass"),
])
def test_each_habit_is_found(look, text):
    assert look(ast.parse(text))


def django_uses(source: ast.AST) -> list[int]:
    """Django in plain rules, but for the translation of the reasons they give."""
    return [
        node.lineno for node in ast.walk(source)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "django"
            and node.module not in {"django.utils.translation"})
        or (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "django" for name in node.names))
    ]


def test_rules_are_plain_python():
    rules = [path for path in python_files(*APPS) if room(path) in {"rules", "engine"}]
    assert len(rules) > len(APPS) // 2
    assert [f"{name_of(path)}:{line}" for path in rules for line in django_uses(tree(path))] == []
    assert django_uses(ast.parse("from django.db import models")) == [1]


def test_money_is_never_a_float():
    wrong = [
        f"{name_of(path)}:{node.lineno}" for path in python_files(*APPS) for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).endswith("FloatField")
        and any(word in ast.unparse(node) for word in ("amount", "money", "yuan"))
    ]
    assert wrong == []


def test_no_inline_script_or_style():
    """The content security policy would refuse it; a page that needs it is broken for everybody."""
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        if {"notices", "emails", "print"} & set(path.relative_to(ROOT / "templates").parts):
            continue  # papers for the printer carry their own styles; they are no pages
        text = path.read_text(encoding="utf-8")
        if " style=\"" in text or "<style" in text or "javascript:" in text or " onclick=" in text:
            wrong.append(name_of(path))
    assert wrong == []
