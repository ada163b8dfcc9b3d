"""A submitted application is a version: whole, hashed, append-only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from applications import queries, rules
from applications.models import Application, Content, Version
from core import clock, ledger

SUBMIT = "SELECT applications_submit(%s, %s, %s, %s, %s, %s, %s::int[], %s::int[], %s, %s, %s) AS holds"


def keep_content(row: Application, data: Mapping[str, Any]) -> Content:
    """The content under the hash of its canonical text; the same content again is not written again."""
    found, _new = Content.objects.get_or_create(application=row, sha256=rules.digest(data), defaults={"data": data})
    return found


def _write(actor: Any, row: Application, content: Content, number: int, why: str, receipt: Mapping[str, Any] | None) -> Version:
    return Version.objects.create(application=row, number=number, content=content, receipt=receipt, why=why, by=actor.person,
                                  sha256=rules.version_digest(content.sha256, receipt))


def freeze(actor: Any, row: Application, *, why: str) -> Version:
    """Write what stands in a locked application as its next version. The hash covers the canonical text to the letter."""
    cleaned, _errors = queries.form_of(row).clean(row.answers, final=True)
    content = keep_content(row, queries.snapshot(row, cleaned))
    return _write(actor, row, content, Version.objects.filter(application=row).count() + 1, why, None)


def freeze_prepared(actor: Any, row: Application, *, number: int, receipt: Mapping[str, Any]) -> str:
    """The same from what stands ready, for a submission; returns the hash. `receipt` are its number, time and who approved."""
    content = Content.objects.defer("data").get(prepared__application=row)
    return _write(actor, row, content, number, "SUBMIT", receipt).sha256


def submission(actor: Any, row: Application, counted: tuple[list[int], list[int]], content: str, receipt: Mapping[str, Any], sha256: str,
               ) -> ledger.Proof:
    """Hold whoever is counted, prove that this content stands ready, freeze it and engage whom it names: for the statement that makes the
    move (migration applications 0018). It does not hold, and writes nothing, where another or nothing stands ready or something was
    submitted before."""
    return ledger.Proof(SUBMIT, (row.pk, queries.made_by(), content, sha256, actor.id, rules.canonical(receipt), *counted, clock.today(),
                                 row._meta.label_lower, ledger.reference(row)))
