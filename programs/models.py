"""Tables of the programmes floor. Rules about them live in rules, policies and workflow."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.models import Labelled
from core.money import MoneyField
from programs import states


def status_in(name: str, enum: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(status__in=enum.values), name=name)


class PlanTree(Labelled):
    """One version of the programme tree; projects keep the version they were awarded under (clause P4)."""

    code = models.SlugField(max_length=40, unique=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    is_ready = models.BooleanField(default=True, help_text="a skeleton is not in force until staff have completed it")
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
        ]

    def __str__(self) -> str:
        return self.label


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



class PolicyDocument(models.Model):
    """An act a guide can rest on: 管理办法 or 实施方案 (clause R13)."""

    number = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12)
    issuer = models.CharField(max_length=120)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    government_approval = models.CharField(max_length=200, blank=True, help_text="number and date of the approval")
    text = models.TextField(blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    specials = models.ManyToManyField(Special, blank=True, related_name="policies")
    source = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)
    status = models.CharField(max_length=12, default=states.PolicyStatus.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-valid_from", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="policydocument_dates"
            ),
            models.CheckConstraint(condition=Q(kind__in=states.PolicyKind.values), name="policydocument_kind"),
            status_in("policydocument_status", states.PolicyStatus),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    @property
    def kind_label(self) -> str:
        return str(states.PolicyKind(self.kind).label)

    @property
    def status_label(self) -> str:
        return str(states.PolicyStatus(self.status).label)



class AnnualPlan(models.Model):
    """年度科技计划实施计划: one a year, in principle before the end of March (clause A1)."""

    year = models.PositiveSmallIntegerField(unique=True)
    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="+")
    control_figure = MoneyField(default=0)
    reserve = MoneyField(default=0)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=12, default=states.PlanStatus.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            status_in("annualplan_status", states.PlanStatus),
            models.CheckConstraint(
                condition=Q(reserve__gte=0, control_figure__gte=F("reserve")), name="annualplan_reserve_inside_control"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="annualplan_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def ref(self) -> str:
        return f"PLAN-{self.year}"

    @property
    def status_label(self) -> str:
        return str(states.PlanStatus(self.status).label)



class AnnualPlanItem(models.Model):
    """What a special may spend and award this year. The database refuses what would go beyond it (clause A2)."""

    plan = models.ForeignKey(AnnualPlan, models.CASCADE, related_name="items")
    special = models.ForeignKey(Special, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    money = MoneyField()
    count = models.PositiveIntegerField()
    opens_month = models.PositiveSmallIntegerField()
    closes_month = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField(default=0)
    committed = MoneyField(default=0)
    awarded_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(money__gte=0), name="annualplanitem_money"),
            models.CheckConstraint(
                condition=Q(committed__gte=0, committed__lte=F("money")), name="annualplanitem_committed_within_money"
            ),
            models.CheckConstraint(
                condition=Q(awarded_count__lte=F("count")), name="annualplanitem_awards_within_count"
            ),
            models.CheckConstraint(
                condition=Q(opens_month__range=(1, 12), closes_month__range=(1, 12)), name="annualplanitem_months"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ControlFigure(models.Model):
    """Money of a year, by pool; payments reserve from it and the database refuses overspending (clause R10)."""

    year = models.PositiveSmallIntegerField()
    pool = models.CharField(max_length=8)
    amount = MoneyField(default=0)
    reserved = MoneyField(default=0)

    class Meta:
        ordering = ["-year", "pool"]
        constraints = [
            models.UniqueConstraint(fields=["year", "pool"], name="controlfigure_year_pool"),
            models.CheckConstraint(condition=Q(pool__in=states.Pool.values), name="controlfigure_pool"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("amount")), name="controlfigure_reserved_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.pool}"


class Guide(models.Model):
    """申请指南. Texts and rules are in the current version's data; columns here are what lists and locks need.

    `closes_at` is the close of the last window; the close instant is exclusive (what commits at or after is late).
    """

    ref = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    batch_no = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    special = models.ForeignKey(Special, models.PROTECT, related_name="guides")
    plan_item = models.ForeignKey(AnnualPlanItem, models.PROTECT, related_name="guides")
    policies = models.ManyToManyField(PolicyDocument, blank=True, related_name="guides")
    status = models.CharField(max_length=16, default=states.GuideStatus.DRAFT)
    version = models.ForeignKey(
        "GuideVersion", models.PROTECT, null=True, blank=True, related_name="+", help_text="the current version"
    )
    funding_mode = models.CharField(max_length=12, default=states.FundingMode.PRE)
    budget_scheme = models.CharField(max_length=12, default=states.BudgetScheme.ITEMISED)
    max_projects = models.PositiveIntegerField(default=0)
    budget_control = MoneyField(default=0)
    cap_per_project = MoneyField(default=0)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    publicity_days = models.PositiveSmallIntegerField(default=0)
    contract_required = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["-year", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="guide_search"),
            models.Index(fields=["status", "closes_at"], name="guide_status_close"),
        ]
        constraints = [
            status_in("guide_status", states.GuideStatus),
            models.UniqueConstraint(fields=["year", "slug"], name="guide_slug_in_year"),
            models.CheckConstraint(condition=Q(funding_mode__in=states.FundingMode.values), name="guide_mode"),
            models.CheckConstraint(condition=Q(budget_scheme__in=states.BudgetScheme.values), name="guide_scheme"),
            models.CheckConstraint(
                condition=Q(budget_control__gte=0, cap_per_project__gte=0), name="guide_money_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "OPEN", "CLOSED"])
                | Q(published_at__isnull=False, version__isnull=False, opens_at__isnull=False, closes_at__isnull=False),
                name="guide_published_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="guide_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_label(self) -> str:
        return str(states.GuideStatus(self.status).label)

    @property
    def mode_label(self) -> str:
        return str(states.FundingMode(self.funding_mode).label)



class GuideVersion(models.Model):
    """One saved state of a guide's texts and rules. Never changed: every save of a published field makes a new one."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    demo_notes = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["guide", "-number"]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="guideversion_number")]

    def __str__(self) -> str:
        return f"{self.guide_id} v{self.number}"


