"""Thin verbs for the floors above, which decide; here only the state moves, with its ledger row."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts import actions as accounts
from applications.actions.filing import lock
from applications.models import Application
from applications.workflow import APPLICATION
from core import clock


def put_in_review(actor: Any, application: Application) -> Application:
    """ACCEPTED -> IN_REVIEW."""
    return APPLICATION.move("put_in_review", actor, application)


def close_review(actor: Any, application: Application) -> Application:
    """IN_REVIEW -> REVIEWED."""
    return APPLICATION.move("close_review", actor, application)


def rank(actor: Any, application: Application) -> Application:
    """-> RANKED from the review, the visit or the audit; by the system from ACCEPTED where there is no review."""
    without_experts = (application.version.data.get("review") or {}).get("mode") == "FORMAL"
    verb = "rank_directly" if without_experts and actor.is_system else "rank"
    return APPLICATION.move(verb, actor, application)


def propose(actor: Any, application: Application) -> Application:
    """RANKED -> PROPOSED."""
    return APPLICATION.move("propose", actor, application)


def publicise(actor: Any, application: Application) -> Application:
    """PROPOSED -> PUBLICITY."""
    return APPLICATION.move("publicise", actor, application)


def hold(actor: Any, application: Application, *, why: str = "") -> Application:
    """PUBLICITY -> OBJECTION_HOLD."""
    return APPLICATION.move("hold", actor, application, why=why)


def release_hold(actor: Any, application: Application, *, why: str = "") -> Application:
    """OBJECTION_HOLD -> PUBLICITY."""
    return APPLICATION.move("release_hold", actor, application, why=why)


@transaction.atomic
def award(actor: Any, application: Application) -> Application:
    """PUBLICITY (or PROPOSED, in guides without public notice) -> AWARDED. The engagement as applicant ends; the
    project's own begins on the floor above."""
    row = lock(application)
    verb = "award_directly" if row.status == "PROPOSED" else "award"
    moved = APPLICATION.move(verb, actor, row)
    accounts.disengage(actor, moved, state="AWARDED", ends=clock.today())
    return moved


def not_select(actor: Any, application: Application, reason_code: str, text: str) -> Application:
    """RANKED -> NOT_SELECTED with a reason code and a text for the applicant."""
    return end_with_reason("not_select", actor, application, reason_code, text)


def reject(actor: Any, application: Application, reason_code: str, text: str) -> Application:
    """OBJECTION_HOLD -> REJECTED with a reason code and a text."""
    return end_with_reason("reject", actor, application, reason_code, text)


@transaction.atomic
def end_with_reason(verb: str, actor: Any, application: Application, reason_code: str, text: str) -> Application:
    row = APPLICATION.move(
        verb, actor, application, why=text, reason_code=reason_code, text=text, data={"reason_code": reason_code},
        columns={"refusal_code": reason_code, "refusal_text": text.strip()},
    )
    accounts.disengage(actor, row, state="ENDED", ends=clock.today())
    row.refresh_from_db()
    return row
