"""The word of others on an application: asked by the system, answered by who was asked or put on record by the bureau."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.states import OrganisationStatus
from applications import policies
from applications.models import Application, Voice
from applications.states import Side
from applications.workflow import VOICE, ask_of
from core import clock, files, ledger
from core.models import StoredFile
from core.workflow import Refused
from notices import actions as notices
from programs.engine import voices

KINDS = ("pdf", "jpg", "png")


@transaction.atomic
def ask_voices(actor: Any, application: Application, gates: tuple[str, ...], *, round: int = 1) -> list[Voice]:
    """One row per word the guide asks for at these gates; what was asked before is left alone. Tells the registered owner
    or, of a paper that is owed, the applicant. Records applications.voice.ask per new row."""
    known = set(Voice.objects.filter(application=application, round=round).values_list("code", flat=True))
    made = []
    for ask in voices.asks(application.version.data, application.answers):
        if ask.gate in gates and ask.code not in known:
            unit = Organisation.objects.filter(uscc=ask.uscc, status=OrganisationStatus.VERIFIED).first() if ask.uscc else None
            row = Voice.objects.create(application=application, code=ask.code, round=round, gate=ask.gate, side=ask.side,
                                       body=ask.body or (unit.name if unit else ""), organisation=unit, asked_at=clock.now())
            ledger.record("applications.voice.ask", row, actor, body=row.body, application=application.ref)
            _tell(row)
            made.append(row)
    return made


def words(row: Voice) -> tuple[str, str]:
    """Name and question of what is asked, in the reader's language."""
    ask = ask_of(row)
    return (ask.label, ask.question) if ask else (row.code, "")


def _tell(row: Voice) -> None:
    application = row.application
    if row.organisation_id:
        notices.tell(
            [row.organisation], "application.voice",
            lambda: _("Your unit is asked for its word: %(title)s") % {"title": application.title or application.ref},
            lambda: words(row)[1], reverse("applications:my:unit_voice", args=[row.uid]), dedupe=f"voice:{row.pk}", statutory=True)
    elif row.side == Side.APPLICANT:
        notices.tell(
            [application.leader, application.unit], "application.voice",
            lambda: _("Hand in “%(label)s” before the award: %(title)s") % {"label": words(row)[0], "title": application.title or application.ref},
            "", reverse("applications:my:voice", args=[row.uid]), dedupe=f"voice:{row.pk}", statutory=True)


def _kept(actor: Any, upload: Any) -> StoredFile | None:
    """The paper, checked and stored before any row is held. Raises core.files.BadFile."""
    return files.store(upload, actor=actor, kinds=KINDS, max_bytes=settings.UPLOAD_LIMIT_BYTES) if upload else None


def hand_in_voice(actor: Any, voice: Voice, *, decided_on: date, number: str, text: str = "", upload: Any = None) -> Voice:
    """ASKED -> HANDED_IN by the applicant: day, number and paper of the committee's decision. Raises Refused and BadFile."""
    if reason := policies.hands_in_voice(actor, voice):
        raise Refused(reason)
    return _answer("hand_in", actor, voice, file=_kept(actor, upload), decided_on=decided_on, number=number, text=text, figures={})


def answer_voice(actor: Any, voice: Voice, *, agree: bool, decided_on: date | None = None, number: str = "", text: str = "",
                 figures: Mapping[str, Decimal] | None = None, upload: Any = None) -> Voice:
    """-> AGREED or DECLINED by the unit that was asked, today; or by the division on record, with the day, the number and
    the paper. A paper of the applicant is confirmed as it was handed in. Figures are yuan and shares 0 to 1. Raises Refused
    with every reason, and BadFile."""
    if reason := policies.gives_voice(actor, voice):
        raise Refused(reason)
    verb = "agree" if agree else "decline"
    if voice.side == Side.APPLICANT:
        return _confirm(verb, actor, voice, text=text)
    ask = ask_of(voice)
    asked = {one.code for one in ask.figures} if ask else set()
    told = {code: str(value) for code, value in (figures or {}).items() if code in asked and value is not None}
    on_record = not policies.speaks_for(actor, voice)
    return _answer(verb, actor, voice, file=_kept(actor, upload), decided_on=decided_on if on_record else clock.today(), number=number,
                   text=text, figures=told, on_record=on_record)


@transaction.atomic
def _answer(verb: str, actor: Any, voice: Voice, *, on_record: bool = True, file: StoredFile | None, **given: Any) -> Voice:
    columns = {**given, "number": given["number"].strip()[:80], "text": given["text"].strip(), "file": file,
               "answered_by": actor.person, "answered_at": clock.now()}
    return _moved(VOICE.move(verb, actor, voice, why=columns["text"], on_record=on_record, columns=columns, data=_told(
        voice.body, columns["decided_on"], columns["number"], columns["figures"], file)))


@transaction.atomic
def _confirm(verb: str, actor: Any, voice: Voice, *, text: str) -> Voice:
    row = _lock(voice)
    columns = {"text": text.strip() or row.text, "confirmed_by": actor.person, "confirmed_at": clock.now()}
    return _moved(VOICE.move(verb, actor, row, why=columns["text"], columns=columns, data=_told_of(row)))


def _told_of(row: Voice) -> dict[str, Any]:
    return _told(row.body, row.decided_on, row.number, row.figures, row.file)


def _told(body: str, decided_on: date | None, number: str, figures: Mapping[str, str], file: StoredFile | None) -> dict[str, Any]:
    """What the ledger keeps of an answer."""
    return {"body": body, "decided_on": str(decided_on or ""), "number": number, "figures": dict(figures), "sha256": file.sha256 if file else ""}


def send_back_voice(actor: Any, voice: Voice, *, why: str) -> Voice:
    """HANDED_IN -> ASKED with the reason; the applicant hears of it."""
    row = _moved(VOICE.move("send_back", actor, voice, why=why, reason=why))
    application = row.application
    notices.tell(
        [application.leader, application.unit], "application.voice",
        lambda: _("A document was sent back: %(title)s") % {"title": application.title or application.ref}, why,
        reverse("applications:my:voice", args=[row.uid]), dedupe=f"voice:{row.pk}:back:{clock.now():%Y%m%d%H%M%S}", statutory=True)
    return row


@transaction.atomic
def reopen_voice(actor: Any, voice: Voice, *, why: str) -> Voice:
    """AGREED or DECLINED -> ASKED with the reason, until somebody has decided on it; the ledger keeps what was said."""
    row = VOICE.move("reopen", actor, voice, why=why, reason=why, data={"was": voice.status, **_told_of(voice)},
                     columns={"confirmed_by": None, "confirmed_at": None})
    return _moved(row)


def _lock(voice: Voice) -> Voice:
    return Voice.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "application__guide__special__plan", "application__version", "file").get(pk=voice.pk)


def _moved(row: Voice) -> Voice:
    row.refresh_from_db()
    return row
