"""Saved views of lists: a name for an address."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.models import SavedView
from core.workflow import Refused


def keep(actor: Any, *, listing: str, name: str, query: str) -> SavedView:
    if not name.strip():
        raise Refused(_("Give the view a name."))
    row, _created = SavedView.objects.update_or_create(
        person_id=actor.id, listing=listing[:60], name=name.strip()[:60], defaults={"query": query.lstrip("?")[:600]}
    )
    return row


def of(actor: Any, listing: str) -> QuerySet[SavedView]:
    return SavedView.objects.filter(person_id=actor.id, listing=listing).order_by("name")
