"""Policy documents: the basis every guide needs (clause R13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import ledger
from core.workflow import Refused
from programs import policies as questions
from programs import states
from programs.models import PolicyDocument, Special
from programs.workflow import POLICY_DOCUMENT

FIELDS = (
    "number", "title", "title_en", "kind", "issuer", "issued_on", "valid_from", "valid_to", "government_approval",
    "text", "source",
)


def _ask(actor: Any) -> None:
    if reason := questions.is_planner(actor):
        raise Refused([reason])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    clean = {key: values[key] for key in FIELDS if key in values}
    if clean.get("valid_to") and clean["valid_to"] < clean["valid_from"]:
        raise Refused([_("The document ends before it begins.")])
    return clean


@transaction.atomic
def create_policy(
    actor: Any, *, specials: Iterable[Special] = (), is_demo: bool = False, **values: Any
) -> PolicyDocument:
    """Register a document as a draft. Records programs.policy_document.create."""
    _ask(actor)
    if PolicyDocument.objects.filter(number=values["number"]).exists():
        raise Refused([_("A document with the number %(number)s is registered already.") % values])
    document = PolicyDocument.objects.create(created_by=actor.person, is_demo=is_demo, **_checked(values))
    document.specials.set(specials)
    ledger.record("programs.policy_document.create", document, actor, after=_snapshot(document))
    return document


@transaction.atomic
def change_policy(
    actor: Any,
    document: PolicyDocument,
    *,
    specials: Iterable[Special] | None = None,
    replaced_by: PolicyDocument | None = None,
    **values: Any,
) -> PolicyDocument:
    """Correct a document's data. Guides already published keep their place; the ledger keeps both states."""
    _ask(actor)
    row = PolicyDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    if row.status == states.PolicyStatus.REPEALED:
        raise Refused([_("A repealed document is not changed any more.")])
    if replaced_by is not None and replaced_by.pk == row.pk:
        raise Refused([_("A document cannot replace itself.")])
    before = _snapshot(row)
    changes = {**_checked({**{key: getattr(row, key) for key in FIELDS}, **values}), "replaced_by": replaced_by}
    if PolicyDocument.objects.filter(number=changes["number"]).exclude(pk=row.pk).exists():
        raise Refused([_("A document with the number %(number)s is registered already.") % changes])
    PolicyDocument.objects.filter(pk=row.pk).update(**changes)
    if specials is not None:
        row.specials.set(specials)
    row.refresh_from_db()
    ledger.record("programs.policy_document.change", row, actor, before=before, after=_snapshot(row))
    return row


@transaction.atomic
def enact_policy(actor: Any, document: PolicyDocument) -> PolicyDocument:
    """DRAFT -> IN_FORCE. Clause R13: an implementation scheme needs the government's approval first."""
    return POLICY_DOCUMENT.move("enact", actor, document)


@transaction.atomic
def repeal_policy(actor: Any, document: PolicyDocument, *, why: str) -> PolicyDocument:
    """IN_FORCE -> REPEALED: guides can no longer be published on it. Needs a reason."""
    return POLICY_DOCUMENT.move("repeal", actor, document, why=why, reason=why)


@transaction.atomic
def enter_policies_from_data(actor: Any, rows: Iterable[Mapping[str, Any]]) -> list[PolicyDocument]:
    """Register and put in force the documents of a data file; those that stand already are left alone.

    Each row has the columns of the document (dates as ISO text) and `specials`, a list of special codes in any tree.
    """
    entered = []
    for row in rows:
        document = PolicyDocument.objects.filter(number=row["number"]).first()
        if document is None:
            values = {key: row[key] for key in FIELDS if key in row}
            for key in ("issued_on", "valid_from", "valid_to"):
                values[key] = date.fromisoformat(row[key]) if row.get(key) else None
            document = create_policy(
                actor,
                specials=Special.objects.filter(code__in=row.get("specials", ())),
                is_demo=bool(row.get("is_demo")),
                **values,
            )
            document = enact_policy(actor, document)
        entered.append(document)
    return entered


def _snapshot(document: PolicyDocument) -> dict[str, Any]:
    state = {key: getattr(document, key) for key in FIELDS if key != "text"}
    state["specials"] = sorted(document.specials.values_list("code", flat=True))
    return state
