"""Reference data from <app>/reference/*.json: idempotent, by natural key, retired instead of deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models, transaction

from core import clock, ledger


@transaction.atomic
def load_reference(actor: Any, files: Iterable[Path]) -> dict[str, tuple[int, int, int]]:
    """Load files; returns {file name: (created, changed, retired)}. Records core.reference.load per changed file.

    A file is {"model", "key": [...], "defaults": {...}, "relations": {field: "app.Model"}, "retire": bool, "seed": bool, "rows"}.
    With "seed": true a row is made once and then left alone: staff change it by screen, and a later release must not undo
    what they decided. A related row is named by its lookups ({"tree__code": "...", "code": "..."}) or, when it is text, by its code.
    """
    return {path.name: _load_file(actor, json.loads(path.read_text("utf-8"))) for path in files}


def _load_file(actor: Any, spec: Mapping[str, Any]) -> tuple[int, int, int]:
    model = apps.get_model(spec["model"])
    found = {_key(row, spec["key"]): row for row in model._base_manager.filter(**_scope(model, spec))}
    created, changed, kept, last = 0, 0, set(), None
    for raw in spec["rows"]:
        values, many = _values(model, {**spec.get("defaults", {}), **raw}, spec.get("relations", {}))
        key = tuple(values[name] if not isinstance(values[name], models.Model) else values[name].pk for name in spec["key"])
        kept.add(key)
        row = found.get(key)
        if row is None:
            row = model._base_manager.create(**values)
            created, last = created + 1, row
        elif spec.get("seed"):
            continue
        elif differing := {name: value for name, value in values.items() if getattr(row, name) != value}:
            model._base_manager.filter(pk=row.pk).update(**differing)
            changed, last = changed + 1, row
        for name, rows in many.items():
            getattr(row, name).set(rows)
    retired = _retire(model, spec, found, kept)
    if last is not None or retired:
        target = last or next(iter(found.values()))
        ledger.record(
            "core.reference.load", target, actor, model=spec["model"], created=created, changed=changed, retired=retired
        )
    return created, changed, retired


def _scope(model: type[models.Model], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Rows the file is about: those that share its defaults on key fields."""
    values, _many = _values(model, spec.get("defaults", {}), spec.get("relations", {}))
    return {name: value for name, value in values.items() if name in spec["key"]}


def _key(row: models.Model, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)


def _values(
    model: type[models.Model], raw: Mapping[str, Any], relations: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, list[models.Model]]]:
    values: dict[str, Any] = {}
    many: dict[str, list[models.Model]] = {}
    for name, value in raw.items():
        if name not in relations:
            values[name] = _typed(model._meta.get_field(name), value)
        elif isinstance(value, list):
            many[name] = [_related(relations[name], lookup) for lookup in value]
        else:
            values[name] = None if value is None else _related(relations[name], value)
    return values, many


def _related(label: str, lookup: Any) -> models.Model:
    found = apps.get_model(label)._base_manager.filter(**({"code": lookup} if isinstance(lookup, str) else lookup))
    return found.get()


def _typed(field: models.Field, value: Any) -> Any:
    """JSON text in the type of the column, so that an unchanged row compares equal."""
    if isinstance(field, models.JSONField) or value is None:
        return value
    return field.to_python(value)


def _retire(
    model: type[models.Model], spec: Mapping[str, Any], found: Mapping[tuple, models.Model], kept: set[tuple]
) -> int:
    if not spec.get("retire"):
        return 0
    gone = [row.pk for key, row in found.items() if key not in kept and row.disabled_on is None]
    today: date = clock.today()
    return model._base_manager.filter(pk__in=gone).update(disabled_on=today) if gone else 0
