"""Who approves for the unit besides its administrators: give the right for a time, end it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import actions, forms, policies, queries
from core.web import steps
from core.web.access import access
from core.workflow import Refused


@access(policies.is_administrator)
def deputies(request: HttpRequest) -> HttpResponse:
    form = forms.DeputyForm(request.POST or None, people=queries.may_be_deputies(request.actor), guides=queries.guides_now())
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("unit", "person", "guide", "since", "until")}
        try:
            actions.appoint_deputy(request.actor, **given)
        except Refused as error:
            for reason in error.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("%(name)s may approve from %(since)s to %(until)s and has been told.") % {
                "name": given["person"].name, "since": given["since"], "until": given["until"]})
            return redirect("applications:my:deputies")
    return render(request, "applications/deputies.html", {
        "title": _("Who approves for the unit"), "form": form, "rows": queries.deputies(request.actor),
        "crumbs": [(_("Applications of the unit"), reverse("applications:my:unit_list")), (_("Who approves for the unit"), None)],
    }, status=422 if form.is_bound else 200)


deputy_end = steps.step_view(queries.deputy_for, actions.end_deputy, question=policies.is_administrator,
                             to=lambda row: reverse("applications:my:deputies"))
