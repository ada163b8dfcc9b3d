"""Machines: the tree, specials, plans and guides to read; the staff's moves as verbs."""

from __future__ import annotations

from typing import Any

from django.shortcuts import (
    get_object_or_404,
)
from django.utils.translation import (
    gettext as _,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from programs import (
    actions,
    policies,
    queries,
    states,
)
from programs.forms.workbook import (
    checked_rows,
)
from programs.models import (
    Adjustment,
    AnnualPlan,
    AnnualPlanItem,
    Guide,
    GuideComment,
    ParameterChange,
    PlanChange,
    PlanTree,
    PolicyDocument,
    Special,
)


class WhyInput(Strict):
    why = serializers.CharField(max_length=2000)


class OptionalWhyInput(Strict):
    why = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


def show_special(special: Special) -> dict[str, Any]:
    return {
        "code": special.code, "name": special.name, "name_en": special.name_en, "status": special.status,
        "funding_modes": special.funding_modes, "review_modes": special.review_modes,
        "budget_scheme": special.budget_scheme, "amount_note": special.amount_note, "source": special.source,
        "confidence": special.confidence,
    }


def show_guide(guide: Guide) -> dict[str, Any]:
    """The public columns; money in yuan as text, times with their zone."""
    return {
        "ref": guide.ref, "year": guide.year, "title": guide.title, "title_en": guide.title_en, "status": guide.status,
        "plan": guide.special.plan.code, "special": guide.special.code, "funding_mode": guide.funding_mode,
        "max_projects": guide.max_projects, "budget_control": str(guide.budget_control),
        "cap_per_project": str(guide.cap_per_project), "contract_required": guide.contract_required,
        "publicity_days": guide.publicity_days, "is_open": queries.is_open(guide), "is_demo": guide.is_demo,
        "windows": [{"opens_at": w.opens_at.isoformat(), "closes_at": w.closes_at.isoformat()} for w in guide.windows.all()],
        "version": guide.version.number if guide.version else None, "sha256": guide.version.sha256 if guide.version else "",
    }


class Tree(APIView):
    """GET ?version= or ?on=: a version of the programme tree with its plans and specials."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        found = queries.tree_page(actor(request), request.GET.get("version", ""), request.GET.get("on", ""))
        tree = found["tree"]
        if tree is None or found["on_problem"]:
            return Response({"reasons": [found["on_problem"] or _("No version of the tree is known for this day.")]}, status=404)
        return Response({
            "code": tree.code, "name": tree.name, "name_en": tree.name_en, "effective_from": tree.effective_from,
            "effective_to": tree.effective_to, "status": tree.status, "is_ready": tree.is_ready,
            "plans": [
                {"code": plan.code, "name": plan.name, "name_en": plan.name_en,
                 "specials": [show_special(special) for special in plan.specials.all()]}
                for plan in queries.plans_of(tree)
            ],
        })


class SpecialDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, tree: str, code: str) -> Response:
        special = queries.special_for(actor(request), tree, code)
        numbers = queries.special_numbers(special)
        years = [{**row, "money": str(row["money"]), "committed": str(row["committed"])} for row in numbers["years"]]
        return Response({**show_special(special), "tree": tree, "plan": special.plan.code, "years": years})


def show_item(item: AnnualPlanItem) -> dict[str, Any]:
    return {
        "special": item.special.code, "title": item.title, "title_en": item.title_en, "money": str(item.money),
        "count": item.count, "opens_month": item.opens_month, "closes_month": item.closes_month,
        "committed": str(item.committed), "awarded_count": item.awarded_count, "id": item.pk, "opens_on": item.opens_on,
        "closes_on": item.closes_on, "funding_mode": item.funding_mode, "review_mode": item.review_mode,
        "is_cancelled": item.cancelled_at is not None,
    }


def show_plan(plan: AnnualPlan) -> dict[str, Any]:
    return {
        "year": plan.year, "status": plan.status, "control_figure": str(plan.control_figure), "reserve": str(plan.reserve),
        "items": [show_item(item) for item in queries.items_of(plan)],
    }


class AnnualPlanDetail(APIView):
    """GET: the plan with its items; ?on=2026-06-30 gives the version in force on that day."""

    question = staticmethod(public)

    def get(self, request: Request, year: int) -> Response:
        plan = queries.get_plan(actor(request), year)
        if not (on := request.GET.get("on", "")):
            return Response(show_plan(plan))
        try:
            version = queries.plan_on(plan, on)
        except (ValueError, OverflowError):
            return Response({"fields": {"on": [_("“%(day)s” is no day; write it like 2026-03-31.") % {"day": on[:20]}]}}, status=400)
        if version is None:
            return Response({"reasons": [_("The plan was not approved yet on that day.")]}, status=404)
        return Response({"version": version.number, "at": version.at, "sha256": version.sha256, **version.data})


class GuideList(APIView):
    """GET ?q=&phase=open|coming|closed&year=&plan=&who=&funding_mode=&amount=: published guides by the filters of the public
    search; staff see theirs in every state."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = queries.search_calls(actor(request), request.GET)
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show_guide(guide) for guide in found])


