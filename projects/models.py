"""Tables of the projects floor: from the proposed list to the contract with its targets and payment plan."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organisation
from applications.models import Application
from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from notices.models import Document
from programs.models import Entitlement, Guide, Special
from projects import states

USER = settings.AUTH_USER_MODEL


def who() -> models.ForeignKey:
    return models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")


class ProposalList(models.Model):
    """The list of proposed awards (拟立项清单) of one guide; a guide with several batches has several lists."""

    ref = models.CharField(max_length=40, unique=True)
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, default=states.ListStatus.DRAFT)
    created_by = who()
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = who()
    decided_at = models.DateTimeField(null=True, blank=True)
    minutes = models.TextField(blank=True, help_text="what the meeting of the bureau's leaders decided")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ListStatus.values), name="proposallist_status"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("created_by")), name="proposallist_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def status_label(self) -> str:
        return str(states.ListStatus(self.status).label)


class ProposalItem(models.Model):
    """One application of the list: its rank and score as the review found them, the amount and the proposal."""

    proposal = models.ForeignKey(ProposalList, models.PROTECT, related_name="items")
    application = models.OneToOneField(Application, models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    amount = MoneyField(default=0)
    selected = models.BooleanField(default=False)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    hits = models.JSONField(default=list, blank=True, help_text="rules asked once more: [{code, text, stops}]")
    note = models.CharField(max_length=500, blank=True, help_text="why it is proposed although a condition is met no longer")

    class Meta:
        ordering = ["proposal", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "rank"], name="proposalitem_rank"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="proposalitem_amount"),
            models.CheckConstraint(condition=Q(selected=False) | Q(amount__gt=0), name="proposalitem_selected_has_money"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.application.ref}"


class Publicity(models.Model):
    """The public notice (公示) of a decided list; open for objections until `closes_at`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.OneToOneField(ProposalList, models.PROTECT, related_name="publicity")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, default=states.PublicityStatus.PREPARED)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    created_by = who()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.PublicityStatus.values), name="publicity_status"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="publicity_times"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} {self.closes_at:%Y-%m-%d}"

    @property
    def ref(self) -> str:
        return self.proposal.ref

    @property
    def is_demo(self) -> bool:
        return self.proposal.is_demo

    @property
    def status_label(self) -> str:
        return str(states.PublicityStatus(self.status).label)


