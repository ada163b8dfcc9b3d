"""The site as a whole: every address says who may open it, templates compile, migrations and drawings are up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from django.core.management import CommandError, call_command
from django.template import TemplateSyntaxError, engines
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from core.web.access import signed_in
from core.web.rest import AccessPermission
from core.workflow import Machine
from tests.house.source import ROOT, name_of
from tests.pages.addresses import _walk


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        else:
            yield address, entry


def question_of(view) -> object | None:
    """The question of `@access` on the view or on what it wraps; a door of the API asks its own, or whether one signed in."""
    door = getattr(view, "cls", None)
    if door is not None and AccessPermission in door.permission_classes:
        return getattr(door, "question", signed_in)
    while view is not None:
        question = getattr(view, "access_question", None)
        if question is not None:
            return question
        view = getattr(view, "__wrapped__", None)
    return None


def test_every_address_has_an_access_question():
    found = list(patterns(get_resolver()))
    assert len(found) > 100
    assert [address for address, entry in found if question_of(entry.callback) is None] == []


def test_a_view_without_a_question_is_found():
    class Open(APIView):
        permission_classes: ClassVar = []

    assert question_of(lambda request: None) is None
    assert question_of(Open.as_view()) is None


def test_every_address_has_a_name():
    assert [address for address, entry in patterns(get_resolver()) if not entry.name] == []


def twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def test_no_two_addresses_share_a_name():
    """`reverse` would silently give one of them."""
    assert twice([name for name, _pattern, _entry in _walk(get_resolver())]) == set()
    assert twice(["a", "b", "a"]) == {"a"}


def broken_templates(texts: dict[str, str]) -> dict[str, str]:
    engine, wrong = engines["django"], {}
    for name, text in texts.items():
        try:
            engine.from_string(text)
        except TemplateSyntaxError as error:
            wrong[name] = str(error)
    return wrong


def test_every_template_compiles():
    files = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt", ".ics"})
    assert len(files) > 50
    assert broken_templates({name_of(path): path.read_text(encoding="utf-8") for path in files}) == {}


def test_a_broken_template_is_found():
    assert broken_templates({"x": "{% if %}", "y": "{% nosuchtag %}", "z": "{{ fine }}"}).keys() == {"x", "y"}


@pytest.mark.django_db
def test_migrations_are_up_to_date():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_drawings_of_the_machines_are_up_to_date():
    call_command("states", check=True)


def test_an_old_drawing_is_found(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    call_command("states")
    call_command("states", check=True)
    next((tmp_path / "docs" / "states").glob("*.md")).write_text("old", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("states", check=True)


def test_every_machine_has_a_check_over_its_states():
    """A status column that the database does not limit would accept what no table of moves knows."""
    from django.apps import apps  # noqa: PLC0415
    from django.db.models import CheckConstraint  # noqa: PLC0415

    bare = []
    for name, machine in Machine.registry.items():
        model = apps.get_model(machine.model_label)
        checks = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint) and "status" in str(rule.condition)]
        if not checks:
            bare.append(name)
    assert bare == []
