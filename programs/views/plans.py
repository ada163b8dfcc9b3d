"""Desk pages of the tree, specials, policy documents and annual plans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from core import clock
from core.web import charts, lists, steps
from core.web.access import access
from core.web.once import once
from core.web.templatetags.st import tag
from programs import actions, policies, queries, states
from programs.forms.plans import ItemForm, NewPlanForm, PlanMoneyForm, PolicyForm
from programs.models import AnnualPlan, AnnualPlanItem, PolicyDocument, Special
from programs.views.attempt import attempt, moves
from programs.workflow import ANNUAL_PLAN, POLICY_DOCUMENT

TONES = {"DRAFT": "warn", "SUBMITTED": "doing", "APPROVED": "good", "IN_FORCE": "good", "REPEALED": "bad"}


def events_of(obj: Any, *, but: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [
        {"at": row.at, "who": row.who, "why": row.why, "label": queries.act_label(row)}
        for row in queries.history_of(obj) if row.verb not in but
    ]


# --- tree and specials -------------------------------------------------------------------------------------------


@access(policies.is_staff)
def tree(request: HttpRequest) -> HttpResponse:
    context = {
        **queries.tree_page(request.actor, request.GET.get("version", ""), request.GET.get("on", "")), "title": _("Programme tree"),
        "special_base": reverse("programs:desk:tree"), "crumbs": [(_("Programme tree"), None)],
        "actions": [
            (_("Annual plans"), reverse("programs:desk:plans")), (_("Policy documents"), reverse("programs:desk:policies")),
            (_("Adjustment of programmes"), reverse("programs:desk:adjustments")),
            (_("Overlap of specials"), reverse("programs:desk:overlap")),
            (_("Project managers"), reverse("programs:desk:portfolios")), (_("Advisory bodies"), reverse("programs:desk:advisory")),
            (_("Versions of the tree"), reverse("programs:desk:versions")),
            (_("Numbers that decide"), reverse("programs:desk:parameters")),
            *[(_("Year %(year)d") % {"year": year}, reverse("programs:desk:year_report", args=[year])) for year in queries.report_years()[:1]],
        ],
    }
    return render(request, "programs/tree.html", context)


def special_url(special: Special) -> str:
    return reverse("programs:desk:special", args=[special.tree.code, special.code])


def new_case_url(actor: Any, special: Special) -> str:
    """A state changes by a case alone (clause R3): the page leads to the form of a new one."""
    if policies.may_draft_adjustments(actor) or special.tree_id != getattr(queries.tree_as_of(), "pk", None):
        return ""
    return f"{reverse('programs:desk:adjustment_new')}?special={special.code}"


@access(policies.is_staff)
def special(request: HttpRequest, tree: str, code: str) -> HttpResponse:
    row = queries.get_special(tree, code)
    numbers = queries.special_numbers(row)
    context = {
        "title": row.label, "special": row, "numbers": numbers, "kpis": queries.special_kpis(numbers),
        "chart": charts.bullet(
            _("Committed against planned, by year"), queries.committed_by_year(numbers),
            note=_("10,000 yuan; plans approved so far"),
        ),
        "guides": queries.guide_cards(row),
        "policies": queries.documents_for(row, clock.today()), "events": events_of(row),
        "lineage_url": reverse("programs:public:special_lineage", args=[tree, code]),
        "cases": queries.adjustments_of(row), "overlaps": queries.overlap_of(row),
        "case_url": new_case_url(request.actor, row),
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (row.label, None)],
    }
    return render(request, "programs/special.html", context)


# --- policy documents --------------------------------------------------------------------------------------------


def policy_url(document: PolicyDocument) -> str:
    return reverse("programs:desk:policy", args=[document.number])


class Policies(lists.Listing):
    name = "policies"
    title = gettext_lazy("Policy documents")
    search_fields = ("number", "title", "title_en")
    sorts = {"valid": "-valid_from", "valid_up": "valid_from", "number": "number"}
    columns = (
        lists.Col("title", gettext_lazy("Document"), main=True, link=policy_url, sub=lambda row: row.number),
        lists.Col("kind", gettext_lazy("Kind"), show=lambda row: row.kind_label),
        lists.Col("issuer", gettext_lazy("Issued by")),
        lists.Col("valid_from", gettext_lazy("Valid from"), sort="valid"),
        lists.Col("valid_to", gettext_lazy("Valid to")),
        lists.Col("government_approval", gettext_lazy("Government approval")),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.state[0], show=lambda row: tag(*row.state)),
    )
    facets = (
        lists.Facet("kind", gettext_lazy("Kind"), states.PolicyKind.choices),
        lists.Facet("status", gettext_lazy("State"), queries.DOCUMENT_STATES, lambda rows, value: queries.documents_that_are(rows, value)),
    )
    empty_title = gettext_lazy("No policy document is registered yet")

    def prepare(self, rows: list[Any]) -> None:
        today = clock.today()
        for row in rows:
            row.state = queries.state_tag(row, today)


@access(policies.is_staff)
def policy_list(request: HttpRequest) -> HttpResponse:
    planner = policies.is_planner(request.actor) is None
    context = {
        "actions": [*([(_("Register a document"), reverse("programs:desk:policy_new"))] if planner else []),
                    (_("Basis that runs out"), reverse("programs:desk:policy_warnings"))],
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Policy documents"), None)],
    }
    return lists.page(request, Policies(), policies.documents_visible_to(request.actor).select_related("replaced_by"), context=context)


@access(policies.is_planner)
@once
def policy_new(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        specials, rests_on = queries.specials_by_id(values.pop("specials")), queries.documents_by_id(values.pop("rests_on"))
        if document := attempt(form, actions.create_policy, request.actor, specials=specials, rests_on=rests_on, **values):
            messages.success(request, _("The document is registered as a draft."))
            return redirect(policy_url(document))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Register a policy document"), "back": reverse("programs:desk:policies"),
    })


@access(policies.is_planner)
def policy_edit(request: HttpRequest, number: str) -> HttpResponse:
    document = queries.get_document(request.actor, number)
    initial = {name: getattr(document, name) for name in actions.POLICY_FIELDS}
    for name in ("specials", "rests_on"):
        initial[name] = [str(pk) for pk in getattr(document, name).values_list("pk", flat=True)]
    form = PolicyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        specials, rests_on = queries.specials_by_id(values.pop("specials")), queries.documents_by_id(values.pop("rests_on"))
        if changed := attempt(
            form, actions.change_policy, request.actor, document, specials=specials, rests_on=rests_on, **values
        ):
            messages.success(request, _("Saved."))
            return redirect(policy_url(changed))
    return render(request, "st/form_page.html", {"form": form, "title": document.title, "back": policy_url(document)})


@access(policies.is_staff)
def policy(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_document(request.actor, number)
    planner = policies.is_planner(request.actor) is None and row.status != states.PolicyStatus.REPEALED
    context = {
        "title": row.title, "document": row, "specials": row.specials.select_related("plan", "tree"),
        "is_valid": queries.is_valid(row, clock.today()), "events": events_of(row), **queries.document_page(request.actor, row),
        "links": _policy_links(row) if planner else [],
        "edit_url": reverse("programs:desk:policy_edit", args=[row.number]) if planner else "",
        "buttons": steps.buttons(
            POLICY_DOCUMENT, request.actor, row,
            {verb: reverse(f"programs:desk:policy_{verb}", args=[row.number]) for verb in POLICY_DOCUMENT.steps},
            needs_why=("repeal",),
        ),
        "crumbs": [(_("Policy documents"), reverse("programs:desk:policies")), (row.number, None)],
    }
    return render(request, "programs/policy_document.html", context)


def _policy_links(row: PolicyDocument) -> list[tuple[str, str]]:
    """What a planner can do with a document besides its moves."""
    links = [(_("The text as a file"), reverse("programs:desk:policy_attach", args=[row.number]))]
    if row.status == states.PolicyStatus.IN_FORCE and row.replaced_by_id is None:
        links.append((_("Replaced by another document"), reverse("programs:desk:policy_replace", args=[row.number])))
    return links


policy_enact = steps.step_view(queries.get_document, actions.enact_policy, question=policies.is_staff, to=policy_url)
policy_repeal = steps.step_view(
    queries.get_document, actions.repeal_policy, question=policies.is_staff, to=policy_url, needs_why=True
)


# --- annual plans ------------------------------------------------------------------------------------------------


def plan_url(plan: AnnualPlan) -> str:
    return reverse("programs:desk:plan", args=[plan.year])


class Plans(lists.Listing):
    name = "plans"
    title = gettext_lazy("Annual plans")
    search_fields = ("year",)
    sorts = {"year": "-year", "year_up": "year"}
    columns = (
        lists.Col("year", gettext_lazy("Year"), main=True, link=plan_url, sort="year", sub=lambda row: row.tree.label),
        lists.Col("control_figure", gettext_lazy("Control figure (10,000 yuan)"), kind="money"),
        lists.Col("reserve", gettext_lazy("Reserve (10,000 yuan)"), kind="money"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: row.status_label),
        lists.Col("published_at", gettext_lazy("Published")),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.PlanStatus.choices),)
    empty_title = gettext_lazy("No annual plan yet")
    empty_text = gettext_lazy("In principle the plan of a year is made before 31 March.")


@access(policies.is_staff)
def plan_list(request: HttpRequest) -> HttpResponse:
    planner = policies.is_planner(request.actor) is None
    context = {
        "actions": [*([(_("Draft a plan"), reverse("programs:desk:plan_new"))] if planner else []),
                    (_("Changes of annual plans"), reverse("programs:desk:plan_changes"))],
        "lead": queries.plan_warning(clock.today()),
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Annual plans"), None)],
    }
    return lists.page(request, Plans(), policies.plans_visible_to(request.actor), context=context)


@access(policies.is_planner)
@once
def plan_new(request: HttpRequest) -> HttpResponse:
    plans = list(policies.plans_visible_to(request.actor)[:5])
    last = plans[0] if plans else None
    initial = {"year": clock.today().year + (1 if last and last.year >= clock.today().year else 0)}
    if last:
        initial |= {"copy_from": str(last.year), "control_figure": last.control_figure, "reserve": last.reserve}
    form = NewPlanForm(request.POST or None, plans=plans, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        year, source = values.pop("year"), values.pop("copy_from")
        old = queries.get_plan(request.actor, int(source)) if source else None
        if plan := attempt(form, actions.draft_plan, request.actor, year, tree=queries.tree_as_of(), copy_from=old, **values):
            for title in plan.left_out:
                messages.warning(request, _("Not taken over, its special is not in force any more: %(title)s") % {"title": title})
            return redirect("programs:desk:plan_edit", year=year)
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Draft an annual plan"), "back": reverse("programs:desk:plans"), "submit": pgettext("verb", "Draft"),
    })


@access(policies.is_staff)
def plan(request: HttpRequest, year: int) -> HttpResponse:
    row = queries.get_plan(request.actor, year)
    items = queries.items_of(row)
    drafting = row.status == states.PlanStatus.DRAFT and policies.is_planner(request.actor) is None
    links = [(_("Public page"), reverse("programs:public:annual_plan", args=[year]))] if row.status == "PUBLISHED" else []
    if drafting:
        links = [(_("Edit all on one page"), reverse("programs:desk:plan_edit", args=[year])),
                 (_("Add an item"), reverse("programs:desk:item_new", args=[year]))]
    elif queries.is_decided(row) and policies.may_ask_change(request.actor) is None:
        links.append((_("Ask for a change"), reverse("programs:desk:change_new", args=[year])))
    context = {**queries.plan_history(request.actor, row, request.GET.get("on", "")),
        "title": _("Annual implementation plan %(year)d") % {"year": year}, "plan": row, "items": items,
        "turn": queries.turns.turn_of(row),
        "sums": queries.plan_sums(items), "tone": TONES.get(row.status, ""), "actions": links, "may_edit": drafting,
        "may_write": policies.may_write_guides(request.actor) is None and queries.is_plan_decided(year),
        "warning": "" if queries.is_plan_decided(year) else queries.plan_warning(clock.today()),
        "chart": charts.bars(_("Money by plan"), queries.money_by_plan(items), note=_("10,000 yuan")),
        "buttons": steps.buttons(
            ANNUAL_PLAN, request.actor, row,
            {verb: reverse(f"programs:desk:plan_{verb}", args=[year]) for verb in ANNUAL_PLAN.steps}, needs_why=("return",),
        ),
        "events": events_of(row), "crumbs": [(_("Annual plans"), reverse("programs:desk:plans")), (str(year), None)],
    }
    return render(request, "programs/annual_plan.html", context)


def say_saved(request: HttpRequest, row: AnnualPlan) -> None:
    """A draft may be saved while it is over the control figure; that it is, must not hide behind a green word."""
    messages.success(request, _("Saved."))
    row.refresh_from_db()
    if over := queries.plan_over(row):
        messages.warning(request, over)


def _plan(actor: Any, key: str) -> AnnualPlan:
    return queries.get_plan(actor, int(key))


_step = moves(ANNUAL_PLAN, _plan, plan_url)
plan_submit = _step("submit", actions.submit_plan)
plan_return = _step("return", actions.return_plan, needs_why=True)
plan_approve = _step("approve", actions.approve_plan)
plan_publish = _step("publish", actions.publish_plan)


@access(policies.is_planner)
def plan_money(request: HttpRequest, year: int) -> HttpResponse:
    row = queries.get_plan(request.actor, year)
    initial = {"control_figure": row.control_figure, "reserve": row.reserve, "note": row.note}
    form = PlanMoneyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.set_plan_money, request.actor, row, **form.cleaned_data):
            say_saved(request, row)
            return redirect(plan_url(row))
    return render(request, "st/form_page.html", {"form": form, "title": _("Control figure and reserve"), "back": plan_url(row)})


@access(policies.is_planner)
@once
def item_new(request: HttpRequest, year: int) -> HttpResponse:
    row = queries.get_plan(request.actor, year)
    form = ItemForm(request.POST or None, plan=row)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        chosen = queries.get_special(row.tree.code, values.pop("special"))
        if attempt(form, actions.add_item, request.actor, row, special=chosen, **values):
            say_saved(request, row)
            return redirect(plan_url(row))
    return render(request, "st/form_page.html", {"form": form, "title": _("Add an item"), "back": plan_url(row)})


@access(policies.is_planner)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.get_item(request.actor, pk)
    initial = {name: getattr(row, name) for name in actions.ITEM_FIELDS} | {"special": row.special.code}
    form = ItemForm(request.POST or None, plan=row.plan, own=row.special, initial=initial)
    form.fields["special"].disabled = True
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in actions.ITEM_FIELDS}
        if attempt(form, actions.change_item, request.actor, row, **values):
            say_saved(request, row.plan)
            return redirect(plan_url(row.plan))
    context = {"form": form, "title": row.title, "back": plan_url(row.plan), "item": row}
    return render(request, "programs/item.html", context)


@access(policies.is_planner)
@require_POST
def item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row: AnnualPlanItem = queries.get_item(request.actor, pk)
    actions.remove_item(request.actor, row)
    messages.success(request, _("The item is removed."))
    return redirect(plan_url(row.plan))
