"""The unit reminds its leaders of what they have not handed in; each application at most once in so many hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import policies, queries
from applications.models import Application
from core import ledger
from core.workflow import Refused
from notices import actions as notices
from programs import queries as programme


@dataclass
class Reminded:
    """Whose leaders have been told now, and who had been told within the hours that must lie between."""

    told: list[Application] = field(default_factory=list)
    lately: list[Application] = field(default_factory=list)

    @property
    def words(self) -> str:
        text = _("%(count)d leaders told: %(names)s.") % {"count": len(self.told), "names": _names(self.told)} if self.told else _("Nobody was told.")
        if self.lately:
            text += " " + _("Not again, as told within the last %(hours)d hours: %(count)d (%(names)s).") % {
                "hours": queries.reminder_hours(), "count": len(self.lately), "names": _names(self.lately)}
        return text


def _names(rows: list[Application], most: int = 8) -> str:
    names = list(dict.fromkeys(row.leader.name for row in rows))
    return "、".join(names[:most]) + ("…" if len(names) > most else "")


@transaction.atomic
def remind_leaders(actor: Any, applications: Iterable[Application]) -> Reminded:
    """Tell the leader of every one of these that is not handed in. The rows are held, so that two administrators who press at
    the same time tell nobody twice; the ledger is the record of who was told when."""
    keys = [row.pk for row in applications]
    rows = list(Application.objects.select_for_update(of=("self",), no_key=True).select_related("leader", "guide").prefetch_related(*queries.TIMES)
                .defer(*queries.BULKY).filter(pk__in=keys).order_by("pk"))
    before, found = queries.reminded_lately(rows), Reminded()
    for row in rows:
        if reason := policies.may_remind(actor, row):
            raise Refused(reason)
        if reason := queries.shut(row):
            raise Refused(reason)
        if row.pk in before:
            found.lately.append(row)
            continue
        note = ledger.record(queries.REMINDED, row, actor, told=row.leader_id)
        _tell(row, note.pk)
        found.told.append(row)
    return found


def _tell(row: Application, event: int) -> None:
    given, window = {"title": row.title or row.ref}, programme.window_for(row.guide, row.created_at)
    body = queries.local(window.closes_at) if window else ""
    notices.tell([row.leader], "application.remind_by_unit", lambda: _("Your unit asks you to hand in: %(title)s") % given,
                 lambda: _("The unit must approve it before %(at)s; hand it in early enough.") % {"at": body},
                 reverse("applications:my:overview", args=[row.ref]), dedupe=f"unit-remind:{event}")


@transaction.atomic
def remind_leader(actor: Any, application: Application) -> Reminded:
    """One application; that it was told lately is a refusal here, as nothing else would happen."""
    found = remind_leaders(actor, [application])
    if found.lately:
        raise Refused(found.words)
    return found
