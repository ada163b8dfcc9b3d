"""Constraints that several tables share."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def status_in(name: str, enum: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(status__in=enum.values), name=name)
