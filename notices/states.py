"""States of an official document and of a mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentStatus(TextChoices):
    DRAFT = "DRAFT", _("Drafted")
    PROOFED = "PROOFED", _("Proof-read")
    SIGNED = "SIGNED", _("Signed off")
    ISSUED = "ISSUED", _("Issued")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class RenderState(TextChoices):
    WAITING = "WAITING", _("PDF is being made")
    DONE = "DONE", _("PDF ready")
    FAILED = "FAILED", _("PDF failed")


class MailState(TextChoices):
    NONE = "NONE", _("No mail")
    WAITING = "WAITING", _("Waiting")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")
