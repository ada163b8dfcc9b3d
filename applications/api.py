"""Machines: applications to read, and the verbs of applicant, unit and formality desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organisation
from applications import actions, forms, policies, queries
from applications.models import Application, Handover, ImportBatch, Voice
from applications.states import FORMALITY_REASONS, Status, told_outside
from core import files
from core.models import Job
from core.web.access import signed_in
from core.web.api import KeysetPagination, Said, Strict, Verb, actor
from core.workflow import Refused


class WhyInput(Strict):
    why = serializers.CharField(max_length=2000)


class RefuseInput(Strict):
    reason_code = serializers.ChoiceField(choices=[(reason.value, reason.label) for reason in FORMALITY_REASONS])
    clause = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000)


class OrderInput(Strict):
    why = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ReportInput(Strict):
    passed = serializers.BooleanField()
    finding = serializers.CharField(max_length=4000)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True)


def show(row: Application) -> dict[str, Any]:
    """Money in yuan as text, times with their zone; people by name only."""
    return {
        "ref": row.ref, "guide": row.guide.ref, "title": row.title, "unit": row.unit.name, "leader": row.leader.name,
        "status": row.status, "requested": str(row.requested), "submitted_at": row.submitted_at,
        "receipt_number": row.receipt_number, "receipt_sha256": row.receipt_sha256, "refusal_code": row.refusal_code,
        "refusal_text": row.refusal_text, "is_demo": row.is_demo,
    }


def show_to(who: Any, rows: list[Application]) -> list[dict[str, Any]]:
    """Steps inside the bureau are told to its desks alone."""
    inside = set(policies.at_desk(who).filter(pk__in=[row.pk for row in rows]).order_by().values_list("pk", flat=True)) \
        if policies.may_read_desk(who) is None else set()
    return [show(row) | ({} if row.pk in inside else {"status": told_outside(row.status)}) for row in rows]


class ApplicationList(APIView):
    """GET ?status=&guide=: applications the token's person may see."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        rows = policies.visible_to(actor(request))
        outside = policies.may_read_desk(actor(request)) is not None
        if status := request.GET.get("status", "")[:60]:
            rows = rows.filter(status__in=[one for one in Status if told_outside(one) == status] if outside else [status])
        if guide := request.GET.get("guide", "")[:60]:
            rows = rows.filter(guide__ref=guide)
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(show_to(actor(request), found))


class ApplicationDetail(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_to(actor(request), [queries.get_for(actor(request), ref)])[0])


class HandIn(Verb):
    question = staticmethod(signed_in)
    get_object = staticmethod(queries.leader_get)
    act = staticmethod(actions.hand_in)
    show = staticmethod(show)


class Endorse(Verb):
    question = staticmethod(policies.is_unit_user)
    get_object = staticmethod(queries.unit_get)
    act = staticmethod(actions.endorse)
    show = staticmethod(show)


class SendBack(Endorse):
    act = staticmethod(actions.send_back)
    serializer_class = WhyInput


class PassOn(Endorse):
    act = staticmethod(actions.pass_on)


class Recommend(Endorse):
    act = staticmethod(actions.recommend)


class Decline(SendBack):
    act = staticmethod(actions.decline)


class Withdraw(Endorse):
    act = staticmethod(actions.withdraw)
    serializer_class = WhyInput


class Accept(Verb):
    question = staticmethod(policies.is_checker_desk)
    get_object = staticmethod(queries.desk_get)
    act = staticmethod(actions.accept)
    show = staticmethod(show)


class Refuse(Accept):
    act = staticmethod(actions.refuse)
    serializer_class = RefuseInput


class Visit(Accept):
    act = staticmethod(actions.order_visit)
    serializer_class = OrderInput


class Audit(Accept):
    act = staticmethod(actions.order_audit)
    serializer_class = OrderInput


class InspectionReport(APIView):
    """POST what a visit or audit found; amount in yuan. A file is added by the page only."""

    question = staticmethod(policies.is_checker_desk)

    def post(self, request: Request, ref: str, pk: int) -> Response:
        who = actor(request)
        one = queries.inspection_for(who, queries.desk_get(who, ref), pk)
        data = ReportInput(data=request.data)
        data.is_valid(raise_exception=True)
        row = actions.file_inspection(who, one, **data.validated_data)
        return Response({"kind": row.kind, "passed": row.passed, "finding": row.finding,
                         "amount": None if row.amount is None else str(row.amount), "filed_at": row.filed_at})


# --- the word of others ------------------------------------------------------------------------------------------


def show_voice(row: Voice) -> dict[str, Any]:
    """Figures as text: yuan, shares 0 to 1."""
    return {
        "uid": str(row.uid), "application": row.application.ref, "code": row.code, "round": row.round, "gate": row.gate, "side": row.side,
        "body": row.body, "status": row.status, "asked_at": row.asked_at, "decided_on": row.decided_on, "number": row.number,
        "text": row.text, "figures": row.figures, "file": row.file.sha256 if row.file_id else "",
    }


