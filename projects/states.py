"""Closed lists of the projects floor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ListStatus(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("proposed list", "Being prepared")
    SUBMITTED = "SUBMITTED", pgettext_lazy("proposed list", "Submitted for decision")
    DECIDED = "DECIDED", pgettext_lazy("proposed list", "Decided")


class PublicityStatus(TextChoices):
    PREPARED = "PREPARED", pgettext_lazy("public notice", "Being prepared")
    OPEN = "OPEN", pgettext_lazy("public notice", "Running")
    CLOSED = "CLOSED", pgettext_lazy("public notice", "Closed")


class ObjectionStatus(TextChoices):
    FILED = "FILED", pgettext_lazy("objection", "Filed")
    REFUSED = "REFUSED", pgettext_lazy("objection", "Not accepted")
    ACCEPTED = "ACCEPTED", pgettext_lazy("objection", "Being investigated")
    HANDED = "HANDED", pgettext_lazy("objection", "With the leader, proposed to be upheld")
    UPHELD = "UPHELD", pgettext_lazy("objection", "Upheld")
    NOT_UPHELD = "NOT_UPHELD", pgettext_lazy("objection", "Not upheld")


#: Not settled yet: filed, investigated by supervision, or handed to the leader.
UNSETTLED = (ObjectionStatus.FILED, ObjectionStatus.ACCEPTED, ObjectionStatus.HANDED)


class ObjectorKind(TextChoices):
    PERSON = "PERSON", pgettext_lazy("objector", "Person")
    UNIT = "UNIT", pgettext_lazy("objector", "Unit")


class ProjectStatus(TextChoices):
    """States of a project; COMPLETED is for modes without contract (post-subsidy, reward, entitlement)."""

    CONTRACT_PENDING = "CONTRACT_PENDING", _("Contract pending")
    ACTIVE = "ACTIVE", _("Running")
    SUSPENDED = "SUSPENDED", pgettext_lazy("project", "Suspended")
    OVERDUE = "OVERDUE", _("Overdue")
    ACCEPTANCE = "ACCEPTANCE", _("In acceptance")
    RECONSIDER = "RECONSIDER", _("To be reconsidered")
    PASSED = "PASSED", _("Passed acceptance")
    CLOSED = "CLOSED", _("Closed without pass")
    FAILED = "FAILED", _("Not passed")
    TERMINATED = "TERMINATED", _("Terminated")
    REVOKED = "REVOKED", _("Revoked")
    ARCHIVED = "ARCHIVED", _("Archived")
    LAPSED = "LAPSED", _("Lapsed, contract never signed")
    COMPLETED = "COMPLETED", _("Awarded, no contract")


class ContractStatus(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("contract", "Being drafted")
    OFFERED = "OFFERED", pgettext_lazy("contract", "Waiting for the unit's signature")
    UNIT_SIGNED = "UNIT_SIGNED", pgettext_lazy("contract", "Signed by the unit")
    EFFECTIVE = "EFFECTIVE", pgettext_lazy("contract", "In force")


class LineKind(TextChoices):
    SIGN = "SIGN", _("On signature")
    MIDTERM = "MIDTERM", _("After the mid-term check")
    FINAL = "FINAL", _("After acceptance")
    ONCE = "ONCE", _("One payment")
    YEARLY = "YEARLY", _("Yearly payment")


class Pool(TextChoices):
    """Which pot pays: the control figure of the year, or its reserve."""

    CONTROL = "CONTROL", _("Control figure")
    RESERVE = "RESERVE", _("Reserve")


#: States in which money may be paid.
PAYABLE = (
    ProjectStatus.ACTIVE, ProjectStatus.OVERDUE, ProjectStatus.ACCEPTANCE, ProjectStatus.PASSED, ProjectStatus.COMPLETED,
)
ENDED = (
    ProjectStatus.PASSED, ProjectStatus.CLOSED, ProjectStatus.FAILED, ProjectStatus.TERMINATED, ProjectStatus.REVOKED,
    ProjectStatus.ARCHIVED, ProjectStatus.LAPSED, ProjectStatus.COMPLETED,
)
TONES = {
    "CONTRACT_PENDING": "warn", "ACTIVE": "doing", "SUSPENDED": "bad", "OVERDUE": "bad", "ACCEPTANCE": "doing",
    "RECONSIDER": "warn", "PASSED": "good", "COMPLETED": "good", "FAILED": "bad", "REVOKED": "bad",
}
