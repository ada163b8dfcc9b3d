"""Desk pages of guides: list, new, detail with checks and moves, windows, policy basis, extension, versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import (
    clock,
    typed,
)
from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from core.web.templatetags.st import tag
from notices import queries as notices
from programs import actions, policies, queries, states
from programs.forms.guides import (
    ExtensionForm,
    GuidePoliciesForm,
    LateFilingForm,
    NewGuideForm,
    WindowFormSet,
)
from programs.models import Extension, Guide
from programs.queries import entitlements, matching
from programs.views.attempt import attempt, moves
from programs.views.plans import events_of
from programs.workflow import EXTENSION, GUIDE, law_basis, window_to_come

TONES = {
    "DRAFT": "warn", "INTERNAL_REVIEW": "doing", "LEGAL_REVIEW": "doing", "BUREAU_APPROVED": "doing",
    "PUBLISHED": "doing", "OPEN": "good", "WITHDRAWN": "bad", "SUPERSEDED": "bad", "DISCARDED": "bad",
}


def desk_url(guide: Guide) -> str:
    return reverse("programs:desk:guide", args=[guide.ref])


class DeskGuides(lists.Listing):
    name = "deskguides"
    title = gettext_lazy("Guides")
    search_column = "search"
    sorts = {"new": "-pk", "close": "closes_at", "close_down": "-closes_at", "money": "-budget_control"}
    keywords = {"年": "year", "year": "year", "专项": "special__name__icontains", "special": "special__name__icontains",
                "金额": "budget_control", "money": "budget_control"}
    hint = gettext_lazy("Keywords: year: special: money:>1000000")
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, link=desk_url, sub=lambda row: f"{row.ref} · {row.special.label}"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES.get(row.status, ""))),
        lists.Col("funding_mode", gettext_lazy("Way of funding"), show=lambda row: row.mode_label),
        lists.Col("budget_control", gettext_lazy("Money (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("max_projects", gettext_lazy("Awards"), kind="num"),
        lists.Col("opens_at", gettext_lazy("Opens")),
        lists.Col("closes_at", gettext_lazy("Closes"), sort="close"),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.GuideStatus.choices),
        lists.Facet("plan", gettext_lazy("Plan"), lambda: queries.plan_choices(),
                    lambda rows, value: rows.filter(special__plan__code=value)),
        lists.Facet("funding_mode", gettext_lazy("Way of funding"), states.FundingMode.choices),
    )
    empty_title = gettext_lazy("No guide yet")
    empty_text = gettext_lazy("A guide begins with an item of an approved annual plan.")


@access(policies.is_staff)
def guide_list(request: HttpRequest) -> HttpResponse:
    writer = policies.may_write_guides(request.actor) is None
    lists_ = [(_("Entitlement lists"), reverse("programs:desk:entitlement_lists"))]
    context = {"actions": [(_("New guide"), reverse("programs:desk:guide_new")),
                           (_("Guide from a file"), reverse("programs:desk:guide_import")), *lists_] if writer else lists_}
    return lists.page(request, DeskGuides(), policies.visible_to(request.actor), context=context)


@access(policies.may_write_guides)
@once
def guide_new(request: HttpRequest) -> HttpResponse:
    items = {str(item.pk): item for item in queries.items_without_guide(request.actor)}
    chosen = items.get(request.GET.get("item", ""))
    initial = {"item": chosen.pk, "title": chosen.title, "title_en": chosen.title_en} if chosen else {}
    form = NewGuideForm(
        request.POST or None, items=items.values(), guides=queries.guides_to_copy(request.actor), initial=initial)
    if request.method == "POST" and form.is_valid():
        if made := attempt(form, _make, request.actor, items[form.cleaned_data["item"]], form.cleaned_data):
            _say_copied(request, made)
            return redirect(desk_url(made))
    lead = _lead_of_new(request.actor, bool(items))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("New guide"), "lead": lead, "back": reverse("programs:desk:guides"), "submit": _("Begin"),
    })


def _say_copied(request: HttpRequest, made: Guide) -> None:
    source = made.copied_from
    if source is not None and source.special.code != made.special.code:
        messages.warning(request, _(
            "The content comes from a guide of “%(name)s”, another special. Rewrite what is that special's own: the texts of the sections, "
            "conditions, money and number, topics, materials, policy basis and contacts. What still stands word for word is listed under "
            "“What publishing asks”.") % {"name": source.special.label})


def _lead_of_new(actor: Any, any_item: bool) -> Any:
    """What to do when the special one wants has no item: the annual plan is changed first (clause A2)."""
    text = _("Is your special missing? A guide needs an item of the annual plan (clause A2).") if any_item else _(
        "There is no item of this year's approved annual plan for a special of yours, so no guide can begin (clause A2).")
    plan = queries.plan_of_year(actor, clock.today().year)
    if plan is None or not queries.is_decided(plan):
        return text
    return format_html('{} <a href="{}">{}</a>', text, reverse("programs:desk:change_new", args=[plan.year]),
                       _("Ask for a change of the annual plan of %(year)d") % {"year": plan.year})


def _make(actor: Any, item: Any, values: dict[str, Any]) -> Guide:
    source = queries.get_for(actor, values["copy_from"]) if values["copy_from"] else None
    given = {key: values[key] for key in ("title", "title_en", "funding_mode", "review_mode")}
    return actions.create_guide(actor, item, copy_from=source, **given)


def checks_of(guide: Guide, *, may_edit: bool = False) -> list[dict[str, Any]]:
    """What publishing asks, each with its reasons, long before anybody presses the button; who may edit finds where to mend it."""
    urls = {one["text"]: one["url"] for one in queries.linked_problems(guide)} if may_edit else {}
    found = []
    for check, label in queries.PUBLISH_CHECKS:
        reasons = check(guide) or []
        rows = [reasons] if isinstance(reasons, str) else reasons
        found.append({"label": label, "reasons": [{"text": text, "url": urls.get(text, "")} for text in rows]})
    return found


def _said_once(buttons: list[dict[str, Any]], checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A button repeats nothing that stands under “What publishing asks” of the same page; it counts it."""
    listed = {reason["text"] for check in checks for reason in check["reasons"]}
    for button in buttons:
        own = [reason for reason in button["reasons"] if reason not in listed]
        if more := len(button["reasons"]) - len(own):
            own.append(ngettext("%(count)d point under “What publishing asks” is not met.", "%(count)d points under “What publishing asks” are not met.",
                                more) % {"count": more})
        button["reasons"] = own
    return buttons


