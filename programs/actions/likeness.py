"""Comparing the needs of a call with each other: asked for at the desk and at the close, worked out by a job, kept with the call."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import jobs, ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies
from programs.models import TopicCall
from programs.queries import likeness

KIND = "programs.likeness"
LONGEST = "60s"  # of the one query; likeness is advice, and nothing else waits for it


@transaction.atomic
def ask_comparison(actor: Any, call: TopicCall) -> Any:
    """Queue the comparison as a job; returns the job."""
    if reason := policies.owns_call(actor, call):
        raise Refused([reason])
    return queue_comparison(actor, call)


def queue_comparison(actor: Any, call: TopicCall) -> Any:
    return jobs.start(KIND, actor, {"call": call.pk}, _("Topics that look alike: %(title)s") % {"title": call.title})


@transaction.atomic
def compare_needs(actor: Any, call: TopicCall) -> int:
    """Find the needs of the call that look alike and keep them with it; how many pairs. Records programs.topic_call.compare."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [LONGEST])
        found = likeness.all_pairs(call)
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    TopicCall.objects.filter(pk=call.pk).update(alike=found, compared_at=CoreNow())
    ledger.record("programs.topic_call.compare", call, actor, pairs=len(found))
    return len(found)
