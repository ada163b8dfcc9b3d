"""Text messages: one sender behind `SMS_BACKEND`, a dotted path. A sender gives back the number under which the gateway knows the text,
and raises NotSent for whatever else happened; the outbox tries again."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, Protocol
from urllib import request
from urllib.error import URLError
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

SECONDS = 10
ANSWER_MOST = 16_384


class NotSent(OSError):
    """The gateway did not take it."""


class Sender(Protocol):
    def send(self, number: str, text: str, key: str) -> str:
        """`key` names the text: the same key sent twice is one text message."""


def is_on() -> bool:
    return bool(settings.SMS_BACKEND)


def sender() -> Sender:
    return import_string(settings.SMS_BACKEND)()


class Folder:
    """For development: a file for each text under var/sms, nothing leaves the machine."""

    def send(self, number: str, text: str, key: str) -> str:
        folder = settings.VAR_DIR / "sms"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.txt").write_text(f"{number}\n{text}\n", encoding="utf-8")
        return key


class _NoOtherPlace(request.HTTPRedirectHandler):
    """A signed request goes to the address it was signed for, or nowhere."""

    def redirect_request(self, *given: Any, **named: Any) -> None:
        return None


def signature(secret: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 over the second and the body, in hexadecimal: a body cannot be changed, an old request not sent again."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


class Gateway:
    """POST of JSON {key, phone, text, sign} with the headers X-App, X-Time and X-Signature; any 2xx is a yes, its `id` is kept."""

    def send(self, number: str, text: str, key: str) -> str:
        given = settings.SMS_GATEWAY
        address = urlsplit(given["SMS_GATEWAY_URL"])
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
            raise NotSent("SMS_GATEWAY_URL is not an https address")
        body = json.dumps({"key": key, "phone": number, "text": text, "sign": given["SMS_SIGN"]}, ensure_ascii=False).encode()
        at = str(int(time.time()))
        asked = request.Request(given["SMS_GATEWAY_URL"], data=body, method="POST", headers={  # noqa: S310 (asked above)
            "Content-Type": "application/json", "X-App": given["SMS_GATEWAY_APP"], "X-Time": at,
            "X-Signature": signature(given["SMS_GATEWAY_KEY"], at, body)})
        try:
            with request.build_opener(_NoOtherPlace()).open(asked, timeout=SECONDS) as answer:
                found = json.loads(answer.read(ANSWER_MOST) or b"{}")
        except (URLError, TimeoutError, OSError, ValueError) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        return str(found.get("id", ""))[:120] if isinstance(found, dict) else ""
