"""Personal numbers at rest: sealed for reading back, fingerprinted for comparing, masked for showing."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from django.conf import settings


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"{purpose}:{settings.DATA_KEY}".encode()).digest()


def seal(text: str) -> str:
    return Fernet(base64.urlsafe_b64encode(_key("seal"))).encrypt(text.encode()).decode() if text else ""


def open_sealed(sealed: str) -> str:
    return Fernet(base64.urlsafe_b64encode(_key("seal"))).decrypt(sealed.encode()).decode() if sealed else ""


def fingerprint(text: str) -> str:
    """Keyed hash of the normalised text: equal texts compare equal, and nobody without the key can guess."""
    plain = "".join(text.split()).upper()
    return hmac.new(_key("print"), plain.encode(), hashlib.sha256).hexdigest() if plain else ""


def mask(text: str, head: int = 3, tail: int = 4) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]
