"""People, organisations and what ties them. Numbers of people are sealed, fingerprinted and masked, never plain."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from accounts.states import (
    Gender,
    IdKind,
    MarkLevel,
    MembershipStatus,
    OrganisationStatus,
    OrgKind,
    Role,
    UnitChangeStatus,
)
from core.clock import CoreNow
from core.models import StoredFile


class PersonManager(BaseUserManager):
    """Only what Django's log-in needs; people are made by accounts.actions."""

    def get_by_natural_key(self, username: str) -> Person:
        return self.get(email=username)


class Person(AbstractBaseUser, PermissionsMixin):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    phone = models.CharField(max_length=20, unique=True, null=True, blank=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    name_sort = models.CharField(max_length=120, blank=True)
    gender = models.CharField(max_length=1, choices=Gender.choices, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    id_kind = models.CharField(max_length=10, choices=IdKind.choices, blank=True)
    id_sealed = models.TextField(blank=True)
    id_print = models.CharField(max_length=64, unique=True, null=True, blank=True)
    id_masked = models.CharField(max_length=40, blank=True)
    degree = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=40, blank=True)
    orcid = models.CharField(max_length=19, blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text="is_veteran, degree_on, is_postdoc, postdoc_left_on, talents"
    )
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=CoreNow())
    rev = models.PositiveIntegerField(db_default=0, editable=False, help_text="counts the changes but those of signing in; the database writes it")

    USERNAME_FIELD = "email"
    objects = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="person_reachable"
            ),
            models.CheckConstraint(condition=Q(is_active=True) | Q(ended_at__isnull=False), name="person_ended_has_date"),
        ]
        indexes = [models.Index(fields=["name_sort"], name="person_sort")]

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A visit. It names its person, so that who asks and what they may do is read together with it (accounts.sessions)."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")


class Organisation(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=12, choices=OrgKind.choices)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=60, blank=True)
    overseas_number = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=40, blank=True)
    legal_representative = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    licence = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=OrganisationStatus.choices, default=OrganisationStatus.PENDING)
    refused_reason = models.TextField(blank=True)
    account_name = models.CharField(max_length=120, blank=True)
    bank_name = models.CharField(max_length=120, blank=True)
    account_sealed = models.TextField(blank=True)
    account_masked = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OrganisationStatus.values), name="organisation_status"),
            models.CheckConstraint(
                condition=Q(kind=OrgKind.OVERSEAS) | Q(uscc__isnull=False), name="organisation_code_or_overseas"
            ),
            models.CheckConstraint(
                condition=~Q(status=OrganisationStatus.REFUSED) | ~Q(refused_reason=""),
                name="organisation_refusal_has_reason",
            ),
            models.UniqueConstraint(
                fields=["country", "overseas_number"], condition=~Q(overseas_number=""), name="organisation_overseas_once"
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="organisation_search")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return self.uscc or self.overseas_number or str(self.uid)


class Membership(models.Model):
    """Who holds which role where, for what part of the programmes, from when until when."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    scope = models.CharField(max_length=40, blank=True)
    division = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.REQUESTED)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text="what the unit says of the post: full_time, insured_since, post"
    )
    created_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MembershipStatus.values), name="membership_status"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="membership_dates"
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "scope"],
                condition=Q(status__in=[MembershipStatus.REQUESTED, MembershipStatus.INVITED, MembershipStatus.ACTIVE]),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} {self.organisation}"

    @property
    def name_for_unit(self) -> str:
        """The person's name once they have asked to join or accepted; a unit that only knows an e-mail learns no more."""
        hidden = self.status in (MembershipStatus.INVITED, MembershipStatus.REFUSED)
        return (self.person.email or "") if hidden else self.person.name


class Employment(models.Model):
    """Employers of a person over time; recusal looks back three years."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="employments")
    title = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.organisation}"


class IntegrityMark(models.Model):
    """A mark against a person or an organisation; written from upper floors through `accounts.actions.mark`."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="marks")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="marks")
    level = models.CharField(max_length=10, choices=MarkLevel.choices)
    kind = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.TextField()
    source_type = models.CharField(max_length=80, blank=True)
    source_ref = models.CharField(max_length=80, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False),
                name="mark_one_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.kind}"


class Engagement(models.Model):
    """What counts for limits: a person or unit is in a running application or project of a class, in a role."""

    person = models.ForeignKey(  # no index of its own: `engagement_once` begins with it
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements", db_index=False)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements"
    )
    klass = models.CharField(max_length=40)
    role = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    source_type = models.CharField(max_length=80)
    source_ref = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "source_type", "source_ref"], name="engagement_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["source_type", "source_ref"], name="engagement_source")]

    def __str__(self) -> str:
        return f"{self.klass} {self.role} {self.source_ref}"


class PrivacyNotice(models.Model):
    version = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    text_en = models.TextField(blank=True)
    effective_from = models.DateField()

    def __str__(self) -> str:
        return self.version


class Consent(models.Model):
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    notice = models.ForeignKey(PrivacyNotice, on_delete=models.PROTECT, related_name="consents")
    at = models.DateTimeField(db_default=CoreNow())
    ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "notice"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.notice}"


class LoginAttempt(models.Model):
    """Counts wrong passwords per account and per address; the account is kept as a fingerprint only."""

    account_print = models.CharField(max_length=64)
    ip = models.GenericIPAddressField(null=True)
    ok = models.BooleanField()
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        indexes = [
            models.Index(fields=["account_print", "at"], name="attempt_account"),
            models.Index(fields=["ip", "at"], name="attempt_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.ok}"


class UnitChange(models.Model):
    """Data of a verified unit that its administrator wants changed; the old ones stay in force until the bureau verifies.

    `proposed` has the columns of Organisation by name, account numbers sealed and masked as they are kept there.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(max_length=10, choices=UnitChangeStatus.choices, default=UnitChangeStatus.WAITING)
    proposed = models.JSONField()
    explanation = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=CoreNow())
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=UnitChangeStatus.values), name="unit_change_status"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(status=UnitChangeStatus.WAITING), name="unit_change_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.status}"

    @property
    def ref(self) -> str:
        return self.organisation.ref
