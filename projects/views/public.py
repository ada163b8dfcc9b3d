"""What everybody sees: public notices with the objection form, awarded projects."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, files
from core.money import wan
from core.web import lists
from core.web.access import access
from core.web.access import public as everyone
from core.web.once import once
from programs import queries as programme
from projects import actions, policies, queries
from projects.forms import ObjectionForm


@access(everyone)
def notices(request: HttpRequest) -> HttpResponse:
    rows = policies.publicities_visible_to(request.actor).exclude(status="PREPARED")
    now = clock.now()
    return render(request, "projects/notices.html", {
        "title": _("Public notices"), "running": [r for r in rows if r.status == "OPEN" and r.closes_at > now],
        "over": [r for r in rows if r.status == "CLOSED" or r.closes_at <= now][:30], "crumbs": [(_("Public notices"), None)]})


@access(everyone)
@once
def notice(request: HttpRequest, ref: str) -> HttpResponse:
    """The list, the time that is left, and the objection form; a refused scan is said beside its field."""
    row = queries.get_publicity(request.actor, ref)
    items = list(queries.items_of(row.proposal, selected=True))
    is_open = row.status == "OPEN" and row.opens_at <= clock.now() < row.closes_at
    form = ObjectionForm(request.POST or None, request.FILES or None, items=items)
    filed = None
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            filed = actions.file_objection(request.actor, row, upload=data.pop("scan"), **data)
        except files.BadFile as error:
            form.add_error("scan", str(error))
    return render(request, "projects/notice.html", {
        "title": row.document.title if row.document else row.proposal.guide.title, "notice": row, "items": items, "is_open": is_open,
        "form": form, "filed": filed, "total": wan(sum(item.amount for item in items)),
        "crumbs": [(_("Public notices"), None), (ref, None)]}, status=422 if form.errors else 200)


class Awards(lists.Listing):
    name = "awards"
    title = gettext_lazy("Awarded projects")
    search_column = "search"
    columns = (
        lists.Col("title", gettext_lazy("Project"), main=True, sub=lambda row: row.number),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.special.label),
        lists.Col("amount", gettext_lazy("Money, 10,000 yuan"), kind="num", sort="money", show=lambda row: wan(row.amount)),
        lists.Col("awarded_at", gettext_lazy("Awarded")),
    )
    facets = (lists.Facet("guide__year", gettext_lazy("Year"), programme.year_choices),)
    sorts = {"new": "-pk", "money": "amount", "money_down": "-amount"}  # noqa: RUF012
    empty_title = gettext_lazy("No project has been awarded yet")


@access(everyone)
def awards(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Awards(), queries.public_projects(), context={"crumbs": [(_("Awarded projects"), None)]})
