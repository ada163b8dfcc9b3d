"""A corrected guide takes its applications along (更正重发, clause R3): nothing written is lost, nobody becomes late.

What was not submitted goes on as a draft of the corrected guide. What was submitted stays submitted, as it was filed and by
the text it was filed under; until the close its leader may take it back and file by the corrected text. What experts have
already been given stays with the guide they were given it under.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import states
from applications.actions.clockwork import AT_ONCE
from applications.actions.filing import lock, take_text_of
from applications.models import Application
from applications.states import Status
from applications.workflow import APPLICATION
from core import ledger
from programs import queries as programme
from programs.models import Guide, Topic

WITH_OTHERS = (Status.UNIT_PENDING, Status.RECOMMEND_PENDING)


def follow_guide(actor: Any, guide: Guide, *, limit: int = AT_ONCE) -> int:
    """Bring up to `limit` applications from the guide that `guide` corrects; returns how many. Re-entrant; only the system."""
    if guide.supersedes_id is None:
        return 0
    rows = Application.objects.filter(guide=guide.supersedes_id, status__in=states.FOLLOWING).order_by("pk")[:limit]
    return sum(1 for row in rows if follow(actor, row, guide))


@transaction.atomic
def follow(actor: Any, application: Application, guide: Guide) -> Application:
    """Bring one application under the corrected guide. What waited with the unit or the recommending body becomes a draft
    again, because they had read the old text. Records applications.application.follow with the parts to look at again."""
    row = lock(application)
    if row.guide_id != guide.supersedes_id or row.status not in states.FOLLOWING:
        return row
    old = row.guide
    if row.status in WITH_OTHERS:
        row = APPLICATION.move("give_back", actor, row, why=_("The guide was corrected."))
        row.version = programme.kept_version_of(row.version_id)
    again = take_text_of(row, guide) if row.status in states.BEFORE_SUBMISSION else []
    Application.objects.filter(pk=row.pk).update(guide=guide, topic=topic_under(row, guide) or row.topic_id)
    ledger.record("applications.application.follow", row, actor, guide=guide.ref, before=old.ref, again=again)
    row.refresh_from_db()
    return row


def topic_under(row: Application, guide: Guide) -> int | None:
    """The topic of the same code, if the corrected guide still has it."""
    if row.topic is None:
        return None
    return Topic.objects.filter(guide=guide, code=row.topic.code).values_list("pk", flat=True).first()
