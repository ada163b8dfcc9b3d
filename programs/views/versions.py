"""Desk pages of the versions of the programme tree: drafting by screen and by table, mapping, checking, putting in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import clock, files, parameters
from core.web import export, lists, steps
from core.web.access import access
from core.web.once import once
from core.web.templatetags.st import tag
from programs import actions, policies, queries, states
from programs.forms.versions import EnactForm, HeirFormSet, NewTreeForm, PlanForm, SpecialForm, TreeForm, UploadForm
from programs.forms.workbook import Table, read_table
from programs.models import PlanTree, TreeUpload
from programs.views.attempt import attempt
from programs.views.plans import events_of
from programs.workflow import PLAN_TREE

TONES = {"DRAFT": "warn", "CHECKED": "doing", "IN_FORCE": "good", "ENDED": ""}


def version_url(tree: PlanTree) -> str:
    return reverse("programs:desk:version", args=[tree.code])


def crumbs(tree: PlanTree, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(_("Versions of the tree"), reverse("programs:desk:versions")), (tree.label, version_url(tree) if more else None), *more]


class Versions(lists.Listing):
    name = "versions"
    title = gettext_lazy("Versions of the tree")
    search_fields = ("code", "name", "name_en")
    sorts = {"from": "-effective_from", "from_up": "effective_from"}
    columns = (
        lists.Col("name", gettext_lazy("Version"), main=True, link=version_url, show=lambda row: row.label, sub=lambda row: row.code),
        lists.Col("effective_from", gettext_lazy("In force from"), sort="from"),
        lists.Col("effective_to", gettext_lazy("In force to")),
        lists.Col("plan_count", pgettext_lazy("count", "Plans"), kind="num"),
        lists.Col("special_count", gettext_lazy("Specials"), kind="num"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: tag(row.status_label, TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.TreeStatus.choices),)


@access(policies.is_staff)
def versions(request: HttpRequest) -> HttpResponse:
    links = [(_("Draft a version"), reverse("programs:desk:version_new"))] if policies.is_planner(request.actor) is None else []
    return lists.page(request, Versions(), queries.counted_versions(request.actor), context={
        "actions": links, "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (Versions.title, None)],
    })


@access(policies.is_planner)
@once
def version_new(request: HttpRequest) -> HttpResponse:
    trees = queries.versions(request.actor)
    form = NewTreeForm(request.POST or None, trees=trees)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        wanted = values.pop("copy_from")
        source = next((tree for tree in trees if tree.code == wanted), None)
        if tree := attempt(form, actions.create_tree, request.actor, copy_from=source, **values):
            return redirect(version_url(tree))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Draft a version of the programme tree"), "back": reverse("programs:desk:versions"),
    })


@access(policies.is_staff)
def version(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    drafting = tree.status == states.TreeStatus.DRAFT and policies.is_planner(request.actor) is None
    urls = {verb: reverse(f"programs:desk:version_{verb}", args=[code]) for verb in ("check", "return")}
    may_enact = "enact" in PLAN_TREE.open_to(request.actor, tree)
    covers = [] if tree.is_ready else queries.cover_rows(tree)
    context = {
        "title": tree.label, "tree": tree, "tone": TONES[tree.status], "plans": queries.plans_of(tree), "may_edit": drafting,
        "former": queries.former_of(tree), "covers": covers, "problems": [row.problem for row in covers if row.problem],
        "buttons": steps.buttons(PLAN_TREE, request.actor, tree, urls, needs_why=("return",)),
        "enact": EnactForm(initial={"on": max(tree.effective_from, clock.today())}) if may_enact else None,
        "reasons": PLAN_TREE.why_not("enact", request.actor, tree, on=max(tree.effective_from, clock.today())) if may_enact else [],
        "events": events_of(tree), "crumbs": crumbs(tree),
    }
    return render(request, "programs/version_desk.html", context)


version_check = steps.step_view(queries.tree_version, actions.check_tree, question=policies.is_staff, to=version_url)
version_return = steps.step_view(queries.tree_version, actions.return_tree, question=policies.is_staff, to=version_url, needs_why=True)


@access(policies.is_bureau_leader)
@require_POST
def version_enact(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    values = steps.cleaned(EnactForm(request.POST))
    tree = actions.enact_tree(request.actor, tree, on=values["on"])
    messages.success(request, _("The version is in force from %(day)s.") % {"day": tree.effective_from.isoformat()})
    return redirect(version_url(tree))


@access(policies.is_planner)
def version_edit(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    form = TreeForm(request.POST or None, initial={name: getattr(tree, name) for name in actions.TREE_FIELDS})
    if request.method == "POST" and form.is_valid() and attempt(form, actions.change_tree, request.actor, tree, **form.cleaned_data):
        messages.success(request, _("Saved."))
        return redirect(version_url(tree))
    return render(request, "st/form_page.html", {"form": form, "title": tree.label, "back": version_url(tree),
                                                 "crumbs": crumbs(tree, (_("Edit"), None))})


# --- plans and specials ------------------------------------------------------------------------------------------


@access(policies.is_planner)
def version_plan(request: HttpRequest, code: str, plan: str) -> HttpResponse:
    """Change a plan, or add one (`plan` is "new")."""
    tree = queries.tree_version(request.actor, code)
    row = None if plan == "new" else queries.plan_of(tree, plan)
    form = PlanForm(request.POST or None, initial=PlanForm.load(row) if row else {"order": tree.plans.count() + 1, "budget_scheme": "ITEMISED"})
    form.fields["code"].disabled = row is not None
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.save_category, request.actor, tree, is_new=row is None, **form.cleaned_data):
            messages.success(request, _("Saved."))
            return redirect(version_url(tree))
    title = row.label if row else _("New plan")
    return render(request, "programs/version_row.html", {
        "form": form, "title": title, "back": version_url(tree), "row": row, "crumbs": crumbs(tree, (title, None)),
        "remove_url": reverse("programs:desk:version_plan_remove", args=[code, plan]) if row else "",
    })


@access(policies.is_planner)
def version_special(request: HttpRequest, code: str, special: str) -> HttpResponse:
    """Change or move a special, or add one (`special` is "new", ?plan= names its plan)."""
    tree = queries.tree_version(request.actor, code)
    row = None if special == "new" else queries.special_of(tree, special)
    plans = [(plan.code, plan.label) for plan in queries.plans_of(tree)]
    initial = SpecialForm.load(row) if row else {"plan": request.GET.get("plan", ""), "budget_scheme": "ITEMISED", "confidence": "partial"}
    form = SpecialForm(request.POST or None, plans=plans, initial=initial)
    form.fields["code"].disabled = row is not None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        target = queries.plan_of(tree, values.pop("plan"))
        if attempt(form, actions.save_special, request.actor, tree, plan=target, is_new=row is None, **values):
            messages.success(request, _("Saved."))
            return redirect(version_url(tree))
    title = row.label if row else _("New special")
    return render(request, "programs/version_row.html", {
        "form": form, "title": title, "back": version_url(tree), "row": row, "crumbs": crumbs(tree, (title, None)),
        "remove_url": reverse("programs:desk:version_special_remove", args=[code, special]) if row else "",
    })


@access(policies.is_planner)
@require_POST
def version_plan_remove(request: HttpRequest, code: str, plan: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    actions.remove_plan(request.actor, tree, code=queries.plan_of(tree, plan).code)
    messages.success(request, _("Removed."))
    return redirect(version_url(tree))


@access(policies.is_planner)
@require_POST
def version_special_remove(request: HttpRequest, code: str, special: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    actions.remove_special(request.actor, tree, code=queries.special_of(tree, special).code)
    messages.success(request, _("Removed."))
    return redirect(version_url(tree))


@access(policies.is_planner)
@require_POST
def version_move(request: HttpRequest, code: str, what: str, row: str) -> HttpResponse:
    """One place up; `what` is plan or special."""
    tree = queries.tree_version(request.actor, code)
    found = queries.plan_of(tree, row) if what == "plan" else queries.special_of(tree, row)
    actions.move_in_list(request.actor, tree, what="plan" if what == "plan" else "special", code=found.code)
    return redirect(version_url(tree))


# --- mapping -----------------------------------------------------------------------------------------------------


@access(policies.is_staff)
def version_mapping(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    rows = queries.mapping_rows(tree)
    return render(request, "programs/version_mapping.html", {
        "title": _("Mapping of old classes"), "tree": tree, "rows": rows, "former": queries.former_of(tree),
        "may_edit": tree.status == states.TreeStatus.DRAFT and policies.is_planner(request.actor) is None,
        "open_count": sum(1 for row in rows if row["problem"]), "crumbs": crumbs(tree, (_("Mapping of old classes"), None)),
    })


@access(policies.is_planner)
def version_map(request: HttpRequest, code: str, old: str) -> HttpResponse:
    """What becomes of one old class; `old` is version:code."""
    tree, row = queries.tree_version(request.actor, code), queries.old_special(old)
    groups = queries.heir_choices(tree)
    initial = [{"new": link.new.code if link.new else "-", "share": f"{link.share.normalize():f}", "note": link.note}
               for link in queries.heirs_of(tree, row)]
    rows = HeirFormSet(request.POST or None, initial=initial, form_kwargs={"groups": groups})
    if request.method == "POST" and rows.is_valid():
        kept = [form.cleaned_data for form in rows if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        heirs = [(queries.special_of(tree, v["new"]) if v["new"] != "-" else None, v["share"], v["note"]) for v in kept]
        if attempt(rows, actions.map_special, request.actor, tree, old=row, heirs=heirs):
            messages.success(request, _("Saved."))
            return redirect("programs:desk:version_mapping", code)
    return render(request, "programs/version_map.html", {
        "title": row.label, "rows": rows, "tree": tree, "old": row, "back": reverse("programs:desk:version_mapping", args=[code]),
        "crumbs": crumbs(tree, (_("Mapping of old classes"), reverse("programs:desk:version_mapping", args=[code])), (row.label, None)),
    })


@access(policies.is_planner)
@require_POST
def version_map_same(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    count = actions.map_same_codes(request.actor, tree)
    messages.success(request, _("%(count)d classes of the same code are mapped.") % {"count": count})
    return redirect("programs:desk:version_mapping", code)


# --- the table ---------------------------------------------------------------------------------------------------


def _xlsx(body: bytes, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=export.MIME_XLSX, headers={"Content-Disposition": content_disposition_header(True, name)})


@access(policies.is_staff)
def version_table(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    return _xlsx(queries.tree_workbook(tree), f"{tree.label}.xlsx")


@access(policies.is_planner)
@once
def version_upload(request: HttpRequest, code: str) -> HttpResponse:
    tree = queries.tree_version(request.actor, code)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            read_table(upload.file, upload.size, tree)
            kept = attempt(form, actions.keep_upload, request.actor, tree, upload=upload,
                           max_bytes=int(parameters.value("tree.table_mb", default=5)) * 1048576)
            if kept:
                return redirect("programs:desk:version_preview", code, kept.uid)
        except (ValidationError, files.BadFile) as error:
            form.add_error("file", error if isinstance(error, ValidationError) else str(error))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Give a changed table back"), "back": version_url(tree), "submit": _("Show the preview"),
        "crumbs": crumbs(tree, (_("Give a changed table back"), None)),
    }, status=422 if form.errors else 200)


def _table(request: HttpRequest, code: str, uid: Any) -> tuple[PlanTree, TreeUpload, Table]:
    tree = queries.tree_version(request.actor, code)
    upload = queries.upload_of(tree, uid)
    with files.open_file(upload.file) as stream:
        return tree, upload, read_table(stream, upload.file.size, tree)


@access(policies.is_planner)
def version_preview(request: HttpRequest, code: str, uid: Any) -> HttpResponse:
    """Every addition, change and removal that the table would make, with what stands in the way; nothing is changed."""
    tree, upload, table = _table(request, code, uid)
    changes = queries.table_differences(tree, table.wanted)
    return render(request, "programs/version_preview.html", {
        "title": _("Preview of the table"), "tree": tree, "upload": upload, "problems": table.problems,
        "reasons": [] if table.problems else queries.table_reasons(tree, table.wanted, changes), "changes": queries.difference_rows(changes),
        "counts": queries.difference_counts(changes), "seen": queries.table_digest(tree), "back": version_url(tree),
        "crumbs": crumbs(tree, (_("Preview of the table"), None)),
    })


@access(policies.is_planner)
@require_POST
def version_apply(request: HttpRequest, code: str, uid: Any) -> HttpResponse:
    tree, upload, table = _table(request, code, uid)
    changes = actions.apply_table(
        request.actor, tree, wanted=table.sound(), seen=request.POST.get("seen", ""), upload=upload)
    messages.success(request, _("The table is applied: %(count)d changes.") % {"count": len(changes)})
    return redirect(version_url(tree))


@access(policies.is_planner)
def version_errors(request: HttpRequest, code: str, uid: Any) -> HttpResponse:
    """The table as it was given, with a column that says what is wrong with each row."""
    tree, _upload, table = _table(request, code, uid)
    return _xlsx(table.errors_file(), f"{tree.label}-{_('problems')}.xlsx")
