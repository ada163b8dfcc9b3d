"""Machines: batches, plans, meetings and draw receipts to read, the verbs of organiser, drawer and expert."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import files
from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from reviews import actions, policies, queries
from reviews.models import AgendaItem, Assignment, Batch, Meeting, Plan, Score


class SheetInput(Strict):
    values = serializers.DictField(child=serializers.CharField(max_length=10))
    notes = serializers.DictField(child=serializers.CharField(max_length=5000, allow_blank=True), required=False, default=dict,
                                  help_text="comments on single criteria, where the sheet asks for them")
    comment = serializers.CharField(max_length=20000, allow_blank=True, required=False, default="")
    recommendation = serializers.CharField(max_length=1)
    knockouts = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)


def show(row: Batch) -> dict[str, Any]:
    return {"ref": row.ref, "guide": row.guide.ref, "name": row.name, "status": row.status, "mode": row.mode,
            "panel_size": row.panel_size, "due_at": row.due_at, "closed_sha256": row.closed_sha256}


def show_score(row: Score) -> dict[str, Any]:
    return {"uid": str(row.assignment.uid), "total": str(row.total), "sha256": row.sha256, "submitted_at": row.submitted_at}


class BatchList(APIView):
    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(policies.visible_to(actor(request)), request, view=self)
        return pages.get_paginated_response([show(row) for row in found])


class BatchDetail(APIView):
    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, ref: str) -> Response:
        row = queries.get_for(actor(request), ref)
        return Response({**show(row), "progress": queries.progress_of(row), "items": [
            {"application": i.application.ref, "mean": i.mean, "rank": i.rank, "flag": i.flag, "outcome": i.outcome}
            for i in queries.items_of(row)]})


class DrawReceipt(APIView):
    """GET: commitment, candidates by codes, and after opening secret, value, seed and result; public."""

    question = staticmethod(public)

    def get(self, request: Request, uid: Any) -> Response:
        row = queries.get_receipt(uid)
        return Response({
            "batch": row.batch.ref, "status": row.status, "committed_at": row.committed_at, "commit_hash": row.commit_hash,
            "candidates": row.candidates, "candidates_sha256": row.candidates_sha256, "public_source": row.public_source,
            "public_value": row.public_value, "public_at": row.public_at, "secret": row.secret, "seed": row.seed if row.secret else "",
            "result": row.result, "result_sha256": row.result_sha256,
        })


class BatchVerb(Verb):
    question = staticmethod(policies.is_any_organiser)
    get_object = staticmethod(queries.get_for)
    show = staticmethod(show)


class Invite(BatchVerb):
    act = staticmethod(actions.invite)


class Close(BatchVerb):
    act = staticmethod(actions.close_batch)


class Rank(BatchVerb):
    act = staticmethod(actions.rank_batch)


class SubmitSheet(APIView):
    """POST the whole sheet of one application; it is submitted and stays."""

    question = staticmethod(policies.is_expert)

    def post(self, request: Request, uid: Any) -> Response:
        who = actor(request)
        seat: Assignment = queries.get_task(who, uid)
        data = SheetInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(show_score(actions.submit_sheet(who, seat, values=data.validated_data)))


# --- plans of an assignment: experts are codes, for everybody ----------------------------------------------------------


class PlanInput(Strict):
    scale = serializers.IntegerField(min_value=1, max_value=5, required=False, default=1)
    balance = serializers.IntegerField(min_value=0, max_value=9, required=False, default=0)
    load = serializers.IntegerField(min_value=1, max_value=60, required=False, allow_null=True, default=None)
    economy_min = serializers.IntegerField(min_value=0, max_value=5, required=False, default=0)
    floor = serializers.BooleanField(required=False, default=False)
    base = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="a plan of the batch whose locked seats are kept")


class WhyInput(Strict):
    why = serializers.CharField(max_length=500)


def show_plan(row: Plan) -> dict[str, Any]:
    return {"uid": str(row.uid), "batch": row.batch.ref, "kind": row.kind, "status": row.status, "created_at": row.created_at,
            "asked": {name: value for name, value in row.params.items() if name != "base"}, "figures": row.figures, "steps": row.steps,
            "shortage": row.shortage, "objective": row.objective, "bound": row.bound, "changed": row.changed,
            "inputs_sha256": row.inputs_sha256, "certificate_sha256": row.certificate_sha256, "applied_at": row.applied_at}


class Plans(APIView):
    """GET the plans of a batch, the newest first."""

    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, ref: str) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(queries.plans_of(queries.get_for(actor(request), ref)).select_related("batch"), request, view=self)
        return pages.get_paginated_response([show_plan(row) for row in found])


def order(who: Any, batch: Batch, *, base: Any = None, **asked: Any) -> Any:
    return actions.order_plan(who, batch, base=queries.get_plan_of(who, batch, base) if base else None, **asked)


class OrderPlan(Verb):
    """POST: a plan is worked out by a job. The answer names both; the plan tells how far it is."""

    question = staticmethod(policies.is_any_drawer)
    get_object = staticmethod(queries.get_for)
    act = staticmethod(order)
    show = staticmethod(lambda job: {"job": str(job.uid), "plan": show_plan(queries.plan_of_job(job))})
    serializer_class = PlanInput


class PlanDetail(APIView):
    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, uid: Any) -> Response:
        return Response(show_plan(queries.get_plan(actor(request), uid)))


class PlanSeats(APIView):
    """GET who sits where, and the reserves, by code. `?panel=` is one panel."""

    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, uid: Any) -> Response:
        rows, pages = queries.get_plan(actor(request), uid).items.all(), KeysetPagination()
        if panel := request.GET.get("panel"):
            rows = rows.filter(panel=panel)
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([
            {"panel": one.panel, "expert": one.code, "seat": one.seat, "place": one.place, "affinity": one.affinity, "locked": one.locked,
             "by_hand": one.by_hand} for one in found])


class PlanCertificate(APIView):
    """GET the proof as verify_assignment.py reads it."""

    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, uid: Any) -> Any:
        row = queries.get_plan(actor(request), uid)
        if row.certificate is None:
            raise Http404
        return files.serve(row.certificate, actor(request), str(row.uid))


class PlanVerb(Verb):
    question = staticmethod(policies.is_any_drawer)
    get_object = staticmethod(queries.get_plan)
    show = staticmethod(show_plan)


class PlanApply(PlanVerb):
    act = staticmethod(actions.apply_plan)


class PlanUndo(PlanVerb):
    act = staticmethod(actions.undo_plan)
    serializer_class = WhyInput


class PlanDiscard(PlanVerb):
    act = staticmethod(actions.discard_plan)


# --- meetings: members are aliases, votes are counts -------------------------------------------------------------------


def show_meeting(row: Meeting) -> dict[str, Any]:
    return {"uid": str(row.uid), "batch": row.batch.ref, "kind": row.kind, "title": row.title, "group": row.group, "status": row.status,
            "starts_at": row.starts_at, "minutes_per_item": row.minutes_per_item, "place": row.place, "link": row.link,
            "chair": row.chair.alias if row.chair else "", "called_at": row.called_at, "started_at": row.started_at, "ended_at": row.ended_at,
            "minutes": row.minutes.number if row.minutes else ""}


def show_point(row: AgendaItem) -> dict[str, Any]:
    return {"id": row.pk, "order": row.order, "application": row.item.application.ref if row.item else "", "starts_at": row.starts_at,
            "status": row.status, "eligible": row.may, "voted": row.done, "tally": row.tally, "outcome": row.outcome, "decided_by_chair": row.chair_choice, "why": row.why,
            "left": [one.attendee.alias for one in row.left]}


class Meetings(APIView):
    """GET the meetings of a batch."""

    question = staticmethod(policies.opens_reviews)

    def get(self, request: Request, ref: str) -> Response:
        who, pages = actor(request), KeysetPagination()
        rows = policies.meetings_visible_to(who).filter(batch=queries.get_for(who, ref))
        return pages.get_paginated_response([show_meeting(row) for row in pages.paginate_queryset(rows, request, view=self)])


class MeetingDetail(APIView):
    """GET a meeting with its members and points: how many voted, and the count once the vote is closed."""

    question = staticmethod(policies.opens_reviews)

    def get(self, request: Request, uid: Any) -> Response:
        row = queries.get_meeting(actor(request), uid)
        return Response({**show_meeting(row), "members": [{"alias": one.alias, "present": one.present} for one in row.attendees.all()],
                         "points": [show_point(one) for one in queries.agenda_of(row)]})


class MeetingMinutes(APIView):
    """GET the frozen minutes of a meeting that has ended."""

    question = staticmethod(policies.opens_reviews)

    def get(self, request: Request, uid: Any) -> Response:
        row = queries.get_meeting(actor(request), uid)
        if row.minutes is None:
            raise Http404
        return Response({"number": row.minutes.number, "title": row.minutes.title, "issued_at": row.minutes.issued_at,
                         "verify_code": row.minutes.verify_code, "content": row.minutes.context})


class MeetingVerb(Verb):
    question = staticmethod(policies.is_any_organiser)
    get_object = staticmethod(queries.get_meeting)
    show = staticmethod(show_meeting)


class MeetingCall(MeetingVerb):
    act = staticmethod(actions.call_meeting)


class MeetingStart(MeetingVerb):
    act = staticmethod(actions.start_meeting)


class MeetingEnd(MeetingVerb):
    act = staticmethod(actions.end_meeting)
