"""The register as two flat tables, so that "who could apply?" is one scan per guide (see ADR 0014).

One typed column per fact that the register knows; a period has three (is it known, from, to). Written whole by
`programs.actions.register.refresh_register`, for one day; never edited.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.clock import CoreNow
from programs.engine.facts import BOOL, CATALOGUE, DATE, LEADER, LIST, MONEY, NUMBER, PAIR, PERIOD, TEXT, UNIT


class RegisterUnit(models.Model):
    """A verified unit that may apply. A column is null when the register does not know the fact."""

    organisation_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"unit {self.organisation_id}"


class RegisterPair(models.Model):
    """A person who holds a role at a unit, and so could lead its application."""

    pk = models.CompositePrimaryKey("organisation_id", "person_id")
    organisation_id = models.BigIntegerField()
    person_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"unit {self.organisation_id}, person {self.person_id}"


class RegisterState(models.Model):
    """For which day the two tables were written last; one row."""

    day = models.DateField()
    units = models.PositiveIntegerField()
    pairs = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="registerstate_one_row")]

    def __str__(self) -> str:
        return str(self.day)


def _field(kind: str) -> models.Field:
    if kind in (NUMBER, MONEY):
        return models.DecimalField(max_digits=30, decimal_places=6, null=True)
    if kind == LIST:
        return ArrayField(models.TextField(), null=True)
    return {TEXT: models.TextField, DATE: models.DateField, BOOL: models.BooleanField}[kind](null=True)


def columns_of(name: str) -> tuple[str, ...]:
    """Column names of a fact."""
    short = name.partition(".")[2]
    return (f"{short}_known", f"{short}_from", f"{short}_to") if CATALOGUE[name].kind == PERIOD else (short,)


def register_facts(*subjects: str) -> list[str]:
    """Facts about these subjects that the register knows, in the order of the catalogue."""
    return [name for name, entry in CATALOGUE.items() if entry.register and entry.subject in subjects]


for _model, _subjects in ((RegisterUnit, (UNIT,)), (RegisterPair, (LEADER, PAIR))):
    for _name in register_facts(*_subjects):
        _kinds = (BOOL, DATE, DATE) if CATALOGUE[_name].kind == PERIOD else (CATALOGUE[_name].kind,)
        for _column, _kind in zip(columns_of(_name), _kinds, strict=True):
            _model.add_to_class(_column, _field(_kind))
