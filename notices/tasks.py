"""The worker's doors: render a document, send the outbox of mails."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts.policies import system
from core import files, jobs
from core.clock import CoreNow
from core.tasks import sweep
from notices import actions, rendering
from notices.models import Document, Message

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
        except OSError as error:  # SMTP refusals and lost connections are both OSErrors
            log.warning("mail %s: %s", message.uid, error)
            actions.mail_failed(message, f"{type(error).__name__}: {error}")
        else:
            actions.mail_sent(message)
        return True


def mail_for(message: Message) -> EmailMessage:
    link = f"\n\n{settings.SITE_URL}{message.link}" if message.link else ""
    return EmailMessage(
        subject=f"[{settings.SITE_NAME}] {message.subject}",
        body=f"{message.person.name}：\n\n{message.body or message.subject}{link}\n",
        to=[message.person.email],
        headers={"Message-ID": f"<{message.uid}@{settings.MAIL_DOMAIN}>"},
    )
