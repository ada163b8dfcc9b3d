"""Closed lists of the performance floor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportKind(TextChoices):
    ANNUAL = "ANNUAL", _("Annual report")
    FINAL = "FINAL", _("Final report")


class ReportStatus(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("report", "Being written")
    UNIT_PENDING = "UNIT_PENDING", pgettext_lazy("report", "Waiting for the unit")
    RETURNED = "RETURNED", pgettext_lazy("report", "Returned")
    FILED = "FILED", pgettext_lazy("report", "Filed with the bureau")
    CLOSED = "CLOSED", pgettext_lazy("report", "Closed")


class Assessment(TextChoices):
    """What the bureau found of a yearly report: it decides whether the next year's money may be paid (stable support)."""

    FAVOURABLE = "FAVOURABLE", pgettext_lazy("assessment of a year", "Favourable")
    UNFAVOURABLE = "UNFAVOURABLE", pgettext_lazy("assessment of a year", "Unfavourable")


class Band(TextChoices):
    """How far a qualitative target was met; the share of each band is a parameter (performance.qualitative_bands)."""

    MET = "MET", _("Met")
    PARTLY = "PARTLY", _("Partly met")
    MISSED = "MISSED", _("Missed")


class AcceptanceStatus(TextChoices):
    OPEN = "OPEN", pgettext_lazy("acceptance", "To be examined")
    PROPOSED = "PROPOSED", pgettext_lazy("acceptance", "Conclusion proposed")
    CONFIRMED = "CONFIRMED", pgettext_lazy("acceptance", "Confirmed")


class Conclusion(TextChoices):
    """Conclusions of acceptance (验收结论)."""

    PASSED = "PASSED", pgettext_lazy("acceptance", "Passed")
    RECONSIDER = "RECONSIDER", _("To be reconsidered")
    CLOSED = "CLOSED", _("Closed without pass, no fault")
    FAILED = "FAILED", _("Not passed")


class EvaluationStatus(TextChoices):
    OPEN = "OPEN", pgettext_lazy("evaluation", "To be scored")
    SCORED = "SCORED", pgettext_lazy("evaluation", "Scored, to be confirmed")
    CONFIRMED = "CONFIRMED", pgettext_lazy("evaluation", "Confirmed")


class Dimension(TextChoices):
    """Parts of a performance score; their weights are a parameter in force on the day of scoring."""

    EXECUTION = "EXECUTION", _("Budget execution")
    COST = "COST", _("Cost")
    OUTPUT = "OUTPUT", _("Output")
    BENEFIT = "BENEFIT", _("Benefit")
    SATISFACTION = "SATISFACTION", _("Satisfaction")
