"""Machines: topic calls and needs. Each act of a page has its twin here; files are added by the page only."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public, signed_in
from core.web.api import KeysetPagination, Strict, Verb, actor
from programs import actions, policies, queries
from programs.api.guides import OptionalWhyInput, WhyInput
from programs.models import Need, TopicCall
from programs.queries import likeness, topics


class StartNeedInput(Strict):
    unit = serializers.CharField(max_length=60, help_text="code of the unit")
    stream = serializers.CharField(max_length=20)


class AnswersInput(Strict):
    values = serializers.DictField()
    rev = serializers.IntegerField(min_value=0)


class DeclineNeedInput(WhyInput):
    reason_code = serializers.CharField(max_length=40)


class MergeInput(OptionalWhyInput):
    lead = serializers.CharField(max_length=40)


class PointsInput(Strict):
    points = serializers.DictField(child=serializers.CharField(max_length=8))
    comment = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class SourceInput(Strict):
    need = serializers.CharField(max_length=40)
    topic = serializers.CharField(max_length=40, help_text="code of a topic of the guide; a new one is made when the guide has none of it")


def show_call(call: TopicCall) -> dict[str, Any]:
    """Public columns; money in yuan as text, times with their zone."""
    return {
        "ref": call.ref, "year": call.year, "special": call.special.code, "title": call.title, "title_en": call.title_en, "text": call.text,
        "status": call.status, "is_open": topics.call_window(call) is not None, "kinds": call.kinds, "is_demo": call.is_demo,
        "windows": [{"opens_at": w.opens_at.isoformat(), "closes_at": w.closes_at.isoformat()} for w in call.windows.all()],
        "streams": [{"code": s.code, "name": s.name, "group": s.group} for s in call.streams.all()],
        "quotas": [{"group": q.group, "kinds": q.kinds, "most": q.most, "clause": q.clause} for q in call.quotas.all()],
        "exemption": None if call.exempt_spend is None else {
            "above": str(call.exempt_spend), "years": call.exempt_years, "kinds": call.exempt_kinds, "clause": call.exempt_clause},
        "sealed_statement": None if call.seal_from is None else {
            "from": str(call.seal_from), "name": call.seal_name, "clause": call.seal_clause},
    }


def show_need(need: Need) -> dict[str, Any]:
    outcome = topics.lead_of(need)
    return {
        "ref": need.ref, "call": need.call.ref, "stream": need.stream.code, "unit": need.unit.ref, "title": need.title,
        "status": need.status, "amount": str(need.amount), "own_money": str(need.own_money), "cluster": need.cluster, "stage": need.stage,
        "filed_at": need.filed_at.isoformat() if need.filed_at else None, "merged_into": need.merged_into.ref if need.merged_into else "",
        "outcome": outcome.outcome, "reason_code": outcome.reason_code, "return_reason": need.return_reason, "rev": need.rev,
    }


class CallList(APIView):
    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = policies.calls_visible_to(actor(request)).prefetch_related("windows", "streams", "quotas")
        pages = KeysetPagination()
        return pages.get_paginated_response([show_call(call) for call in pages.paginate_queryset(rows, request, view=self)])


class CallDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_call(topics.get_call(actor(request), ref)))


class CallVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(topics.get_call)
    show = staticmethod(show_call)


class SubmitCall(CallVerb):
    act = staticmethod(actions.submit_call)


class ReturnCall(CallVerb):
    act = staticmethod(actions.return_call)
    serializer_class = WhyInput


class ApproveCall(CallVerb):
    act = staticmethod(actions.approve_call)
    serializer_class = OptionalWhyInput


class PublishCall(CallVerb):
    act = staticmethod(actions.publish_call)


class FinishCall(CallVerb):
    act = staticmethod(actions.finish_call)


class WithdrawCall(CallVerb):
    act = staticmethod(actions.withdraw_call)
    serializer_class = WhyInput


class CompareNeeds(APIView):
    """GET the pairs of needs that looked alike at the last comparison; POST asks for a new one, a job."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, key: str) -> Response:
        call = topics.get_call(actor(request), key)
        return Response({"compared_at": call.compared_at, "pairs": [
            {"needs": [row["one"].ref, row["two"].ref], "percent": row["percent"]} for row in likeness.similar_pairs(call)]})

    def post(self, request: Request, key: str) -> Response:
        who = actor(request)
        return Response({"job": str(actions.ask_comparison(who, topics.get_call(who, key)).uid)}, status=202)


