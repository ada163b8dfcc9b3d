"""Who may draft, sign and issue official documents, and who may read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.policies import Actor
from accounts.states import STAFF_ROLES, WATCH_ROLES, Role
from notices.models import Delivery, Document, Message
from notices.states import DocumentStatus


def may_draft(actor: Actor, document: Any = None) -> str | None:
    if actor.is_system or actor.holds(*STAFF_ROLES, Role.AGENCY):
        return None
    return _("Only bureau staff and professional institutions draft official documents.")


def may_sign(actor: Actor, document: Document) -> str | None:
    """Sign-off is a leader's; the drafter never signs (签发 is another person's act)."""
    if actor.id is not None and actor.id == document.drafted_by_id:
        return _("The drafter of a document may not sign it off.")
    if actor.is_system or actor.holds(Role.LEADER):
        return None
    return _("Only a bureau leader may sign off a document.")


def may_view(actor: Actor, document: Document) -> str | None:
    if document.status == DocumentStatus.ISSUED and document.is_public:
        return None
    if actor.is_system or actor.holds(*STAFF_ROLES, *WATCH_ROLES):
        return None
    if document.status == DocumentStatus.ISSUED and document.deliveries.filter(_mine(actor)).exists():
        return None
    return _("This document was not sent to you.")


def _mine(actor: Actor) -> Q:
    return Q(person=actor.id) | Q(organisation__in=actor.units(Role.ORG_ADMIN, Role.ORG_LEGAL)) if actor.id else Q(pk=None)


def visible_to(actor: Actor) -> QuerySet[Document]:
    """The same truth as `may_view`."""
    if actor.is_system or actor.holds(*STAFF_ROLES, *WATCH_ROLES):
        return Document.objects.all()
    issued = Document.objects.filter(status=DocumentStatus.ISSUED)
    mine = Delivery.objects.filter(_mine(actor)).values("document")
    return issued.filter(Q(is_public=True) | Q(pk__in=mine))


def messages_of(actor: Actor) -> QuerySet[Message]:
    return Message.objects.filter(person=actor.id) if actor.id else Message.objects.none()


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    return Delivery.objects.filter(_mine(actor))
