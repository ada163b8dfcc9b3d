"""Libraries that cost a web process memory for nothing are imported where they are used, not when a module is loaded."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import APPS, name_of, python_files, tree

#: Its modules stand on these libraries; whoever needs it imports it inside a function, as it does them.
ENGINE = "reviews.engine"
HEAVY = {"numpy", "scipy", "krippendorff", "openpyxl", "ortools", "weasyprint"}


def heavy_imports(source: ast.Module) -> list[str]:
    """Names of heavy libraries that loading the module loads."""
    found = []
    for node in source.body:
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.partition(".")[0] in HEAVY or name.startswith(ENGINE)]
    return found


def test_no_module_loads_a_heavy_library():
    wrong = {name_of(path): found for path in python_files(*APPS) if not name_of(path).startswith("reviews/engine/") and (found := heavy_imports(tree(path)))}
    assert wrong == {}


@pytest.mark.parametrize(("text", "found"), [("import numpy as np", ["numpy"]), ("from scipy.sparse import linalg", ["scipy.sparse"]),
                                             ("from reviews.engine import flow", ["reviews.engine"]), ("def f():\n    import numpy", [])])
def test_a_heavy_import_is_found_and_a_late_one_is_not(text, found):
    assert heavy_imports(ast.parse(text)) == found
