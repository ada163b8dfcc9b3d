"""Machines: versions of the tree, policy basis, numbers that decide."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.web.access import public
from core.web.api import Strict, Verb, actor
from programs import (
    actions,
    policies,
    queries,
)
from programs.api.guides import WhyInput
from programs.forms.workbook import (
    checked_rows,
)
from programs.models import (
    ParameterChange,
    PlanTree,
    PolicyDocument,
)


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
        found = queries.compared_trees(actor(request), request.GET.get("from", ""), request.GET.get("to", ""))
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


def show_parameter_change(row: ParameterChange) -> dict[str, Any]:
    return {"id": row.pk, "key": row.key, "value": row.value, "effective_from": row.effective_from, "status": row.status}


class AskParameter(APIView):
    """POST a new value of a number from a day to come; another person decides."""

    question = staticmethod(policies.is_planner)
    serializer_class = AskInput

    def post(self, request: Request, key: str) -> Response:
        data = AskInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(show_parameter_change(actions.ask_parameter(actor(request), key=key, **data.validated_data)))


class ApproveParameter(Verb):
    question = staticmethod(policies.is_parameter_reader)
    get_object = staticmethod(queries.parameter_change)
    act = staticmethod(actions.approve_parameter)
    show = staticmethod(show_parameter_change)


class RefuseParameter(ApproveParameter):
    act = staticmethod(actions.refuse_parameter)
    serializer_class = WhyInput


class TakeBackParameter(ApproveParameter):
    act = staticmethod(actions.take_back_parameter)
