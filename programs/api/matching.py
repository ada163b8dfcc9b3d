"""Machines: matching, kept searches, entitlement lists. Each act of a page has its twin here."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.states import Role
from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from notices import actions as notices
from programs import actions, policies, queries
from programs.api.guides import OptionalWhyInput, WhyInput
from programs.engine import conditions, selfcheck
from programs.forms.selfcheck import SelfCheckAllForm, SelfCheckForm, key_of
from programs.models import CallSearch, Entitlement, EntitlementList
from programs.queries import entitlements as reads
from programs.queries import matching, register


class AnswersInput(Strict):
    answers = serializers.DictField(help_text="{fact: answer}; a fact that is left out is not known; money in 10,000 yuan")


class SearchInput(Strict):
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=600, required=False, default="", allow_blank=True, help_text="the address part of the search page")


def show_outcome(one: conditions.Outcome) -> dict[str, Any]:
    return {"code": one.code, "clause": one.clause, "text": one.text, "result": one.result, "hard": one.hard, "found": one.found,
            "look": one.look, "source": one.source}


def show_list(roll: EntitlementList) -> dict[str, Any]:
    """Money in yuan as text."""
    return {
        "ref": roll.ref, "guide": roll.guide.ref, "status": roll.status, "day": roll.day.isoformat(), "count": roll.count, "total": str(roll.total),
        "money": str(roll.money), "open_cases": roll.open_cases, "sha256": roll.sha256,
        "confirm_by": roll.confirm_by.isoformat() if roll.confirm_by else None,
    }


def show_row(row: Entitlement) -> dict[str, Any]:
    """The account stays masked; whoever pays reads it where money is paid."""
    return {
        "uid": str(row.uid), "list": row.roll.ref, "unit": str(row.organisation.uid), "name": row.organisation.name, "uscc": row.organisation.uscc or "",
        "amount": str(row.amount), "status": row.status, "lines": reads.entitlement_lines(row), "conditions": row.conditions,
        "account": row.account.get("masked", ""), "reason": row.reason, "answered_at": row.answered_at.isoformat() if row.answered_at else None,
    }


def show_search(row: CallSearch) -> dict[str, Any]:
    return {
        "uid": str(row.uid), "name": row.name, "query": row.query, "since": row.since.isoformat(), "stopped": row.stopped_at is not None,
        **{kind: reverse("programs:public:search_feed", args=[row.token, kind]) for kind in ("rss", "atom", "ics")},
    }


class SelfCheck(APIView):
    """GET: the questions of a guide. POST: what the answers give; nothing is kept."""

    question = staticmethod(public)
    serializer_class = AnswersInput

    def get(self, request: Request, ref: str) -> Response:
        _guide, rules = self._rules(request, ref)
        return Response(_show_questions(selfcheck.questions(rules)))

    def post(self, request: Request, ref: str) -> Response:
        guide, rules = self._rules(request, ref)
        data = AnswersInput(data=request.data)
        data.is_valid(raise_exception=True)
        form = _answered(SelfCheckForm, data.validated_data["answers"], selfcheck.questions(rules))
        outcomes = conditions.evaluate(rules, {**form.facts(), **queries.guide_facts(guide)})
        return Response({"can_apply": not any(one.blocks for one in outcomes), "outcomes": [show_outcome(one) for one in outcomes]})

    def _rules(self, request: Request, ref: str) -> tuple[Any, list[Any]]:
        guide = queries.get_for(actor(request), ref)
        return guide, register.rules_of(guide.version) if guide.version else []


class SelfCheckAll(APIView):
    """GET: the questions that most running guides ask. POST: how the answers stand to each guide; nothing is kept."""

    question = staticmethod(public)
    serializer_class = AnswersInput

    def get(self, request: Request) -> Response:
        return Response(_show_questions(matching.few_questions(matching.running_versions())))

    def post(self, request: Request) -> Response:
        data = AnswersInput(data=request.data)
        data.is_valid(raise_exception=True)
        versions = matching.running_versions()
        form = _answered(SelfCheckAllForm, data.validated_data["answers"], matching.few_questions(versions))
        return Response([{
            "guide": row.guide.ref, "reach": row.reach.value, "missing": [show_outcome(miss.outcome) for miss in row.missing],
            "open": [show_outcome(miss.outcome) for miss in row.open_]} for row in matching.standings_by_answers(versions, form.facts())])


def _show_questions(asked: list[selfcheck.Question]) -> list[dict[str, Any]]:
    return [{"fact": one.fact, "kind": one.kind, "codes": list(one.codes)} for one in asked]


def _answered(kind: type[SelfCheckForm], answers: dict[str, Any], asked: list[selfcheck.Question]) -> SelfCheckForm:
    """The form filled; a fact that is not asked, or an answer that cannot be read, is refused by its name."""
    names = {key_of(one.fact): one.fact for one in asked}
    if unknown := sorted(name for name in answers if name not in names.values()):
        raise serializers.ValidationError({name: [_("This is not asked.")] for name in unknown})
    form = kind({key_of(str(name)): value for name, value in answers.items()}, asked)
    if not form.is_valid():
        raise serializers.ValidationError({names.get(key, key): list(errors) for key, errors in form.errors.items()})
    return form


class Matching(APIView):
    """GET ?unit=: running guides by how the unit stands to them; an administrator over all its people."""

    question = staticmethod(policies.may_match)

    def get(self, request: Request) -> Response:
        who, wanted = actor(request), request.GET.get("unit", "")
        units = list(matching.units_of(who))
        unit = next((one for one in units if str(one.uid) == wanted), None if wanted else units[0])
        if unit is None:
            raise Http404
        rows = matching.standings(unit, person=None if who.holds(Role.ORG_ADMIN, at=unit) else who.person)
        return Response([{
            "guide": row.guide.ref, "reach": row.reach.value, "leader": row.leader.name, "able": row.able,
            "missing": [{**show_outcome(miss.outcome), "mend": miss.place} for miss in row.missing],
            "open": [{**show_outcome(miss.outcome), "mend": miss.place} for miss in row.open_]} for row in rows])


class MailInput(Strict):
    mail = serializers.BooleanField()


class MatchingMail(APIView):
    """POST: the mails of the night on or off."""

    question = staticmethod(policies.may_match)
    serializer_class = MailInput

    def post(self, request: Request) -> Response:
        data = MailInput(data=request.data)
        data.is_valid(raise_exception=True)
        notices.prefer(actor(request), actions.MATCHING_EVENT, mail=data.validated_data["mail"])
        return Response(data.validated_data)


class GuideReach(APIView):
    """GET: who could apply, in numbers, and what each clause does."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        guide = queries.get_for(actor(request), ref)
        if not matching.is_askable(guide.version):
            raise Http404
        found = matching.guide_reach(guide.version)
        return Response({
            "pairs": found.pairs, "units": found.units, "near_units": found.near_units, "all_units": found.all_units,
            "clauses": [{"code": one.code, "clause": one.clause, "kept_out": one.out, "only_this": one.alone} for one in found.clauses]})


