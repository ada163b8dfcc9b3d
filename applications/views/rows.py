"""Team and partners: a table, and one small page per row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, queries
from applications.forms import MemberForm, PartnerForm
from applications.models import Application
from applications.states import TeamRole
from applications.views import frame
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
            row.id_masked, row.birth_date, row.gender = "", None, ""
    return rows


@access(signed_in)
def team(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    wrong = _wrong(application, queries.TEAM)
    return render(request, "applications/team.html", frame.context(
        application, here=queries.TEAM, title=_("Project team"), members=_masked(application, queries.team_of(application)),
        is_done=bool(application.done.get(queries.TEAM)), limits=application.version.data.get("team") or {},
        errors=[{"text": item.text, "id": item.anchor} for item in wrong],
        wrong={queries.TEAM: len(wrong)} if wrong else None, lead=TeamRole.LEADER,
    ))


@access(signed_in)
def partners(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    wrong = _wrong(application, queries.PARTNERS)
    return render(request, "applications/partners.html", frame.context(
        application, here=queries.PARTNERS, title=_("Partner units"), rows=application.partners.all(),
        is_done=bool(application.done.get(queries.PARTNERS)),
        errors=[{"text": item.text, "id": item.anchor} for item in wrong],
        wrong={queries.PARTNERS: len(wrong)} if wrong else None,
    ))


def _row_page(request: HttpRequest, application: Application, form: Any, part: str, title: str) -> HttpResponse:
    back = frame.url_of(application, part)
    return render(request, "applications/row_form.html", frame.context(
        application, here=part, title=title, form=form, back=back))


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
def member(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    row = _masked(application, [queries.member_for(request.actor, application, pk)])[0]
    form = (MemberForm(request.POST, application=application, member=row) if request.method == "POST"
            else MemberForm(application=application, member=row))
    if request.method == "POST" and form.is_valid() and _act(
        form, lambda: actions.change_member(request.actor, row, **form.cleaned_data)
    ):
        return redirect("applications:my:team", ref)
    return _row_page(request, application, form, queries.TEAM, row.name)


@access(signed_in)
@require_POST
def member_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.TEAM, write=True)
    actions.remove_member(request.actor, queries.member_for(request.actor, application, pk))
    return redirect("applications:my:team", ref)


@access(signed_in)
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
def partner(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    row = queries.partner_for(request.actor, application, pk)
    form = PartnerForm(request.POST) if request.method == "POST" else PartnerForm(partner=row)
    if request.method == "POST" and form.is_valid() and _act(
        form, lambda: actions.change_partner(request.actor, row, **form.cleaned_data)
    ):
        return redirect("applications:my:partners", ref)
    return _row_page(request, application, form, queries.PARTNERS, row.name)


@access(signed_in)
@require_POST
def partner_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.PARTNERS, write=True)
    actions.remove_partner(request.actor, queries.partner_for(request.actor, application, pk))
    return redirect(reverse("applications:my:partners", args=[ref]))
