"""Beside the making of a guide: comments of the staff, and the legality and fair-competition check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies, queries, rules
from programs.actions.turns import hand_over
from programs.models import Guide, GuideComment, LegalOpinion
from programs.workflow import COMMENT, GUIDE, law_basis


@transaction.atomic
def comment_guide(
    actor: Any, guide: Guide, *, part: str, text: str, clause: str = "", must_settle: bool = False
) -> GuideComment:
    """A remark on a part of a guide or on one clause of it. Records programs.guide.comment.

    With `must_settle` the guide cannot be approved before the remark is settled.
    """
    reasons = [policies.may_comment(actor, guide)]
    clauses = {(row.part, row.code) for row in queries.clauses_of(guide.version.data)} if guide.version else set()
    if part not in {row[0] for row in clauses} | set(queries.part_codes()):
        reasons.append(_("“%(part)s” is not a part of a guide.") % {"part": part})
    elif clause and (part, clause) not in clauses:
        reasons.append(_("“%(clause)s” is not a clause of this part.") % {"clause": clause})
    if not text.strip():
        reasons.append(_("Write the comment."))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    row = GuideComment.objects.create(
        guide=guide, version=guide.version, part=part, clause=clause, text=text.strip(), must_settle=must_settle, author=actor.person
    )
    ledger.record("programs.guide.comment", guide, actor, why=row.text, part=part, clause=clause, must_settle=must_settle)
    return row


@transaction.atomic
def answer_comment(actor: Any, comment: GuideComment, *, answer: str) -> GuideComment:
    """OPEN -> ANSWERED by the division in charge, with what was changed or why nothing is."""
    GuideComment.objects.filter(pk=comment.pk).update(answer=answer.strip())
    row = COMMENT.move("answer", actor, comment, why=answer, answer=answer)
    GuideComment.objects.filter(pk=row.pk).update(answered_by=actor.person, answered_at=CoreNow())
    row.refresh_from_db()
    return row


@transaction.atomic
def settle_comment(actor: Any, comment: GuideComment) -> GuideComment:
    """-> RESOLVED by who made the remark, or by the resource division."""
    row = COMMENT.move("settle", actor, comment)
    GuideComment.objects.filter(pk=row.pk).update(resolved_by=actor.person, resolved_at=CoreNow())
    row.refresh_from_db()
    return row


@transaction.atomic
def reopen_comment(actor: Any, comment: GuideComment, *, why: str) -> GuideComment:
    """ANSWERED or RESOLVED -> OPEN with a reason: the answer did not settle it."""
    row = COMMENT.move("reopen", actor, comment, why=why, reason=why)
    GuideComment.objects.filter(pk=row.pk).update(resolved_by=None, resolved_at=None)
    row.refresh_from_db()
    return row


@transaction.atomic
def check_guide_law(
    actor: Any, guide: Guide, *, passed: bool, text: str, answers: Mapping[str, tuple[bool | None, str]]
) -> LegalOpinion:
    """File the opinion on the present version: `answers` are {code of the point: (yes or no, note)}.

    The state stays LEGAL_REVIEW; a favourable opinion lets the leader approve. Each filing is a row of its own. The leaders
    are told, or after an unfavourable one the resource division, which returns the guide.
    """
    points = queries.legal_points()
    items = [(point.label, *answers.get(point.code, (None, ""))) for point in points]
    row = GUIDE.move("check_law", actor, guide, why=text, opinion=rules.Opinion(items, passed, text), data={"passed": passed})
    opinion = LegalOpinion.objects.create(
        guide=row, version=row.version, text=text.strip(), passed=passed, basis=law_basis(row), by=actor.person,
        items=[
            {"code": point.code, "group": point.group, "text": point.name, "text_en": point.name_en, "basis": point.source,
             "ok": ok, "note": note.strip()}
            for point, (_label, ok, note) in zip(points, items, strict=True)
        ],
    )
    hand_over(actor, row)
    return opinion
