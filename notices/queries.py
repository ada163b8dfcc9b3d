"""The registry of document kinds, and reads of documents and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.crypto import salted_hmac

from accounts.policies import Actor
from core import clock, parameters, plans
from notices import policies, rules
from notices.models import Delivery, Document, Message, PhoneProof, Preference
from notices.states import DocumentStatus, MailMode


@dataclass(frozen=True)
class Kind:
    """One kind of official document. `sample()` gives a context long enough for three pages."""

    code: str
    series: str
    template: str
    title: Any
    sample: Callable[[], dict[str, Any]]
    has_imprint: bool = True  # 版记; a 公示 has none


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    KINDS[kind.code] = kind
    return kind


def get_for(actor: Actor, uid: Any) -> Document:
    return get_object_or_404(policies.visible_to(actor).select_related("series", "pdf"), uid=uid)


def public_document(code: str) -> Document:
    """By verify code; withdrawn ones too, because the page must say that they are."""
    plain = "".join(char for char in (code or "").upper() if char.isalnum())
    if len(plain) != 12:
        raise Http404
    dashed = "-".join(plain[i : i + 4] for i in (0, 4, 8))
    return get_object_or_404(
        Document.objects.filter(status__in=[DocumentStatus.ISSUED, DocumentStatus.WITHDRAWN]).select_related("series"),
        verify_code=dashed,
    )


def about(subject: Any) -> QuerySet[Document]:
    """Documents whose subject is that row, newest first."""
    return Document.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk
    ).order_by("-pk")


def issued_about(model: type[Model], ids: Iterable[int]) -> QuerySet[Document]:
    """Public documents in force about these rows of a table, newest first, in one query."""
    return Document.objects.filter(
        subject_type=model._meta.label_lower, subject_id__in=list(ids), status=DocumentStatus.ISSUED, is_public=True
    ).order_by("-pk")


def deliveries(document: Document) -> QuerySet[Delivery]:
    return document.deliveries.select_related("person", "organisation", "opened_by").order_by("pk")


def inbox(actor: Actor) -> QuerySet[Message]:
    return policies.messages_of(actor).order_by("-pk")


def message_for(actor: Actor, uid: Any) -> Message:
    return get_object_or_404(policies.messages_of(actor), uid=uid)


#: Every page of somebody signed in asks it: written once, planned once per connection. The same messages as `policies.messages_of`, the same
#: links as `leading_to`.
UNREAD = ("SELECT count(*), count(*) FILTER (WHERE link IN (%s, %s) OR starts_with(link, %s)) FROM notices_message"
          " WHERE person_id = %s AND read_at IS NULL")


def unread_count(request: HttpRequest) -> int:
    """Unread messages, less those that lead to the page that is just being opened. How many those are is kept on the request:
    the page asks once, and NoticesMiddleware marks them read when the page was really shown."""
    actor, path = request.actor, request.path
    unread = here = 0
    if actor.id:
        with connection.cursor() as cursor:
            plans.run(cursor, UNREAD, [path, request.get_full_path(), f"{path}#", actor.id])
            unread, here = cursor.fetchone()
    request.messages_here = here if request.method == "GET" else 0  # type: ignore[attr-defined]
    return int(unread - request.messages_here)  # type: ignore[attr-defined]


def leading_to(path: str, full_path: str) -> Q:
    """Messages whose link is this page: a link with a query of its own only with that query, an anchor on the page counts."""
    return Q(link__in=[path, full_path]) | Q(link__startswith=f"{path}#")


def mode_of(person: Any, event: str) -> str:
    """How a person hears of an event beside the inbox; until they say otherwise, at once."""
    group = rules.group_of(event)
    found = None if group.locked else Preference.objects.filter(person=person, group=group.code).values_list("mode", flat=True).first()
    return found or MailMode.AT_ONCE


def wants_mail(person: Any, event: str) -> bool:
    return mode_of(person, event) != MailMode.OFF


def proven_number(person: Any) -> str | None:
    """The mobile number of the account, once its owner has typed the code back that was sent to it."""
    found = bool(person.phone) and PhoneProof.objects.filter(person=person, phone=person.phone).exclude(proven_at=None).exists()
    return person.phone if found else None


def numbers_for(group: str, people: Iterable[int]) -> dict[int, str]:
    """{person: number} of those who want a text message of the group, on a number that is proven and still theirs."""
    wanted = Preference.objects.filter(group=group, sms=True, person__in=list(people), person__is_active=True).values("person")
    rows = PhoneProof.objects.filter(person__in=wanted, phone=F("person__phone")).exclude(proven_at=None)
    return dict(rows.values_list("person", "phone"))


def texted_groups(actor: Actor) -> set[str]:
    return set(Preference.objects.filter(person=actor.person, sms=True).values_list("group", flat=True))


def code_print(person: Any, phone: str, code: str) -> str:
    return salted_hmac("notices.phone", f"{person.pk}:{phone}:{''.join(code.split())}", algorithm="sha256").hexdigest()


def phone_proof(actor: Actor) -> PhoneProof | None:
    return PhoneProof.objects.filter(person=actor.id).first()


def matrix(actor: Actor) -> list[tuple[rules.Group, str]]:
    """Every group with the mode in force for the person."""
    chosen = dict(Preference.objects.filter(person=actor.person).values_list("group", "mode"))
    return [(group, MailMode.AT_ONCE if group.locked else chosen.get(group.code, MailMode.AT_ONCE))
            for group in (*rules.GROUPS, rules.OTHER)]


#: With what rules where the bureau has set nothing.
HOURS = {"quiet_from": 0, "quiet_until": 0, "digest_hour": 8}


def hours() -> dict[str, int]:
    """The parameters of the clock of mails, in hours of the bureau's day."""
    found = parameters.values(f"messages.{name}" for name in HOURS)
    return {name: int(found.get(f"messages.{name}", default)) for name, default in HOURS.items()}


def mail_due(mode: str) -> datetime | None:
    """From when a mail that nothing forces may go: after the quiet hours, or with the next daily one. None: at once."""
    now = clock.local(clock.now())
    told = hours()
    if mode == MailMode.DAILY:
        return rules.next_digest(now, told["digest_hour"])
    due = rules.after_quiet(now, told["quiet_from"], told["quiet_until"])
    return None if due == now else due


#: How to object to a refusal: the way that exists is on paper, to the bureau. `appeal` adds where and whom to ask.
APPEAL = "对本通知有异议的，可在收到通知之日起15个工作日内向我局提出书面申诉"


def appeal() -> str:
    """The sentence of a notice of refusal, in the language of official documents."""
    told = (("受理地址", settings.SUPPORT_ADDRESS), ("联系电话", settings.SUPPORT_PHONE))
    where = "；".join(f"{name}：{value}" for name, value in told if value)
    return f"{APPEAL}（{where}）。" if where else f"{APPEAL}。"
