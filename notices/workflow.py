"""The table of moves of an official document."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.workflow import Machine, Step
from notices import policies
from notices.states import DocumentStatus as D


def has_content(document: Any, **given: Any) -> str | None:
    return None if document.title and document.context else _("The document has no title or no content yet.")


def has_reason(document: Any, *, why: str = "", reason: str = "", **given: Any) -> str | None:
    return None if (reason or why).strip() else _("Please give the reason.")


DOCUMENT = Machine(
    "notices.document",
    (
        Step("proof", {D.DRAFT}, D.PROOFED, policies.may_draft, (has_content,), label=gettext_lazy("Proof-read")),
        Step("return", {D.PROOFED}, D.DRAFT, policies.may_draft, (has_reason,), label=gettext_lazy("Return to drafter")),
        Step("sign", {D.DRAFT, D.PROOFED}, D.SIGNED, policies.may_sign, (has_content,), label=gettext_lazy("Sign off")),
        Step("issue", {D.SIGNED}, D.ISSUED, policies.may_draft, label=gettext_lazy("Number, seal and issue")),
        Step("withdraw", {D.ISSUED}, D.WITHDRAWN, policies.may_sign, (has_reason,), label=gettext_lazy("Withdraw"),
             danger=True),
    ),
    model_label="notices.Document",
    states=D,
)
