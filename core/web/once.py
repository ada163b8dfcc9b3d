"""A form that creates something carries a key; the same key posted again leads to the first result and does nothing.

The key is stored in the transaction of the act, so a double click waits for the first and then follows it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.models import OnceKey
from core.workflow import Refused

FIELD = "once"


def new_key() -> str:
    return str(uuid.uuid4())


def _digest(request: HttpRequest) -> str:
    body = "&".join(f"{k}={v}" for k in sorted(request.POST) for v in request.POST.getlist(k)
                    if k != "csrfmiddlewaretoken")
    return hashlib.sha256(body.encode()).hexdigest()


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views that create on POST and answer a redirect. A page with errors does not use the key up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            key = uuid.UUID(request.POST.get(FIELD, ""))
        except ValueError:
            key = None
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            digest = _digest(request)
            row, created = OnceKey.objects.get_or_create(
                key=key, defaults={"actor_id": request.actor.id, "path": request.path[:300], "body_sha256": digest}
            )
            if not created:
                return _replay(request, row, digest)
            response = view(request, *args, **kwargs)
            if response.status_code in (301, 302, 303):
                OnceKey.objects.filter(pk=row.pk).update(location=response["Location"][:500])
            else:
                row.delete()
            return response

    return guarded


def _replay(request: HttpRequest, row: OnceKey, digest: str) -> HttpResponse:
    if row.actor_id != request.actor.id or row.path != request.path or row.body_sha256 != digest:
        raise Refused(_("This form was sent already with other content. Please open it again."))
    return redirect(row.location or request.path)
