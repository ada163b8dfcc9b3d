"""Taking over the texts and materials of an own earlier application, after a look at what would be filled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import actions, policies, queries, states
from applications.models import Application
from applications.views import frame
from core import typed
from core.web import textdiff
from core.web.access import access, signed_in


def grouped(offers: list[queries.Offer]) -> list[dict[str, Any]]:
    """By part, each with its difference: for offers.html."""
    found: dict[str, dict[str, Any]] = {}
    for one in offers:
        group = found.setdefault(one.part, {"title": one.title, "rows": []})
        group["rows"].append({"offer": one, "changes": [{"label": one.label, "sides": textdiff.compare(one.old, one.new)}]})
    return list(found.values())


def told(request: HttpRequest, taken: actions.Taken, *, with_files: bool = False) -> None:
    if taken.fields or taken.files:
        given = {"fields": taken.fields, "files": taken.files}
        messages.success(request, (_("Taken over: %(fields)d fields, %(files)d files.") if with_files else _("Taken over: %(fields)d fields.")) % given)
    elif not taken.left:
        messages.error(request, _("Nothing was chosen, so nothing has been taken over."))
    if taken.left:
        messages.error(request, _("Not taken over, because somebody changed it meanwhile: %(labels)s") % {"labels": "、".join(taken.left)})


def _writable(request: HttpRequest, ref: str) -> Application:
    """A co-author takes over from the own earlier applications, into the parts that are shared for writing."""
    application = queries.writer_get(request.actor, ref)
    parts = (part.code for part in queries.parts_of(application))
    if application.status not in states.EDITABLE or all(policies.may_write(request.actor, application, code) for code in parts):
        raise Http404
    return application


@access(signed_in)
def take_over(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose an earlier application, look, tick, take. `part` limits it to one section."""
    application, only = _writable(request, ref), request.GET.get("part", "")
    rows = queries.earlier_of(request.actor, application)
    earlier = rows.filter(ref=request.GET.get("from", "")).first()
    if earlier is None:
        return render(request, "applications/take_choose.html", frame.context(
            application, here="take", title=_("Take over from an earlier application"), rows=rows[:50], only=only))
    offers, files = queries.offers_from(request.actor, application, earlier, only), []
    if not only and policies.may_write(request.actor, application, queries.FILES) is None:
        files = queries.file_offers(application, earlier, actions.limit_of)
    if request.method == "POST":
        return _take(request, application, earlier, offers)
    return render(request, "applications/take_over.html", frame.context(
        application, here="take", title=_("Take over from an earlier application"), earlier=earlier, files=files,
        groups=grouped([one for one in offers if not one.problem]), misfits=[one for one in offers if one.problem],
        back=reverse("applications:my:take_over", args=[ref])))


def _take(request: HttpRequest, application: Application, earlier: Application, offers: list[queries.Offer]) -> HttpResponse:
    keys = set(request.POST.getlist("take"))
    base = typed.whole(request.POST.get("rev", ""))
    taken = actions.take_offers(request.actor, application, [one for one in offers if one.key in keys],
                                base=application.rev if base is None else base)
    taken.files = actions.take_files(request.actor, application, earlier, request.POST.getlist("file")) if request.POST.get("file") else 0
    told(request, taken, with_files=True)
    if not (keys or request.POST.getlist("file")):
        return redirect(request.get_full_path())
    return redirect("applications:my:overview", application.ref)