class GuideDetail(APIView):
    """GET one guide with the data of its current version (conditions, form, materials, score sheet ...)."""

    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        guide = queries.get_for(actor(request), ref)
        return Response({**show_guide(guide), "data": guide.version.data if guide.version else {}})


class GuideVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    show = staticmethod(show_guide)


class Submit(GuideVerb):
    act = staticmethod(actions.submit_guide)


class Agree(GuideVerb):
    act = staticmethod(actions.agree_guide)
    serializer_class = OptionalWhyInput


class Approve(GuideVerb):
    act = staticmethod(actions.approve_guide)
    serializer_class = OptionalWhyInput


class Return(GuideVerb):
    act = staticmethod(actions.return_guide)
    serializer_class = WhyInput


class Publish(GuideVerb):
    act = staticmethod(actions.publish_guide)


class Withdraw(GuideVerb):
    act = staticmethod(actions.withdraw_guide)
    serializer_class = WhyInput


# --- adjustment of programmes --------------------------------------------------------------------------------------


def show_adjustment(case: Adjustment) -> dict[str, Any]:
    return {
        "ref": case.ref, "kind": case.kind, "status": case.status, "title": case.title, "reason": case.reason,
        "special": case.special.code if case.special else None, "plan": case.plan.code if case.plan else None,
        "effective_on": case.effective_on, "open_guides": case.open_guides, "proposal": case.proposal,
        "evidence": [{"kind": row.kind, "ref": row.ref, "title": row.title, "figure": row.figure} for row in case.evidence.all()],
    }


class AdjustmentList(APIView):
    """GET: decided cases; staff see all."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = policies.adjustments_visible_to(actor(request)).prefetch_related("evidence")
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show_adjustment(case) for case in found])


class AdjustmentDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_adjustment(queries.get_adjustment(actor(request), ref)))


class AdjustmentVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_adjustment)
    show = staticmethod(show_adjustment)


class AskOpinions(AdjustmentVerb):
    act = staticmethod(actions.ask_opinions)


class SubmitAdjustment(AdjustmentVerb):
    act = staticmethod(actions.submit_adjustment)


class ReturnAdjustment(AdjustmentVerb):
    act = staticmethod(actions.return_adjustment)
    serializer_class = WhyInput


class ApproveAdjustment(AdjustmentVerb):
    act = staticmethod(actions.approve_adjustment)


class RefuseAdjustment(AdjustmentVerb):
    act = staticmethod(actions.refuse_adjustment)
    serializer_class = WhyInput


class WithdrawAdjustment(AdjustmentVerb):
    act = staticmethod(actions.withdraw_adjustment)
    serializer_class = WhyInput


class RevokeAdjustment(AdjustmentVerb):
    act = staticmethod(actions.revoke_adjustment)
    serializer_class = WhyInput


# --- versions of the tree, policy basis, numbers that decide ------------------------------------------------------


def show_tree(tree: PlanTree) -> dict[str, Any]:
    return {"code": tree.code, "name": tree.name, "name_en": tree.name_en, "status": tree.status,
            "effective_from": tree.effective_from, "effective_to": tree.effective_to, "source": tree.source}


class TreeList(APIView):
    """GET the versions of the programme tree, oldest first; drafts for staff only."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        return Response({"versions": [show_tree(tree) for tree in queries.versions(actor(request))]})


