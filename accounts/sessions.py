"""Sessions that know whose they are: one statement gives the session, the person, the roles in force and the consent owed.

Every request of somebody signed in begins with these four; asked one by one they cost more than most pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils.crypto import constant_time_compare

from accounts.models import Person, Session
from accounts.policies import Actor
from core import plans
from core.workflow import row_of

BACKEND = "accounts.backends.EmailOrPhone"
#: A row per role in force (migration accounts 0003). Columns by their names: what a later release adds is not asked.
COLUMNS = [field.column for field in Person._meta.concrete_fields]
ASK = ("SELECT role, organisation_id, scope, division, owed, session_data, "  # noqa: S608 (names of our own columns)
       + ", ".join(f'(person)."{column}"' for column in COLUMNS) + " FROM accounts_identity(%s, %s)")
WIDTH = 5  # columns of a role


PROVED = 1024  # sessions
_PROVED: dict[tuple[str, str], bytes] = {}


@dataclass(frozen=True)
class Found:
    """A session as it is kept, and the actor whose it says it is."""

    session_data: str
    actor: Actor | None


class SessionStore(DatabaseStore):
    actor: Actor | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def decode(self, session_data: str) -> dict[str, Any]:
        """What is kept is signed, and the same text under the same key is the same session each time it is read: its signature is looked at
        once by each process. Whether the session still stands is asked of the database every time."""
        key = (settings.SECRET_KEY, session_data)
        known = _PROVED.get(key)
        if known is not None:
            found: dict[str, Any] = json.loads(known)
            return found
        found = super().decode(session_data)
        if found:  # what is not ours reads as nothing
            if len(_PROVED) >= PROVED:
                _PROVED.clear()
            _PROVED[key] = self.serializer().dumps(found)
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)
        row.person_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        return row

    def _get_session_from_db(self) -> Found | None:
        with connection.cursor() as cursor:
            plans.run(cursor, ASK, [self.session_key, settings.TIME_ZONE])
            rows = cursor.fetchall()
        if not rows:
            self._session_key = None
            return None
        found = Found(rows[0][WIDTH], _actor(rows))
        self.actor = found.actor
        return found


def _actor(rows: list[tuple[Any, ...]]) -> Actor | None:
    values = rows[0][WIDTH + 1:]
    if values[COLUMNS.index("id")] is None:
        return None
    person = row_of(Person, COLUMNS, values)
    return Actor.read(person, [row[:WIDTH] for row in rows])


def actor_of(session: Any) -> Actor | None:
    """The actor that came with the session, when the session is that of an active person and was begun under the present password;
    None: ask the long way, which ends what must be ended."""
    if session.get(BACKEND_SESSION_KEY) != BACKEND:  # reads the session
        return None
    actor: Actor | None = getattr(session, "actor", None)
    if actor is None or actor.person is None or str(actor.person.pk) != session.get(SESSION_KEY) or not actor.person.is_active:
        return None
    proof = session.get(HASH_SESSION_KEY, "")
    return actor if proof and constant_time_compare(proof, actor.person.get_session_auth_hash()) else None
