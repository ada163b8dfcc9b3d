"""Topic calls: the public list, page, calendar and statistics; the desk's list, editor and moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Person
from core import clock
from core.pauses import unless_paused
from core.web import charts, export, lists, steps
from core.web.access import access, public
from core.web.once import once
from core.web.templatetags.st import tag
from notices import queries as notices
from programs import actions, policies, queries, states
from programs.engine import needs as rules
from programs.forms import topics as topic_forms
from programs.forms.guides import WindowFormSet
from programs.models import TopicCall
from programs.queries import likeness, topics
from programs.views.attempt import attempt, moves
from programs.views.public import calendar_of
from programs.workflow import CALL

TONES = {"OPEN": "good", "COMING": "doing", "WITHDRAWN": "bad", "DRAFT": "warn", "SUBMITTED": "doing", "APPROVED": "doing",
         "PUBLISHED": "doing", "FINISHED": "good"}
PHASES = (("open", gettext_lazy("Open now")), ("coming", gettext_lazy("Opening soon")), ("closed", gettext_lazy("Closed")))


def call_url(call: TopicCall) -> str:
    return reverse("programs:public:topic_call", args=[call.ref])


def desk_url(call: TopicCall) -> str:
    return reverse("programs:desk:topic_call", args=[call.ref])


def title_of(call: TopicCall) -> str:
    return call.title_en if queries.is_english() and call.title_en else call.title


# --- public --------------------------------------------------------------------------------------------------------


class Calls(lists.Listing):
    name = "topiccalls"
    title = gettext_lazy("Calls for topics")
    search_fields = ("ref", "title", "title_en", "special__name")
    sorts = {"close": "-closes_at", "close_up": "closes_at"}
    empty_title = gettext_lazy("No call for topics is published yet")
    columns = (
        lists.Col("title", gettext_lazy("Call"), main=True, link=call_url, show=title_of, sub=lambda row: f"{row.ref} · {row.special.label}"),
        lists.Col("phase", gettext_lazy("State"), kind="tag", value=lambda row: row.label, show=lambda row: row.tag),
        lists.Col("opens_at", gettext_lazy("Opens")),
        lists.Col("closes_at", gettext_lazy("Closes (Beijing time)"), sort="close"),
    )
    facets = (
        lists.Facet("phase", gettext_lazy("State"), PHASES, topics.calls_in_phase),
        lists.Facet("year", gettext_lazy("Year"), lambda: topics.call_years()),
    )

    def prepare(self, rows: list[Any]) -> None:
        now = clock.now()
        for row in rows:
            value = topics.call_phase(row, now)
            row.label = topics.call_phase_label(value)
            row.tag = tag(row.label, TONES.get(value, ""))


@access(public)
def calls(request: HttpRequest) -> HttpResponse:
    rows = TopicCall.objects.filter(status__in=states.PUBLIC_CALLS).select_related("special__plan").prefetch_related("windows")
    now = clock.now()
    context = {
        "cards": [topics.call_page(row, now) for row in topics.open_calls().prefetch_related("streams", "quotas", "criteria")[:6]]
        if not request.GET else [],
        "now": now, "actions": [(_("Who proposes: statistics"), reverse("programs:public:topic_statistics"))],
        "lead": _("Units say what should be researched; adopted topics go into the guides (clause R1)."),
        "crumbs": [(_("Home"), "/"), (_("Calls for topics"), None)],
    }
    return lists.page(request, Calls(), rows, template="programs/topic_calls.html", context=context)


@access(public)
def call(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.get_call(request.actor, ref)
    page = topics.call_page(row)
    context = {
        "title": page.title, "call": row, "page": page, "tone": TONES.get(page.phase, ""),
        "start_url": reverse("programs:my:need_start", args=[row.ref]) if page.window else "",
        "documents": notices.about(row).filter(is_public=True, status="ISSUED"),
        "preview": row.status not in states.PUBLIC_CALLS,
        "crumbs": [(_("Home"), "/"), (_("Calls for topics"), reverse("programs:public:topic_calls")), (row.ref, None)],
    }
    return render(request, "programs/topic_call.html", context)


@access(public)
def call_calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """One entry per window with reminders a week and a day before the close."""
    row = topics.get_call(request.actor, ref)
    return calendar_of(request, queries.closing_entries(row, call_url(row)), row.title, row.ref)


def _statistics(request: HttpRequest, crumbs: list[Any]) -> HttpResponse:
    year = request.GET.get("year", "")
    found = queries.participation(year)
    if request.GET.get("export") in ("xlsx", "csv"):
        return _exported(request, found)
    context = {
        "title": _("Who proposes topics"), "found": found, "year": year, "years": topics.call_years(), "crumbs": crumbs,
        "kpis": [
            {"label": _("Topics filed"), "value": found["filed"]},
            {"label": _("By enterprises"), "value": f"{found['enterprise_share']}%", "unit": str(found["enterprise"])},
            {"label": _("Adopted"), "value": f"{found['adopted_share']}%", "unit": str(found["adopted"])},
            {"label": _("Adopted of enterprises"), "value": found["enterprise_adopted"]},
        ],
        "charts": [
            charts.bars(_("Topics by kind of unit"), [(row["label"], row["filed"]) for row in found["kinds"]]),
            charts.bullet(_("Adopted of those filed, by year"), [(row["label"], row["adopted"], row["filed"]) for row in found["years"]]),
            charts.bullet(_("By enterprises, by year"), [(row["label"], row["enterprise"], row["filed"]) for row in found["years"]]),
            charts.bars(_("Topics by industry cluster"), [(row["label"], row["filed"]) for row in found["clusters"]]),
        ],
        "tables": [(_("Kind of unit"), found["kinds"]), (_("Industry cluster"), found["clusters"]), (_("Year"), found["years"])],
    }
    return render(request, "programs/topic_statistics.html", context)


def _exported(request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
    columns = [
        export.Column("cut", _("Cut")), export.Column("label", _("Value")), export.Column("filed", _("Filed")),
        export.Column("enterprise", _("of them by enterprises")), export.Column("adopted", _("Adopted"), _("with the topics merged into them")),
    ]
    rows = [[cut, row["label"], row["filed"], row["enterprise"], row["adopted"]]
            for cut, key in ((_("Kind of unit"), "kinds"), (_("Industry cluster"), "clusters"), (_("Year"), "years")) for row in found[key]]
    name = f"{_('Who proposes topics')}-{clock.today():%Y%m%d}.{request.GET['export']}"
    if request.GET["export"] == "csv":
        body, mime = export.to_csv(columns, rows), "text/csv; charset=utf-8"
    else:
        body, mime = export.to_xlsx(columns, rows, title=_("Who proposes topics"), source=request.get_full_path()), export.MIME_XLSX
    return HttpResponse(body, content_type=mime, headers={"Content-Disposition": content_disposition_header(True, name)})


@access(public)
@unless_paused("STATISTICS")
def statistics(request: HttpRequest) -> HttpResponse:
    return _statistics(request, [(_("Home"), "/"), (_("Calls for topics"), reverse("programs:public:topic_calls")), (_("Statistics"), None)])


@access(policies.is_staff)
@unless_paused("STATISTICS")
def desk_statistics(request: HttpRequest) -> HttpResponse:
    return _statistics(request, [(_("Topics"), reverse("programs:desk:needs")), (_("Statistics"), None)])


# --- the desk --------------------------------------------------------------------------------------------------------


class DeskCalls(lists.Listing):
    name = "desktopiccalls"
    title = gettext_lazy("Calls for topics")
    search_fields = ("ref", "title", "special__name")
    sorts = {"new": "-pk", "close": "closes_at", "close_down": "-closes_at"}
    empty_title = gettext_lazy("No call for topics yet")
    columns = (
        lists.Col("title", gettext_lazy("Call"), main=True, link=desk_url, sub=lambda row: f"{row.ref} · {row.special.label}"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES.get(row.status, ""))),
        lists.Col("opens_at", gettext_lazy("Opens")),
        lists.Col("closes_at", gettext_lazy("Closes"), sort="close"),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.CallStatus.choices),)


@access(policies.is_staff)
def call_list(request: HttpRequest) -> HttpResponse:
    writer = policies.may_write_guides(request.actor) is None
    links = [(_("New call"), reverse("programs:desk:topic_call_new"))] if writer else []
    context = {"actions": [*links, (_("All topics"), reverse("programs:desk:needs")), (_("Statistics"), reverse("programs:desk:topic_statistics"))]}
    return lists.page(request, DeskCalls(), policies.calls_visible_to(request.actor), context=context)


@access(policies.may_write_guides)
@once
def call_new(request: HttpRequest) -> HttpResponse:
    specials = queries.specials_to_call(request.actor)
    form = topic_forms.NewCallForm(request.POST or None, calls=topics.calls_to_copy(request.actor), specials=specials,
                                   initial={"year": clock.today().year})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        special = queries.specials_by_id([values.pop("special")])[0]
        source = values.pop("copy_from")
        values["copy_from"] = topics.get_call(request.actor, source) if source else None
        if made := attempt(form, actions.create_call, request.actor, special, **values):
            return redirect(desk_url(made))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("New call for topics"), "back": reverse("programs:desk:topic_calls"), "submit": _("Begin"),
        "lead": _("Offered are the specials in force that your division is in charge of."),
        "crumbs": [(_("Calls for topics"), reverse("programs:desk:topic_calls")), (_("New call for topics"), None)]})


@access(policies.is_staff)
def desk_call(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.get_call(request.actor, ref)
    owner = policies.owns_call(request.actor, row) is None
    numbers, closed = topics.call_numbers(row), policies.reads_scoring(request.actor, row) is not None
    context = {
        "title": row.title, "turn": queries.turns.turn_of(row), "remarks": queries.remarks.call_remarks(row), "call": row, "page": topics.call_page(row), "tone": TONES.get(row.status, ""), "numbers": numbers,
        "may_edit": owner and row.status == "DRAFT", "may_invite": owner and row.status == "PUBLISHED", "parts": _parts(row),
        "experts": [] if closed else topics.expert_progress(row), "closed": closed, "events": queries.call_events(row), "documents": notices.about(row),
        "pairs": likeness.similar_pairs(row), "may_compare": owner and numbers["filed"] > 1,
        "buttons": steps.buttons(
            CALL, request.actor, row, {verb: reverse(f"programs:desk:topic_call_{verb}", args=[ref]) for verb in CALL.steps},
            needs_why=("return", "withdraw")),
        "crumbs": [(_("Calls for topics"), reverse("programs:desk:topic_calls")), (row.ref, None)],
    }
    return render(request, "programs/desk_topic_call.html", context)


@access(policies.is_staff)
@require_POST
def call_compare(request: HttpRequest, ref: str) -> HttpResponse:
    """Compare all needs of the call with each other, as a job."""
    job = actions.ask_comparison(request.actor, topics.get_call(request.actor, ref))
    return redirect("job", job.uid)


def _parts(row: TopicCall) -> list[dict[str, Any]]:
    """The task list of the editor."""
    found = (
        ("edit", _("Texts and numbers"), _("filled in") if row.text else "", bool(row.text)),
        ("windows", _("Windows"), str(row.windows.count()), row.windows.exists()),
        ("streams", _("Directions"), str(row.streams.count()), row.streams.exists()),
        ("quotas", _("Quotas per unit"), str(row.quotas.count()), True),
        ("asks", _("Fields to fill in"), str(len(rules.asked(row.asks))), True),
        ("criteria", _("Score sheet"), str(row.criteria.count()), row.criteria.exists()),
    )
    return [{"label": label, "text": text or _("to do"), "state": "done" if done else "err",
             "url": reverse(f"programs:desk:topic_call_{code}", args=[row.ref])} for code, label, text, done in found]


def _crumbs(row: TopicCall, title: Any) -> list[tuple[Any, str | None]]:
    return [(_("Calls for topics"), reverse("programs:desk:topic_calls")), (row.ref, desk_url(row)), (title, None)]


_step = moves(CALL, topics.get_call, desk_url)
call_submit = _step("submit", actions.submit_call)
call_return = _step("return", actions.return_call, needs_why=True)
call_approve = _step("approve", actions.approve_call)
call_publish = _step("publish", actions.publish_call)
call_finish = _step("finish", actions.finish_call)
call_withdraw = _step("withdraw", actions.withdraw_call, needs_why=True)


@access(policies.may_write_guides)
def call_edit(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.get_call(request.actor, ref)
    form = topic_forms.CallForm(request.POST or None, initial=topic_forms.CallForm.load(row))
    if request.method == "POST" and form.is_valid() and attempt(form, actions.change_call, request.actor, row, **form.cleaned_data):
        messages.success(request, _("Saved."))
        return redirect(desk_url(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Texts and numbers"), "lead": row.ref, "back": desk_url(row),
        "crumbs": _crumbs(row, _("Texts and numbers"))})


@access(policies.may_write_guides)
def call_windows(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.get_call(request.actor, ref)
    rows = WindowFormSet(request.POST or None, initial=[{"opens_at": w.opens_at, "closes_at": w.closes_at} for w in row.windows.all()])
    if request.method == "POST" and rows.is_valid():
        windows = [(v["opens_at"], v["closes_at"]) for v in rows.cleaned_data if v and not v.get("DELETE")]
        if changed := attempt(rows, actions.set_call_windows, request.actor, row, windows=windows):
            messages.success(request, _("Saved."))
            for remark in queries.remarks.call_remarks(changed):
                messages.warning(request, remark)
            return redirect(desk_url(row))
    return render(request, "programs/topic_rows.html", {
        "rows": rows, "title": _("Windows"), "call": row, "back": desk_url(row), "crumbs": _crumbs(row, _("Windows")),
        "lead": _("Beijing time. Closing times are exclusive: what arrives at that moment is late.")})


def _rows_page(request: HttpRequest, ref: str, kind: type[topic_forms.RowForm], names: tuple[str, ...], manager: str, title: str,
               act: Callable[..., Any]) -> HttpResponse:
    """A part of the call that is a list of rows: all lines are set anew with every save."""
    row = topics.get_call(request.actor, ref)
    initial = [{name: getattr(one, name) for name in names} for one in getattr(row, manager).all()]
    extra = max(3, 12 - len(initial)) if kind is topic_forms.StreamRow else 3
    factory = forms.formset_factory(kind, extra=extra, can_delete=True, max_num=60, absolute_max=64)
    rows = factory(request.POST or None, initial=initial)
    if kind is topic_forms.QuotaRow:
        groups = list(dict.fromkeys(stream.group for stream in row.streams.all()))
        for form in rows:
            form.offer(groups)
    if request.method == "POST" and rows.is_valid():
        new = [form.row({}) for form in rows if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if attempt(rows, act, request.actor, row, rows=new):
            messages.success(request, _("Saved."))
            return redirect(desk_url(row))
    return render(request, "programs/topic_rows.html", {
        "rows": rows, "title": title, "call": row, "back": desk_url(row), "crumbs": _crumbs(row, title)})


@access(policies.may_write_guides)
def call_streams(request: HttpRequest, ref: str) -> HttpResponse:
    return _rows_page(request, ref, topic_forms.StreamRow, ("code", "name", "name_en", "group"), "streams", _("Directions"), actions.set_streams)


@access(policies.may_write_guides)
def call_quotas(request: HttpRequest, ref: str) -> HttpResponse:
    return _rows_page(request, ref, topic_forms.QuotaRow, ("group", "kinds", "most", "clause"), "quotas", _("Quotas per unit"),
                      actions.set_quotas)


@access(policies.may_write_guides)
def call_criteria(request: HttpRequest, ref: str) -> HttpResponse:
    return _rows_page(request, ref, topic_forms.CriterionRow, ("code", "name", "name_en", "weight", "help", "help_en"), "criteria",
                      _("Score sheet"), actions.set_criteria)


@access(policies.may_write_guides)
def call_asks(request: HttpRequest, ref: str) -> HttpResponse:
    """Which fields the form asks for, how long, with which hint."""
    row = topics.get_call(request.actor, ref)
    rows = [topic_forms.AskRow(request.POST or None, ask=ask, own=row.asks.get(ask.code) or {}) for ask in rules.ASKS]
    wrong = [form for form in rows if request.method != "POST" or not form.is_valid()]  # every one is asked, to show all faults
    if not wrong:
        asks = {form.ask.code: form.own() for form in rows}
        if attempt(rows[0], actions.set_asks, request.actor, row, asks=asks):
            messages.success(request, _("Saved."))
            return redirect(desk_url(row))
    return render(request, "programs/topic_asks.html", {
        "rows": rows, "title": _("Fields to fill in"), "call": row, "back": desk_url(row), "crumbs": _crumbs(row, _("Fields to fill in"))})


@access(policies.may_write_guides)
def call_experts(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.get_call(request.actor, ref)
    pool = topics.expert_pool(row)
    form = topic_forms.InviteForm(request.POST or None, people=pool)
    if request.method == "POST" and form.is_valid():
        chosen: list[Person] = list(pool.filter(pk__in=form.cleaned_data["people"]))
        if attempt(form, actions.invite_experts, request.actor, row, people=chosen):
            messages.success(request, _("The experts have been invited."))
            return redirect(desk_url(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Invite experts"), "lead": row.title, "back": desk_url(row), "submit": _("Invite"),
        "crumbs": _crumbs(row, _("Invite experts"))})
