"""After the review: comments for applicants, evaluation of the experts, fee lists, the share of industry."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.web import charts, export, lists, paging, steps
from core.web.access import access
from core.workflow import Refused
from reviews import actions, policies, queries, states
from reviews.forms.after import CommentsForm, DaysForm, GradeForm
from reviews.models import Batch, FeeList
from reviews.queries import after as reads
from reviews.workflow import FEES

GRADES = {"GOOD": "good", "FAIR": "", "POOR": "bad"}
FEE_TONES = {"DRAFT": "warn", "CONFIRMED": "doing", "PAID": "good"}


def _crumbs(row: Batch, *more: tuple[str, Any]) -> list[tuple[Any, Any]]:
    return [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[row.ref])), *more]


# --- comments for applicants -----------------------------------------------------------------------------------------


@access(policies.is_any_organiser)
def comments(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    items = reads.comment_items(row)
    part, count = paging.part(request, items), items.count()
    return render(request, "reviews/comments.html", {
        "title": _("Comments for applicants"), "batch": row, "items": part, "part": part, "count": count, "done": items.exclude(feedback="").count(),
        "sent": items.exclude(feedback_sent_at=None).exists(), "may_send": row.status == "RANKED" and policies.organises(request.actor, row) is None,
        "crumbs": _crumbs(row, (_("Comments for applicants"), None))})


@access(policies.is_any_organiser)
def comment(request: HttpRequest, ref: str, application: str) -> HttpResponse:
    """The raw comments by alias beside the text that goes out."""
    row = queries.get_for(request.actor, ref)
    item = reads.comment_item(row, application)
    form = CommentsForm(request.POST or None, initial={"text": reads.draft_comments(item)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_comments(request.actor, item, **form.cleaned_data)
        except Refused as refused:
            form.add_error("text", refused.reasons)
        else:
            messages.success(request, _("Saved."))
            return redirect("reviews:desk:comments", ref)
    return render(request, "reviews/comment.html", {
        "title": item.application.title, "batch": row, "item": item, "form": form, "raw": reads.raw_comments(item),
        "crumbs": _crumbs(row, (_("Comments for applicants"), reverse("reviews:desk:comments", args=[ref])), (item.application.ref, None)),
    }, status=422 if form.errors else 200)


@access(policies.is_any_organiser)
@require_POST
def comments_send(request: HttpRequest, ref: str) -> HttpResponse:
    count = actions.send_comments(request.actor, queries.get_for(request.actor, ref))
    messages.success(request, _("Sent to %(count)d applicants.") % {"count": count})
    return redirect("reviews:desk:comments", ref)


def of_application(actor: Any, application: Any) -> tuple[str, dict[str, Any]] | None:
    """On the applicant's page: what the bureau wrote after the review."""
    text = reads.comments_sent(actor, application)
    return ("reviews/_comments.html", {"text": text}) if text else None


# --- experts ---------------------------------------------------------------------------------------------------------


