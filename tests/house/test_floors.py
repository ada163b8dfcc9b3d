"""Floors and rooms: imports by import-linter, foreign keys by the models themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from tests.house.source import APPS, ROOT

FLOOR = {app: number for number, app in enumerate(APPS)}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=folder, capture_output=True, text=True,
        check=False)


def test_imports_keep_to_floors_and_rooms():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]


@pytest.mark.parametrize(("place", "line", "contract"), [
    ("accounts/rules.py", "from applications import models", "Apps stand on floors"),
    ("accounts/policies.py", "def late():\n    from accounts import actions", "same order of rooms"),
    ("portal/views/__init__.py", "from reviews import views", "reviews: visitors"),
])
def test_linter_catches_a_planted_import(tmp_path, place, line, contract):
    for app in (*APPS, "config"):
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with (tmp_path / place).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(tmp_path)
    broken = " ".join(done.stdout.partition("Broken contracts")[2].split())
    assert done.returncode == 1
    assert contract in broken


def _foreign_keys():
    for model in apps.get_models():
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            if field.is_relation and field.related_model:
                yield model._meta.app_label, field.related_model._meta.app_label, field


def wrong_keys(found):
    """Keys that point up, or that give a lower app an accessor to an upper one."""
    wrong = []
    for own, other, field in found:
        if own not in FLOOR or other not in FLOOR or own == other:
            continue
        if FLOOR[other] > FLOOR[own]:
            wrong.append(f"{field} points up to {other}")
        if not field.remote_field.hidden:
            wrong.append(f"{field} needs related_name='+'")
    return wrong


def test_foreign_keys_point_down_and_leave_no_accessor():
    assert wrong_keys(_foreign_keys()) == []


def test_a_key_that_points_up_is_found():
    own, other, field = next(key for key in _foreign_keys() if key[0] in FLOOR and key[1] in FLOOR and key[0] != key[1])
    assert wrong_keys([(other, own, field)])


def test_every_app_of_the_site_has_a_floor():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
    assert ours == set(FLOOR)
