"""Team and partners: a table, and one small page per row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, policies, queries
from applications.forms import MemberForm, PartnerForm
from applications.models import Application
from applications.states import TeamRole
from applications.views import frame, lost
from core import files
from core.web import textdiff
from core.web.access import access, signed_in
from core.web.once import once
from core.workflow import Refused


def _wrong(application: Application, part: str) -> list[Any]:
    if not application.done.get(part):
        return []
    return [item for item in queries.check_list(application).wrong if item.part == part]


def _masked(application: Application, rows: list[Any]) -> list[Any]:
    """Identity numbers are shown to a co-author not even masked, nor what follows from them."""
    if getattr(application, "seat", None) is not None:
        for row in rows:
            row.is_masked = bool(row.id_masked)
            row.id_masked, row.birth_date, row.gender = "", None, ""
    return rows


@access(signed_in)
def team(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    wrong = _wrong(application, queries.TEAM)
    return render(request, "applications/team.html", frame.context(
        application, here=queries.TEAM, title=_("Project team"), members=_masked(application, _sealed(queries.team_of(application))),
        is_done=bool(application.done.get(queries.TEAM)), limits=application.version.data.get("team") or {},
        errors=[{"text": item.text, "id": item.anchor} for item in wrong],
        wrong={queries.TEAM: len(wrong)} if wrong else None, lead=TeamRole.LEADER,
    ))


@access(signed_in)
def partners(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    wrong = _wrong(application, queries.PARTNERS)
    return render(request, "applications/partners.html", frame.context(
        application, here=queries.PARTNERS, title=_("Partner units"), rows=_sealed(list(application.partners.all())),
        is_done=bool(application.done.get(queries.PARTNERS)),
        errors=[{"text": item.text, "id": item.anchor} for item in wrong],
        wrong={queries.PARTNERS: len(wrong)} if wrong else None,
    ))


def _row_page(request: HttpRequest, application: Application, form: Any, part: str, title: str, **more: Any) -> HttpResponse:
    back = frame.url_of(application, part)
    return render(request, "applications/row_form.html", frame.context(
        application, here=part, title=title, form=form, back=back, **more))


def _shown(request: HttpRequest) -> dict[str, str] | None:
    return queries.unsealed(request.POST.get("shown", ""))


def _beside(request: HttpRequest, row: Any) -> dict[str, Any]:
    """What somebody else has written since the page was opened, and what the next save rests on."""
    fresh = type(row).objects.filter(pk=row.pk).first() or row
    moves = [{"label": one["label"], "sides": textdiff.compare(one["old"], one["new"])} for one in queries.told_moves(fresh, _shown(request))]
    return {"shown": queries.seal(fresh), "moves": moves}


def _sealed(rows: list[Any]) -> list[Any]:
    for row in rows:
        row.shown = queries.seal(row)
    return rows


def _gone(request: HttpRequest, application: Application, form: Any, part: str, add: str) -> HttpResponse:
    """Saved after somebody has removed the row: what was typed stays, and a second save adds it anew."""
    if form.is_valid():
        form.add_error(None, _("Somebody has removed this row meanwhile. Your text is kept here; save once more to add it anew."))
    return _row_page(request, application, form, part, str(form.data.get("name", "")), post_to=reverse(f"applications:my:{add}", args=[application.ref]))


def _remove(request: HttpRequest, application: Application, act: Any, row: Any, part: str) -> HttpResponse:
    """A row that somebody has changed since is not removed unseen: the answer shows what was changed, and asks again."""
    try:
        act(request.actor, row, shown=_shown(request))
    except Refused as error:
        beside = _beside(request, row)
        if beside["moves"]:
            return render(request, "applications/row_changed.html", frame.context(
                application, here=part, title=row.name, reasons=error.reasons, back=frame.url_of(application, part), **beside), status=409)
        for reason in error.reasons:
            messages.error(request, reason)
    return redirect(frame.url_of(application, part))


def _act(form: Any, act: Any) -> bool:
    """Do it; a refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        act()
    except Refused as error:
        for reason in error.reasons:
            form.add_error(None, reason)
        return False
    return True


