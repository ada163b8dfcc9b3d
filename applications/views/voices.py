"""The word of others: the bureau's list and record, the desk of the unit that was asked, the applicant's paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import actions, forms, policies, queries, states
from applications.models import Voice
from applications.workflow import VOICE
from core import files
from core.web import lists, steps
from core.web.access import access, signed_in
from core.workflow import Refused


def desk_url(voice: Voice) -> str:
    return reverse("applications:desk:voice", args=[voice.uid])


def unit_url(voice: Voice) -> str:
    return reverse("applications:my:unit_voice", args=[voice.uid])


def my_url(voice: Voice) -> str:
    return reverse("applications:my:voice", args=[voice.uid])


FIELDS = ("application__title", "application__ref", "application__unit__name", "body")


def _columns(url: Any) -> tuple[lists.Col, ...]:
    return (
        lists.Col("application", gettext_lazy("Application"), main=True, link=url, value=lambda row: row.application.title or row.application.ref,
                  sub=lambda row: row.application.ref),
        lists.Col("what", gettext_lazy("What is asked"), value=queries.label_of),
        lists.Col("body", gettext_lazy("Whose word")),
        lists.Col("unit", gettext_lazy("Applicant unit"), value=lambda row: row.application.unit.name),
        lists.Col("asked_at", gettext_lazy("Asked at")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )


class DeskVoices(lists.Listing):
    name = "voices"
    title = gettext_lazy("Words of other bodies")
    search_fields = FIELDS
    columns = _columns(desk_url)
    facets = (lists.Facet("status", gettext_lazy("State"), states.VoiceStatus.choices),
              lists.Facet("gate", gettext_lazy("Asked"), states.Gate.choices))
    empty_title = gettext_lazy("No other body has been asked")


class UnitVoices(lists.Listing):
    name = "unit-voices"
    title = gettext_lazy("Our word is asked")
    search_fields = FIELDS
    columns = _columns(unit_url)
    facets = (lists.Facet("status", gettext_lazy("State"), states.VoiceStatus.choices),)
    empty_title = gettext_lazy("Your unit has not been asked")


@access(policies.may_read_desk)
def desk_voices(request: HttpRequest) -> HttpResponse:
    return lists.page(request, DeskVoices(), queries.voices_on_desk(request.actor))


@access(policies.is_administrator)
def unit_voices(request: HttpRequest) -> HttpResponse:
    return lists.page(request, UnitVoices(), queries.voices_asked_of_units(request.actor))


def _form(request: HttpRequest, row: Voice, *, paper: bool, choice: bool) -> Any:
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return forms.VoiceForm(*given, ask=queries.words_of(row)["ask"], paper=paper, choice=choice)


def _page(request: HttpRequest, row: Voice, form: Any, **more: Any) -> HttpResponse:
    """`form` is None where the person cannot answer now; a faulty one comes back as it was typed."""
    return render(request, "applications/voice.html", {
        "title": queries.label_of(row), "v": row, "a": row.application, "w": queries.words_of(row), "form": form,
        "shown": queries.shown_to_owner(row), "events": queries.history_of_voice(row), **more,
    }, status=422 if form is not None and form.errors else 200)


def _sent(request: HttpRequest, row: Voice, form: Any, act: Any, to: str) -> HttpResponse | None:
    """What was sent is acted on; None when the page is to be shown (again)."""
    if request.method != "POST" or form is None or not form.is_valid():
        return None
    try:
        act(request.actor, row, **form.given())
    except files.BadFile as error:
        form.add_error("upload", str(error))
        return None
    except Refused as error:
        for reason in error.reasons:
            form.add_error(None, reason)
        return None
    messages.success(request, _("Done."))
    return redirect(to)


@access(policies.may_read_desk)
def desk_voice(request: HttpRequest, uid: Any) -> HttpResponse:
    """The record of the bureau; a paper of the applicant is confirmed here."""
    row = queries.voice_at_desk(request.actor, uid)
    may = policies.keeps_voice(request.actor, row) is None
    paper = row.side != states.Side.APPLICANT
    open_now = may and row.status == ("ASKED" if paper else "HANDED_IN")
    form = _form(request, row, paper=paper, choice=True) if open_now else None
    if form is not None and not paper:
        del form.fields["upload"]
    done = _sent(request, row, form, actions.answer_voice, desk_url(row))
    urls = {verb: reverse(f"applications:desk:voice_{verb}", args=[row.uid]) for verb in ("send_back", "reopen")}
    return done or _page(request, row, form, on_record=paper, case=reverse("applications:desk:application", args=[row.application.ref]),
                         buttons=steps.buttons(VOICE, request.actor, row, urls, needs_why=("send_back", "reopen")),
                         crumbs=[(_("Applications"), reverse("applications:desk:list")), (_("Words of other bodies"), reverse("applications:desk:voices")),
                                 (row.application.ref, None)])


@access(policies.is_administrator)
def unit_voice(request: HttpRequest, uid: Any) -> HttpResponse:
    """The unit that was asked sees the bid and answers; no reviewer, no score."""
    row = queries.voice_of_unit(request.actor, uid)
    form = _form(request, row, paper=False, choice=True) if row.status == "ASKED" else None
    done = _sent(request, row, form, actions.answer_voice, unit_url(row))
    return done or _page(request, row, form, crumbs=[(_("Our word is asked"), reverse("applications:my:unit_voices")), (row.application.ref, None)])


@access(signed_in)
def my_voice(request: HttpRequest, uid: Any) -> HttpResponse:
    """The paper that the applicant owes, for example the approval of the ethics committee."""
    row = queries.voice_for(request.actor, uid)
    if policies.hands_in_voice(request.actor, row) or row.side != states.Side.APPLICANT:
        raise Http404
    form = _form(request, row, paper=True, choice=False) if row.status == "ASKED" else None
    done = _sent(request, row, form, actions.hand_in_voice, my_url(row))
    own = policies.is_leader(request.actor, row.application) is None
    case = reverse("applications:my:overview" if own else "applications:my:unit_application", args=[row.application.ref])
    return done or _page(request, row, form, case=case, crumbs=[(_("My applications"), reverse("applications:my:list")), (row.application.ref, case)])


@access(signed_in)
def voice_file(request: HttpRequest, uid: Any) -> HttpResponse:
    """The document, for whoever may see the row; the ledger keeps who opened it."""
    row = queries.voice_for(request.actor, uid)
    if row.file is None:
        raise Http404
    return files.serve(row.file, request.actor, row.ref, inline=True)


send_back = steps.step_view(queries.voice_at_desk, actions.send_back_voice, question=policies.is_checker_desk, to=desk_url, needs_why=True)
reopen = steps.step_view(queries.voice_at_desk, actions.reopen_voice, question=policies.is_checker_desk, to=desk_url, needs_why=True)
