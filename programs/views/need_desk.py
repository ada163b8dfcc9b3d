"""Filed needs at the desk: the work list, screening, comparing and merging, points, decision, the ranked list, and the way into
a guide's topics."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.states import APPLICANT_KINDS
from core.web import lists, steps
from core.web.access import access
from core.workflow import Refused
from programs import actions, policies, queries, states
from programs.forms import topics as topic_forms
from programs.models import Need, NeedTopic
from programs.queries import likeness, topics
from programs.views.attempt import attempt
from programs.views.needs import score_form
from programs.views.plans import events_of
from programs.workflow import NEED


def desk_url(need: Need) -> str:
    return reverse("programs:desk:need", args=[need.ref])


class DeskNeeds(lists.Listing):
    name = "deskneeds"
    title = gettext_lazy("Topics")
    search_column = "search"
    sorts = {"new": "-filed_at", "old": "filed_at", "money": "-amount", "score": "-score", "score_up": "score"}
    keywords = {"单位": "unit__name__icontains", "unit": "unit__name__icontains", "金额": "amount", "money": "amount",
                "专项": "stream__name__icontains", "direction": "stream__name__icontains"}
    hint = gettext_lazy("Keywords: unit: direction: money:>1000000")
    empty_title = gettext_lazy("No topic has been filed yet")
    columns = (
        lists.Col("title", gettext_lazy("Topic"), main=True, link=desk_url, sub=lambda row: f"{row.ref} · {row.call.ref}"),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit.name, sub=lambda row: row.unit.get_kind_display()),
        lists.Col("stream", gettext_lazy("Direction"), value=lambda row: row.stream.label),
        lists.Col("amount", gettext_lazy("Proposed, 10,000 yuan"), kind="money", sort="money"),
        lists.Col("score", gettext_lazy("Points"), kind="num", sort="score"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label, show=lambda row: (row.status_label, row.tone)),
        lists.Col("filed_at", gettext_lazy("Filed"), sort="old"),
        lists.Col("own_money", gettext_lazy("Own money, yuan"), export_only=True),
        lists.Col("cluster", gettext_lazy("Industry cluster (20+8)"), export_only=True),
        lists.Col("result_user", gettext_lazy("Who will use the result"), export_only=True),
        lists.Col("outcome", gettext_lazy("What the proposer was told"), export_only=True),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), [(s.value, s.label) for s in states.NEED_SEEN]),
        lists.Facet("call", gettext_lazy("Call"), lambda: topics.call_choices(), lambda rows, value: rows.filter(call__ref=value)),
        lists.Facet("kind", gettext_lazy("Kind of unit"), [(k.value, k.label) for k in APPLICANT_KINDS],
                    lambda rows, value: rows.filter(unit__kind=value)),
        lists.Facet("cluster", gettext_lazy("Industry cluster (20+8)"), lambda: topics.cluster_choices()),
    )
    bulk = (lists.Bulk(gettext_lazy("Screen in"), reverse_lazy("programs:desk:need_bulk")),)


class Ranked(lists.Listing):
    """The ranked list of a call: the highest mean first, what has no points last."""

    name = "rankedneeds"
    title = gettext_lazy("Ranked topics")
    search_column = "search"
    sorts = {"score": "-score", "score_up": "score", "count": "-score_count", "money": "-amount"}
    columns = (
        lists.Col("title", gettext_lazy("Topic"), main=True, link=desk_url, sub=lambda row: row.ref),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit.name),
        lists.Col("stream", gettext_lazy("Direction"), value=lambda row: row.stream.label),
        lists.Col("score", gettext_lazy("Mean of the points"), kind="num", sort="score"),
        lists.Col("score_count", gettext_lazy("Sheets given"), kind="num", sort="count"),
        lists.Col("amount", gettext_lazy("Proposed, 10,000 yuan"), kind="money", sort="money"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label, show=lambda row: (row.status_label, row.tone)),
    )
    empty_title = gettext_lazy("Nothing is screened in yet")


@access(policies.is_staff)
def need_list(request: HttpRequest) -> HttpResponse:
    context = {"actions": [(_("Calls for topics"), reverse("programs:desk:topic_calls")), (_("Statistics"), reverse("programs:desk:topic_statistics"))]}
    return lists.page(request, DeskNeeds(), topics.desk_needs(request.actor), context=context)


@access(policies.is_staff)
def ranking(request: HttpRequest, ref: str) -> HttpResponse:
    call = topics.get_call(request.actor, ref)
    context = {"title": _("Ranked topics"), "lead": f"{call.ref} · {call.title}", "crumbs": [
        (_("Calls for topics"), reverse("programs:desk:topic_calls")), (call.ref, reverse("programs:desk:topic_call", args=[ref])), (_("Ranked topics"), None)]}
    return lists.page(request, Ranked(), topics.ranked(request.actor, call), context=context)


@access(policies.is_staff)
@require_POST
def need_bulk(request: HttpRequest) -> HttpResponse:
    """Screen in many, each by itself: what cannot pass says why."""
    done, held = 0, []
    for row in lists.rows_of(lists.chosen(request), lambda key: topics.desk_need(request.actor, key)):
        try:
            actions.screen_in(request.actor, row)
            done += 1
        except Refused as error:
            held.append(f"{row.ref}：{'；'.join(error.reasons)}")
    messages.success(request, _("Screened in: %(count)d.") % {"count": done})
    if held:
        messages.error(request, " ".join(held[:5]))
    return redirect("programs:desk:needs")


@access(policies.is_staff)
def need(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.desk_need(request.actor, ref)
    owner = policies.screens_need(request.actor, row) is None
    verbs = {"pass": False, "split": False, "adopt": False, "keep": True, "reopen": True}
    context = {
        "title": row.title, "need": row, "view": _view(request, row), "members": topics.members_of(row), "owner": owner,
        "similar": likeness.similar_needs(row) if row.status in states.NEED_OPEN else [], "topics": topics.topics_from(row, public=False),
        "reviews": _sheets(request, row), "scores": owner and row.status == "SHORTLISTED", "form": score_form(request, row),
        "decline": topic_forms.DeclineNeedForm(auto_id="d-%s") if owner and row.status in ("FILED", "SHORTLISTED", "KEPT") else None,
        "buttons": steps.buttons(NEED, request.actor, row, {v: reverse(f"programs:desk:need_{v}", args=[ref]) for v in verbs},
                                 needs_why=tuple(v for v, why in verbs.items() if why)),
        "reason": topics.reason_label(row.reason_code) if row.reason_code else "", "events": _events(request, row),
        "scores_first": topics.scores_first(request.actor, row), "closed": policies.reads_scoring(request.actor, row.call) is not None,
        "crumbs": [(_("Topics"), reverse("programs:desk:needs")), (row.ref, None)],
    }
    return render(request, "programs/desk_need.html", context)


def _sheets(request: HttpRequest, row: Need) -> list[dict[str, Any]]:
    """Every sheet, for the desk: points line by line."""
    criteria = topics.criteria_of(row.call)
    counted = {one.pk for one in topics.counted_reviews(row)}
    return [{"review": one, "counts": one.pk in counted, "points": [(c["name"], one.points.get(c["code"], "")) for c in criteria]} for one in topics.reviews_of(request.actor, row)]


def _view(request: HttpRequest, row: Need) -> topics.NeedView:
    return topics.need_view(row, is_open=policies.opens_need(request.actor, row) is None)


def _events(request: HttpRequest, row: Need) -> list[dict[str, Any]]:
    """The history; who gave points is for those who read them."""
    hidden = policies.reads_scoring(request.actor, row.call) is not None
    return events_of(row, but=("programs.need.score",) if hidden else ())


def _step(act: Any, *, needs_why: bool = False) -> Any:
    return steps.step_view(topics.desk_need, act, question=policies.is_staff, to=desk_url, needs_why=needs_why)


need_pass = _step(actions.screen_in)
need_split = _step(actions.split_need)
need_adopt = _step(actions.adopt_need)
need_keep = _step(actions.keep_need, needs_why=True)
need_reopen = _step(actions.reopen_need, needs_why=True)


@access(policies.is_staff)
@require_POST
def need_decline(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.desk_need(request.actor, ref)
    actions.decline_need(request.actor, row, **steps.cleaned(topic_forms.DeclineNeedForm(request.POST)))
    messages.success(request, _("Done."))
    return redirect(desk_url(row))


@access(policies.is_staff)
@require_POST
def need_score(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.desk_need(request.actor, ref)
    form = score_form(request, row)
    steps.cleaned(form)
    actions.score_need(request.actor, row, points=form.points(), comment=form.cleaned_data["comment"])
    messages.success(request, _("Saved."))
    return redirect(desk_url(row))


@access(policies.is_staff)
def compare(request: HttpRequest, ref: str, other: str) -> HttpResponse:
    """Two needs side by side; a person decides whether they are one, and which goes on."""
    pair = (topics.desk_need(request.actor, ref), topics.desk_need(request.actor, other))
    owner = policies.screens_need(request.actor, pair[0]) is None
    form = topic_forms.MergeForm(request.POST or None, pair=pair, initial={"lead": ref})
    if request.method == "POST" and form.is_valid():
        lead, member = sorted(pair, key=lambda one: one.ref != form.cleaned_data["lead"])
        if attempt(form, actions.merge_need, request.actor, member, lead=lead, why=form.cleaned_data["why"]):
            messages.success(request, _("Merged: %(ref)s goes on.") % {"ref": lead.ref})
            return redirect(desk_url(lead))
    return render(request, "programs/need_compare.html", {
        "title": _("Two topics side by side"), "pair": [_view(request, one) for one in pair], "form": form, "owner": owner,
        "shared": likeness.shared_words(*pair), "crumbs": [(_("Topics"), reverse("programs:desk:needs")), (ref, desk_url(pair[0])), (other, None)],
    })


# --- into a guide --------------------------------------------------------------------------------------------------


@access(policies.may_write_guides)
def sources(request: HttpRequest, ref: str) -> HttpResponse:
    """The needs that the topics of a guide came from; in a draft they are picked and taken off here."""
    guide = queries.get_for(request.actor, ref)
    needs = topics.adoptable(guide)
    form = topic_forms.PickNeedForm(request.POST or None, guide=guide, needs=needs)
    if request.method == "POST" and form.is_valid():
        need_ = next(one for one in needs if one.ref == form.cleaned_data["need"])
        if attempt(form, _pick, request.actor, guide, need_, form.cleaned_data):
            messages.success(request, _("Saved."))
            return redirect("programs:desk:guide_sources", ref)
    return render(request, "programs/guide_sources.html", {
        "title": _("Needs the topics came from"), "guide": guide, "form": form, "links": topics.links_of(guide), "needs": needs,
        "may_edit": guide.status == "DRAFT" and policies.owns_guide(request.actor, guide) is None,
        "back": reverse("programs:desk:guide", args=[ref]),
        "crumbs": [(guide.ref, reverse("programs:desk:guide", args=[ref])), (_("Needs the topics came from"), None)],
    })


def _pick(actor: Any, guide: Any, need_: Need, values: dict[str, Any]) -> NeedTopic:
    if values["topic"]:
        return actions.link_topic(actor, guide, topic=guide.topics.get(code=values["topic"]), need=need_)
    return actions.topic_from_need(actor, guide, need=need_, code=values["code"])


@access(policies.may_write_guides)
@require_POST
def source_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    actions.unlink_topic(request.actor, guide, get_object_or_404(NeedTopic.objects.select_related("need", "topic"), topic__guide=guide, pk=pk))
    return redirect("programs:desk:guide_sources", ref)