@access(policies.is_staff)
def guide(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    extension = queries.open_extension(row)
    names = {"submit", "agree", "approve", "return", "publish", "discard"}
    if window_to_come(row) is None:
        names |= {"withdraw", "supersede"}
    may_edit = row.status == states.GuideStatus.DRAFT and policies.owns_guide(request.actor, row) is None
    groups, urls = queries.editor_groups(row), {name: reverse(f"programs:desk:guide_{name}", args=[ref]) for name in names}
    checks = checks_of(row, may_edit=may_edit)
    context = {
        "title": row.title, "guide": row, "tone": TONES.get(row.status, ""), "may_edit": may_edit,
        "turn": queries.turns.turn_of(row), "returned": queries.last_return(row), "remarks": queries.remarks.guide_remarks(row),
        "text_remarks": queries.remarks.text_remarks(row, may_edit=may_edit), "checks": checks, "tasks": groups if may_edit else unlinked(groups), "done": queries.progress(groups)[0],
        "total": queries.progress(groups)[1], **beside(request.actor, row),
        "versions": _labelled(queries.versions_of(row)), "events": events_of(row),
        "open_now": queries.is_open(row), "notices": notices.about(row), "extension": extension,
        "sources": len(queries.topics.links_of(row)), "may_see_sources": policies.may_write_guides(request.actor) is None,
        "is_public": row.status in states.PUBLIC_STATUSES,
        "buttons": _said_once(steps.buttons(GUIDE, request.actor, row, urls, needs_why=("return", "withdraw", "supersede", "discard")), checks),
        **entitlement_card(request.actor, row), "reachable": matching.is_askable(row.version), "matched": matching.matched(row),
        **_later_close(request.actor, row, extension),
        "extension_buttons": _extension_buttons(request.actor, extension),
        "crumbs": [(_("Guides"), reverse("programs:desk:guides")), (row.ref, None)],
    }
    return render(request, "programs/desk_guide.html", context)


def unlinked(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The task list for somebody who may not change the guide."""
    return [{**group, "items": [{**item, "url": ""} for item in group["items"]]} for group in groups]


def beside(actor: Any, guide: Guide) -> dict[str, Any]:
    """Comments and the legality check, as the desk page names them."""
    comments = list(guide.comments.all())
    opinion = next(iter(queries.opinions_of(guide)), None)
    return {
        "open_comments": sum(row.status != states.CommentStatus.RESOLVED for row in comments), "all_comments": len(comments),
        "must_settle": sum(row.must_settle and row.status != states.CommentStatus.RESOLVED for row in comments),
        "opinion": opinion, "opinion_is_old": bool(opinion and opinion.basis != law_basis(guide)),
        "may_check_law": guide.status == states.GuideStatus.LEGAL_REVIEW and policies.checks_law(actor, guide) is None,
    }


def entitlement_card(actor: Any, guide: Guide) -> dict[str, Any]:
    """Lists of a guide of entitlement without application, and whether another one may be computed now."""
    if guide.funding_mode != states.FundingMode.ENTITLEMENT:
        return {"entitles": False}
    mine = policies.drafts_entitlements(actor, guide) is None
    problems = entitlements.list_problems(guide) if mine else []
    return {"entitles": True, "rolls": entitlements.lists_of(guide), "may_entitle": mine and not problems, "entitle_problems": problems}


def _labelled(versions: list[Any]) -> list[Any]:
    for version in versions:
        version.changed_labels = [queries.part_label(key) for key in version.changed]
    return versions


def _later_close(actor: Any, guide: Guide, extension: Extension | None) -> dict[str, Any]:
    """Which later close may be asked for: for everybody while the guide is open, for those who had begun also after its close."""
    may, late = extension is None and policies.may_ask_extension(actor, guide) is None, queries.late_grant(guide)
    begun = guide.status in (states.GuideStatus.OPEN, states.GuideStatus.CLOSED) and not queries.without_application(guide)
    return {"may_extend": may and guide.status == states.GuideStatus.OPEN, "may_extend_begun": may and begun and late is None, "late": late}


def _extension_buttons(actor: Any, extension: Extension | None) -> list[dict[str, Any]]:
    if extension is None:
        return []
    urls = {verb: reverse(f"programs:desk:extension_{verb}", args=[extension.guide.ref]) for verb in EXTENSION.steps}
    return steps.buttons(EXTENSION, actor, extension, urls, needs_why=("refuse",))


_step = moves(GUIDE, queries.get_for, desk_url)
guide_submit = _step("submit", actions.submit_guide)
guide_agree = _step("agree", actions.agree_guide)
guide_approve = _step("approve", actions.approve_guide)
guide_return = _step("return", actions.return_guide, needs_why=True)
guide_discard = _step("discard", actions.discard_guide, needs_why=True)
guide_publish = _step("publish", actions.publish_guide)
guide_withdraw = _step("withdraw", actions.withdraw_guide, needs_why=True)
guide_supersede = _step("supersede", actions.supersede_guide, needs_why=True)
extension_approve = steps.step_view(
    queries.get_open_extension, actions.approve_extension, question=policies.is_staff, to=desk_url
)
extension_refuse = steps.step_view(
    queries.get_open_extension, actions.refuse_extension, question=policies.is_staff,
    to=lambda extension: desk_url(extension.guide), needs_why=True,
)


def _ask_later(request: HttpRequest, row: Guide, form: Any, act: Any, said: Any, **shown: Any) -> HttpResponse:
    """One person asks for a later close, of either kind; another decides on the guide's page."""
    if request.method == "POST" and form.is_valid() and attempt(form, act, request.actor, row, **form.cleaned_data):
        messages.success(request, said)
        return redirect(desk_url(row))
    crumbs = [(_("Guides"), reverse("programs:desk:guides")), (row.title, desk_url(row)), (shown["title"], None)]
    return render(request, "st/form_page.html", {"form": form, "back": desk_url(row), "submit": _("Ask"), "crumbs": crumbs, **shown},
                  status=422 if form.errors else 200)


@access(policies.is_staff)
@once
def guide_extend(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    window = queries.current_window(row)
    form = ExtensionForm(request.POST or None, initial={"closes_at": window.closes_at if window else None})
    return _ask_later(request, row, form, actions.request_extension, _("The later close is asked for; a second person decides."),
                      title=_("Ask for a later close"))


@access(policies.is_staff)
@once
def guide_extend_begun(request: HttpRequest, ref: str) -> HttpResponse:
    """More time for exactly those who had begun; nobody may begin in it (ADR 0026)."""
    row = queries.get_for(request.actor, ref)
    window = queries.window_before(row)
    form = LateFilingForm(request.POST or None, initial={"begun_before": window.closes_at if window else None})
    return _ask_later(
        request, row, form, actions.request_late_filing, _("The later close for those who had begun is asked for; a second person decides."),
        title=_("Ask for a later close for those who had begun"), lead=_(
            "To everybody else the guide closes as published: nobody may begin an application. What the close had ended comes back to where it "
            "stood; its leader and unit are told. What was submitted stays as it is."))


@access(policies.may_write_guides)
def guide_windows(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    initial = [{"opens_at": w.opens_at, "closes_at": w.closes_at} for w in row.windows.all()]
    rows = WindowFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and rows.is_valid():
        windows = [(v["opens_at"], v["closes_at"]) for v in rows.cleaned_data if v and not v.get("DELETE")]
        if changed := attempt(rows, actions.set_windows, request.actor, row, windows=windows):
            messages.success(request, _("Saved."))
            for remark in queries.remarks.guide_remarks(changed):
                messages.warning(request, remark)
            return redirect(desk_url(row))
    return render(request, "programs/rows.html", {
        "rows": rows, "title": _("Filing windows"), "guide": row, "back": desk_url(row), "now": clock.now(),
        "crumbs": [(row.ref, desk_url(row)), (_("Filing windows"), None)],
        "lead": _("Beijing time. Closing times are exclusive: what arrives at that moment is late."),
    })


@access(policies.may_write_guides)
def guide_policies(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    named = set(row.policies.values_list("pk", flat=True))
    documents = [one for one in queries.documents_in_force(row.special) if one.pk in named or queries.is_not_over(one)]
    initial = {"policies": [str(pk) for pk in named]}
    form = GuidePoliciesForm(request.POST or None, documents=documents, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = [d for d in documents if str(d.pk) in form.cleaned_data["policies"]]
        if attempt(form, actions.set_policies, request.actor, row, policies=chosen):
            messages.success(request, _("Saved."))
            return redirect(desk_url(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Policy basis"), "back": desk_url(row), "crumbs": [(row.ref, desk_url(row)), (_("Policy basis"), None)]})


@access(policies.is_staff)
def guide_preview(request: HttpRequest, ref: str) -> HttpResponse:
    """The page as the public will see it, from any state."""
    row = queries.get_for(request.actor, ref)
    page = queries.guide_page(row, sources=queries.topics.topic_sources(row), preview=True)
    context = {
        "title": row.title, "page": page, "guide": row, "preview": True,
        "chain": queries.basis_chain(row), "tags": queries.guide_tags(row.version),
        "printing": "print" in request.GET, "windows": row.windows.all(), "phase_label": row.status_label, "tone": TONES.get(row.status, ""),
        "crumbs": [(row.ref, desk_url(row)), (_("Preview"), None)],
    }
    return render(request, "programs/guide.html", context)


@access(policies.is_staff)
def guide_version(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One version against another (the one before when ?with= is missing), part by part."""
    row = queries.get_for(request.actor, ref)
    version = queries.version_of(row, number)
    wanted = typed.whole(request.GET.get("with", ""))
    other = queries.version_of(row, wanted) if wanted is not None else queries.version_before(version)
    context = {
        "title": _("Version %(number)d of %(ref)s") % {"number": number, "ref": ref}, "guide": row, "version": version,
        "other": other, "changes": queries.version_changes(other.data if other else {}, version.data),
        "versions": queries.version_numbers(row), "crumbs": [(row.ref, desk_url(row)), (str(number), None)],
    }
    return render(request, "programs/version.html", context)


@access(policies.is_staff)
def guide_export(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    response = JsonResponse(queries.guide_package(row), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = content_disposition_header(True, f"{row.ref}.json")
    return response