class StartNeed(APIView):
    """POST {unit, stream}: a draft under an open call."""

    question = staticmethod(policies.may_propose)
    serializer_class = StartNeedInput

    def post(self, request: Request, ref: str) -> Response:
        who = actor(request)
        call = topics.get_call(who, ref)
        data = StartNeedInput(data=request.data)
        data.is_valid(raise_exception=True)
        unit = next((one for one in topics.units_to_propose_for(who, call) if one.ref == data.validated_data["unit"]), None)
        stream = call.streams.filter(code=data.validated_data["stream"]).first()
        if unit is None or stream is None:
            raise Http404
        return Response(show_need(actions.start_need(who, call, unit=unit, stream=stream)), status=201)


class NeedList(APIView):
    """GET: own, of the unit, or (staff) the filed ones."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        rows = policies.needs_visible_to(actor(request))
        return pages.get_paginated_response([show_need(need) for need in pages.paginate_queryset(rows, request, view=self)])


class NeedDetail(APIView):
    """GET one need with its answers; PATCH {values, rev} saves a draft, 409 with the texts somebody else saved meanwhile."""

    question = staticmethod(signed_in)
    serializer_class = AnswersInput

    def get(self, request: Request, ref: str) -> Response:
        need = topics.get_need(actor(request), ref)
        closed = policies.opens_need(actor(request), need) is not None
        answers = {key: value for key, value in need.answers.items() if not (closed and key.startswith("contact_"))}
        return Response({**show_need(need), "answers": answers, "problems": topics.cleaned(need).errors})

    def patch(self, request: Request, ref: str) -> Response:
        who = actor(request)
        need = topics.own_need(who, ref)
        data = AnswersInput(data=request.data)
        data.is_valid(raise_exception=True)
        saved = actions.save_need(who, need, values=data.validated_data["values"], base=data.validated_data["rev"])
        if saved.conflicts:
            return Response({"rev": saved.rev, "values": saved.conflicts}, status=409)
        need.refresh_from_db()
        return Response({**show_need(need), "problems": topics.cleaned(need).errors})


class NeedVerb(Verb):
    question = staticmethod(signed_in)
    get_object = staticmethod(topics.own_need)
    show = staticmethod(show_need)


class HandIn(NeedVerb):
    act = staticmethod(actions.hand_in_need)


class Recall(NeedVerb):
    act = staticmethod(actions.recall_need)


class WithdrawNeed(NeedVerb):
    act = staticmethod(actions.withdraw_need)
    serializer_class = WhyInput


class Endorse(NeedVerb):
    question = staticmethod(policies.is_unit_user)
    get_object = staticmethod(topics.unit_need)
    act = staticmethod(actions.endorse_need)


class SendBack(Endorse):
    act = staticmethod(actions.return_need)
    serializer_class = WhyInput


class DeskVerb(NeedVerb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(topics.desk_need)


class ScreenIn(DeskVerb):
    act = staticmethod(actions.screen_in)
    serializer_class = OptionalWhyInput


class Split(DeskVerb):
    act = staticmethod(actions.split_need)


class Adopt(DeskVerb):
    act = staticmethod(actions.adopt_need)
    serializer_class = OptionalWhyInput


class Keep(DeskVerb):
    act = staticmethod(actions.keep_need)
    serializer_class = WhyInput


class Decline(DeskVerb):
    act = staticmethod(actions.decline_need)
    serializer_class = DeclineNeedInput


class Reopen(DeskVerb):
    act = staticmethod(actions.reopen_need)
    serializer_class = WhyInput


class Merge(APIView):
    """POST {lead, why}: this need is merged into the other one."""

    question = staticmethod(policies.is_staff)
    serializer_class = MergeInput

    def post(self, request: Request, key: str) -> Response:
        who = actor(request)
        data = MergeInput(data=request.data)
        data.is_valid(raise_exception=True)
        lead = topics.desk_need(who, data.validated_data["lead"])
        return Response(show_need(actions.merge_need(who, topics.desk_need(who, key), lead=lead, why=data.validated_data["why"])))


class Similar(APIView):
    """GET: needs of the same call that share many character pairs with this one."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        found = likeness.similar_needs(topics.desk_need(actor(request), ref))
        return Response([{"ref": row["need"].ref, "title": row["need"].title, "percent": row["percent"]} for row in found])


