"""Secrets that a private installation makes for itself: one file each under var/, readable by its owner only."""

from __future__ import annotations

import os
import secrets

from config import env


def kept(name: str) -> str:
    """The secret of that name, made at the first call."""
    folder = env.Path(env.text("KEGUAN_VAR", str(env.BASE_DIR / "var"))) / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        value = secrets.token_urlsafe(48)
        file.write(value)
    return value
