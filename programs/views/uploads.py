"""A guide file by screen: send it, read what would come in, say yes. Nothing is a guide before the yes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.web.access import access
from core.web.once import once
from programs import actions, policies, queries
from programs.engine import packages
from programs.forms.review import ConfirmForm, UploadForm
from programs.views.attempt import attempt
from programs.views.editor import desk_url


@access(policies.may_write_guides)
@once
def guide_import(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        raw = file.read(packages.MOST_BYTES + 1)
        if row := attempt(form, actions.read_guide_file, request.actor, name=file.name, raw=raw):
            return redirect("programs:desk:guide_import_check", row.uid)
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Guide from a file"), "back": reverse("programs:desk:guides"), "submit": _("Read the file"),
        "lead": _("A guide that another bureau has exported becomes a draft here. Files of materials do not come along."),
    })


@access(policies.may_write_guides)
@once
def guide_import_check(request: HttpRequest, uid: str) -> HttpResponse:
    """What would come in, clause by clause; the yes makes the draft."""
    row = queries.upload_for(request.actor, uid)
    items = {str(item.pk): item for item in queries.items_without_guide(request.actor)}
    form = ConfirmForm(request.POST or None, items=items.values(), special=row.package["special"])
    if request.method == "POST" and form.is_valid():
        if made := attempt(form, actions.confirm_upload, request.actor, row, items[form.cleaned_data["item"]]):
            messages.success(request, _("The draft %(ref)s has been made from the file.") % {"ref": made.ref})
            return redirect(desk_url(made))
    return render(request, "programs/import_check.html", {
        "title": _("What the file says"), "upload": row, "form": form, "lost": queries.without_files(row.package["data"])[1],
        "groups": queries.by_part(queries.clauses_of(row.package["data"])), "special": queries.special_names([row.package["special"]]),
        "crumbs": [(_("Guide from a file"), reverse("programs:desk:guide_import")), (row.name, None)],
    })
