"""What becomes of a text that can no longer be saved, because a right or the time for it ended while somebody wrote: the reason
in words, and the sender's own text to copy. Of the application nothing is shown that the person may not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import actions, policies, queries, rules
from applications.models import Application
from applications.views import frame
from core.web import kept
from core.workflow import Refused

View = Callable[..., HttpResponse]
FRAME = ("csrfmiddlewaretoken", "rev", "bases", "go", "done", "settle", "unsettled", "shown", "digest", "once")


@dataclass(frozen=True)
class Loss:
    """`application` only when the person may still read the part; `form` only says what the boxes were called."""

    reasons: list[str]
    status: int = 409
    application: Application | None = None
    form: queries.Part | None = None


def why(actor: Any, ref: str, section: str) -> Loss | None:
    """None while the part may be written."""
    try:
        application = queries.writer_get(actor, ref, section)
    except Http404:
        return _shut(actor, ref, section)
    part = queries.part_of(application, section)
    try:
        actions.editable(actor, application, section)
    except Refused as error:
        return Loss(error.reasons, application=application, form=part)
    return None


def _shut(actor: Any, ref: str, section: str) -> Loss:
    seat = queries.seat_once(actor, ref)
    if seat is None:
        return Loss([_("There is no such page, or it is not yours to see.")], status=404)
    return Loss([policies.writes_no_more(actor, seat, section)], form=queries.part_of(seat.application, section))


def kept_when_lost(part: str) -> Callable[[View], View]:
    """For pages of rows: a send that comes after the right or the time has ended is answered with its reason and the text."""
    def around(view: View) -> View:
        @wraps(view)
        def asked_first(request: HttpRequest, ref: str, *args: Any, **more: Any) -> HttpResponse:
            if request.method == "POST" and (loss := why(request.actor, ref, part)):
                return page(request, part, loss)
            return view(request, ref, *args, **more)
        return asked_first
    return around


def page(request: HttpRequest, section: str, loss: Loss) -> HttpResponse:
    back = frame.read_url(loss.application, section) if loss.application else reverse("applications:my:list")
    return render(request, "applications/unsaved.html", {
        "reasons": loss.reasons, "texts": _texts(request.POST, loss), "back": back}, status=loss.status)


def late(request: HttpRequest, ref: str, section: str, error: Refused) -> HttpResponse:
    """The act itself refused. A form that is still open comes back with everything in it, unless that is too much to wait."""
    loss = why(request.actor, ref, section)
    if loss is None and kept.fits(request.POST):
        raise error
    return page(request, section, loss or Loss(error.reasons))


def _texts(post: Any, loss: Loss) -> list[tuple[str, str]]:
    """(box, text) of what was sent; where the stored text may be read, only what differs from it."""
    form = loss.form.section if loss.form else None
    if form is None:
        names = [name for name in post if name not in FRAME and not kept.is_secret(name)]
        called = queries.called_in_rows(loss.form.code) if loss.form else {}
        return [(str(called.get(name, "")), queries.row_value_in_words(name, value)) for name in names for value in post.getlist(name) if value.strip()]
    stored = rules.flat(form, loss.application.answers.get(loss.form.code) or {}) if loss.application else {}
    found = [(name, value, queries.shown_value(form, name, value)) for name, value in rules.sent_from(form, post).items()]
    return [(queries.label_of_name(form, name), text) for name, value, text in found if text and stored.get(name) != value]
