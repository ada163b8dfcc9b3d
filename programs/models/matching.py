"""Who matches which running guide, who was told, and the searches people keep (clause R6)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from accounts.models import Organisation
from core.clock import CoreNow
from programs.models.guides import Guide


class GuideMatch(models.Model):
    """A unit and a person of it who could lead its application: no hard condition of the guide speaks against them.

    Written whole by the nightly run, in SQL; only guides that run have rows. `since` is the day it was first so. Millions
    of rows that follow from the register itself: the database does not check their keys one by one.
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="matches", db_index=False, db_constraint=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guide", "organisation", "person"], name="guidematch_once")]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.organisation_id} {self.person_id}"


class GuideTold(models.Model):
    """A person has been told of a guide, on that day: never twice, whatever runs twice or dies half-way."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "guide"], name="guidetold_once")]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.person_id}"


class MatchRun(models.Model):
    """One night's run over the register; `guides`, `pairs` and `told` count what stands after it."""

    day = models.DateField(unique=True)
    started_at = models.DateTimeField(db_default=CoreNow())
    done_at = models.DateTimeField(null=True, blank=True)
    guides = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class CallSearch(models.Model):
    """A search of the public calls that a person keeps. `query` is the address part of the page, without the question
    mark; only guides published after `since` are told. Stopping it keeps the row, so that it can be taken up again.
    `token` is the secret in the addresses of its feed and calendar, which readers fetch without signing in."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    since = models.DateTimeField(db_default=CoreNow())
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="callsearch_name_once")]

    def __str__(self) -> str:
        return self.name


class CallSearchHit(models.Model):
    """A guide that was told for a kept search."""

    search = models.ForeignKey(CallSearch, models.CASCADE, related_name="hits", db_index=False)
    guide = models.ForeignKey(Guide, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "guide"], name="callsearchhit_once")]

    def __str__(self) -> str:
        return f"{self.search_id} {self.guide_id}"
