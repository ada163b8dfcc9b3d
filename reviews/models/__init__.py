"""Tables of the reviews floor. Sheets, draws, recusals and declarations are frozen by triggers once they decide."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from applications.models import Application
from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from notices.models import Document
from programs.models import Guide
from reviews import states
from reviews.models.after import ExpertReview, FeeLine, FeeList, Measure
from reviews.models.pool import Candidacy, ExpertAccount, ExpertImport, Profile, Tie

__all__ = [
    "Assignment", "Batch", "BatchItem", "Candidacy", "Declaration", "Draw", "Expert", "ExpertAccount", "ExpertImport", "ExpertReview", "FeeLine",
    "FeeList", "Measure", "Profile", "Recusal", "Score", "Tie",
]


class Expert(Profile):
    """A person of the expert pool. Employers with dates are those of the person (accounts.Employment)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=states.ExpertStatus.choices, default=states.ExpertStatus.ACTIVE)
    origin = models.CharField(max_length=6, choices=states.Origin.choices, default=states.Origin.DESK)
    confirmed_on = models.DateField(null=True, blank=True, help_text="last yearly confirmation; empty = the day of joining")
    paused_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            GinIndex(fields=["search"], name="expert_search"),
            models.Index(fields=["status", "constituency"], name="expert_active"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ExpertStatus.values), name="expert_status"),
            models.CheckConstraint(condition=Q(pool__in=states.Pool.values), name="expert_pool"),
            models.CheckConstraint(condition=Q(constituency__in=states.Constituency.values), name="expert_constituency"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Batch(models.Model):
    """One review of applications of one guide. `sheet` and `rules` are copied from the guide version at creation."""

    ref = models.CharField(max_length=40, unique=True)
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, default=states.BatchStatus.DRAFT)
    mode = models.CharField(max_length=8, choices=states.Mode.choices)
    panel_size = models.PositiveSmallIntegerField()
    industry_min = models.PositiveSmallIntegerField(default=0)
    blind = models.CharField(max_length=8, choices=states.Blind.choices, default=states.Blind.SINGLE)
    due_at = models.DateTimeField(null=True, blank=True)
    groups = models.JSONField(default=list, help_text="[{code, name, name_en}]")
    sheet = models.JSONField(help_text="score sheet of the guide version")
    rules = models.JSONField(help_text="numbers in force when the batch was made")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_sha256 = models.CharField(max_length=64, blank=True)
    ranked_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["guide", "status"], name="batch_guide")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.BatchStatus.values), name="batch_status"),
            models.CheckConstraint(condition=Q(mode__in=states.Mode.values), name="batch_mode"),
            models.CheckConstraint(condition=Q(blind__in=states.Blind.values), name="batch_blind"),
            # Panels are odd, so that a vote decides; at least three experts look at every application.
            models.CheckConstraint(
                condition=Q(panel_size__gte=3, panel_size__lte=15)
                & Q(panel_size__in=[3, 5, 7, 9, 11, 13, 15]),
                name="batch_panel_odd",
            ),
            models.CheckConstraint(
                condition=Q(industry_min__lte=models.F("panel_size")), name="batch_industry_within_panel"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "DRAWN"]) | Q(due_at__isnull=False), name="batch_invited_has_due"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLOSED", "RANKED"]) | ~Q(closed_sha256=""), name="batch_closed_has_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class BatchItem(models.Model):
    """An application in a batch, with the figures worked out from its valid sheets."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    group = models.CharField(max_length=40)
    count = models.PositiveSmallIntegerField(default=0)
    mean = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    tie = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    spread = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    flag = models.CharField(max_length=20, blank=True, help_text="RANGE, SD, KNOCKOUT")
    knockouts = models.PositiveSmallIntegerField(default=0)
    withdrawn = models.BooleanField(default=False)
    rank = models.PositiveIntegerField(null=True, blank=True)
    amount = MoneyField(default=0, help_text="what the ranking counts against the money of the guide")
    outcome = models.CharField(max_length=12, choices=states.Outcome.choices, blank=True)
    recommended = models.BooleanField(default=False)
    feedback = models.TextField(blank=True, help_text="edited comments for the applicant; never a name or a score")
    blind_title = models.CharField(max_length=200, blank=True, help_text="title of a double-blind review")
    hidden = models.JSONField(default=list, blank=True, help_text="further words that the organiser hides in a double-blind copy")
    blind_pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "rank", "pk"]
        indexes = [models.Index(fields=["batch", "rank"], name="batchitem_rank")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="batchitem_once"),
            models.CheckConstraint(condition=Q(outcome__in=states.Outcome.values), name="batchitem_outcome"),
            models.CheckConstraint(condition=Q(mean=None) | Q(mean__gte=0, mean__lte=100), name="batchitem_mean"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.application_id}"


class Draw(models.Model):
    """A seeded draw: secret committed first, public value entered later, candidates and result hashed.

    `candidates` names experts by the codes of this draw only; `key` (sealed) says who is who. The result stays sealed
    until it is opened. Triggers refuse to change what has been fixed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="draws")
    status = models.CharField(max_length=10, default=states.DrawStatus.COMMITTED)
    commit_hash = models.CharField(max_length=64)
    secret_sealed = models.TextField()
    secret = models.CharField(max_length=64, blank=True, help_text="shown when the draw is opened")
    candidates = models.JSONField(help_text="input of the draw, by codes")
    candidates_sha256 = models.CharField(max_length=64)
    key_sealed = models.TextField(help_text="{code: expert id}, sealed")
    public_source = models.CharField(max_length=200)
    public_value = models.CharField(max_length=200, blank=True)
    public_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    result_sealed = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.DrawStatus.values), name="draw_status"),
            models.CheckConstraint(
                condition=Q(public_at=None) | Q(public_at__gt=models.F("committed_at")), name="draw_commit_before_public"
            ),
            models.UniqueConstraint(
                fields=["batch"], condition=~Q(status=states.DrawStatus.CANCELLED), name="draw_one_per_batch"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Recusal(models.Model):
    """Why an expert may not look at an application: rule, who found it, when, the evidence. Append-only."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="recusals")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="recusals")
    code = models.CharField(max_length=4, choices=states.RecusalCode.choices)
    found_by = models.CharField(max_length=8, choices=states.FoundBy.choices)
    note = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict, blank=True, help_text="what the rule rests on, as data; shown in words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["batch", "application", "code", "pk"]
        indexes = [models.Index(fields=["batch", "expert"], name="recusal_expert")]
        constraints = [
            models.CheckConstraint(condition=Q(code__in=states.RecusalCode.values), name="recusal_code"),
            models.CheckConstraint(condition=Q(found_by__in=states.FoundBy.values), name="recusal_found_by"),
            models.UniqueConstraint(
                fields=["batch", "application", "expert", "code", "found_by"], name="recusal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.expert_id} {self.application_id}"


class Assignment(models.Model):
    """One expert for one application: a seat, or an alternate in the order of the draw."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="assignments")
    item = models.ForeignKey(BatchItem, models.PROTECT, related_name="assignments")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="assignments")
    alias = models.CharField(max_length=12, help_text="name of the expert on the desk's pages of this batch")
    status = models.CharField(max_length=10, default=states.AssignmentStatus.DRAWN)
    is_alternate = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField()
    invited_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=10, choices=states.DeclineReason.choices, blank=True)
    decline_note = models.CharField(max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["item", "is_alternate", "order"]
        indexes = [
            models.Index(fields=["expert", "status"], name="assignment_expert"),
            models.Index(fields=["batch", "status"], name="assignment_batch"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.AssignmentStatus.values), name="assignment_status"),
            models.UniqueConstraint(fields=["item", "expert"], name="assignment_once"),
            models.UniqueConstraint(fields=["item", "is_alternate", "order"], name="assignment_order"),
            models.CheckConstraint(
                condition=~Q(status=states.AssignmentStatus.DECLINED) | ~Q(decline_reason=""),
                name="assignment_decline_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} {self.item_id}"

    @property
    def status_label(self) -> str:
        return str(states.AssignmentStatus(self.status).label)

    @property
    def shown_title(self) -> str:
        """The title as the expert reads it: of a double-blind review without names."""
        if self.batch.blind != states.Blind.DOUBLE:
            return self.item.application.title
        return self.item.blind_title or self.item.application.ref


class Declaration(models.Model):
    """An expert's word on confidentiality and conflicts, given before any dossier opens: one for everything the expert is
    invited to at once. Who is called again later as an alternate declares again, for what is new."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="declarations")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="declarations")
    text = models.TextField()
    applications = models.JSONField(default=list, help_text="[ref], what the word covers")
    conflicts = models.JSONField(default=list, help_text="[{application, code, note}]")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["batch", "expert"], name="declaration_of")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.expert_id}"


class Score(models.Model):
    """One score sheet. `draft` is the expert's own and seen by nobody else; what is submitted never changes (trigger)."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="score")
    draft = models.JSONField(default=dict, blank=True)
    rev = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=0, help_text="time with the sheet open, as the browser counted it")
    values = models.JSONField(default=dict, blank=True)
    comments = models.TextField(blank=True)
    notes = models.JSONField(default=dict, blank=True, help_text="{criterion: comment}, where the sheet asks for comments on single criteria")
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    recommendation = models.CharField(max_length=1, choices=states.Recommendation.choices, blank=True)
    knockout = models.JSONField(default=list, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at=None) | (Q(total__isnull=False) & ~Q(sha256="")), name="score_submitted_whole"
            ),
            models.CheckConstraint(condition=Q(total=None) | Q(total__gte=0, total__lte=100), name="score_total"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.total}"