class TreeCompare(APIView):
    """GET ?from=&to=: what changed between two versions, with the mapping."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        found = queries.compared(actor(request), request.GET.get("from", ""), request.GET.get("to", ""))
        return Response({
            "from": found["before"].code if found["before"] else None, "to": found["after"].code if found["after"] else None,
            "changes": [{"kinds": row["kinds"], "old": row["old"].code if row["old"] else None, "share": row["share"],
                         "new": row["new"].code if row["new"] else None, "is_mapped": row["is_mapped"]} for row in found["changes"]],
        })


class Lineage(APIView):
    """GET one special over the versions, and its numbers by year with the mapping followed (money in yuan)."""

    question = staticmethod(public)

    def get(self, request: Request, tree: str, code: str) -> Response:
        row = queries.special_for(actor(request), tree, code)
        numbers = queries.followed_numbers(row)
        return Response({
            "versions": [{"tree": e["special"].tree.code, "code": e["special"].code, "relation": e["relation"], "share": e["share"],
                          "guides": e["use"].guides, "running": e["use"].running} for e in queries.lineage_of(actor(request), row)],
            "years": [{**year, "money": str(year["money"]), "committed": str(year["committed"])} for year in numbers["years"]],
        })


class TableInput(Strict):
    """The whole table of a draft as `GET` gives it, and the digest it was read with."""

    seen = serializers.CharField(max_length=64)
    table = serializers.DictField()


class TreeTable(APIView):
    """GET the table of a version; PUT a changed one, applied as a whole or refused with every reason."""

    question = staticmethod(policies.is_staff)
    serializer_class = TableInput

    def get(self, request: Request, code: str) -> Response:
        tree = queries.tree_version(actor(request), code)
        table = queries.stored_table(tree)
        for row in table["MAPPING"].values():
            row["share"] = str(row["share"])
        return Response({"seen": queries.table_digest(tree), "table": table})

    def put(self, request: Request, code: str) -> Response:
        tree = queries.tree_version(actor(request), code)
        data = TableInput(data=request.data)
        data.is_valid(raise_exception=True)
        wanted = checked_rows(data.validated_data["table"], tree).sound()
        changes = actions.apply_table(actor(request), tree, wanted=wanted, seen=data.validated_data["seen"])
        return Response({"changes": [{"what": c.what, "kind": c.kind, "key": c.key} for c in changes]})


class CheckTree(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.tree_version)
    act = staticmethod(actions.check_tree)
    show = staticmethod(show_tree)


class ReturnTree(CheckTree):
    act = staticmethod(actions.return_tree)
    serializer_class = WhyInput


class EnactInput(Strict):
    on = serializers.DateField()


class EnactTree(CheckTree):
    act = staticmethod(actions.enact_tree)
    serializer_class = EnactInput


class MapInput(Strict):
    """What becomes of one old class ("version:code"): [{new, share, note}]; an empty `new` is "not continued"."""

    old = serializers.CharField(max_length=90)
    heirs = serializers.ListField(child=serializers.DictField(), max_length=20)


class MapSpecial(APIView):
    """POST the mapping of one old class into a draft."""

    question = staticmethod(policies.is_planner)
    serializer_class = MapInput

    def post(self, request: Request, code: str) -> Response:
        tree = queries.tree_version(actor(request), code)
        data = MapInput(data=request.data)
        data.is_valid(raise_exception=True)
        heirs = []
        for row in data.validated_data["heirs"]:
            share = serializers.DecimalField(max_digits=7, decimal_places=6).run_validation(row.get("share", "1"))
            heirs.append((queries.special_of(tree, row["new"]) if row.get("new") else None, share, str(row.get("note", ""))))
        old = queries.old_special(data.validated_data["old"])
        return Response(show_tree(actions.map_special(actor(request), tree, old=old, heirs=heirs)))


def show_document(row: PolicyDocument) -> dict[str, Any]:
    return {"number": row.number, "title": row.title, "kind": row.kind, "issuer": row.issuer, "status": row.status,
            "valid_from": row.valid_from, "valid_to": row.valid_to, "government_approval": row.government_approval,
            "government_approved_on": row.government_approved_on, "replaced_by": row.replaced_by.number if row.replaced_by else None,
            "sha256": row.file.sha256 if row.file else ""}


class PolicyList(APIView):
    """GET the policy documents one may see, with their validity and what replaced them."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = policies.documents_visible_to(actor(request)).select_related("replaced_by", "file")
        return Response({"documents": [show_document(row) for row in rows]})


class ReplaceInput(Strict):
    by = serializers.CharField(max_length=80)


