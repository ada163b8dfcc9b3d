"""Tables of the applications floor. The draft lives in `answers`; typed rows are what rules and upper floors read."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from applications import states
from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from notices.models import Document
from programs.models import Guide, GuideVersion, Topic


class Application(models.Model):
    """One filing under one guide version. `submitted_at` is set once by the database clock (a trigger guards it)."""

    ref = models.CharField(max_length=40, unique=True)
    # no index of their own: a wider one begins with them, or nobody looks rows up by them, and each costs every change of state
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(GuideVersion, models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=20, default=states.Status.DRAFT)
    requested = MoneyField(default=0)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    cluster = models.CharField(max_length=40, blank=True)
    stream = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    disciplines = models.JSONField(default=list, blank=True)
    keywords = models.JSONField(default=list, blank=True)
    ethics = models.JSONField(default=list, blank=True, help_text="codes of the ethics scope that apply")
    answers = models.JSONField(default=dict, blank=True)
    done = models.JSONField(default=dict, blank=True)
    revs = models.JSONField(default=dict, blank=True, help_text="{section: {field: revision of its last change}}")
    rev = models.PositiveIntegerField(default=0)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    return_reason = models.TextField(blank=True)
    endorsed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    receipt_number = models.CharField(max_length=60, unique=True, null=True, blank=True)
    receipt_sha256 = models.CharField(max_length=64, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_text = models.TextField(blank=True)
    correction_due_at = models.DateTimeField(null=True, blank=True)
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    receipt_pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(fields=["search"], name="application_search"),
            models.Index(fields=["guide", "status"], name="application_guide"),
            models.Index(fields=["unit", "status"], name="application_unit"),
            models.Index(fields=["leader", "status"], name="application_leader"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.Status.values), name="application_status"),
            models.CheckConstraint(
                condition=~Q(status__in=states.NEEDS_REASON) | ~Q(refusal_code=""), name="application_end_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(endorsed_by__isnull=False, receipt_number__isnull=False)
                & ~Q(receipt_sha256=""),
                name="application_submission_has_receipt",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[*states.BEFORE_SUBMISSION, states.Status.EXPIRED])
                | Q(submitted_at__isnull=False),
                name="application_seen_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Status.CORRECTION) | Q(correction_due_at__isnull=False),
                name="application_correction_has_date",
            ),
            models.CheckConstraint(condition=Q(requested__gte=0), name="application_requested"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def status_label(self) -> str:
        return str(states.Status(self.status).label)

    @property
    def tone(self) -> str:
        return states.TONES.get(self.status, "")

    @property
    def refusal_label(self) -> str:
        return str(states.Reason(self.refusal_code).label) if self.refusal_code in states.Reason.values else self.refusal_code


class SectionSave(models.Model):
    """Who wrote what when. Saves of one person in one section a few minutes apart are one row (the latest values)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="saves")
    section = models.CharField(max_length=40)
    rev = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["-rev"]
        indexes = [models.Index(fields=["application", "section", "-rev"], name="sectionsave_latest")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.section} r{self.rev}"