class GuideWindow(models.Model):
    """A time in which filing is possible: opens_at <= now < closes_at, by the database clock."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="windows")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["guide", "opens_at"]
        indexes = [models.Index(fields=["closes_at", "opens_at"], name="guidewindow_times")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="guidewindow_order"),
            models.UniqueConstraint(fields=["guide", "opens_at"], name="guidewindow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%Y-%m-%d %H:%M} - {self.closes_at:%Y-%m-%d %H:%M}"


class Extension(models.Model):
    """A later close for the running window: asked by one person, approved by another."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="extensions")
    window = models.ForeignKey(GuideWindow, models.CASCADE, related_name="+")
    closes_at = models.DateTimeField()
    reason = models.TextField()
    status = models.CharField(max_length=12, default=states.ExtensionStatus.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            status_in("extension_status", states.ExtensionStatus),
            models.UniqueConstraint(
                fields=["guide"], condition=Q(status="REQUESTED"), name="extension_one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="extension_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.closes_at:%Y-%m-%d %H:%M}"


class Topic(models.Model):
    """A topic of a guide with its own cap (课题指南)."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="topics")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    cap = MoneyField(default=0)
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["guide", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "code"], name="topic_code_in_guide"),
            models.CheckConstraint(condition=Q(cap__gte=0), name="topic_cap"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ReferenceEntry(Labelled):
    """One line of a code list: clusters-2024, disciplines, negative-list, expenditure-2021, ethics-scope ..."""

    list = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    group = models.CharField(max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    source = models.TextField(blank=True)
    disabled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["list", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="referenceentry_code_in_list")]

    def __str__(self) -> str:
        return f"{self.list} {self.code} {self.label}"