class Score(APIView):
    """POST {points, comment} by the division or an invited expert; the answer holds the own points only."""

    question = staticmethod(signed_in)
    serializer_class = PointsInput

    def post(self, request: Request, key: str) -> Response:
        who = actor(request)
        need = topics.desk_need(who, key) if policies.is_staff(who) is None else topics.scored_need(who, key)
        data = PointsInput(data=request.data)
        data.is_valid(raise_exception=True)
        review = actions.score_need(who, need, **data.validated_data)
        return Response({"need": need.ref, "points": review.points, "total": str(review.total), "comment": review.comment})


class Sources(APIView):
    """GET the needs behind a guide's topics (count and the units that agreed to be named); POST {need, topic} picks one."""

    question = staticmethod(public)
    serializer_class = SourceInput

    def get(self, request: Request, ref: str) -> Response:
        return Response(topics.topic_sources(queries.get_for(actor(request), ref)))

    def post(self, request: Request, ref: str) -> Response:
        who = actor(request)
        guide = queries.get_for(who, ref)
        data = SourceInput(data=request.data)
        data.is_valid(raise_exception=True)
        need, topic = topics.desk_need(who, data.validated_data["need"]), guide.topics.filter(code=data.validated_data["topic"]).first()
        if topic is None:
            actions.topic_from_need(who, guide, need=need, code=data.validated_data["topic"])
        else:
            actions.link_topic(who, guide, topic=topic, need=need)
        return Response(topics.topic_sources(guide))


class Participation(APIView):
    """GET ?year=: filed needs by kind of unit, cluster and year, with the share of enterprises and of what was adopted."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        found = queries.participation(request.GET.get("year", ""))
        return Response({
            key: str(value) if key.endswith("share") else [
                {name: str(cell) if name.endswith("share") else cell for name, cell in row.items()} for row in value
            ] if isinstance(value, list) else value
            for key, value in found.items()
        })


PATHS = [
    path("topics/", CallList.as_view(), name="topic_calls"),
    path("topics/statistics/", Participation.as_view(), name="topic_statistics"),
    path("topics/<slug:ref>/", CallDetail.as_view(), name="topic_call"),
    path("topics/<slug:ref>/needs/", StartNeed.as_view(), name="need_start"),
    path("topics/<slug:key>/alike/", CompareNeeds.as_view(), name="topic_call_compare"),
    path("topics/<slug:key>/submit/", SubmitCall.as_view(), name="topic_call_submit"),
    path("topics/<slug:key>/return/", ReturnCall.as_view(), name="topic_call_return"),
    path("topics/<slug:key>/approve/", ApproveCall.as_view(), name="topic_call_approve"),
    path("topics/<slug:key>/publish/", PublishCall.as_view(), name="topic_call_publish"),
    path("topics/<slug:key>/finish/", FinishCall.as_view(), name="topic_call_finish"),
    path("topics/<slug:key>/withdraw/", WithdrawCall.as_view(), name="topic_call_withdraw"),
    path("needs/", NeedList.as_view(), name="needs"),
    path("needs/<slug:ref>/", NeedDetail.as_view(), name="need"),
    path("needs/<slug:ref>/similar/", Similar.as_view(), name="need_similar"),
    path("needs/<slug:key>/hand-in/", HandIn.as_view(), name="need_hand_in"),
    path("needs/<slug:key>/recall/", Recall.as_view(), name="need_recall"),
    path("needs/<slug:key>/withdraw/", WithdrawNeed.as_view(), name="need_withdraw"),
    path("needs/<slug:key>/endorse/", Endorse.as_view(), name="need_endorse"),
    path("needs/<slug:key>/return/", SendBack.as_view(), name="need_return"),
    path("needs/<slug:key>/pass/", ScreenIn.as_view(), name="need_pass"),
    path("needs/<slug:key>/merge/", Merge.as_view(), name="need_merge"),
    path("needs/<slug:key>/split/", Split.as_view(), name="need_split"),
    path("needs/<slug:key>/adopt/", Adopt.as_view(), name="need_adopt"),
    path("needs/<slug:key>/keep/", Keep.as_view(), name="need_keep"),
    path("needs/<slug:key>/decline/", Decline.as_view(), name="need_decline"),
    path("needs/<slug:key>/reopen/", Reopen.as_view(), name="need_reopen"),
    path("needs/<slug:key>/score/", Score.as_view(), name="need_score"),
    path("guides/<slug:ref>/sources/", Sources.as_view(), name="guide_sources"),
]
