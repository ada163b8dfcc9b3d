"""Official documents, their deliveries, and the messages of the inbox."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from accounts.models import Organisation
from core.clock import CoreNow
from core.models import Labelled, StoredFile
from notices.states import Channel, DocumentStatus, MailMode, MailState, OutState, RenderState


class NumberSeries(Labelled):
    """A series of document numbers of one issuer, e.g. 深科创."""

    code = models.SlugField(max_length=40, unique=True)
    mark = models.CharField(max_length=20)
    issuer = models.CharField(max_length=60)
    issuer_en = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.mark


class Document(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="documents")
    year = models.PositiveSmallIntegerField(null=True)
    seq = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    addressee = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    subject_ref = models.CharField(max_length=80, blank=True)
    context = models.JSONField(default=dict)
    template = models.CharField(max_length=120)
    template_version = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=DocumentStatus.choices, default=DocumentStatus.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proofed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    verify_code = models.CharField(max_length=20, unique=True, null=True)
    pdf = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    fonts = models.JSONField(default=list)
    render_state = models.CharField(max_length=8, choices=RenderState.choices, default=RenderState.WAITING)
    is_public = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DocumentStatus.values), name="document_status"),
            models.UniqueConstraint(fields=["series", "year", "seq"], name="document_number_once"),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=models.F("drafted_by")), name="document_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.ISSUED)
                | Q(seq__isnull=False, issued_at__isnull=False, verify_code__isnull=False),
                name="document_issued_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="document_subject"),
            models.Index(fields=["-issued_at"], name="document_issued"),
        ]

    def __str__(self) -> str:
        return self.number or self.title


class Delivery(models.Model):
    """Who was sent which document and who opened it when."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=CoreNow())
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False), name="delivery_has_recipient"
            ),
            models.UniqueConstraint(
                fields=["document", "person", "organisation"], name="delivery_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} -> {self.person or self.organisation}"


class Message(models.Model):
    """站内信: always there, permanent; a mail goes out beside it when the person wants one. Written in both languages of
    the portal, whoever acted in which of them; the reader's page chooses, mail is in the language of the bureau."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    subject_en = models.CharField(max_length=200, blank=True)
    body_en = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    statutory = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=CoreNow())
    read_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_retry_at = models.DateTimeField(db_default=CoreNow())
    mail_error = models.CharField(max_length=300, blank=True)
    dedupe = models.CharField(max_length=120, null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="message_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="message_unread"),
            models.Index(fields=["mail_retry_at"], condition=Q(mail_state="WAITING"), name="message_mail_due"),
            models.Index(fields=["mail_retry_at", "person"], condition=Q(mail_state="DIGEST"), name="message_digest_due"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def heading(self) -> str:
        return self.subject_en if self.subject_en and get_language() == "en" else self.subject

    @property
    def text(self) -> str:
        return self.body_en if self.body_en and get_language() == "en" else self.body


class Outgoing(models.Model):
    """One thing on its way to an address: a text message beside a message of the inbox, or a letter to somebody who has no account
    and so no inbox. The row is the proof of what went where and when."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=4, choices=Channel.choices)
    address = models.CharField(max_length=120)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="outgoing")
    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=OutState.choices, default=OutState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(db_default=CoreNow())
    error = models.CharField(max_length=300, blank=True)
    proof = models.CharField(max_length=120, blank=True, help_text="the number under which the gateway knows it")
    created_at = models.DateTimeField(db_default=CoreNow())
    sent_at = models.DateTimeField(null=True)
    dedupe = models.CharField(max_length=120, null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["retry_at"], condition=Q(state="WAITING"), name="outgoing_due")]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="outgoing_channel"),
            models.CheckConstraint(condition=Q(state__in=OutState.values), name="outgoing_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address} {self.subject}"


class PhoneProof(models.Model):
    """A code sent to the number of an account, and that the person has typed it back. It counts for this number alone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    phone = models.CharField(max_length=20)
    code_print = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    sent = models.PositiveSmallIntegerField(default=0, help_text="codes within the hour of the last one")
    tries = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person} {self.phone}"


class Preference(models.Model):
    """How a person wants to hear of a group of events (notices.rules.GROUPS); of a locked group only `sms` is chosen."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=60)
    mode = models.CharField(max_length=8, choices=MailMode.choices, default=MailMode.AT_ONCE)
    sms = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="preference_once"),
            models.CheckConstraint(condition=Q(mode__in=MailMode.values), name="preference_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.group} {self.mode}"
