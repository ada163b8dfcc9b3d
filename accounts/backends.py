"""Log-in by e-mail or phone. Unknown accounts cost the same time as wrong passwords."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import queries
from accounts.models import Person


class EmailOrPhone(ModelBackend):
    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None,
                     **kwargs: Any) -> Person | None:
        if not username or password is None:
            return None
        person = queries.by_identifier(username)
        if person is None:
            Person().set_password(password)  # the hash is computed all the same, so that time tells nothing
            return None
        return person if person.check_password(password) and self.user_can_authenticate(person) else None