class Content(models.Model):
    """All that an application says, under the SHA-256 of its canonical text. Written beforehand, once for each text (ADR 0034); never
    changed (trigger), and never deleted once a version names it (foreign key)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="contents", db_index=False)
    sha256 = models.CharField(max_length=64)
    data = models.JSONField()
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["application", "pk"]
        constraints = [models.UniqueConstraint(fields=["application", "sha256"], name="applicationcontent_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.sha256[:12]}"


class Version(models.Model):
    """The application as it was submitted or answered: hashed, append-only (trigger).

    `sha256` is that of the canonical text of {"content": the SHA-256 of the content, "receipt": the receipt, or null}, so it covers every
    letter of both. Versions from before ADR 0034 hold their data `whole`, and `sha256` is that of its canonical text.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    content = models.ForeignKey(Content, models.PROTECT, null=True, related_name="versions")
    receipt = models.JSONField(null=True, help_text="{number, submitted_at, endorsed_by} of a submission")
    whole = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64)
    why = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["application", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="applicationversion_number"),
            models.CheckConstraint(condition=Q(content=None, whole__isnull=False) | Q(content__isnull=False, whole__isnull=True), name="applicationversion_one_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} v{self.number}"

    @property
    def data(self) -> dict[str, Any]:
        """What was frozen, with its receipt. Who looks at several fetches them with `content`."""
        if self.content is None:
            return dict(self.whole)
        return {**self.content.data, **({} if self.receipt is None else {"receipt": self.receipt})}


class TeamMember(models.Model):
    """A member of the project team. The number of the identity document is sealed, fingerprinted and masked."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="team")
    order = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=8, default=states.TeamRole.MEMBER)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    id_kind = models.CharField(max_length=10, blank=True)
    id_sealed = models.TextField(blank=True)
    id_print = models.CharField(max_length=64, blank=True)
    id_masked = models.CharField(max_length=40, blank=True)
    gender = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    organisation_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=40, blank=True)
    degree = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    duty = models.CharField(max_length=200, blank=True)
    person_months = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    full_time = models.BooleanField(default=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    letter = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", help_text="signed consent, scanned")
    letter_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=states.TeamRole.values), name="teammember_role"),
            models.CheckConstraint(condition=Q(person_months__gte=0), name="teammember_months"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(role=states.TeamRole.LEADER), name="teammember_one_leader"
            ),
            models.UniqueConstraint(
                fields=["application", "id_print"], condition=~Q(id_print=""), name="teammember_person_once"
            ),
        ]
        indexes = [models.Index(fields=["id_print"], name="teammember_print")]

    def __str__(self) -> str:
        return self.name

    @property
    def role_label(self) -> str:
        return str(states.TeamRole(self.role).label)


class Partner(models.Model):
    """A co-applicant. Bodies without a registration here (overseas) stand by name and number of their own."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="partners")
    order = models.PositiveSmallIntegerField(default=0)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=18, blank=True)
    country = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=60, blank=True)
    contact = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    task = models.CharField(max_length=300, blank=True)
    share = MoneyField(default=0)
    is_related = models.BooleanField(default=False)

    class Meta:
        ordering = ["application", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=0), name="partner_share"),
            models.UniqueConstraint(fields=["application", "uscc"], condition=~Q(uscc=""), name="partner_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """One figure of the budget, in yuan."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="budget")
    order = models.PositiveSmallIntegerField(default=0)
    heading = models.CharField(max_length=40)
    source = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    amount = MoneyField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["application", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=states.Source.values), name="budgetline_source"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budgetline_amount"),
            models.UniqueConstraint(
                fields=["application", "heading", "source", "year", "organisation"], name="budgetline_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} {self.source} {self.amount}"


class Target(models.Model):
    """A measurable target; `value_text` holds what a qualitative one promises."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="targets")
    order = models.PositiveSmallIntegerField(default=0)
    l1 = models.CharField(max_length=40)
    l2 = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4, default=states.Direction.GE)
    baseline = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    value_text = models.CharField(max_length=300, blank=True)
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    evidence = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["application", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=states.Direction.values), name="target_direction"),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=100), name="target_weight"),
        ]

    def __str__(self) -> str:
        return self.name


class Annex(models.Model):
    """A version of one document of the guide's list; replacing makes a new one, nothing is thrown away."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="annexes")
    code = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["application", "code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "code", "number"], name="annex_number"),
            models.UniqueConstraint(
                fields=["application", "code"], condition=Q(is_current=True), name="annex_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class FormalityCheck(models.Model):
    """One round of the formality check: before and, where a correction was asked, after it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="checks")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=CoreNow())
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["application", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *states.CheckOutcome.values]), name="check_outcome"),
            models.CheckConstraint(condition=Q(outcome="") | Q(decided_at__isnull=False), name="check_decided_has_date"),
            models.UniqueConstraint(fields=["application"], condition=Q(outcome=""), name="check_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome or '…'}"

    @property
    def outcome_label(self) -> str:
        return str(states.CheckOutcome(self.outcome).label) if self.outcome else ""


class CheckItem(models.Model):
    check_round = models.ForeignKey(FormalityCheck, models.CASCADE, related_name="items")
    code = models.CharField(max_length=40)
    result = models.CharField(max_length=4, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["check_round", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=["", *states.ItemResult.values]), name="checkitem_result"),
            models.UniqueConstraint(fields=["check_round", "code"], name="checkitem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.result}"


class Correction(models.Model):
    """The one request for correction an application can get: all defects at once, and what may be rewritten."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="correction")
    check_round = models.ForeignKey(FormalityCheck, models.PROTECT, related_name="+")
    items = models.JSONField(default=list, help_text="[{code, text, note}]")
    sections = models.JSONField(default=list, help_text="section codes opened for the answer")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=models.F("issued_at")), name="correction_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_at:%Y-%m-%d}"


class Inspection(models.Model):
    """A site visit or special audit between review and ranking: ordered with the reason, filed with what was found.

    `amount` is the grant in yuan that the finding allows at most; empty where it says nothing about money.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="inspections")
    kind = models.CharField(max_length=8, choices=states.InspectionKind.choices)
    why = models.TextField(blank=True)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    passed = models.BooleanField(null=True, blank=True)
    finding = models.TextField(blank=True)
    amount = MoneyField(null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["ordered_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.InspectionKind.values), name="inspection_kind"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="inspection_amount"),
            models.UniqueConstraint(fields=["application", "kind"], condition=Q(filed_at=None), name="inspection_one_open"),
            models.CheckConstraint(
                condition=Q(filed_at=None, filed_by=None, passed=None) | (Q(filed_at__isnull=False, filed_by__isnull=False, passed__isnull=False)
                          & ~Q(finding="")), name="inspection_filed_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"


class PublicTry(models.Model):
    """Questions of the public (progress, receipts) per address and hour, so that numbers cannot be guessed through."""

    ip = models.GenericIPAddressField(null=True)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        indexes = [models.Index(fields=["ip", "kind", "at"], name="publictry_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class Voice(models.Model):
    """The word of another body on an application: an owner's choice, a partner's decision, an ethics approval.

    What is asked, and of whom, is data of the way of funding (`programs.engine.voices`); the row keeps who was asked, what
    was answered, and the paper it stands on. A reconsidered acceptance asks again, in a round of its own.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="voices")
    code = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    gate = models.CharField(max_length=12, choices=states.Gate.choices)
    side = models.CharField(max_length=12, choices=states.Side.choices)
    body = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=12, default=states.VoiceStatus.ASKED)
    asked_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    decided_on = models.DateField(null=True, blank=True)
    number = models.CharField(max_length=80, blank=True, help_text="of the other body's document")
    text = models.TextField(blank=True)
    figures = models.JSONField(default=dict, blank=True, help_text="{code: text of a number}, yuan or 0 to 1")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application", "pk"]
        indexes = [models.Index(fields=["organisation", "status"], name="voice_organisation")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.VoiceStatus.values), name="voice_status"),
            models.CheckConstraint(condition=Q(gate__in=states.Gate.values, side__in=states.Side.values), name="voice_kind"),
            models.UniqueConstraint(fields=["application", "code", "round"], name="voice_once"),
            models.CheckConstraint(
                condition=Q(status=states.VoiceStatus.ASKED) | Q(decided_on__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="voice_answered_whole",
            ),
            # a paper of the applicant counts once another person has confirmed it
            models.CheckConstraint(
                condition=~Q(side=states.Side.APPLICANT, status__in=["AGREED", "DECLINED"]) | Q(confirmed_by__isnull=False),
                name="voice_paper_confirmed",
            ),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("answered_by")), name="voice_two_people"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.application.ref}/{self.code.upper()}" + (f"/{self.round}" if self.round > 1 else "")

    @property
    def is_demo(self) -> bool:
        return self.application.is_demo

    @property
    def status_label(self) -> str:
        return str(states.VoiceStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.VOICE_TONES.get(self.status, "")
