"""Policy documents: the basis every guide needs (clause R13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock, deadlines, files, ledger, parameters
from core.workflow import Refused
from programs import policies as questions
from programs import queries, states
from programs.models import PolicyDocument, Special
from programs.workflow import POLICY_DOCUMENT

FIELDS = (
    "number", "title", "title_en", "kind", "issuer", "issued_on", "valid_from", "valid_to", "government_approval",
    "government_approved_on", "text", "source",
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
    actor: Any, *, specials: Iterable[Special] = (), rests_on: Iterable[PolicyDocument] = (), is_demo: bool = False,
    **values: Any,
) -> PolicyDocument:
    """Register a document as a draft. Records programs.policy_document.create."""
    _ask(actor)
    if PolicyDocument.objects.filter(number=values["number"]).exists():
        raise Refused([_("A document with the number %(number)s is registered already.") % values])
    document = PolicyDocument.objects.create(created_by=actor.person, is_demo=is_demo, **_checked(values))
    document.specials.set(specials)
    document.rests_on.set(_higher(rests_on))
    ledger.record("programs.policy_document.create", document, actor, after=_snapshot(document))
    return document


@transaction.atomic
def change_policy(
    actor: Any,
    document: PolicyDocument,
    *,
    specials: Iterable[Special] | None = None,
    rests_on: Iterable[PolicyDocument] | None = None,
    **values: Any,
) -> PolicyDocument:
    """Correct a document's data. Guides already published keep their place; the ledger keeps both states. What takes its
    place is said by `replace_policy`."""
    _ask(actor)
    row = PolicyDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    if row.status == states.PolicyStatus.REPEALED:
        raise Refused([_("A repealed document is not changed any more.")])
    before = _snapshot(row)
    changes = _checked({**{key: getattr(row, key) for key in FIELDS}, **values})
    if PolicyDocument.objects.filter(number=changes["number"]).exclude(pk=row.pk).exists():
        raise Refused([_("A document with the number %(number)s is registered already.") % changes])
    if reasons := _overlaps(row, changes["valid_from"], changes["valid_to"]):
        raise Refused(reasons)
    PolicyDocument.objects.filter(pk=row.pk).update(**changes)
    if specials is not None:
        row.specials.set(specials)
    if rests_on is not None:
        row.rests_on.set(_higher(rests_on))
    row.refresh_from_db()
    _watch(row)
    ledger.record("programs.policy_document.change", row, actor, before=before, after=_snapshot(row))
    return row


@transaction.atomic
def enact_policy(actor: Any, document: PolicyDocument) -> PolicyDocument:
    """DRAFT -> IN_FORCE. Clause R13: an implementation scheme needs the government's approval first."""
    row = POLICY_DOCUMENT.move("enact", actor, document)
    _watch(row)
    return row


@transaction.atomic
def repeal_policy(actor: Any, document: PolicyDocument, *, why: str) -> PolicyDocument:
    """IN_FORCE -> REPEALED: guides can no longer be published on it. Needs a reason."""
    row = POLICY_DOCUMENT.move("repeal", actor, document, why=why, reason=why)
    PolicyDocument.objects.filter(pk=row.pk).update(repealed_on=clock.today())
    deadlines.cancel("policy.expires", row)
    row.refresh_from_db()
    return row


@transaction.atomic
def replace_policy(actor: Any, document: PolicyDocument, *, by: PolicyDocument) -> PolicyDocument:
    """`by` takes the place of a document in force: the old one is valid until the day before the new one begins.

    Refused when the new one is not in force or a chain of replacements would run in a circle (clause R13). Records
    programs.policy_document.replace.
    """
    _ask(actor)
    rows = {row.pk: row for row in PolicyDocument.objects.select_for_update(no_key=True).filter(pk__in=[document.pk, by.pk])}
    old, new = rows[document.pk], rows[by.pk]
    if reasons := _replace_reasons(old, new):
        raise Refused(reasons)
    last = max(new.valid_from - timedelta(days=1), old.valid_from)
    before = _snapshot(old)
    end = last if old.valid_to is None else min(old.valid_to, last)
    PolicyDocument.objects.filter(pk=old.pk).update(replaced_by=new, valid_to=end)
    old.refresh_from_db()
    _watch(old)
    ledger.record("programs.policy_document.replace", old, actor, before=before, after=_snapshot(old), by=new.number)
    return old