class AnswerInput(Strict):
    """Multipart where a document goes with it."""

    agree = Said()
    decided_on = serializers.DateField(required=False)
    number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    figures = serializers.DictField(child=serializers.DecimalField(max_digits=18, decimal_places=4), required=False)
    upload = serializers.FileField(required=False)


class HandInInput(Strict):
    decided_on = serializers.DateField()
    number = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    upload = serializers.FileField()


def _taking_file(act: Any) -> Any:
    """A document that is refused is an error of its field."""

    def run(who: Any, row: Voice, **given: Any) -> Voice:
        try:
            return act(who, row, **given)
        except files.BadFile as error:
            raise serializers.ValidationError({"upload": [str(error)]}) from error

    return run


class VoiceList(APIView):
    """GET ?status=: the words of other bodies that the token's person may see."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        rows = policies.voices_visible_to(actor(request))
        if value := request.GET.get("status", "")[:20]:
            rows = rows.filter(status=value)
        pages = KeysetPagination()
        return pages.get_paginated_response([show_voice(row) for row in pages.paginate_queryset(rows, request, view=self)])


class AnswerVoice(Verb):
    """POST the answer of the unit that was asked, or the record of the bureau."""

    question = staticmethod(signed_in)
    get_object = staticmethod(queries.voice_for)
    act = staticmethod(_taking_file(actions.answer_voice))
    show = staticmethod(show_voice)
    serializer_class = AnswerInput


class HandInVoice(AnswerVoice):
    act = staticmethod(_taking_file(actions.hand_in_voice))
    serializer_class = HandInInput


class SendBackVoice(AnswerVoice):
    act = staticmethod(actions.send_back_voice)
    serializer_class = WhyInput


class ReopenVoice(SendBackVoice):
    act = staticmethod(actions.reopen_voice)


# --- the formality check in other hands --------------------------------------------------------------------------


def show_handover(row: Handover) -> dict[str, Any]:
    return {
        "uid": str(row.uid), "guide": row.guide.ref, "organisation": str(row.organisation.uid), "name": row.organisation.name, "whole": row.whole,
        "applications": [] if row.whole else list(row.applications.order_by("ref").values_list("ref", flat=True)),
        "since": row.since, "until": row.until, "reason": row.reason, "status": row.status,
    }


class HandoverInput(Strict):
    """`organisation` by its uid; without `applications` the whole guide is handed over."""

    guide = serializers.CharField(max_length=60)
    organisation = serializers.UUIDField()
    applications = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=200)
    since = serializers.DateField()
    until = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class HandoverList(APIView):
    """GET ?status=: handovers the person may see. POST: hand the check of a guide, or of chosen applications, over."""

    question = staticmethod(policies.may_read_desk)
    serializer_class = HandoverInput

    def get(self, request: Request) -> Response:
        rows = policies.handovers_visible_to(actor(request)).prefetch_related("applications")
        if value := request.GET.get("status", "")[:20]:
            rows = rows.filter(status=value)
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show_handover(row) | {"applications": sorted(one.ref for one in row.applications.all())} for row in found])

    def post(self, request: Request) -> Response:
        who = actor(request)
        data = HandoverInput(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        guide = next((one for one in queries.guides_to_hand_over(who) if one.ref == given["guide"]), None)
        institution: Organisation | None = queries.institutions().filter(uid=given["organisation"]).first()
        wrong = {"guide": [_("Choose the guide")]} if guide is None else {"organisation": [_("Choose the institution")]} if institution is None else {}
        if wrong:
            raise serializers.ValidationError(wrong)
        rows = queries.desk_gets(who, given.get("applications") or [])
        row = actions.hand_over(who, institution, guide=guide, applications=rows, since=given["since"], until=given["until"], reason=given["reason"])
        return Response(show_handover(row))


class TakeBack(Verb):
    question = staticmethod(policies.is_giver)
    get_object = staticmethod(queries.handover_for)
    act = staticmethod(actions.take_check_back)
    show = staticmethod(show_handover)
    serializer_class = WhyInput


class Suspend(TakeBack):
    act = staticmethod(actions.suspend_handover)


class Resume(TakeBack):
    act = staticmethod(actions.resume_handover)
    serializer_class = Strict


# --- many decisions at once --------------------------------------------------------------------------------------


def show_job(job: Job) -> dict[str, Any]:
    return {"job": str(job.uid), "state": job.state, "done": job.done, "total": job.total, "outcomes": (job.result or {}).get("outcomes") or []}


class BatchInput(Strict):
    """`act`: accept, ask or refuse. The rest is what the form of the page asks for this act; `vouch` says that somebody has gone through
    the list of each."""

    act = serializers.ChoiceField(choices=[actions.ACCEPT, actions.ASK, actions.REFUSE])
    applications = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=200)
    vouch = Said()
    item = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    sections = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    reason_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    clause = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)


FORMS = {actions.ACCEPT: forms.AcceptManyForm, actions.ASK: forms.AskManyForm, actions.REFUSE: forms.RefuseManyForm}


class Batch(APIView):
    """POST one decision for many applications; the answer names the job, GET formality/batches/JOB/ what became of each."""

    question = staticmethod(policies.is_checker_desk)
    serializer_class = BatchInput

    def post(self, request: Request) -> Response:
        who = actor(request)
        data = BatchInput(data=request.data)
        data.is_valid(raise_exception=True)
        given = dict(data.validated_data)
        act, rows = given.pop("act"), queries.desk_gets(who, given.pop("applications"))
        more = {"parts": queries.common_parts(rows)} if act == actions.ASK else {}
        form = FORMS[act]({**given, "ids": [row.ref for row in rows]}, rows=rows, **more)
        if unknown := sorted(set(given) - set(form.fields)):
            raise serializers.ValidationError({name: ["unknown field"] for name in unknown})
        if not form.is_valid():
            raise serializers.ValidationError({name: [str(text) for text in texts] for name, texts in form.errors.items()})
        words = {key: value for key, value in form.cleaned_data.items() if key not in ("ids", "vouch")}
        return Response(show_job(actions.order_batch(who, act, rows, words)))


class BatchResult(APIView):
    """Only for the person who ordered it."""

    question = staticmethod(policies.is_checker_desk)

    def get(self, request: Request, uid: Any) -> Response:
        job = Job.objects.filter(uid=uid, kind="applications.batch", actor_id=actor(request).id).first()
        if job is None:
            raise Http404
        return Response(show_job(job))


# --- old projects ------------------------------------------------------------------------------------------------


def show_import(row: ImportBatch) -> dict[str, Any]:
    return {"uid": str(row.uid), "source": row.source.name, "file": row.file.name, "sha256": row.file.sha256, "status": row.status,
            "mapping": row.mapping, "options": row.options, "counts": row.counts, "problems": row.problems, "created_at": row.created_at}


class ImportInput(Strict):
    """Multipart: the table, and the system it comes from."""

    source = serializers.CharField(max_length=30)
    file = serializers.FileField()


class DryRunInput(Strict):
    """`mapping`: {field: heading}; fields left out are guessed from the headings and from what the source had last."""

    mapping = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    unit = serializers.ChoiceField(choices=["wan", "yuan"], required=False)


class ImportList(APIView):
    """GET: tables sent so far. POST a table: nothing is taken over; the answer has its headings and the guessed mapping."""

    question = staticmethod(policies.imports)
    serializer_class = ImportInput

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(queries.batches(actor(request)), request, view=self)
        return pages.get_paginated_response([show_import(row) for row in found])

    def post(self, request: Request) -> Response:
        data = ImportInput(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            row = actions.keep_import(actor(request), source=data.validated_data["source"], upload=data.validated_data["file"])
        except files.BadFile as error:
            raise serializers.ValidationError({"file": [str(error)]}) from error
        headings, _lines = actions.read_import(row)
        return Response(show_import(row) | {"headings": headings, "guessed": queries.guessed(headings, row.mapping)})


class ImportDetail(APIView):
    question = staticmethod(policies.imports)

    def get(self, request: Request, uid: Any) -> Response:
        return Response(show_import(queries.batch_for(actor(request), uid)))


def _dry_run(who: Any, row: ImportBatch, *, mapping: Any = None, unit: str = "") -> Job:
    if not row.file.path:
        raise Refused([files.locked(row.file)])
    headings, _lines = actions.read_import(row)
    if foreign := sorted(set(mapping or {}) - set(queries.FIELDS) | {f"{name}={at}" for name, at in (mapping or {}).items() if at not in headings}):
        raise serializers.ValidationError({"mapping": foreign[:20]})
    return actions.map_import(who, row, mapping=queries.guessed(headings, row.mapping) | dict(mapping or {}),
                              options={"unit": unit or row.options.get("unit", "wan")})


class DryRun(Verb):
    """POST: which column is what, and a dry run as a job; GET the table afterwards for counts and problems."""

    question = staticmethod(policies.imports)
    get_object = staticmethod(queries.batch_for)
    act = staticmethod(_dry_run)
    show = staticmethod(show_job)
    serializer_class = DryRunInput


class RunImport(DryRun):
    act = staticmethod(actions.order_import)
    serializer_class = WhyInput


class DiscardImport(RunImport):
    act = staticmethod(actions.discard_import)
    show = staticmethod(show_import)
