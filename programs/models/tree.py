"""The programme tree in versions: plans (categories) and special sub-programmes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import Labelled
from programs import states
from programs.models.constraints import status_in


class PlanTree(Labelled):
    """One version of the programme tree; projects keep the version they were awarded under (clause P4)."""

    code = models.SlugField(max_length=40, unique=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, default=states.TreeStatus.DRAFT)
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", help_text="drafted from")
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", help_text="whoever changed the draft may not check it"
    )
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    enacted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    disabled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-effective_from", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="plantree_dates"
            ),
            status_in("plantree_status", states.TreeStatus),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def status_label(self) -> str:
        return str(states.TreeStatus(self.status).label)

    @property
    def is_ready(self) -> bool:
        """Decided: in force from a day, or ended. A draft is still being completed."""
        return self.status in states.OFFICIAL_TREES


class Plan(Labelled):
    """A category of the tree, e.g. 重点研发计划."""

    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="plans")
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    budget_scheme = models.CharField(max_length=12, default=states.BudgetScheme.ITEMISED)
    source = models.TextField(blank=True)
    disabled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["tree", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["tree", "code"], name="plan_code_in_tree"),
            models.CheckConstraint(condition=Q(budget_scheme__in=states.BudgetScheme.values), name="plan_scheme"),
        ]

    def __str__(self) -> str:
        return self.label


class Special(Labelled):
    """A special sub-programme (专项). `tree` repeats the plan's tree so that the code is unique inside a tree."""

    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="specials")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="specials")
    code = models.CharField(max_length=40)
    prefix = models.CharField(max_length=12, help_text="letters of application and project numbers")
    funding_modes = models.JSONField(default=list)
    review_modes = models.JSONField(default=list)
    budget_scheme = models.CharField(max_length=12, default=states.BudgetScheme.ITEMISED)
    amount_note = models.TextField(blank=True)
    amount_note_en = models.TextField(blank=True)
    note = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    source = models.TextField(blank=True)
    confidence = models.CharField(max_length=20, blank=True)
    division = models.CharField(max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12, default=states.SpecialStatus.ACTIVE)
    disabled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["plan__order", "order", "code"]
        # what may be delegated to a project manager (clause R5), held by django-guardian
        permissions = [(right, name) for right, name in states.DELEGATED]
        constraints = [
            models.UniqueConstraint(fields=["tree", "code"], name="special_code_in_tree"),
            models.CheckConstraint(condition=Q(budget_scheme__in=states.BudgetScheme.values), name="special_scheme"),
            status_in("special_status", states.SpecialStatus),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def status_label(self) -> str:
        return str(states.SpecialStatus(self.status).label)

    @property
    def scheme_label(self) -> str:
        return str(states.BudgetScheme(self.budget_scheme).label)

    @property
    def mode_labels(self) -> list[str]:
        return [str(states.FundingMode(mode).label) for mode in self.funding_modes]

    @property
    def review_labels(self) -> list[str]:
        return [str(states.ReviewMode(mode).label) for mode in self.review_modes]