class Analysis(models.Model):
    """What the ranking of a batch is worth, worked out from its raw sheets. Append-only; the newest is shown, older ones stay."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="analyses")
    method = models.CharField(max_length=30)
    sheets_sha256 = models.CharField(max_length=64, help_text="the sheets it rests on")
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.sha256[:12]}"


class Meeting(models.Model):
    """A session of experts over items of a batch: by video, in a room, as a defence or on site. `rules` are the numbers when it was planned."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=8, choices=states.MeetingKind.choices)
    title = models.CharField(max_length=120)
    group = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField()
    minutes_per_item = models.PositiveSmallIntegerField(default=20)
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=300, blank=True)
    status = models.CharField(max_length=10, default=states.MeetingStatus.PLANNED)
    chair = models.ForeignKey("Attendee", models.PROTECT, null=True, blank=True, related_name="+")
    chair_elected = models.BooleanField(default=False)
    rules = models.JSONField(default=dict)
    minutes = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    called_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.MeetingStatus.values), name="meeting_status"),
            models.CheckConstraint(condition=Q(kind__in=states.MeetingKind.values), name="meeting_kind"),
            models.CheckConstraint(condition=~Q(place="") | ~Q(link=""), name="meeting_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.title}"

    @property
    def status_label(self) -> str:
        return str(states.MeetingStatus(self.status).label)


class Attendee(models.Model):
    """An expert in a meeting, known by the alias of the batch."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendees")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    alias = models.CharField(max_length=12)
    present = models.BooleanField(default=False)

    class Meta:
        ordering = ["meeting", "alias"]
        constraints = [models.UniqueConstraint(fields=["meeting", "expert"], name="attendee_once")]

    def __str__(self) -> str:
        return self.alias


class AgendaItem(models.Model):
    """A point of the agenda: an application, or (without one) the election of the chair. `box` holds the running count of a secret
    vote, sealed; single votes are written nowhere (docs/adr/0032)."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="agenda")
    item = models.ForeignKey(BatchItem, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    status = models.CharField(max_length=8, default=states.AgendaStatus.WAITING)
    box = models.TextField(blank=True)
    tally = models.JSONField(default=dict, blank=True, help_text="{choice: votes}, once the vote is closed")
    outcome = models.CharField(max_length=12, blank=True, help_text="PASSED, FAILED, an alias, or TIE")
    chair_choice = models.CharField(max_length=8, blank=True, help_text="how the chair, who had not voted, decided equal votes")
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["meeting", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.AgendaStatus.values), name="agenda_status"),
            models.UniqueConstraint(fields=["meeting", "item"], name="agenda_item_once"),
            models.UniqueConstraint(fields=["meeting"], condition=Q(status__in=["OPEN", "VOTING"]), name="agenda_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.order}"


class Ballot(models.Model):
    """May this attendee vote on this point, and has it been done. There is no time here, and no choice."""

    agenda = models.ForeignKey(AgendaItem, models.PROTECT, related_name="ballots")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="ballots")
    recused = models.BooleanField(default=False)
    code = models.CharField(max_length=4, choices=states.RecusalCode.choices, blank=True)
    voted = models.BooleanField(default=False)

    class Meta:
        ordering = ["agenda", "attendee"]
        constraints = [
            models.UniqueConstraint(fields=["agenda", "attendee"], name="ballot_once"),
            models.CheckConstraint(condition=Q(recused=False) | Q(voted=False), name="ballot_recused_never_votes"),
        ]

    def __str__(self) -> str:
        return f"{self.agenda_id} {self.attendee_id}"


class LineDraw(models.Model):
    """An order by lot among applications near the line, for those who decide: committed first, decided by a later public value, and
    repeatable by anybody from what stands here. It changes no rank. A trigger keeps what is fixed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="line_draws")
    analysis = models.ForeignKey(Analysis, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, default=states.LineDrawStatus.COMMITTED)
    refs = models.JSONField(help_text="numbers of the applications near the line")
    refs_sha256 = models.CharField(max_length=64)
    commit_hash = models.CharField(max_length=64)
    secret_sealed = models.TextField()
    public_source = models.CharField(max_length=200)
    public_value = models.CharField(max_length=200, blank=True)
    public_at = models.DateTimeField(null=True, blank=True)
    secret = models.CharField(max_length=64, blank=True)
    order = models.JSONField(default=list, blank=True)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    drawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.LineDrawStatus.values), name="linedraw_status"),
            models.CheckConstraint(condition=Q(public_at=None) | Q(public_at__gt=models.F("committed_at")), name="linedraw_commit_before_public"),
            models.UniqueConstraint(fields=["analysis"], name="linedraw_one_per_analysis"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Plan(models.Model):
    """A worked-out assignment of a batch: what went in (by hash), what came out, its proof. Experts are codes; `key_sealed` says
    who is who. `data` is the published input of a lottery; `proposal` what a person wants changed, before it is taken."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="plans")
    kind = models.CharField(max_length=8, choices=states.PlanKind.choices, default=states.PlanKind.OPTIMUM)
    status = models.CharField(max_length=10, default=states.PlanStatus.RUNNING)
    params = models.JSONField(help_text="what was asked for: minimum, load, balance, floor, scale, base")
    people = models.JSONField(default=dict, help_text="{code: {constituency, employers}}")
    key_sealed = models.TextField(blank=True, help_text="{code: expert id}, sealed")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    solver = models.CharField(max_length=60, blank=True)
    objective = models.BigIntegerField(null=True, blank=True, help_text="millionths of an affinity")
    bound = models.BigIntegerField(null=True, blank=True, help_text="no assignment is worth more")
    figures = models.JSONField(default=dict, help_text="seats, filled, affinity, load of the result")
    steps = models.JSONField(default=list, help_text="what each step of the slider would cost, measured")
    shortage = models.JSONField(default=list, help_text="[{field, kind, seats, recruit, panels}]")
    data = models.JSONField(default=dict, blank=True)
    proposal = models.JSONField(default=dict, blank=True)
    certificate = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    changed = models.BooleanField(default=False, help_text="seats were moved by hand after the proof")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    ready_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.PlanStatus.values), name="plan_status"),
            models.CheckConstraint(condition=Q(kind__in=states.PlanKind.values), name="plan_kind"),
            models.CheckConstraint(condition=~Q(status="APPLIED") | Q(kind="OPTIMUM"), name="plan_lottery_is_drawn"),
            models.UniqueConstraint(fields=["batch"], condition=Q(status="APPLIED"), name="plan_one_applied"),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def status_label(self) -> str:
        return str(states.PlanStatus(self.status).label)


class PlanItem(models.Model):
    """An expert of a panel in a plan: seated, or next in line."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items")
    panel = models.CharField(max_length=40)
    code = models.CharField(max_length=12)
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    seat = models.BooleanField()
    place = models.PositiveSmallIntegerField()
    affinity = models.IntegerField(help_text="millionths")
    why = models.JSONField(default=list, help_text="[[block, millionths, [what both name]]]")
    locked = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["plan", "panel", "-seat", "place"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "panel", "expert"], name="planitem_once"),
            models.CheckConstraint(condition=Q(seat=True) | Q(locked=False), name="planitem_locked_is_seated"),
        ]

    def __str__(self) -> str:
        return f"{self.panel} {self.code}"
