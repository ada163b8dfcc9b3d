"""Heavy work that the resource division switches off in the last hour before a close."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import pauses
from core.models import Pause
from core.web.access import access
from core.web.once import once
from core.workflow import Refused
from portal import actions, policies
from portal.forms import PauseForm


@access(policies.may_pause)
@once
def page(request: HttpRequest) -> HttpResponse:
    """What is off now, the switch, and what was off before."""
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.switch_off(request.actor, values["kind"], ends_at=values["ends_at"], why=values["why"])
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Switched off."))
            return redirect("portal:desk:pauses")
    return render(request, "portal/pauses.html", {
        "title": _("Switches for the last hour"), "form": form, "off": pauses.running(), "before": Pause.objects.all()[:20],
        "crumbs": [(_("Workbench"), reverse("portal:desk:home")), (_("Switches for the last hour"), None)],
    }, status=422 if form.errors else 200)


@access(policies.may_pause)
@require_POST
def switch_on(request: HttpRequest, pk: int) -> HttpResponse:
    actions.switch_on(request.actor, get_object_or_404(Pause, pk=pk))
    messages.success(request, _("Switched on."))
    return redirect("portal:desk:pauses")