class ReplacePolicy(APIView):
    question = staticmethod(policies.is_planner)
    serializer_class = ReplaceInput

    def post(self, request: Request, number: str) -> Response:
        data = ReplaceInput(data=request.data)
        data.is_valid(raise_exception=True)
        who = actor(request)
        new = queries.get_document(who, data.validated_data["by"])
        return Response(show_document(actions.replace_policy(who, queries.get_document(who, number), by=new)))


class ParameterList(APIView):
    """GET ?on=: the numbers that decide as of a day."""

    question = staticmethod(policies.is_parameter_reader)

    def get(self, request: Request) -> Response:
        day, problem = queries.asked_day(request.GET.get("on", ""))
        if problem:
            return Response({"fields": {"on": [problem]}}, status=400)
        return Response({"parameters": [
            {"key": row.key, "value": row.value, "unit": row.unit, "effective_from": row.effective_from, "effective_to": row.until,
             "source": row.source} for row in queries.parameters_on(day or clock.today())]})


class AskInput(Strict):
    value = serializers.JSONField()
    effective_from = serializers.DateField()
    source = serializers.CharField(max_length=300)
    why = serializers.CharField(max_length=2000)


def show_change(row: ParameterChange) -> dict[str, Any]:
    return {"id": row.pk, "key": row.key, "value": row.value, "effective_from": row.effective_from, "status": row.status}


class AskParameter(APIView):
    """POST a new value of a number from a day to come; another person decides."""

    question = staticmethod(policies.is_planner)
    serializer_class = AskInput

    def post(self, request: Request, key: str) -> Response:
        data = AskInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(show_change(actions.ask_parameter(actor(request), key=key, **data.validated_data)))


class ApproveParameter(Verb):
    question = staticmethod(policies.is_parameter_reader)
    get_object = staticmethod(queries.parameter_change)
    act = staticmethod(actions.approve_parameter)
    show = staticmethod(show_change)


class RefuseParameter(ApproveParameter):
    act = staticmethod(actions.refuse_parameter)
    serializer_class = WhyInput


class TakeBackParameter(ApproveParameter):
    act = staticmethod(actions.take_back_parameter)


# --- plan: moves of the annual plan, changes during the year ----------------------------------------------------------


def plan_by_key(who: Any, key: str) -> AnnualPlan:
    return queries.get_plan(who, int(key))


class PlanVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(plan_by_key)
    show = staticmethod(show_plan)


class SubmitPlan(PlanVerb):
    act = staticmethod(actions.submit_plan)


class ReturnPlan(PlanVerb):
    act = staticmethod(actions.return_plan)
    serializer_class = WhyInput


class ApprovePlan(PlanVerb):
    act = staticmethod(actions.approve_plan)


class PublishPlan(PlanVerb):
    act = staticmethod(actions.publish_plan)


class LineInput(Strict):
    """One line; `item` and `to` are ids of the plan's items, `special` a code of its tree, money in yuan."""

    kind = serializers.ChoiceField(choices=states.ChangeKind.choices)
    item = serializers.IntegerField(required=False)
    to = serializers.IntegerField(required=False)
    special = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200, required=False)
    title_en = serializers.CharField(max_length=300, required=False)
    money = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)
    count = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    opens_month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    closes_month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    opens_on = serializers.DateField(required=False)
    closes_on = serializers.DateField(required=False)
    funding_mode = serializers.ChoiceField(choices=states.FundingMode.choices, required=False)
    review_mode = serializers.ChoiceField(choices=states.ReviewMode.choices, required=False)


class ChangeInput(Strict):
    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=2000)
    control_figure = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0, required=False)
    reserve = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0, required=False)
    assignment = serializers.CharField(max_length=200, required=False)
    lines = LineInput(many=True, required=False)


def show_change(change: PlanChange) -> dict[str, Any]:
    """What it changes (or would), as before and after; the rules that stand against it."""
    page = queries.change_page(change)
    return {
        "ref": change.ref, "year": change.plan.year, "title": change.title, "reason": change.reason, "status": change.status,
        "rows": page["rows"], "problems": page["problems"], "version": page["version"].number if page["version"] else None,
        "submitted_at": change.submitted_at, "decided_at": change.decided_at,
    }