class Objection(models.Model):
    """A written objection with the objector's real name (匿名异议不予受理). Identity and contact are sealed: only
    supervision opens them, and every opening is in the ledger."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    publicity = models.ForeignKey(Publicity, models.PROTECT, related_name="objections")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=states.ObjectorKind.choices)
    name_sealed = models.TextField()
    contact_sealed = models.TextField()
    facts = models.TextField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, default=states.ObjectionStatus.FILED)
    filed_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    findings = models.TextField(blank=True)
    handed_by = who()
    handed_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    decided_by = who()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ObjectionStatus.values), name="objection_status"),
            models.CheckConstraint(
                condition=Q(status__in=states.UNSETTLED) | ~Q(decision=""), name="objection_end_has_decision"
            ),
            models.CheckConstraint(
                condition=~Q(status="HANDED") | ~Q(findings=""), name="objection_handed_has_findings"
            ),
            models.CheckConstraint(
                condition=~Q(status="UPHELD") | Q(handed_by=None) | ~Q(decided_by=F("handed_by")), name="objection_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        return self.number

    @property
    def status_label(self) -> str:
        return str(states.ObjectionStatus(self.status).label)


class Project(models.Model):
    """An awarded project. It keeps the special (and so the tree version) it was awarded under.

    It comes from an application, or (免申即享) from an entitlement that the unit confirmed: then `leader` is the person
    who confirmed it for the unit.
    """

    number = models.CharField(max_length=40, unique=True)
    application = models.OneToOneField(Application, models.PROTECT, null=True, blank=True, related_name="+")
    entitlement = models.OneToOneField(Entitlement, models.PROTECT, null=True, blank=True, related_name="+")
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    special = models.ForeignKey(Special, models.PROTECT, related_name="+")
    leader = models.ForeignKey(USER, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    amount = MoneyField()
    mode = models.CharField(max_length=20)
    cluster_list = models.CharField(max_length=40, blank=True, help_text="the version of the 20+8 list that `cluster` is of")
    cluster = models.CharField(max_length=40, blank=True)
    stream = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20)
    awarded_at = models.DateTimeField()
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    sign_by = models.DateField(null=True, blank=True)
    award_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(fields=["search"], name="project_search"),
            models.Index(fields=["special", "status"], name="project_special"),
            models.Index(fields=["unit", "status"], name="project_unit"),
            models.Index(fields=["leader", "status"], name="project_leader"),
            models.Index(fields=["cluster_list", "cluster"], name="project_cluster"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ProjectStatus.values), name="project_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="project_amount"),
            models.CheckConstraint(
                condition=Q(application__isnull=True, entitlement__isnull=False)
                | Q(application__isnull=False, entitlement__isnull=True), name="project_one_origin"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="project_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def ref(self) -> str:
        return self.number

    @property
    def status_label(self) -> str:
        return str(states.ProjectStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.TONES.get(self.status, "")


class Contract(models.Model):
    """The task book (任务书): what the application promised, with any change reasoned; frozen from the offer on."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="contract")
    number = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=12, default=states.ContractStatus.DRAFT)
    content = models.JSONField(default=dict, help_text="term, duties, clauses as offered")
    changes = models.TextField(blank=True, help_text="why it differs from the application")
    sha256 = models.CharField(max_length=64, blank=True)
    drafted_by = who()
    offered_at = models.DateTimeField(null=True, blank=True)
    unit_signed_by = who()
    unit_signed_at = models.DateTimeField(null=True, blank=True)
    bureau_signed_by = who()
    bureau_signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ContractStatus.values), name="contract_status"),
            models.CheckConstraint(condition=Q(status="DRAFT") | ~Q(sha256=""), name="contract_offered_is_hashed"),
            models.CheckConstraint(
                condition=~Q(status="EFFECTIVE") | Q(unit_signed_by__isnull=False, bureau_signed_by__isnull=False),
                name="contract_two_signatures",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        return self.number

    @property
    def status_label(self) -> str:
        return str(states.ContractStatus(self.status).label)


class ContractTarget(models.Model):
    """A measurable target as agreed. For modes without contract it is the application's, kept at the award."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="targets")
    order = models.PositiveSmallIntegerField(default=0)
    l1 = models.CharField(max_length=40)
    l2 = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4)
    baseline = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    value_text = models.CharField(max_length=300, blank=True)
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    evidence = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["project", "order", "pk"]
        constraints = [models.CheckConstraint(condition=Q(direction__in=["GE", "LE", "QUAL"]), name="contracttarget_direction")]

    def __str__(self) -> str:
        return self.name


class PaymentLine(models.Model):
    """One instalment of the payment plan; the instalments of a project add up to its amount (a trigger checks)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="payments")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=states.LineKind.choices)
    year_no = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of a yearly payment: 1, 2, 3 ...")
    amount = MoneyField()
    condition = models.CharField(max_length=200, blank=True)
    condition_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["project", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.LineKind.values), name="paymentline_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="paymentline_amount"),
            models.UniqueConstraint(fields=["project", "kind", "year_no"], name="paymentline_kind_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(kind="YEARLY", year_no__gte=1) | (~Q(kind="YEARLY") & Q(year_no=None)), name="paymentline_year"),
        ]

    def __str__(self) -> str:
        return f"{self.project.number} {self.kind}"

    @property
    def kind_label(self) -> str:
        if self.year_no:
            return str(_("Payment of year %(no)d") % {"no": self.year_no})
        return str(states.LineKind(self.kind).label)

    @property
    def condition_label(self) -> str:
        return self.condition_en if (get_language() or "").startswith("en") and self.condition_en else self.condition