def _overlaps(row: PolicyDocument, begin: date, end: date | None) -> list[str]:
    """Clause R13: a replaced document ends before its successor begins, whichever of the two is corrected."""
    found = []
    if row.replaced_by is not None and (end is None or end >= row.replaced_by.valid_from):
        found.append(_("Clause R13: the document is replaced by “%(title)s” and ends before %(day)s.") % {
            "title": row.replaced_by.title, "day": row.replaced_by.valid_from.isoformat()})
    found += [
        _("Clause R13: the document replaces “%(title)s”, which is valid until %(day)s; it begins later.") % {
            "title": old.title, "day": old.valid_to.isoformat() if old.valid_to else "—"}
        for old in row.replaces.exclude(status=states.PolicyStatus.REPEALED) if old.valid_to is None or old.valid_to >= begin
    ]
    return found


def _replace_reasons(old: PolicyDocument, new: PolicyDocument) -> list[str]:
    found = []
    if old.pk == new.pk:
        return [_("Clause R13: a document cannot replace itself.")]
    if any(state != states.PolicyStatus.IN_FORCE for state in (old.status, new.status)):
        found.append(_("Clause R13: both documents must be in force before one replaces the other."))
    if old.replaced_by_id is not None:
        found.append(_("Clause R13: the document is replaced already."))
    if old.pk in {row.pk for row in queries.replaced_by_chain(new)}:
        found.append(_("Clause R13: the replacements would run in a circle: “%(new)s” was itself replaced by “%(old)s”.")
                     % {"new": new.title, "old": old.title})
    if new.valid_from <= old.valid_from:
        found.append(_("Clause R13: the new document must be valid from a later day than the old one."))
    return found


@transaction.atomic
def attach_text(actor: Any, document: PolicyDocument, *, upload: Any) -> PolicyDocument:
    """The act itself as PDF or Word, kept with its hash; the public may download it. An earlier file stays in the store.
    Records programs.policy_document.attach. Raises core.files.BadFile for a file that is not what it says."""
    _ask(actor)
    row = PolicyDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    file = files.store(upload, actor=actor, kinds=("pdf", "docx"), max_bytes=int(parameters.value("policy.file_mb", default=30)) * 1048576)
    PolicyDocument.objects.filter(pk=row.pk).update(file=file)
    row.refresh_from_db()
    ledger.record("programs.policy_document.attach", row, actor, file=file.name, sha256=file.sha256)
    return row


def _watch(document: PolicyDocument) -> None:
    """The timer that tells the owners in time, so many days before the document ends."""
    if document.status != states.PolicyStatus.IN_FORCE or document.valid_to is None:
        deadlines.cancel("policy.expires", document)
        return
    day = document.valid_to - timedelta(days=int(parameters.value("policy.warn_days", default=90)))
    moment = timezone.make_aware(datetime.combine(day, time(9)))
    if moment > clock.now():
        deadlines.set("policy.expires", document, moment)
    else:
        deadlines.cancel("policy.expires", document)


def _higher(documents: Iterable[PolicyDocument]) -> list[PolicyDocument]:
    rows = list(documents)
    if any(row.kind != states.PolicyKind.HIGHER for row in rows):
        raise Refused([_("Clause R13: a document rests on higher-level documents only.")])
    return rows


@transaction.atomic
def enter_policies_from_data(actor: Any, rows: Iterable[Mapping[str, Any]]) -> list[PolicyDocument]:
    """Register and put in force the documents of a data file; those that stand already are left alone.

    Each row has the columns of the document (dates as ISO text) and `specials`, a list of special codes in any tree, and
    `rests_on`, numbers of higher-level documents that stand before it.
    """
    entered = []
    for row in rows:
        document = PolicyDocument.objects.filter(number=row["number"]).first()
        if document is None:
            values = {key: row[key] for key in FIELDS if key in row}
            for key in ("issued_on", "valid_from", "valid_to", "government_approved_on"):
                values[key] = date.fromisoformat(row[key]) if row.get(key) else None
            document = create_policy(
                actor,
                specials=Special.objects.filter(code__in=row.get("specials", ())),
                rests_on=PolicyDocument.objects.filter(number__in=row.get("rests_on", ())),
                is_demo=bool(row.get("is_demo")),
                **values,
            )
            document = enact_policy(actor, document)
        entered.append(document)
    return entered


def _snapshot(document: PolicyDocument) -> dict[str, Any]:
    state = {key: getattr(document, key) for key in FIELDS if key != "text"}
    state["replaced_by"] = document.replaced_by.number if document.replaced_by else ""
    state["rests_on"] = sorted(document.rests_on.values_list("number", flat=True))
    state["specials"] = sorted(document.specials.values_list("code", flat=True))
    return state
