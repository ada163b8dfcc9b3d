"""The desk of assignments: can the batch be done, groups, plans and what they cost, panels with reasons, moves, tables, proof."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import files, typed
from core.web import charts, export, lists, paging, steps
from core.web.access import access
from core.workflow import Refused
from reviews import actions, documents, policies, queries, states
from reviews.forms import CommitForm, GroupSizeForm, PlanForm, TableForm
from reviews.models import Batch, Plan
from reviews.workflow import PLAN

TONES = {"RUNNING": "doing", "READY": "warn", "APPLIED": "good", "FAILED": "bad", "DISCARDED": ""}
MILLION = 1_000_000
FEW = 30  # groups that are chosen from a list; more are typed, with suggestions
LOOKED_AT = 500  # panels that are looked at for the page; the act itself looks at all. Above, applying and tables are jobs
BLOCKS = {"discipline": gettext_lazy("Discipline"), "cluster": gettext_lazy("Cluster"), "keyword": gettext_lazy("Keywords"),
          "text": gettext_lazy("Words of the text")}
STEPS = (gettext_lazy("Best affinity"), gettext_lazy("A little balance"), gettext_lazy("Much balance"), gettext_lazy("As even as it can be"))


def affinity(millionths: int | None) -> str:
    return "—" if millionths is None else f"{millionths / MILLION:,.3f}"


def url_of(row: Plan) -> str:
    return reverse("reviews:desk:plan", args=[row.uid])


def planning_url(row: Batch) -> str:
    return reverse("reviews:desk:planning", args=[row.ref])


def _crumbs(row: Batch, *more: tuple[Any, Any]) -> list[tuple[Any, Any]]:
    return [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[row.ref])), *more]


# --- before: supply and demand, groups ----------------------------------------------------------------------------


@access(policies.is_review_desk)
def planning(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    ratio = int(row.rules.get("draw_ratio") or 0)
    usual = 1 if row.mode == states.Mode.PANEL else row.rules["load"]
    return render(request, "reviews/planning.html", {
        "title": _("Assignment of experts: %(name)s") % {"name": row.name}, "batch": row, "supply": queries.supply(row), "ratio": ratio,
        "plans": [(one, _plan_line(one), TONES[one.status]) for one in queries.plans_of(row)[:20]],
        "may_run": policies.draws(request.actor, row) is None and row.status == "DRAFT",
        "form": PlanForm(initial={"load": usual, "scale": max(1, ratio), "balance": 0, "economy_min": 0}),
        "crumbs": _crumbs(row, (_("Assignment of experts"), None)),
    })


def _plan_line(one: Plan) -> str:
    if not one.figures:
        return ""
    return _("%(filled)d of %(seats)d seats, affinity %(affinity)s") % {
        "filled": one.figures["filled"], "seats": one.figures["seats"], "affinity": affinity(one.figures["affinity"])}


@access(policies.is_any_drawer)
@require_POST
def plan_run(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    job = actions.order_plan(request.actor, row, **steps.cleaned(PlanForm(request.POST)))
    return redirect("job", job.uid)


@access(policies.is_any_organiser)
def groups(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    if request.method == "POST":
        wanted = {pk: value.strip().upper()[:8] for name, value in request.POST.items() if name.startswith("g-") and value and (pk := typed.whole(name[2:])) is not None}
        actions.set_groups(request.actor, row, of_item=wanted)
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('reviews:desk:groups', args=[ref])}?{request.GET.urlencode()}".rstrip("?"))
    codes = [group["code"] for group in row.groups]
    new = next(code for number in range(1, 1000) if (code := f"G{number:02d}") not in codes)
    items = queries.items_of(row).order_by("group", "application__ref")
    if words := request.GET.get("q", "").strip()[:100]:
        items = items.filter(Q(group__iexact=words) | Q(application__ref__icontains=words) | Q(application__title__icontains=words))
    return render(request, "reviews/groups.html", {
        "title": _("Groups of %(ref)s") % {"ref": row.ref}, "batch": row, "part": paging.part(request, items), "q": words, "few": len(codes) < FEW,
        "codes": [*codes, new], "new": new, "form": GroupSizeForm(initial={"most": row.rules["load"]}),
        "may_group": policies.groups(request.actor, row) is None, "crumbs": _crumbs(row, (_("Groups"), None)),
    })


@access(policies.is_any_organiser)
@require_POST
def groups_propose(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    return redirect("job", actions.order_groups(request.actor, row, **steps.cleaned(GroupSizeForm(request.POST))).uid)


# --- a plan -------------------------------------------------------------------------------------------------------


class Panels(lists.Listing):
    """Applications with who sits there; one query more for the rows of a page."""

    name = "panels"
    title = gettext_lazy("Seats of every application")
    search_fields = ("application__ref", "application__title", "group")
    columns = (
        lists.Col("title", gettext_lazy("Application"), main=True, value=lambda row: row.application.title,
                  link=lambda row: reverse("reviews:desk:plan_panel", args=[row.plan.uid, row.panel]), sub=lambda row: row.application.ref),
        lists.Col("group", gettext_lazy("Group")),
        lists.Col("experts", gettext_lazy("Experts"), value=lambda row: "、".join(row.codes) or "—"),
        lists.Col("affinity", gettext_lazy("Affinity"), kind="num", value=lambda row: affinity(row.near)),
        lists.Col("held", gettext_lazy("Locked"), kind="num", value=lambda row: row.held),
    )
    sorts = {"ref": "application__ref"}  # noqa: RUF012

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def key(self, row: Any) -> str:
        return str(row.application.ref)

    def prepare(self, rows: list[Any]) -> None:
        for row in rows:
            row.plan, row.panel = self.plan, row.group if self.plan.batch.mode == states.Mode.PANEL else row.application.ref
            row.codes, row.near, row.held = [], 0, 0
        found: dict[str, list[Any]] = {}
        wanted = self.plan.items.filter(seat=True) if self.plan.kind == states.PlanKind.OPTIMUM else self.plan.items.filter(
            code__in={code for panel in self.plan.data.get("panels", ()) for code in panel["odds"]})
        odds = {panel["key"]: panel["odds"] for panel in self.plan.data.get("panels", ())}
        for panel, *item in wanted.filter(panel__in={row.panel for row in rows}).values_list("panel", "code", "affinity", "locked"):
            if panel not in odds or item[0] in odds[panel]:
                found.setdefault(panel, []).append(item)
        for row in rows:
            for code, near, held in found.get(row.panel, ()):
                row.codes.append(code)
                row.near, row.held = row.near + near, row.held + held


@access(policies.is_review_desk)
def plan(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    urls = {verb: reverse(f"reviews:desk:plan_{verb}", args=[uid]) for verb in ("apply", "undo", "discard")}
    works = policies.works_plan(request.actor, row) is None
    return lists.page(request, Panels(row), row.batch.items.filter(withdrawn=False).select_related("application"), template="reviews/plan.html", context={
        "title": _("Plan of %(ref)s") % {"ref": row.batch.ref}, "plan": row, "label": states.PlanStatus(row.status).label, "tone": TONES[row.status],
        "kpis": _kpis(row), "steps": _steps(row), "shortage": _shortage(row), "works": works, "buttons": _buttons(request, row, urls),
        "proposal": _proposal(row) if works else None, "table": TableForm(), "may_move": works and row.status == "READY" and row.kind == "OPTIMUM",
        "commit": CommitForm() if works and row.kind == "LOTTERY" and row.status == "READY" else None, "events": queries.history_of(row),
        "gap": _gap(row), "large": _is_large(row), "crumbs": _crumbs(row.batch, (_("Assignment of experts"), planning_url(row.batch)), (_("Assignment plan"), None)),
    })


def _is_large(row: Plan) -> bool:
    return int(row.figures.get("panels", 0)) > LOOKED_AT


def _buttons(request: HttpRequest, row: Plan, urls: dict[str, str]) -> list[dict[str, Any]]:
    shown = steps.buttons(PLAN, request.actor, row, urls, needs_why=("undo",), second=("discard",))
    shown = [one for one in shown if one["verb"] != "apply" or row.kind == "OPTIMUM"]
    for one in shown:
        if one["verb"] == "apply":  # the job looks at all seats of a large one
            one["reasons"] = PLAN.why_not("apply", request.actor, row, problems=[] if _is_large(row) else actions.problems_of_plan(row))
    return shown


def _kpis(row: Plan) -> list[dict[str, Any]]:
    told = row.figures
    if not told:
        return []
    empty = told["seats"] - told["filled"]
    return [
        {"label": _("Seats filled"), "value": told["filled"], "unit": f"/ {told['seats']}", "tone": "bad" if empty else ""},
        {"label": _("Affinity together"), "value": affinity(told["affinity"])},
        {"label": _("Worst-served panel"), "value": affinity(told["least"])},
        {"label": _("Most seats of one expert"), "value": told["load_max"]},
        {"label": _("Experts without a seat"), "value": told["idle"], "unit": f"/ {told['experts']}"},
    ]


def _steps(row: Plan) -> list[dict[str, Any]]:
    """Each step of the slider with its measured price against the first."""
    first = row.steps[0]["affinity"] if row.steps else 0
    return [
        {"label": STEPS[one["balance"]] if one["scale"] == 1 else _("Lottery 1:%(scale)d") % {"scale": one["scale"]},
         "affinity": affinity(one["affinity"]), "price": f"{100 * (first - one['affinity']) / first:.1f} %" if first else "—",
         "load": one.get("load_max", "—"), "idle": one.get("idle", "—"), "filled": f"{one['filled']} / {one['seats']}",
         "params": one, "economy": row.params["minimum"].get("ECONOMY", 0), "chosen": (one["balance"], one["scale"]) == (row.params["balance"] if one["scale"] == 1 else 0, row.params["scale"])}
        for one in row.steps
    ]


def _shortage(row: Plan) -> list[str]:
    """Which fields and constituencies are short, and how many people would do."""
    names = dict(states.Constituency.choices)
    return [
        _("%(field)s, %(kind)s: %(seats)d seats stay empty; %(recruit)d more experts without conflict and with employers of their own fill them.") % {
            "field": one["field"] or _("no discipline named"), "kind": names.get(one["kind"], _("any constituency")), "seats": one["seats"],
            "recruit": one["recruit"]}
        for one in row.shortage
    ]


def _gap(row: Plan) -> str:
    if row.objective is None or row.bound is None or row.kind == states.PlanKind.LOTTERY:
        return ""
    if row.bound == row.objective:
        return _("Proved over every pair: no assignment under these rules has a higher sum.")
    gap = affinity(row.bound - row.objective)
    if row.figures.get("raised"):
        return _("%(gap)s below the highest sum there is: the price of lifting the worst-served application.") % {"gap": gap}
    if row.figures.get("kept_gap") == 0:
        return _("Exact among the kept candidates; over every pair at most %(gap)s below the bound, since some employers have experts of two constituencies or experts two employers.") % {
            "gap": gap}
    return _("At most %(gap)s below the highest sum there can be, over every pair: some employers have experts of two constituencies, or experts two employers.") % {
        "gap": gap}


class PlanExperts(lists.Listing):
    name = "plan_experts"
    title = gettext_lazy("Load of the experts")
    search_fields = ("code",)
    columns = (
        lists.Col("code", gettext_lazy("Expert"), main=True, value=lambda row: row.code),
        lists.Col("constituency", gettext_lazy("Constituency"), value=lambda row: states.Constituency(row.constituency).label),
        lists.Col("load", pgettext_lazy("plan", "Seats"), kind="num", sort="load", value=lambda row: row.load),
        lists.Col("near", gettext_lazy("Affinity"), kind="num", value=lambda row: affinity(row.near)),
    )
    facets = (lists.Facet("constituency", gettext_lazy("Constituency"), states.Constituency.choices),)
    sorts = {"load_down": "-load", "load": "load"}  # noqa: RUF012

    def key(self, row: Any) -> str:
        return str(row.code)


@access(policies.is_review_desk)
def plan_experts(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    count: dict[int, int] = {}
    rows = queries.experts_of(row)
    for load in rows.values_list("load", flat=True):
        count[load] = count.get(load, 0) + 1
    bars = [(_("%(count)d seats") % {"count": load}, experts) for load, experts in sorted(count.items())]
    return lists.page(request, PlanExperts(), rows, template="reviews/plan_experts.html", context={
        "chart": charts.bars(_("Experts by number of seats"), bars) if bars else None,
        "crumbs": _crumbs(row.batch, (_("Assignment plan"), url_of(row)), (_("Load of the experts"), None))})


# --- one panel ----------------------------------------------------------------------------------------------------


@access(policies.is_review_desk)
def panel(request: HttpRequest, uid: Any, panel: str) -> HttpResponse:
    """Why these experts, who was barred by which evidence, who would be next; what a move would do is shown first."""
    row = queries.get_plan(request.actor, uid)
    items = list(row.items.filter(panel=panel).order_by("-seat", "place"))
    inside = queries.items_of_panel(row.batch, panel)
    if not inside:
        raise Http404
    seats, reserves = [one for one in items if one.seat], [one for one in items if not one.seat]
    works, words = policies.works_plan(request.actor, row) is None, queries.discipline_names()
    return render(request, "reviews/plan_panel.html", {
        "title": inside[0].application.title if len(inside) == 1 else panel, "plan": row, "panel": panel, "inside": inside,
        "seats": [_person(row, one, words) for one in seats], "reserves": [_person(row, one, words) for one in reserves],
        "barred": queries.barred_from(row, panel)[:200], "names": policies.may_read_pool(request.actor) is None,
        "preview": _preview(request, row, panel, seats) if works else None,
        "may_move": works and row.status == "READY" and row.kind == "OPTIMUM",
        "crumbs": _crumbs(row.batch, (_("Assignment plan"), url_of(row)), (panel, None)),
    })


def _person(row: Plan, item: Any, names: dict[str, str]) -> dict[str, Any]:
    facts = row.people.get(item.code, {})
    return {"i": item, "affinity": affinity(item.affinity), "kind": dict(states.Constituency.choices).get(facts.get("constituency"), ""),
            "why": [(BLOCKS[block], affinity(value), "、".join(names.get(word, word) for word in words if block != "discipline" or len(word) > 1))
                    for block, value, words in item.why]}


def _preview(request: HttpRequest, row: Plan, panel: str, seats: list[Any]) -> dict[str, Any] | None:
    goes, comes = request.GET.get("out", "")[:12], request.GET.get("into", "")[:12]
    if not comes:
        return None
    wanted = [one.code for one in seats if one.code != goes] + [comes]
    return {"out": goes, "into": comes, **_told(actions.verdict_of(row, {panel: wanted}))}


def _told(found: Any) -> dict[str, Any]:
    return {
        "gain": affinity(found.gain), "faults": [actions.told(fault) for fault in found.faults], "loads": found.loads,
        "changes": [{"panel": one.panel, "comes": "、".join(one.comes) or "—", "goes": "、".join(one.goes) or "—", "gain": affinity(one.gain)}
                    for one in found.changes]}


def _proposal(row: Plan) -> dict[str, Any] | None:
    """A kept change with its consequences as they are now."""
    if not row.proposal:
        return None
    found = _told(actions.verdict_of(row, row.proposal.get("panels") or {}))
    return {"source": row.proposal.get("source", ""), **found, "faults": [*row.proposal.get("unknown", []), *found["faults"]]}


@access(policies.is_any_drawer)
@require_POST
def panel_lock(request: HttpRequest, uid: Any, panel: str) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    count = actions.lock_seats(request.actor, row, panel=panel, codes=request.POST.getlist("codes"))
    messages.success(request, _("Locked seats of this panel: %(count)d.") % {"count": count})
    return redirect("reviews:desk:plan_panel", uid, panel)


@access(policies.is_any_drawer)
@require_POST
def panel_move(request: HttpRequest, uid: Any, panel: str) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    goes, comes = request.POST.get("out", ""), request.POST.get("into", "")
    wanted = [code for code in queries.plan_seats(row).get(panel, []) if code != goes] + [comes] * bool(comes)
    actions.propose_change(request.actor, row, wanted={panel: wanted}, source=panel)
    actions.take_change(request.actor, row)
    messages.success(request, _("Moved."))
    return redirect("reviews:desk:plan_panel", uid, panel)


# --- tables, proof, verbs -----------------------------------------------------------------------------------------


@access(policies.is_review_desk)
def plan_table(request: HttpRequest, uid: Any) -> HttpResponse:
    """The whole plan as XLSX or CSV; back comes the same table with its consequences first (POST)."""
    row = queries.get_plan(request.actor, uid)
    if request.method == "POST":
        return _table_back(request, row)
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    answer = HttpResponse(documents.plan_table(row, kind), content_type="text/csv; charset=utf-8" if kind == "csv" else export.MIME_XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{row.batch.ref}-plan.{kind}")
    return answer


@access(policies.is_review_desk)
@require_POST
def plan_table_order(request: HttpRequest, uid: Any) -> HttpResponse:
    """The table of a plan with many panels is made by a job."""
    row = queries.get_plan(request.actor, uid)
    return redirect("job", actions.order_plan_table(request.actor, row, kind="csv" if request.POST.get("format") == "csv" else "xlsx").uid)


def _table_back(request: HttpRequest, row: Plan) -> HttpResponse:
    try:
        actions.propose_table(request.actor, row, upload=steps.cleaned(TableForm(request.POST, request.FILES))["file"])
    except files.BadFile as error:
        raise Refused([str(error)]) from error
    return redirect(f"{url_of(row)}#proposal")


@access(policies.is_any_drawer)
@require_POST
def plan_take(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    if request.POST.get("drop"):
        actions.drop_change(request.actor, row)
    else:
        actions.take_change(request.actor, row)
        messages.success(request, _("Moved."))
    return redirect(url_of(row))


@access(policies.is_review_desk)
def plan_certificate(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    if row.certificate is None:
        raise Http404
    return files.serve(row.certificate, request.actor, str(row.uid))


@access(policies.is_any_drawer)
@require_POST
def plan_again(request: HttpRequest, uid: Any) -> HttpResponse:
    """The same request once more, with the locked seats kept."""
    row = queries.get_plan(request.actor, uid)
    asked = row.params
    job = actions.order_plan(request.actor, row.batch, scale=asked["scale"], balance=asked["balance"], floor=asked["floor"], load=asked["load"],
                             economy_min=asked["minimum"].get("ECONOMY", 0), base=row)
    return redirect("job", job.uid)


@access(policies.is_any_drawer)
@require_POST
def plan_commit(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_plan(request.actor, uid)
    draw = actions.commit_lottery(request.actor, row, **steps.cleaned(CommitForm(request.POST)))
    return redirect("reviews:desk:draw", draw.uid)


@access(policies.is_any_drawer)
@require_POST
def plan_apply(request: HttpRequest, key: Any) -> HttpResponse:
    """At once; a plan with many panels by a job, which says on the plan what stood against it."""
    row = queries.get_plan(request.actor, key)
    if _is_large(row):
        return redirect("job", actions.order_apply(request.actor, row).uid)
    actions.apply_plan(request.actor, row)
    messages.success(request, _("Done."))
    return redirect(url_of(row))


plan_undo = steps.step_view(queries.get_plan, actions.undo_plan, question=policies.is_any_drawer, to=url_of, needs_why=True)
plan_discard = steps.step_view(queries.get_plan, actions.discard_plan, question=policies.is_any_drawer, to=lambda row: planning_url(row.batch))

