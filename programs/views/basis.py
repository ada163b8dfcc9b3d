"""The policy basis at the desk and for the public: replacing, the text as a file, what runs out."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import files
from core.web.access import access, public
from core.web.once import once
from programs import actions, policies, queries
from programs.forms.basis import ReplaceForm, TextFileForm
from programs.views.attempt import attempt
from programs.views.plans import policy_url


@access(policies.is_staff)
def policy_warnings(request: HttpRequest) -> HttpResponse:
    """Documents that run out and open guides that lose their basis before their close (clause R13)."""
    return render(request, "programs/policy_warnings.html", {
        "title": _("Basis that runs out"), "documents": queries.expiring_documents(), "guides": queries.guides_losing_basis(),
        "days": queries.warn_days(), "crumbs": [(_("Policy documents"), reverse("programs:desk:policies")), (_("Basis that runs out"), None)],
    })


@access(policies.is_planner)
def policy_replace(request: HttpRequest, number: str) -> HttpResponse:
    document = queries.get_document(request.actor, number)
    form = ReplaceForm(request.POST or None, documents=queries.replacement_choices(request.actor, document))
    if request.method == "POST" and form.is_valid():
        new = queries.get_document(request.actor, form.cleaned_data["by"])
        if attempt(form, actions.replace_policy, request.actor, document, by=new):
            messages.success(request, _("The document ends with the day before the new one begins."))
            return redirect(policy_url(document))
    return _form(request, form, _("Replaced by another document"), policy_url(document))


@access(policies.is_planner)
@once
def policy_attach(request: HttpRequest, number: str) -> HttpResponse:
    document = queries.get_document(request.actor, number)
    form = TextFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.attach_text(request.actor, document, upload=form.cleaned_data["file"])
            messages.success(request, _("The file is kept; the public may download it."))
            return redirect(policy_url(document))
        except files.BadFile as error:
            form.add_error("file", str(error))
    return _form(request, form, _("The text as a file"), policy_url(document))


def _form(request: HttpRequest, form: forms.Form, title: str, back: str) -> HttpResponse:
    return render(request, "st/form_page.html", {"form": form, "title": title, "back": back}, status=422 if form.errors else 200)


@access(public)
def policy_file(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever may see the document may have its file; drafts are the bureau's own."""
    document = queries.get_document(request.actor, number)
    if document.file is None:
        raise Http404
    return files.serve(document.file, request.actor, document.number)