@access(signed_in)
@lost.kept_when_lost(queries.TEAM)
@once
def member_add(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    form = MemberForm(request.POST or None, application=application)
    if request.method == "POST" and form.is_valid() and _act(
        form, lambda: actions.add_member(request.actor, application, **form.cleaned_data)
    ):
        messages.success(request, _("%(name)s has been added.") % {"name": form.cleaned_data["name"]})
        return redirect("applications:my:team", ref)
    return _row_page(request, application, form, queries.TEAM, _("Add a member"))


@access(signed_in)
@lost.kept_when_lost(queries.TEAM)
def member(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    posted = request.method == "POST"
    if posted and not application.team.filter(pk=pk).exists():
        return _gone(request, application, MemberForm(request.POST, application=application), queries.TEAM, "member_add")
    row = queries.member_for(request.actor, application, pk)
    closed = policies.may_change_member(request.actor, application, row)
    form = MemberForm(*([request.POST] if posted else []), application=application, member=_masked(application, [row])[0])
    if posted and form.is_valid() and _act(
        form, lambda: actions.change_member(request.actor, row, shown=_shown(request), **form.cleaned_data)
    ):
        return redirect("applications:my:team", ref)
    if closed:
        form.close()
    return _row_page(request, application, form, queries.TEAM, row.name, closed=closed, **_beside(request, row))


@access(signed_in)
@require_POST
@lost.kept_when_lost(queries.TEAM)
def member_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    return _remove(request, application, actions.remove_member, queries.member_for(request.actor, application, pk), queries.TEAM)


@access(signed_in)
@lost.kept_when_lost(queries.PARTNERS)
@once
def partner_add(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    form = PartnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _act(
        form, lambda: actions.add_partner(request.actor, application, **form.cleaned_data)
    ):
        messages.success(request, _("%(name)s has been added.") % {"name": form.cleaned_data["name"]})
        return redirect("applications:my:partners", ref)
    return _row_page(request, application, form, queries.PARTNERS, _("Add a partner"))


@access(signed_in)
@lost.kept_when_lost(queries.PARTNERS)
def partner(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    posted = request.method == "POST"
    if posted and not application.partners.filter(pk=pk).exists():
        return _gone(request, application, PartnerForm(request.POST), queries.PARTNERS, "partner_add")
    row = queries.partner_for(request.actor, application, pk)
    form = PartnerForm(request.POST) if posted else PartnerForm(partner=row)
    if posted and form.is_valid() and _act(
        form, lambda: actions.change_partner(request.actor, row, shown=_shown(request), **form.cleaned_data)
    ):
        return redirect("applications:my:partners", ref)
    return _row_page(request, application, form, queries.PARTNERS, row.name, **_beside(request, row))


@access(signed_in)
@require_POST
@lost.kept_when_lost(queries.PARTNERS)
def partner_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    return _remove(request, application, actions.remove_partner, queries.partner_for(request.actor, application, pk), queries.PARTNERS)


@access(signed_in)
@lost.kept_when_lost(queries.TEAM)
def member_letter(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The signed consent of a member without an account: sent as a scan, or taken away again."""
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    row, problem = queries.member_for(request.actor, application, pk), ""
    row.application = application
    if request.method == "POST":
        try:
            if request.POST.get("remove") == "1":
                actions.detach_letter(request.actor, row)
            else:
                actions.attach_letter(request.actor, row, upload=_sent_file(request))
            return redirect("applications:my:team", ref)
        except files.BadFile as error:
            problem = str(error)
        except Refused as error:
            problem = " ".join(error.reasons)
    return render(request, "applications/letter.html", frame.context(
        application, here=queries.TEAM, title=_("Signed letter of %(name)s") % {"name": row.name}, row=row, problem=problem,
        back=frame.url_of(application, queries.TEAM)), status=422 if problem else 200)


def _sent_file(request: HttpRequest) -> Any:
    upload = request.FILES.get("file")
    if upload is None:
        raise files.BadFile(_("Choose a file first."))
    return upload


@access(signed_in)
def member_letter_file(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """For who writes the team, for the unit that answers for it, and for whoever may see the whole application."""
    application = queries.papers_get(request.actor, ref, queries.TEAM)
    row = queries.member_for(request.actor, application, pk)
    if row.letter is None:
        raise Http404
    return files.serve(row.letter, request.actor, application.ref, inline=request.GET.get("inline") == "1")
