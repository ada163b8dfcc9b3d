"""States of an official document and of a mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    DIGEST = "DIGEST", _("Waiting for the daily mail")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")


class Channel(TextChoices):
    """What goes out of the house beside the mail of a message."""

    MAIL = "MAIL", pgettext_lazy("channel", "E-mail")
    SMS = "SMS", pgettext_lazy("channel", "Text message")


class OutState(TextChoices):
    WAITING = "WAITING", _("Waiting")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")


class MailMode(TextChoices):
    """How a person hears of a group of events beside the inbox, which is always on."""

    AT_ONCE = "AT_ONCE", pgettext_lazy("mail", "At once")
    DAILY = "DAILY", pgettext_lazy("mail", "Once a day, together")
    OFF = "OFF", pgettext_lazy("mail", "No mail")