class Searches(APIView):
    question = staticmethod(policies.keeps_searches)
    serializer_class = SearchInput

    def get(self, request: Request) -> Response:
        return Response([show_search(row) for row in queries.searches_of(actor(request))])

    def post(self, request: Request) -> Response:
        data = SearchInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(show_search(actions.keep_search(actor(request), **data.validated_data)))


class SearchVerb(Verb):
    question = staticmethod(policies.keeps_searches)
    get_object = staticmethod(queries.search_for)
    show = staticmethod(show_search)


class StopSearch(SearchVerb):
    act = staticmethod(actions.stop_search)


class TakeUpSearch(SearchVerb):
    act = staticmethod(actions.take_up_search)


class RenewSearch(SearchVerb):
    act = staticmethod(actions.renew_search)


class DropSearch(SearchVerb):
    act = staticmethod(actions.drop_search)


class EntitlementLists(APIView):
    question = staticmethod(policies.is_staff)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        rows = pages.paginate_queryset(reads.lists_for(actor(request)), request, view=self)
        return pages.get_paginated_response([show_list(row) for row in rows])


class EntitlementRows(APIView):
    """The units of a list; ?status=CONFIRMED is what upper floors and other systems go on with."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        who = actor(request)
        rows = reads.rows_of(who, reads.list_for(who, ref))
        if status := request.GET.get("status"):
            rows = rows.filter(status=status)
        pages = KeysetPagination()
        return pages.get_paginated_response([show_row(row) for row in pages.paginate_queryset(rows, request, view=self)])


class DraftEntitlements(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    act = staticmethod(actions.draft_entitlements)
    show = staticmethod(show_list)


class ListVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(reads.list_for)
    show = staticmethod(show_list)


class CheckEntitlements(ListVerb):
    act = staticmethod(actions.check_entitlements)
    serializer_class = OptionalWhyInput


class ReturnEntitlements(ListVerb):
    act = staticmethod(actions.return_entitlements)
    serializer_class = WhyInput


class ApproveEntitlements(ListVerb):
    act = staticmethod(actions.approve_entitlements)
    serializer_class = OptionalWhyInput


class PublishEntitlements(ListVerb):
    act = staticmethod(actions.publish_entitlements)


class DiscardEntitlements(ListVerb):
    act = staticmethod(actions.discard_entitlements)
    serializer_class = WhyInput


class OwnEntitlements(APIView):
    question = staticmethod(policies.is_org_admin)

    def get(self, request: Request) -> Response:
        return Response([show_row(row) for row in reads.entitlements_of_units(actor(request))])


class ConfirmEntitlement(Verb):
    question = staticmethod(policies.is_org_admin)
    get_object = staticmethod(reads.own_entitlement)
    act = staticmethod(actions.confirm_entitlement)
    show = staticmethod(show_row)


class DeclineEntitlement(ConfirmEntitlement):
    act = staticmethod(actions.decline_entitlement)
    serializer_class = WhyInput


PATHS = [
    path("self-check/", SelfCheckAll.as_view(), name="self_check_all"),
    path("guides/<slug:ref>/check/", SelfCheck.as_view(), name="self_check"),
    path("guides/<slug:ref>/reach/", GuideReach.as_view(), name="guide_reach"),
    path("guides/<slug:key>/entitlements/", DraftEntitlements.as_view(), name="entitlement_draft"),
    path("matching/", Matching.as_view(), name="matching"),
    path("matching/mail/", MatchingMail.as_view(), name="matching_mail"),
    path("searches/", Searches.as_view(), name="searches"),
    path("searches/<uuid:key>/stop/", StopSearch.as_view(), name="search_stop"),
    path("searches/<uuid:key>/take-up/", TakeUpSearch.as_view(), name="search_take_up"),
    path("searches/<uuid:key>/renew/", RenewSearch.as_view(), name="search_renew"),
    path("searches/<uuid:key>/drop/", DropSearch.as_view(), name="search_drop"),
    path("entitlements/", EntitlementLists.as_view(), name="entitlement_lists"),
    path("entitlements/own/", OwnEntitlements.as_view(), name="own_entitlements"),
    path("entitlements/<slug:ref>/units/", EntitlementRows.as_view(), name="entitlement_rows"),
    path("entitlements/<slug:key>/check/", CheckEntitlements.as_view(), name="entitlement_check"),
    path("entitlements/<slug:key>/return/", ReturnEntitlements.as_view(), name="entitlement_return"),
    path("entitlements/<slug:key>/approve/", ApproveEntitlements.as_view(), name="entitlement_approve"),
    path("entitlements/<slug:key>/publish/", PublishEntitlements.as_view(), name="entitlement_publish"),
    path("entitlements/<slug:key>/discard/", DiscardEntitlements.as_view(), name="entitlement_discard"),
    path("entitlements/units/<uuid:key>/confirm/", ConfirmEntitlement.as_view(), name="entitlement_confirm"),
    path("entitlements/units/<uuid:key>/decline/", DeclineEntitlement.as_view(), name="entitlement_decline"),
]
