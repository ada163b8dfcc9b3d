"""Who may write: rows are written by `actions`, the status column by the engine, and by nobody else."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import APPS, dotted, name_of, python_files, room, tree

WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create", "aupdate",
    "acreate", "asave", "adelete",
}
#: Rooms that write rows by their nature: the verbs, the kernel's own modules, commands that load data.
WRITERS = {"actions", "management", "demo"}
KERNEL_WRITERS = {
    "core/deadlines.py", "core/events.py", "core/files.py", "core/jobs.py", "core/ledger.py", "core/refs.py", "core/scanning.py",
    "core/tasks.py", "core/workflow.py", "core/clock.py", "core/web/once.py", "core/web/saved.py",
}
#: The engine; and the lock of a guide, which puts the status it has just read under lock onto the instance, unsaved.
STATUS_WRITERS = {"core/workflow.py", "programs/queries/opening.py"}
#: Not managers of tables, though their methods bear the same names.
OTHER = ("hashlib", "digest", "hasher", "polib", "seen", "found", "context", "query", "params", "data", "state", "counts")


def _is_queryset_call(node: ast.Call) -> bool:
    """`X.objects....update()`, `row.save()`, `visible_to(a).update()`: a chain that ends in a writing verb."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in WRITES:
        return False
    text = ast.unparse(node.func.value)
    if ".objects" in text or "visible_to(" in text or ".filter(" in text:
        return True
    # `row.save()` and `row.delete()` of a variable; forms' and dictionaries' `update(...)` take a positional argument.
    return node.func.attr in {"save", "delete"} and isinstance(node.func.value, ast.Name) and not node.args \
        and node.func.value.id not in OTHER


def row_writes(source: ast.AST) -> list[int]:
    return [node.lineno for node in ast.walk(source) if isinstance(node, ast.Call) and _is_queryset_call(node)]


def status_writes(source: ast.AST) -> list[int]:
    """Assignments to `.status`, and `status=` given to an update of rows."""
    lines = []
    for node in ast.walk(source):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        lines += [node.lineno for target in targets
                  if isinstance(target, ast.Attribute) and target.attr == "status" and dotted(target) != "self.status"]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update" \
                and any(word.arg == "status" for word in node.keywords):
            lines.append(node.lineno)
    return lines


def test_only_actions_write_rows():
    wrong = [
        f"{name_of(path)}:{line}" for path in python_files(*APPS)
        if room(path) not in WRITERS and name_of(path) not in KERNEL_WRITERS for line in row_writes(tree(path))
    ]
    assert wrong == []


def test_only_the_engine_writes_a_status():
    wrong = [
        f"{name_of(path)}:{line}" for path in python_files(*APPS)
        if name_of(path) not in STATUS_WRITERS for line in status_writes(tree(path))
    ]
    assert wrong == []


@pytest.mark.parametrize("text", [
    "Guide.objects.create(title='x')", "visible_to(actor).update(title='x')", "guide.save(update_fields=['title'])",
    "guide.delete()", "Guide.objects.filter(pk=1).delete()",
])
def test_a_write_outside_actions_is_found(text):
    assert row_writes(ast.parse(text))


@pytest.mark.parametrize("text", ["guide.status = 'OPEN'", "Guide.objects.filter(pk=1).update(status='OPEN')"])
def test_a_written_status_is_found(text):
    assert status_writes(ast.parse(text))


def test_reads_and_dictionaries_are_no_writes():
    assert row_writes(ast.parse("context.update(a=1); data.update({'a': 1}); Guide.objects.filter(pk=1).first()")) == []
