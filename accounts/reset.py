"""Links by mail: password reset and invitation. The answer never tells whether an account exists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import actions, queries
from accounts.models import LoginAttempt, Organisation, Person
from accounts.policies import Actor
from core import crypt, parameters
from core.clock import CoreNow


def person(uid: str) -> Person | None:
    return Person.objects.filter(uid=uid, is_active=True).first()


def _link(target: Person) -> str:
    uid = urlsafe_base64_encode(force_bytes(str(target.uid)))
    token = default_token_generator.make_token(target)
    return settings.SITE_URL + reverse("accounts:public:reset", args=[uid, token])


def _too_many(email: str) -> bool:
    """At most three reset mails per account and hour, however often the button is pressed."""
    rows = LoginAttempt.objects.filter(account_print=crypt.fingerprint(f"reset:{email}"),
                                       at__gt=CoreNow() - timedelta(hours=1))
    return rows.count() >= int(parameters.value("reset.mails_per_hour", default=3))


def send_link(email: str, ip: str | None) -> None:
    email = email.strip().lower()
    target = queries.by_identifier(email)
    if _too_many(email):
        return
    actions.note_attempt(f"reset:{email}", ip, ok=True)
    if target is not None and target.is_active:
        body = _("Somebody asked to reset your password. The link is good for one hour and for one use:\n\n%(link)s\n\n"
                 "If it was not you, ignore this mail.") % {"link": _link(target)}
        send_mail(_("Password reset"), body, None, [target.email])


@transaction.atomic
def invite(actor: Actor, organisation: Organisation, *, name: str, email: str, role: str) -> Any:
    """Add a person to a unit; a new account gets a link to set its password."""
    target = queries.by_identifier(email)
    fresh = target is None
    if target is None:
        target = actions.create_person(actor, name=name, email=email, is_demo=organisation.is_demo)
    row = actions.grant_role(actor, target, organisation, role)
    if fresh:
        body = _("%(unit)s has added you to the platform. Set your password here (good for one hour):\n\n%(link)s") % {
            "unit": organisation.name, "link": _link(target)}
        transaction.on_commit(lambda: send_mail(_("Your account"), body, None, [target.email], fail_silently=True))
    return row
