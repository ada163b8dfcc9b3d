"""The organiser's desk: batches, the draw, progress, figures, ranking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import money
from core.web import charts, lists, paging, steps
from core.web.access import access
from core.web.access import public as everyone
from programs import queries as programme
from reviews import actions, policies, queries, states
from reviews.forms import CommitForm, DueForm, ExtendForm, ValueForm
from reviews.models import Batch, BatchItem, Draw
from reviews.queries import after
from reviews.workflow import BATCH, DRAW

TONES = {"DRAFT": "warn", "DRAWN": "doing", "INVITING": "doing", "SCORING": "doing", "CLOSED": "warn", "RANKED": "good"}
AT_ONCE = 300  # applications that a press puts under review; more by a job
FLAGS = {"KNOCKOUT": gettext_lazy("Knock-out"), "RANGE": gettext_lazy("Wide range"), "SD": gettext_lazy("Wide deviation")}


#: Candidates of all panels up to which the public page works a draw out again (a fraction of a second); of a larger one the browser of
#: whoever asks does it, so that nobody keeps the portal busy by reloading.
WORKED_OUT = 20_000
CHECKS = {"commitment": gettext_lazy("Commitment of the secret"), "candidates": gettext_lazy("List of candidates"),
          "seed": gettext_lazy("Seed"), "result": gettext_lazy("Result")}


def url_of(row: Batch) -> str:
    return reverse("reviews:desk:batch", args=[row.ref])


def label_of(row: Batch) -> str:
    return str(states.BatchStatus(row.status).label)


class Batches(lists.Listing):
    name = "batches"
    title = gettext_lazy("Reviews")
    search_fields = ("ref", "name", "guide__title")
    columns = (
        lists.Col("name", gettext_lazy("Batch"), main=True, link=url_of, sub=lambda row: row.ref),
        lists.Col("mode", gettext_lazy("Mode"), show=lambda row: row.get_mode_display()),
        lists.Col("panel_size", gettext_lazy("Experts a panel"), kind="num"),
        lists.Col("due_at", gettext_lazy("Scores due"), sort="due"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (label_of(row), TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.BatchStatus.choices),)
    sorts = {"new": "-pk", "due": "due_at", "due_down": "-due_at"}  # noqa: RUF012
    empty_title = gettext_lazy("No review yet")


@access(policies.opens_reviews)
def batch_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Batches(), policies.visible_to(request.actor), template="reviews/batch_list.html",
                      context={"waiting": queries.guides_to_review(request.actor), "actions": [
                          (_("Experts of industry"), reverse("reviews:desk:industry")),
                          *([(_("Review fees"), reverse("reviews:desk:fee_lists"))] if policies.may_read_fees(request.actor) is None else [])]})


@access(policies.is_any_organiser)
@require_POST
def batch_new(request: HttpRequest, guide: str) -> HttpResponse:
    wanted = programme.get_for(request.actor, guide)
    if queries.waiting_for_review(wanted) > AT_ONCE:
        return redirect("job", actions.order_new_batch(request.actor, wanted).uid)
    row = actions.create_batch(request.actor, wanted)
    messages.success(request, _("Batch %(ref)s has been made.") % {"ref": row.ref})
    return redirect(url_of(row))


@access(policies.opens_reviews)
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    progress, draw, panel = queries.progress_of(row), queries.draw_of(row), paging.part(request, queries.panel_of(row), name="experts", anchor="pa",
                                                                                              label=_("Pages of the experts"))
    items = paging.part(request, queries.items_of(row), anchor="it")
    problems = actions.problems_of(row) if row.status in ("CLOSED", "RANKED") else None
    urls = {verb: reverse(f"reviews:desk:{verb}", args=[ref]) for verb in ("invite", "begin", "close", "rank", "reopen")}
    return render(request, "reviews/batch.html", {
        "title": row.name, "batch": row, "label": label_of(row), "tone": TONES[row.status], "draw": draw, "kpis": _kpis(row, progress),
        "buttons": _buttons(request, row, urls, problems), "problems": problems, "due": DueForm(initial={"due_at": row.due_at}), "extend": ExtendForm(initial={"due_at": row.due_at}),
        "may_organise": policies.organises(request.actor, row) is None, "may_draw": policies.draws(request.actor, row) is None,
        "commit": CommitForm(), "recusals": queries.recusal_counts(row), "panel": queries.named_panel(panel), "panel_part": panel,
        "names": policies.sees_names(request.actor, row), "box": _box(row), "calibration": _calibration(row),
        "may_see_pairs": policies.may_read_pool(request.actor) is None,
        "audits": len(queries.audits_wanted(row)) if policies.ranks(request.actor, row) is None else 0,
        "annulled": list(queries.annulled_draws(row)),
        "meetings": list(policies.meetings_visible_to(request.actor).filter(batch=row)), "items": _items(row, items), "items_part": items, "sums": _sums(row),
        "fees": after.fee_list_of(row), "events": queries.history_of(row, draw),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, None)],
    })


def _buttons(request: HttpRequest, row: Batch, urls: dict[str, str], problems: list[str] | None) -> list[dict[str, Any]]:
    shown = steps.buttons(BATCH, request.actor, row, urls, needs_why=("reopen",))
    for one in shown:
        if one["verb"] == "rank":
            one["reasons"] = [*(problems or ()), *actions.gaps_before_rank(row)]
    return shown


def _kpis(row: Batch, progress: dict[str, int]) -> list[dict[str, Any]]:
    flagged = row.items.exclude(flag="").count()
    return [
        {"label": _("Applications under review"), "value": row.items.count()},
        {"label": _("Sheets in"), "value": progress["submitted"], "unit": f"/ {progress['seats']}"},
        {"label": _("Not answered"), "value": progress["invited"], "tone": "warn" if progress["invited"] else ""},
        {"label": _("Declined"), "value": progress["declined"]},
        {"label": _("Scores far apart"), "value": flagged, "tone": "warn" if flagged else ""},
    ]


def _box(row: Batch) -> Any:
    groups = {name: totals for name, totals in queries.totals_by_group(row).items() if len(totals) > 1}
    return charts.box_plot(_("Scores by group"), groups, note=_("boxes are quartiles, the number is the median")) if groups else None


def _calibration(row: Batch) -> Any:
    rows = [(alias, float(mean), count) for alias, mean, count in queries.calibration_of(row)]
    return charts.lollipop(_("How experts differ from their panels"), rows, note=_("mean difference on shared applications")) if rows else None


def _items(row: Batch, shown: Iterable[BatchItem]) -> list[dict[str, Any]]:
    sheets = queries.sheets_in(row)
    return [
        {"i": item, "sheets": sheets.get(item.pk, 0), "flag": str(FLAGS[item.flag]) if item.flag in FLAGS else "", "amount": money.wan(item.amount),
         "outcome": item.get_outcome_display() if item.outcome else "",
         "line": bool(item.rank) and item.outcome != "PROPOSE"}
        for item in shown
    ]


def _sums(row: Batch) -> dict[str, Any]:
    chosen = list(row.items.filter(outcome="PROPOSE").values_list("amount", flat=True))
    return {"count": len(chosen), "most": row.guide.max_projects, "money": money.wan(sum(chosen)),
            "budget": money.wan(row.guide.budget_control)}


@access(policies.is_any_organiser)
@require_POST
def due(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    actions.set_due(request.actor, row, **steps.cleaned(DueForm(request.POST)))
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def extend(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    actions.extend_due(request.actor, row, **steps.cleaned(ExtendForm(request.POST)))
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def audits(request: HttpRequest, ref: str) -> HttpResponse:
    """A special audit for every application of the batch that the guide wants audited."""
    row = queries.get_for(request.actor, ref)
    count = actions.order_audits(request.actor, row)
    messages.success(request, _("Special audits ordered: %(count)d.") % {"count": count})
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def remind(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    messages.success(request, _("%(count)d experts have been reminded.") % {"count": actions.remind(request.actor, row)})
    return redirect(url_of(row))


invite = steps.step_view(queries.get_for, actions.invite, question=policies.is_any_organiser, to=url_of)
begin = steps.step_view(queries.get_for, actions.begin, question=policies.is_any_organiser, to=url_of)
close = steps.step_view(queries.get_for, actions.close_batch, question=policies.is_any_organiser, to=url_of)
rank = steps.step_view(queries.get_for, actions.rank_batch, question=policies.is_any_organiser, to=url_of)
reopen = steps.step_view(queries.get_for, actions.reopen_batch, question=policies.is_any_organiser, to=url_of, needs_why=True)


# --- draw --------------------------------------------------------------------------------------------------------


def draw_url(draw: Draw) -> str:
    return reverse("reviews:desk:draw", args=[draw.uid])


@access(policies.is_any_drawer)
@require_POST
def commit(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    return redirect(draw_url(actions.commit_draw(request.actor, row, **steps.cleaned(CommitForm(request.POST)))))


@access(policies.opens_reviews)
def draw(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_draw(request.actor, uid)
    urls = {verb: reverse(f"reviews:desk:draw_{verb}", args=[uid]) for verb in ("open", "cancel")}
    return render(request, "reviews/draw.html", _draw_context(row) | {
        "form": ValueForm(), "may_enter": row.status == "COMMITTED" and policies.draws(request.actor, row.batch) is None,
        "buttons": steps.buttons(DRAW, request.actor, row, urls, needs_why=("cancel",)), "at_desk": True,
        "events": queries.history_of(row),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (row.batch.ref, url_of(row.batch)), (_("Draw"), None)],
    })


def _draw_context(row: Draw, most: int | None = None) -> dict[str, Any]:
    """`most`: candidates up to which the page itself works the draw out again."""
    size = sum(len(panel.get("odds") or panel["candidates"]) for panel in row.candidates["panels"])
    return {
        "title": _("Draw of experts: %(batch)s") % {"batch": row.batch.name}, "draw": row,
        "label": states.DrawStatus(row.status).label, "check": _checked(row) if most is None or size <= most else [], "checks": CHECKS,
        "annulled": list(queries.annulled_draws(row.batch, row)), "opened": row.status == "OPENED",
        "algorithm": row.candidates.get("algorithm", "keguan-draw-1"),
        "panels": row.result.get("panels", []) if row.status == "OPENED" else [], "experts": len(row.candidates["experts"]),
        "sizes": [(panel["key"], len(panel.get("odds") or panel["candidates"]), panel["seats"]) for panel in row.candidates["panels"]],
    }


def _checked(row: Draw) -> list[tuple[Any, bool]]:
    """What was worked out again, in words; nothing before the draw is opened."""
    if row.status != "OPENED":
        return []
    return [(CHECKS[name], good) for name, good in queries.draw_check(row).items()]


@access(policies.is_any_drawer)
@require_POST
def draw_enter(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_draw(request.actor, uid)
    actions.enter_value(request.actor, row, **steps.cleaned(ValueForm(request.POST)))
    messages.success(request, _("Drawn and sealed. Open the result when the meeting begins."))
    return redirect(draw_url(row))


draw_open = steps.step_view(queries.get_draw, actions.open_draw, question=policies.is_any_drawer, to=draw_url)
draw_cancel = steps.step_view(queries.get_draw, actions.cancel_draw, question=policies.is_any_drawer, to=draw_url, needs_why=True)


@access(everyone)
def receipt(request: HttpRequest, uid: Any) -> HttpResponse:
    """The public side of a draw: what was committed and when, and after opening how to work it out again; codes only."""
    return render(request, "reviews/draw.html", _draw_context(queries.get_receipt(uid), WORKED_OUT) | {
        "at_desk": False, "crumbs": [(_("Draw of experts"), None)]})


def _script(name: str) -> FileResponse:
    return FileResponse((settings.BASE_DIR / "script" / name).open("rb"), content_type="text/x-python; charset=utf-8",
                        as_attachment=True, filename=name)


@access(everyone)
def verify_script(request: HttpRequest) -> HttpResponse:
    """The stand-alone script that works a receipt out again, to be read and run by anybody."""
    return _script("verify_draw.py")


@access(everyone)
def verify_assignment(request: HttpRequest) -> HttpResponse:
    """The same for the certificate of an assignment."""
    return _script("verify_assignment.py")