class PlanChanges(APIView):
    """GET: the changes of a plan (the public sees what is applied). POST: ask for one with all its lines, as a draft."""

    question = staticmethod(public)
    serializer_class = ChangeInput

    def get(self, request: Request, key: int) -> Response:
        who = actor(request)
        rows = queries.changes_of(who, queries.get_plan(who, key))
        pages = KeysetPagination()
        return pages.get_paginated_response([show_change(row) for row in pages.paginate_queryset(rows, request, view=self)])

    def post(self, request: Request, key: int) -> Response:
        who = actor(request)
        plan = queries.get_plan(who, key)
        data = ChangeInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        lines = [queries.line_from(plan, line) for line in values.pop("lines", [])]
        return Response(show_change(actions.ask_change(who, plan, lines=lines, **values)), status=201)


class PlanChangeDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, key: str) -> Response:
        return Response(show_change(queries.get_change(actor(request), key)))


class ChangeVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_change)
    show = staticmethod(show_change)


class SubmitChange(ChangeVerb):
    act = staticmethod(actions.submit_change)


class CheckChange(ChangeVerb):
    act = staticmethod(actions.check_change)
    serializer_class = OptionalWhyInput


class ApproveChange(ChangeVerb):
    act = staticmethod(actions.approve_change)


class ReturnChange(ChangeVerb):
    act = staticmethod(actions.return_change)
    serializer_class = WhyInput


class RefuseChange(ChangeVerb):
    act = staticmethod(actions.refuse_change)
    serializer_class = WhyInput


class WithdrawChange(ChangeVerb):
    act = staticmethod(actions.withdraw_change)


# guide editor


class GuideExport(APIView):
    """GET the guide as one file that another bureau can import."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        return Response(queries.guide_package(queries.get_for(actor(request), ref)))


class GuideImport(APIView):
    """POST ?item=: an exported guide becomes a draft for an item of the annual plan; 409 with every problem of it."""

    question = staticmethod(policies.may_write_guides)

    def post(self, request: Request) -> Response:
        item = get_object_or_404(queries.items_without_guide(actor(request)), pk=request.GET.get("item") or 0)
        who = actor(request)
        upload = actions.read_guide_file(who, name="api.json", raw=request.body)
        return Response(show_guide(actions.confirm_upload(who, upload, item)), status=201)


class GuideCompare(APIView):
    """GET ?with=: clauses that differ from last year's guide, or from the one named."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        guide, wanted = queries.get_for(actor(request), ref), request.GET.get("with", "")
        other = queries.get_for(actor(request), wanted) if wanted else queries.last_years(guide)
        found = queries.compared(other.version.data, guide.version.data) if other else []
        return Response({"ref": guide.ref, "with": other.ref if other else None, "changes": [
            {"part": one.part, "code": one.code, "label": one.label, "before": one.before, "after": one.after} for one in found]})


class CommentInput(Strict):
    part = serializers.CharField(max_length=40)
    clause = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=2000)
    must_settle = serializers.BooleanField(required=False, default=False)


def show_comment(row: GuideComment) -> dict[str, Any]:
    return {"id": row.pk, "part": row.part, "clause": row.clause, "text": row.text, "must_settle": row.must_settle, "status": row.status,
            "author": row.author.name, "answer": row.answer}


class CommentList(Verb):
    """POST a comment on a part or clause of a guide."""

    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    act = staticmethod(actions.comment_guide)
    serializer_class = CommentInput
    show = staticmethod(show_comment)


class CommentVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.comment_for)
    show = staticmethod(show_comment)


class AnswerInput(Strict):
    answer = serializers.CharField(max_length=2000)


class CommentAnswer(CommentVerb):
    act = staticmethod(actions.answer_comment)
    serializer_class = AnswerInput


class CommentSettle(CommentVerb):
    act = staticmethod(actions.settle_comment)


class CommentReopen(CommentVerb):
    act = staticmethod(actions.reopen_comment)
    serializer_class = WhyInput


class OpinionInput(Strict):
    """`answers`: {code of the point: {"ok": true or false, "note": "..."}}."""

    passed = serializers.BooleanField()
    text = serializers.CharField(max_length=2000)
    answers = serializers.DictField(child=serializers.DictField())


def _file_opinion(who: Any, guide: Guide, *, passed: bool, text: str, answers: dict[str, Any]) -> Guide:
    given = {code: (one.get("ok") if isinstance(one.get("ok"), bool) else None, str(one.get("note", ""))) for code, one in answers.items()}
    return actions.check_guide_law(who, guide, passed=passed, text=text, answers=given).guide


class CheckLaw(GuideVerb):
    act = staticmethod(_file_opinion)
    serializer_class = OpinionInput
