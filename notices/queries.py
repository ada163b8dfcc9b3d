"""The registry of document kinds, and reads of documents and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.policies import Actor
from notices import policies
from notices.models import Delivery, Document, Message, Preference
from notices.states import DocumentStatus


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


def unread_count(request: HttpRequest) -> int:
    """Unread messages, less those that lead to the page that is just being opened. How many those are is kept on the request:
    the page asks once, and NoticesMiddleware marks them read when the page was really shown."""
    rows = policies.messages_of(request.actor).filter(read_at=None)
    found = rows.aggregate(all=Count("pk"), here=Count("pk", filter=leading_to(request.path, request.get_full_path())))
    request.messages_here = found["here"] if request.method == "GET" else 0  # type: ignore[attr-defined]
    return found["all"] - request.messages_here  # type: ignore[attr-defined]


def leading_to(path: str, full_path: str) -> Q:
    """Messages whose link is this page: a link with a query of its own only with that query, an anchor on the page counts."""
    return Q(link__in=[path, full_path]) | Q(link__startswith=f"{path}#")


def wants_mail(person: Any, event: str) -> bool:
    """Whether a person gets mail for an event; until they say otherwise, yes."""
    return not Preference.objects.filter(person=person, event=event, mail=False).exists()


#: How to object to a refusal: the way that exists is on paper, to the bureau. `appeal` adds where and whom to ask.
APPEAL = "对本通知有异议的，可在收到通知之日起15个工作日内向我局提出书面申诉"


def appeal() -> str:
    """The sentence of a notice of refusal, in the language of official documents."""
    told = (("受理地址", settings.SUPPORT_ADDRESS), ("联系电话", settings.SUPPORT_PHONE))
    where = "；".join(f"{name}：{value}" for name, value in told if value)
    return f"{APPEAL}（{where}）。" if where else f"{APPEAL}。"
