"""The worker's doors: render a document, send the outbox of mails."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.policies import system
from core import files, jobs
from core.clock import CoreNow
from core.tasks import sweep
from notices import actions, rendering, rules, texting
from notices.models import Document, Message, Outgoing

log = logging.getLogger(__name__)


@jobs.job("notices.render")
def render_document(job: Any, progress: jobs.Progress) -> None:
    """Re-entrant: a document that has its PDF is left alone."""
    document = Document.objects.get(pk=job.params["document"])
    progress(0, 1)
    if document.pdf_id is None:
        made = rendering.render(document.template, document.context)
        file = files.store_bytes(made.pdf, f"{document.number}.pdf", "application/pdf", actor=system("render"))
        actions.attach_pdf(document, file=file, sha256=made.sha256, fonts=made.fonts)
        document.refresh_from_db()
    job.file = document.pdf
    job.result = {"document": str(document.uid), "sha256": document.sha256}


@sweep("mail")
def send_mails(limit: int = 200) -> int:
    """Send waiting mails one by one, each under its row lock; a retry carries the same Message-ID."""
    sent = 0
    while sent < limit and _send_one():
        sent += 1
    return sent


def _send_one() -> bool:
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(mail_state="WAITING", mail_retry_at__lte=CoreNow())
            .select_related("person")
            .order_by("mail_retry_at", "pk")
            .first()
        )
        if message is None:
            return False
        try:
            mail_for(message).send()
        except (OSError, ValueError) as error:  # SMTP refusals and lost connections are OSErrors; a ValueError is what no mail can hold
            log.warning("mail %s: %s", message.uid, error)
            actions.mail_failed(message, f"{type(error).__name__}: {error}")
        else:
            actions.mail_sent(message)
        return True


@sweep("digest")
def send_digests(limit: int = 100) -> int:
    """One mail a day for a person with everything that waits for it; re-entrant: the rows are locked, and sent ones wait no more."""
    sent = 0
    while sent < limit and _send_digest():
        sent += 1
    return sent


def _send_digest() -> bool:
    with transaction.atomic():
        due = Message.objects.filter(mail_state="DIGEST", mail_retry_at__lte=CoreNow())
        first = due.select_for_update(skip_locked=True, of=("self",)).select_related("person").order_by("mail_retry_at", "pk").first()
        if first is None:
            return False
        rows = list(due.filter(person=first.person_id).select_for_update(skip_locked=True).order_by("pk"))
        try:
            digest_for(first.person, rows).send()
        except (OSError, ValueError) as error:
            log.warning("digest %s: %s", first.uid, error)
            for row in rows:
                actions.mail_failed(row, f"{type(error).__name__}: {error}")
        else:
            for row in rows:
                actions.mail_sent(row)
        return True


@sweep("outgoing")
def send_outgoing(limit: int = 200) -> int:
    """Text messages, and letters to addresses without an account: one by one, each under its row lock."""
    sent = 0
    while sent < limit and _send_out():
        sent += 1
    return sent


def _send_out() -> bool:
    with transaction.atomic():
        due = Outgoing.objects.filter(state="WAITING", retry_at__lte=CoreNow())
        if not texting.is_on():
            due = due.filter(channel="MAIL")
        row = due.select_for_update(skip_locked=True).order_by("retry_at", "pk").first()
        if row is None:
            return False
        try:
            proof = texting.sender().send(row.address, text_of(row), str(row.uid)) if row.channel == "SMS" else str(letter_of(row).send())
        except (OSError, ValueError) as error:  # a ValueError is an address or a heading no mail can have: the rest must not wait behind it
            log.warning("%s %s: %s", row.channel, row.uid, error)
            actions.out_failed(row, f"{type(error).__name__}: {error}")
        else:
            actions.out_sent(row, proof)
        return True


def text_of(row: Outgoing) -> str:
    """Only the subject: whoever holds the telephone reads it."""
    return f"{row.subject[:120]} {settings.SITE_URL}{row.link}" if row.link else row.subject


def letter_of(row: Outgoing) -> EmailMessage:
    return EmailMessage(subject=f"[{settings.SITE_NAME}] {' '.join(row.subject.split())}", body=f"{row.body}\n\n{settings.SITE_URL}{row.link}\n", to=[row.address],
                        headers={"Message-ID": f"<{row.uid}@{settings.MAIL_DOMAIN}>"})


def _choose_link() -> str:
    return f"{settings.SITE_URL}{reverse('notices:public:settings')}"


def _footer(message: Message | None = None) -> str:
    """Where the person chooses what is mailed; the mail is in the language of the bureau."""
    with translation.override(settings.LANGUAGE_CODE):
        words = str(rules.group_of(message.event).locked if message else "") or _("Choose which messages are mailed:")
        if message and message.statutory:
            words = _("This message is mailed by law and cannot be switched off.")
        return f"\n--\n{words}\n{_choose_link()}\n"


def digest_for(person: Person, rows: list[Message]) -> EmailMessage:
    listed = "\n\n".join(f"· {row.subject}" + (f"\n  {settings.SITE_URL}{row.link}" if row.link else "") for row in rows)
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(count)d messages for you") % {"count": len(rows)}
    return EmailMessage(
        subject=f"[{settings.SITE_NAME}] {subject}", body=f"{person.name}：\n\n{listed}\n{_footer()}", to=[person.email],
        headers={"Message-ID": f"<digest-{rows[0].uid}@{settings.MAIL_DOMAIN}>", "List-Unsubscribe": f"<{_choose_link()}>"},
    )


def mail_for(message: Message) -> EmailMessage:
    link = f"\n\n{settings.SITE_URL}{message.link}" if message.link else ""
    return EmailMessage(
        subject=f"[{settings.SITE_NAME}] {' '.join(message.subject.split())}",  # a name may hold a line end, a heading may not
        body=f"{message.person.name}：\n\n{message.body or message.subject}{link}\n{_footer(message)}",
        to=[message.person.email],
        headers={"Message-ID": f"<{message.uid}@{settings.MAIL_DOMAIN}>",
                 **({} if message.statutory or rules.group_of(message.event).locked else {"List-Unsubscribe": f"<{_choose_link()}>"})},
    )