def _merits_page(request: HttpRequest, row: Batch, form: Any = None) -> HttpResponse:
    rows = reads.merits_of(row)
    at = next((place for place, one in enumerate(rows) if form is not None and str(one["expert"].uid) == form.data.get("expert")), None)
    part = paging.part(request, rows, number=0 if at is None else at // paging.SIZE + 1)
    for one in part:
        decided = one["decided"]
        mine = form if form is not None and form.data.get("expert") == str(one["expert"].uid) else None
        one["form"] = mine or GradeForm(auto_id=f"{one['alias']}-%s", initial={
            "expert": one["expert"].uid, "grade": decided.grade if decided else one["grade"], "note": decided.note if decided else ""})
        one["label"], one["tone"] = states.Grade(one["grade"]).label, GRADES[one["grade"]]
    return render(request, "reviews/merits.html", {
        "title": _("Evaluation of the experts"), "batch": row, "rows": list(part), "part": part, "names": policies.sees_names(request.actor, row),
        "may": policies.organises(request.actor, row) is None and row.status in ("CLOSED", "RANKED"), "waiting": sum(one["decided"] is None for one in rows),
        "crumbs": _crumbs(row, (_("Evaluation of the experts"), None))}, status=422 if form is not None else 200)


@access(policies.is_any_organiser)
def merits(request: HttpRequest, ref: str) -> HttpResponse:
    return _merits_page(request, queries.get_for(request.actor, ref))


@access(policies.is_any_organiser)
@require_POST
def merit(request: HttpRequest, ref: str) -> HttpResponse:
    row, form = queries.get_for(request.actor, ref), GradeForm(request.POST)
    if form.is_valid():
        try:
            actions.evaluate(request.actor, row, form.cleaned_data["expert"], grade=form.cleaned_data["grade"], note=form.cleaned_data["note"])
        except Refused as refused:
            form.add_error("note", refused.reasons)
        else:
            messages.success(request, _("Saved."))
            return redirect("reviews:desk:merits", ref)
    return _merits_page(request, row, form)


@access(policies.is_any_organiser)
@require_POST
def merits_rest(request: HttpRequest, ref: str) -> HttpResponse:
    count = actions.evaluate_rest(request.actor, queries.get_for(request.actor, ref))
    messages.success(request, _("Confirmed for %(count)d experts.") % {"count": count})
    return redirect("reviews:desk:merits", ref)


# --- fees ------------------------------------------------------------------------------------------------------------


def fees_url(row: FeeList) -> str:
    return reverse("reviews:desk:fee_list", args=[row.uid])


class FeeLists(lists.Listing):
    name = "fees"
    title = gettext_lazy("Review fees")
    search_fields = ("batch__ref", "batch__name")
    columns = (
        lists.Col("batch", gettext_lazy("Batch"), main=True, link=fees_url, value=lambda row: row.batch.name, sub=lambda row: row.batch.ref),
        lists.Col("people", gettext_lazy("Experts"), kind="num"),
        lists.Col("gross", gettext_lazy("Before tax"), kind="num", unit=gettext_lazy("yuan")),
        lists.Col("tax", gettext_lazy("Income tax withheld"), kind="num", unit=gettext_lazy("yuan")),
        lists.Col("net", gettext_lazy("After tax"), kind="num", unit=gettext_lazy("yuan")),
        lists.Col("confirmed_at", gettext_lazy("Handed to finance")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, FEE_TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.FeeStatus.choices),)
    empty_title = gettext_lazy("No fee list yet")


@access(policies.may_read_fees)
def fee_lists(request: HttpRequest) -> HttpResponse:
    return lists.page(request, FeeLists(), reads.fee_lists(request.actor))


@access(policies.is_any_organiser)
@require_POST
def fees_make(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    made = actions.make_fees(request.actor, row, **steps.cleaned(DaysForm({"days": request.POST.get("days", "1")})))
    return redirect(fees_url(made))


@access(policies.may_read_fees)
def fee_list(request: HttpRequest, uid: Any) -> HttpResponse:
    row = reads.fee_list_for(request.actor, uid)
    lines = reads.lines_of(row)
    urls = {verb: reverse(f"reviews:desk:fees_{verb}", args=[uid]) for verb in ("confirm", "reopen", "reckon", "pay")}
    buttons = steps.buttons(FEES, request.actor, row, urls, needs_why=("reopen",), second=("reopen", "reckon"))
    outdated = row.status == "CONFIRMED" and reads.outdated(row, lines)
    for one in buttons:
        if one["verb"] == "confirm":
            one["reasons"] = FEES.why_not("confirm", request.actor, row, missing=reads.without_account(lines))
        elif one["verb"] == "pay":
            one["reasons"] = FEES.why_not("pay", request.actor, row, unpaid=reads.unpaid_before(row), outdated=outdated)
    return render(request, "reviews/fees.html", {
        "title": _("Fee list %(batch)s") % {"batch": row.batch.ref}, "row": row, "tone": FEE_TONES[row.status], "lines": lines, "sums": reads.fee_sums(lines),
        "monthly": row.rules.get("period") == "MONTH", "earlier": reads.counted_before(row, lines), "outdated": outdated,
        "buttons": buttons, "is_finance": policies.is_finance(request.actor) is None and row.status != "DRAFT", "days": DaysForm(initial={"days": row.days}),
        "may_make": row.status == "DRAFT" and policies.organises(request.actor, row.batch) is None, "events": queries.history_of(row),
        "crumbs": [(_("Review fees"), reverse("reviews:desk:fee_lists")), (row.batch.ref, None)]})


fees_confirm = steps.step_view(reads.fee_list_for, actions.confirm_fees, question=policies.is_any_organiser, to=fees_url)
fees_reopen = steps.step_view(reads.fee_list_for, actions.reopen_fees, question=policies.is_finance, to=fees_url, needs_why=True)
fees_reckon = steps.step_view(reads.fee_list_for, actions.work_out_fees, question=policies.is_finance, to=fees_url)
fees_pay = steps.step_view(reads.fee_list_for, actions.pay_fees, question=policies.is_finance, to=fees_url)


@access(policies.is_finance)
@require_POST
def fees_export(request: HttpRequest, uid: Any) -> HttpResponse:
    """Whole account and identity numbers: a press, not a link, as every export is on record."""
    row = reads.fee_list_for(request.actor, uid)
    body = actions.export_fees(request.actor, row)
    name = _("Fee list %(batch)s") % {"batch": row.batch.ref}
    return HttpResponse(body, content_type=export.MIME_XLSX, headers={
        "Content-Disposition": content_disposition_header(True, f"{name}.xlsx"), "Cache-Control": "private, no-store"})


# --- the share of industry -------------------------------------------------------------------------------------------


@access(policies.is_review_desk)
def industry(request: HttpRequest) -> HttpResponse:
    """Whether firms mark the papers: experts of industry by guide, beside the share the guide asks for."""
    years = reads.years_of_reviews(request.actor)
    year = next((one for one in years if str(one) == request.GET.get("year", "")), None)
    rows = reads.industry_shares(request.actor, year)
    return render(request, "reviews/industry.html", {
        "title": _("Experts of industry"), "rows": rows, "years": years, "year": year,
        "chart": charts.bars(_("Share of industry by guide"), [(one["title"], one["share"]) for one in rows], unit="%", note=_("experts whose sheets count")),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (_("Experts of industry"), None)]})
