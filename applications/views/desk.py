"""The formality desk: lists with figures, one application with its check list, correction, refusal, many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from applications import actions, forms, policies, queries, rules, states
from applications.models import Application
from applications.states import Status
from applications.workflow import APPLICATION
from core import files
from core.web import charts, lists, steps
from core.web.access import access
from programs import queries as programme


def url_of(application: Application) -> str:
    return reverse("applications:desk:application", args=[application.ref])


def found_words(row: Application) -> str:
    """What the rules found, in a few words; nothing for what is decided."""
    if row.status != Status.SUBMITTED:
        return ""
    if row.looked is None:
        return _("not looked at yet")
    parts = [(row.failed, _("%(n)d not met")), (row.human, _("%(n)d to look at")), (row.twice, _("%(n)d alike"))]
    said = [words % {"n": count} for count, words in parts if count]
    return "、".join([*said, *([_("corrected")] if row.answered else [])]) or _("Nothing found")


MANY = (
    lists.Bulk(gettext_lazy("Accept those in order"), reverse_lazy("applications:desk:bulk_accept")),
    lists.Bulk(gettext_lazy("Ask for correction"), reverse_lazy("applications:desk:bulk_ask")),
    lists.Bulk(gettext_lazy("Refuse"), reverse_lazy("applications:desk:bulk_refuse")),
)


class DeskApplications(lists.Listing):
    name = "applications"
    title = gettext_lazy("Applications")
    search_column = "search"
    keywords = {"区": "unit__region__icontains", "单位": "unit__name__icontains", "编号": "ref__icontains"}  # noqa: RUF012
    columns = (
        lists.Col("ref", gettext_lazy("Application number"), export_only=True),
        lists.Col("title", gettext_lazy("Application"), main=True, link=url_of, sub=lambda row: row.ref),
        lists.Col("found", gettext_lazy("What the rules found"), value=found_words, sub=lambda row: row.with_name if row.status in states.AT_CHECK else ""),
        lists.Col("unit", gettext_lazy("Applicant unit"), value=lambda row: row.unit.name, sub=lambda row: row.leader.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name, export_only=True),
        lists.Col("with", gettext_lazy("Handed over to"), value=lambda row: row.with_name or "", export_only=True),
        lists.Col("guide", gettext_lazy("Guide"), value=lambda row: row.guide.ref),
        lists.Col("requested", gettext_lazy("Requested, 10,000 yuan"), kind="money", sort="money"),
        lists.Col("submitted_at", gettext_lazy("Submitted at"), sort="time"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (
        lists.Facet("found", gettext_lazy("What the rules found"), [(key, label) for key, (label, _q) in queries.FINDINGS.items()],
                    apply=queries.with_finding),
        lists.Facet("status", gettext_lazy("State"), states.Status.choices),
        lists.Facet("guide__year", gettext_lazy("Year"), programme.year_choices),
    )
    sorts = {  # noqa: RUF012
        "turn": "turn", "new": "-pk", "time": "submitted_at", "time_down": "-submitted_at", "money": "requested", "money_down": "-requested"}
    sort_labels = {"turn": gettext_lazy("What the rules found first"), "new": pgettext_lazy("application", "Newest first"),  # noqa: RUF012
                   "time": gettext_lazy("Submitted first")}

    def __init__(self, actor: Any) -> None:
        """Who checks has the acts on many, and the facet of what lies in the own hands."""
        if policies.is_checker_desk(actor) is None:
            hands = [("mine", gettext_lazy("To be decided by me")), ("handed", gettext_lazy("Handed over"))]
            self.facets = (*self.facets, lists.Facet("hands", gettext_lazy("In whose hands"), hands,
                                                     apply=lambda rows, value: queries.in_hands(actor, rows, value)))
            self.bulk = MANY if policies.is_giver(actor) else (*MANY, lists.Bulk(
                gettext_lazy("Hand over"), reverse_lazy("applications:desk:handover_new")))

    def may_choose(self, row: Application) -> bool:
        return row.status == Status.SUBMITTED

    hint = gettext_lazy("For example 单位:大学 or 编号:ZDCY-2026")
    empty_title = gettext_lazy("No application has been submitted yet")


def _ways(request: HttpRequest) -> list[tuple[str, str]]:
    """Where to go from the queue; first to the one whose turn it is."""
    first = queries.next_to_check(request.actor) if policies.is_checker_desk(request.actor) is None else None
    return [
        *([(_("Check next"), url_of(first))] if first else []),
        (_("Duplicate check"), reverse("applications:desk:duplicates")), (_("Words of other bodies"), reverse("applications:desk:voices")),
        (_("Handovers"), reverse("applications:desk:handovers")), (_("Statistics"), reverse("applications:desk:statistics")),
        *([(_("Old projects"), reverse("applications:desk:old_projects"))] if policies.may_read_old(request.actor) is None else []),
    ]


def _figures(request: HttpRequest) -> dict[str, Any]:
    rows = queries.desk_guides(request.actor)
    count = {key: sum(row[key] for row in rows) for key in ("waiting", "correcting", "accepted", "refused", "total")}
    kpis = [
        {"label": pgettext("application", "To be checked"), "value": count["waiting"], "link": f"?status={Status.SUBMITTED}", "tone": "warn" if count["waiting"] else ""},
        {"label": _("Correction asked"), "value": count["correcting"], "link": f"?status={Status.CORRECTION}"},
        {"label": pgettext("application", "Accepted"), "value": count["accepted"]}, {"label": _("Refused"), "value": count["refused"]},
    ]
    reasons = [(row["label"], row["count"]) for row in queries.reason_statistics(request.actor)]
    return {
        "kpis": kpis, "actions": _ways(request),
        "chart": charts.bars(_("Submitted applications by guide"), [(row["guide__ref"], row["total"]) for row in rows[:8]],
                             note=_("number; the latest %(count)d guides") % {"count": 8} if len(rows) > 8 else _("number")),
        "reasons": charts.bars(_("Reasons of refusal"), reasons, note=_("number")),
    }


@access(policies.may_read_desk)
def desk_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, DeskApplications(request.actor), queries.desk_queue(request.actor), template="applications/desk_list.html",
                      context=_figures(request))


def _inspections(request: HttpRequest, row: Application, failed: tuple[int, Any] | None) -> dict[str, Any]:
    """What has been ordered and found, the forms of open reports, and what may be ordered now."""
    found = list(queries.inspections_of(row))
    may_file = policies.is_organiser(request.actor, row) is None and row.status in (Status.SITE_VISIT, Status.SPECIAL_AUDIT)
    for one in found:
        if one.filed_at is None and may_file:
            one.form = failed[1] if failed and failed[0] == one.pk else forms.InspectionForm(prefix=f"i{one.pk}")
    urls = {verb: reverse(f"applications:desk:{verb}", args=[row.ref]) for verb in ("visit", "audit")}
    orders = [one for one in steps.buttons(APPLICATION, request.actor, row, urls, needs_why=("visit", "audit"))
              if not APPLICATION.why_not(one["verb"], request.actor, row)]
    return {"inspections": found, "orders": orders}


def _page(request: HttpRequest, row: Application, ask: Any = None, refuse: Any = None,
          report: tuple[int, Any] | None = None, typed: dict[str, tuple[str, str]] | None = None) -> HttpResponse:
    parts = queries.parts_of(row)
    check = queries.open_check(row)
    results = {item.code: item for item in check.items.all()} if check else {}
    may = policies.is_checker(request.actor, row) is None and row.status == Status.SUBMITTED
    kept = {code: (one.result, one.note) for code, one in results.items()} | (typed or {})
    bare = rules.unexplained(typed or {})
    items = [
        {"code": item["code"], "text": item["text"], "result": kept.get(item["code"], ("", ""))[0],
         "note": kept.get(item["code"], ("", ""))[1], "bare": item["code"] in bare}
        for item in row.version.data.get("formality_items") or []
    ]
    twice = queries.duplicates_of(request.actor, row)
    for one in twice:
        one.percent = f"{(one.share if one.application_id == row.pk else one.other_share) * 100:.0f}%"
    return render(request, "applications/desk_page.html", {
        "following": queries.next_to_check(request.actor, row) if policies.is_checker_desk(request.actor) is None else None,
        "hits": queries.hits_on(row), "holder": policies.holder_of(row) if row.status in states.AT_CHECK else None,
        "twice": twice, "compared": queries.compared_text(row), "may_compare": policies.is_checker(request.actor, row) is None,
        "title": row.title, "a": row, "d": queries.open_dossier(request.actor, row) | {"look": "applications:desk:look"}, "check": check, "items": items, "may_check": may,
        "results": states.ItemResult.choices, "ask": ask or forms.AskCorrectionForm(parts=parts), "refuse": refuse or forms.RefuseForm(),
        "faulty": report[1] if report else None, "consents": queries.consents_of(row), "words": queries.said(request.actor, row), **_inspections(request, row, report),
        "rounds": [one for one in queries.checks_of(row) if one.outcome], "events": queries.events_for_desk(row),
        "pdf": reverse("applications:my:paper", args=[row.ref, "application"]) + "?inline=1" if row.pdf else "",
        "crumbs": [(_("Applications"), reverse("applications:desk:list")), (row.ref, None)],
    }, status=422 if ask or refuse or report or typed else 200)


@access(policies.may_read_desk)
def application(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, queries.desk_get(request.actor, ref))


@access(policies.is_checker_desk)
@require_POST
def open_check(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.desk_get(request.actor, ref)
    actions.open_check(request.actor, row)
    return redirect(url_of(row))


@access(policies.is_checker_desk)
@require_POST
def tick(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.desk_get(request.actor, ref)
    check = actions.open_check(request.actor, row)
    codes = [item["code"] for item in row.version.data.get("formality_items") or []]
    results = {code: (request.POST.get(f"r-{code}", ""), request.POST.get(f"n-{code}", "")) for code in codes}
    if rules.unexplained(results):
        return _page(request, row, typed=results)
    actions.tick(request.actor, check, results=results)
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


accept = steps.step_view(queries.desk_get, actions.accept, question=policies.is_checker_desk, to=url_of,
                         done=gettext_lazy("Accepted; the applicant is told. It waits for its review."))


@access(policies.is_checker_desk)
@require_POST
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.desk_get(request.actor, ref)
    form = forms.AskCorrectionForm(request.POST, parts=queries.parts_of(row))
    if not form.is_valid():
        return _page(request, row, ask=form)
    moved = actions.ask_correction(request.actor, row, sections=form.cleaned_data["sections"])
    messages.success(request, _("The notice has been issued; the answer is due on %(at)s.") % {"at": queries.local(moved.correction_due_at)})
    return redirect(url_of(row))


@access(policies.is_checker_desk)
@require_POST
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    row, form = queries.desk_get(request.actor, ref), forms.RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refuse=form)
    actions.refuse(request.actor, row, **form.cleaned_data)
    messages.success(request, _("The application has been refused and the notice issued."))
    return redirect(url_of(row))


visit = steps.step_view(queries.desk_get, actions.order_visit, question=policies.is_checker_desk, to=url_of)
audit = steps.step_view(queries.desk_get, actions.order_audit, question=policies.is_checker_desk, to=url_of)


@access(policies.is_checker_desk)
@require_POST
def inspection(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The report of a visit or audit; a faulty form comes back as it was typed."""
    row = queries.desk_get(request.actor, ref)
    one = queries.inspection_for(request.actor, row, pk)
    form = forms.InspectionForm(request.POST, request.FILES, prefix=f"i{one.pk}")
    if form.is_valid():
        try:
            actions.file_inspection(request.actor, one, **form.cleaned_data)
        except files.BadFile as error:
            form.add_error("upload", str(error))
        else:
            messages.success(request, _("The report is filed."))
            return redirect(url_of(row))
    return _page(request, row, report=(one.pk, form))


@access(policies.may_read_desk)
def inspection_file(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The report, for whoever may see the application at the desk; the ledger keeps who opened it."""
    row = queries.desk_get(request.actor, ref)
    one = queries.inspection_for(request.actor, row, pk)
    if one.file is None:
        raise Http404
    return files.serve(one.file, request.actor, row.ref, inline=True)

