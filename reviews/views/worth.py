"""What a ranking is worth: intervals, strictness, agreement, the line; and the list of disagreements with its extra expert."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.policies import system
from core import files, typed
from core.web import charts, export, paging, steps
from core.web.access import access
from core.workflow import Refused
from reviews import actions, policies, queries, states
from reviews.forms import CommitForm, ValueForm
from reviews.models import Analysis, Batch
from reviews.views.desk import FLAGS

SHOWN = 40  # rows of the picture: those around the line; the table has all
COLUMNS = (
    export.Column("application", gettext_lazy("Application"), gettext_lazy("Number of the application")),
    export.Column("title", gettext_lazy("Title")), export.Column("rank", gettext_lazy("Official rank")),
    export.Column("mean", gettext_lazy("Mean"), gettext_lazy("by the rules of the batch")),
    export.Column("low", gettext_lazy("Rank from"), gettext_lazy("90 % interval")), export.Column("high", gettext_lazy("Rank to"), gettext_lazy("90 % interval")),
    export.Column("inside", gettext_lazy("Chance inside the line")), export.Column("near", gettext_lazy("Near the line")),
    export.Column("change", gettext_lazy("Smallest change that turns the decision"), gettext_lazy("points of one sheet")),
    export.Column("expert", gettext_lazy("on the sheet of")),
)


def _crumbs(row: Batch, name: str) -> list[tuple[str, str | None]]:
    return [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[row.ref])), (name, None)]


def rows_of(row: Batch, found: Analysis) -> list[dict[str, Any]]:
    """One line for each application in the order of the official mean."""
    data, lines = found.data, []
    for item in queries.items_of(row):
        key = str(item.pk)
        flip = data["flips"].get(key) or {}
        interval = data["intervals"].get(key)
        lines.append({"i": item, "interval": interval, "chance": f"{interval['inside']:.0%}" if interval else "", "near": item.pk in data["near"], "chosen": item.pk in data["chosen"],
                      "change": f"{Decimal(flip['change']):+}" if flip else "", "expert": flip.get("expert", "")})
    lines.sort(key=lambda one: (one["i"].mean is None, -(one["i"].mean or 0), -(one["i"].tie or 0)))
    for place, one in enumerate(lines, 1):
        one["rank"] = one["i"].rank or (place if one["i"].mean is not None else None)
    return lines


def _picture(lines: list[dict[str, Any]], cut: int) -> Any:
    shown = [one for one in lines if one["interval"]]
    start = max(0, min(cut - SHOWN // 2, len(shown) - SHOWN))
    rows = [(one["i"].application.ref.partition("-")[2], one["interval"]["low"], one["interval"]["middle"], one["interval"]["high"], one["near"])
            for one in shown[start : start + SHOWN]]
    return charts.intervals(_("Ranks with their 90 % intervals"), rows, top=len(shown), cut=cut,
                            note=_("squares are near the line, the dashed line is where number and money end"))


def _changes(row: Batch, found: Analysis) -> list[dict[str, Any]]:
    """Who comes in or falls out when something is left out, in words."""
    refs = dict(row.items.values_list("pk", "application__ref"))
    said = [(_("without expert %(who)s") % {"who": one["expert"]}, one) for one in found.data["left_out"]["experts"]]
    said += [(_("without the sheet of %(who)s on %(ref)s") % {"who": one["expert"], "ref": refs.get(one["item"], "")}, one)
             for one in found.data["left_out"]["sheets"]]
    said += [(_("when no highest and lowest sheet is dropped"), one) for one in found.data["left_out"]["plain"]]
    return [{"what": what, "in": "、".join(refs.get(pk, "") for pk in one["in"]), "out": "、".join(refs.get(pk, "") for pk in one["out"])}
            for what, one in said]


def _kpis(found: Analysis) -> list[dict[str, Any]]:
    data = found.data
    return [
        {"label": _("Agreement of experts (alpha)"), "value": "—" if data["alpha"] is None else data["alpha"]},
        {"label": _("Share of applications in the spread"), "value": f"{data['shares'][0]:.0%}" if data["shares"] else "—"},
        {"label": _("Share of experts in the spread"), "value": f"{data['shares'][1]:.0%}" if data["shares"] else "—"},
        {"label": _("Inside number and money"), "value": len(data["chosen"])},
        {"label": _("Near the line"), "value": len(data["near"]), "tone": "warn" if data["near"] else ""},
    ]


def _line(request: HttpRequest, row: Batch, found: Analysis) -> dict[str, Any]:
    """The draw near the line: what is committed, drawn and worked out again, and the form of whoever may act."""
    draw, may = queries.line_draw_of(row), policies.draws(request.actor, row) is None
    current = draw is not None and draw.analysis_id == found.pk
    return {
        "line": draw, "agrees": bool(draw and draw.order) and queries.line_draw_agrees(draw),
        "commit": CommitForm() if may and not current and len(found.data["near"]) > 1 else None,
        "value": ValueForm() if may and draw is not None and draw.status == "COMMITTED" else None,
    }


@access(policies.is_any_drawer)
@require_POST
def line_commit(request: HttpRequest, ref: str) -> HttpResponse:
    actions.commit_line(request.actor, queries.get_for(request.actor, ref), **steps.cleaned(CommitForm(request.POST)))
    messages.success(request, _("Committed. Enter the public value when it is known."))
    return redirect("reviews:desk:analysis", ref)


@access(policies.is_any_drawer)
@require_POST
def line_enter(request: HttpRequest, ref: str) -> HttpResponse:
    draw = queries.line_draw_of(queries.get_for(request.actor, ref))
    if draw is None:
        raise Http404
    actions.enter_line(request.actor, draw, **steps.cleaned(ValueForm(request.POST)))
    messages.success(request, _("Drawn."))
    return redirect("reviews:desk:analysis", ref)


@access(policies.is_review_desk)
def analysis(request: HttpRequest, ref: str) -> HttpResponse:
    """Advice beside the official order, which it never changes."""
    row = queries.get_for(request.actor, ref)
    found = queries.analysis_of(row)
    context = {"title": _("What the ranking is worth"), "batch": row, "found": found, "crumbs": _crumbs(row, _("What the ranking is worth"))}
    if found is not None:
        lines = rows_of(row, found)
        groups = {name: totals for name, totals in queries.totals_by_group(row).items() if totals}
        context |= {
            "kpis": _kpis(found), "rows": lines, "picture": _picture(lines, len(found.data["chosen"])), "changes": _changes(row, found),
            "experts": found.data["experts"], "calibration": charts.lollipop(
                _("How strict experts are"), [(one["expert"], one["mean"], one["count"]) for one in found.data["experts"]],
                note=_("points above or below the others on equal quality")),
            "box": charts.box_plot(_("Scores by group"), groups, note=_("boxes are quartiles, the number is the median")),
            "stale": found.sheets_sha256 != actions.sheets_digest(row), **_line(request, row, found),
        }
    return render(request, "reviews/analysis.html", context)


@access(policies.is_review_desk)
def analysis_table(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    found = queries.analysis_of(row)
    if found is None:
        raise Http404
    lines = [(one["i"].application.ref, one["i"].application.title, one["rank"] or "", one["i"].mean, *(
        (one["interval"]["low"], one["interval"]["high"], str(one["interval"]["inside"])) if one["interval"] else ("", "", "")),
        one["near"], one["change"], one["expert"]) for one in rows_of(row, found)]
    data = export.to_xlsx(COLUMNS, lines, title=_("What the ranking is worth"), source=f"{row.ref} {found.sha256}")
    return HttpResponse(data, content_type=files.MIMES["xlsx"], headers={
        "Content-Disposition": content_disposition_header(True, f"{row.ref}-worth.xlsx"), "Cache-Control": "private, no-store"})


@access(policies.is_review_desk)
def disagreements(request: HttpRequest, ref: str) -> HttpResponse:
    """Applications whose sheets lie far apart by the rule of the batch, while scoring runs and afterwards."""
    row = queries.get_for(request.actor, ref)
    totals, seats, lines = queries.totals_of(row), queries.waiting_seats(row), []
    figures = actions.figures_of(row)
    flagged = [pk for pk, one in figures.items() if one.flag]
    for item in queries.items_of(row).filter(pk__in=flagged):
        one = figures[item.pk]
        if one.flag and not seats[item.pk]["open"]:
            points = totals.get(item.pk, [])
            lines.append({"i": item, "flag": FLAGS[one.flag], "spread": one.spread, "deviation": one.deviation, "sheets": points,
                          "dots": charts.dots([total for _alias, total in points], low=min([50, *(int(total) // 10 * 10 for _alias, total in points)])), "alternates": seats[item.pk]["alternates"],
                          "extra": one.flag != "KNOCKOUT"})
    lines.sort(key=lambda one: -one["spread"])
    part = paging.part(request, lines)
    return render(request, "reviews/disagreements.html", {
        "title": _("Large disagreements"), "batch": row, "rows": list(part), "part": part, "running": row.status in ("INVITING", "SCORING"),
        "may_organise": policies.organises(request.actor, row) is None, "crumbs": _crumbs(row, _("Large disagreements")),
    })


@access(policies.is_any_organiser)
@require_POST
def extra(request: HttpRequest, ref: str, item: int) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    seat = actions.extra_expert(request.actor, row, queries.get_item(row, item), why=request.POST.get("why", "").strip())
    messages.success(request, _("%(who)s has been invited as an extra expert.") % {"who": seat.alias})
    return redirect("reviews:desk:disagreements", ref)


# --- copies of a double-blind review ---------------------------------------------------------------------------------


@access(policies.is_any_organiser)
def blind_copies(request: HttpRequest, ref: str) -> HttpResponse:
    """What experts will read: the organiser looks through the copies and hides what no rule finds."""
    row = queries.get_for(request.actor, ref)
    if row.blind != states.Blind.DOUBLE:
        raise Http404
    if request.method == "POST":
        item = queries.get_item(row, typed.whole(request.POST.get("item", "")) or 0)
        words = request.POST.get("words", "").replace("，", "\n").replace(",", "\n").replace("、", "\n").split("\n")
        actions.hide_words(request.actor, item, words=words)
        messages.success(request, _("Saved. The copy is made anew."))
        return redirect(f"{reverse('reviews:desk:blind_copies', args=[ref])}?{request.GET.urlencode()}".rstrip("?"))
    part = paging.part(request, queries.items_of(row), 25)
    return render(request, "reviews/blind_copies.html", {
        "title": _("Copies without names"), "batch": row, "rows": list(part), "part": part, "open": row.status not in ("CLOSED", "RANKED"),
        "crumbs": _crumbs(row, _("Copies without names"))})


@access(policies.is_any_organiser)
def blind_copy(request: HttpRequest, ref: str, item: int) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    if reason := policies.organises(request.actor, row):
        raise Refused(reason)
    made = actions.make_copy(system("print"), queries.get_item(row, item))
    if made.blind_pdf is None:
        raise Http404
    return files.serve(made.blind_pdf, request.actor, row.ref, inline=True)
