"""Links by mail: password reset and invitation. The answer never tells whether an account exists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import actions, queries
from accounts.models import Organisation, Person
from accounts.policies import Actor


def person(uid: str) -> Person | None:
    """None also for what is no identifier at all: the link is from outside."""
    try:
        return Person.objects.filter(uid=UUID(uid), is_active=True).first()
    except ValueError:
        return None


def _link(target: Person) -> str:
    uid = urlsafe_base64_encode(force_bytes(str(target.uid)))
    token = default_token_generator.make_token(target)
    return settings.SITE_URL + reverse("accounts:public:reset", args=[uid, token])


def send_link(email: str) -> None:
    """At most so many reset mails per account and hour (parameter reset.mails_per_hour), however often it is asked for."""
    target = queries.by_identifier(email)
    if queries.tried_too_often("reset", email, "reset.mails_per_hour"):
        return
    actions.note_try("reset", email)
    if target is not None and target.is_active:
        body = _("Somebody asked to reset your password. The link is good for one hour and for one use:\n\n%(link)s\n\n"
                 "If it was not you, ignore this mail.") % {"link": _link(target)}
        send_mail(_("Password reset"), body, None, [target.email])


@transaction.atomic
def invite(actor: Actor, organisation: Organisation, *, name: str, email: str, role: str) -> Any:
    """Add a person to a unit. A new account gets a link to set its password; a person of the unit gets the role at once;
    anybody else who has an account is asked, and decides on the own page."""
    target = queries.by_identifier(email)
    fresh = target is None
    if target is None:
        target = actions.create_person(actor, name=name, email=email, is_demo=organisation.is_demo)
    elif not queries.belongs_to(target, organisation):
        return actions.invite_member(actor, target, organisation, role)
    row = actions.grant_role(actor, target, organisation, role, own_account=fresh)
    if fresh:
        body = _("%(unit)s has added you to the platform. Set your password here (good for one hour):\n\n%(link)s") % {
            "unit": organisation.name, "link": _link(target)}
        transaction.on_commit(lambda: send_mail(_("Your account"), body, None, [target.email], fail_silently=True))
    return row
