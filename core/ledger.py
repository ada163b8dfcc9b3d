"""The append-only record of who did what, on what, why; the outbox of the house; and its seal.

A row is written in the transaction of the act itself. Triggers and grants refuse to change or delete it. A
lock-guarded job seals committed rows into a hash chain every minute (sealing inside the request would serialise
every act of the house), so that a later change by the owner of the database is found by `verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from core import plans

SEAL_LOCK = 0x5EA1
GENESIS = "0" * 64

# Set by the request middleware: {"request_id": str, "ip": str}.
request_context: ContextVar[dict[str, str]] = ContextVar("ledger_request_context", default={})  # noqa: B039


#: A row and what follows from it, in one statement: every act of the house ends with it (migration core 0006).
INSERT = """
SELECT entered, moment FROM core_record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
#: The same together with the change that it records: the database writes the change, then, with the number of its row, the record.
CHANGE_AND_INSERT = """
WITH {proof}changed AS ({change} RETURNING {pk})
SELECT entered, moment FROM changed, core_record(%s, %s, changed.{pk}, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Proof:
    """A statement that gives one column `holds`, to be sent before a change: where it gives no true, nothing is written."""

    text: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Change:
    """A change of one row, to be sent with its record: an UPDATE of it by its key, whose column is `pk`."""

    text: str
    values: tuple[Any, ...]
    pk: str
    proof: Proof | None = None


@cache
def _with_change(text: str, pk: str, proof: str) -> str:
    """The change asks for the proof, so the database finds the proof first."""
    if not proof:
        return CHANGE_AND_INSERT.format(proof="", change=text, pk=pk)
    change = f"{text} AND (SELECT holds FROM proved)"  # noqa: S608 (statements of our own)
    return CHANGE_AND_INSERT.format(proof=f"proved AS MATERIALIZED ({proof}), ", change=change, pk=pk)


_ENCODE = DjangoJSONEncoder(ensure_ascii=False).encode


def _text(value: Any) -> str | None:
    return _ENCODE(value) if value is not None else None


def _plain(text: str | None) -> Any:
    return json.loads(text) if text is not None else None


def reference(target: Any) -> str:
    """The public name of a row: its number where it has one."""
    for name in ("ref", "number", "uid", "code"):
        value = getattr(target, name, None)
        if value:
            return str(value)
    return str(target.pk)


@dataclass(frozen=True)
class Unnamed:
    """Who acts under a promise not to be named: the record keeps the capacity alone, neither the account nor the network
    address nor the number of the request, from which other rows would tell the person."""

    label: str
    id: None = None


OBJECTOR = Unnamed("objector")


def record(verb: str, target: models.Model, actor: Any, *, why: str = "", before: Any = None, after: Any = None,
           of_change: Change | None = None, **data: Any) -> Any:
    """Write one row, and the change it tells of when that is given. `actor` has `.id` (None for the system) and `.label`; `data` must
    be plain values. None: the change had a proof that did not hold, and nothing was written.

    Side effect: queues every reaction registered for the verb in the same transaction.
    """
    from core import events  # noqa: PLC0415 (events reads the row model through this module)
    from core.models import LedgerRow  # noqa: PLC0415 (app ready)

    context = {} if isinstance(actor, Unnamed) else request_context.get()
    plain = {
        "verb": verb, "target_type": target._meta.label_lower, "target_id": target.pk, "target_ref": reference(target)[:80],
        "actor_id": actor.id, "actor_label": str(actor.label)[:120], "why": str(why or ""),
    }
    origin = {"request_id": context.get("request_id", ""), "ip": context.get("ip") or None}
    texts = {"before": _text(before), "after": _text(after), "data": _text(data) or "{}"}
    values = [*plain.values(), *texts.values(), *origin.values(), events.handlers_of(verb)]
    with connection.cursor() as cursor:
        if of_change is None:
            plans.run(cursor, INSERT, values)
        else:  # the row that was changed names the target itself
            proof = of_change.proof or Proof("", ())
            text = _with_change(of_change.text, of_change.pk, proof.text)
            plans.run(cursor, text, [*proof.values, *of_change.values, *values[:2], *values[3:]])
        found = cursor.fetchone()
    if found is None and of_change is not None and of_change.proof is not None:
        return None
    pk, at = found
    row = LedgerRow(id=pk, at=at, **plain, **origin, **{name: _plain(text) for name, text in texts.items()})
    row._state.adding, row._state.db = False, connection.alias
    events.follow(row)
    return row


def took_part(target: models.Model, actor: Any, verbs: Iterable[str]) -> bool:
    """Whether this person has done any of these to the target, by the record: what two-person rules rest on. Never the system."""
    from core.models import LedgerRow  # noqa: PLC0415 (app ready)

    return actor.id is not None and LedgerRow.objects.filter(
        target_type=target._meta.label_lower, target_id=target.pk, actor_id=actor.id, verb__in=list(verbs)).exists()


def canonical(row: Any) -> bytes:
    """The bytes of a row that the seal covers: every column, in a fixed order, as UTF-8 JSON."""
    return json.dumps(
        [row.pk, row.at.isoformat(), row.verb, row.target_type, row.target_id, row.target_ref, row.actor_id,
         row.actor_label, row.why, row.before, row.after, row.data, row.request_id, row.ip],
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder,
    ).encode()


def _digest(previous: str, payload: bytes) -> str:
    return hashlib.new(getattr(settings, "SEAL_HASH", "sha256"), previous.encode() + payload).hexdigest()


@transaction.atomic
def seal_pending(limit: int = 5000) -> int:
    """Seal rows that are committed and not sealed yet; returns how many. Only one runs at a time."""
    from core.models import LedgerRow, Seal  # noqa: PLC0415 (app ready)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    last = Seal.objects.order_by("-seq").first()
    sequence, previous = (last.seq, last.digest) if last else (0, GENESIS)
    # By absence of a seal, not by id: a row with a lower id may commit later than one with a higher id.
    rows = LedgerRow.objects.filter(~models.Exists(Seal.objects.filter(row_id=models.OuterRef("pk")))).order_by("pk")
    seals = []
    for row in rows[:limit]:
        sequence += 1
        previous = _digest(previous, canonical(row))
        seals.append(Seal(seq=sequence, row_id=row.pk, digest=previous))
    Seal.objects.bulk_create(seals, batch_size=1000)
    return len(seals)


@dataclass(frozen=True)
class Verdict:
    sealed: int
    head: str
    broken_at: int | None  # ledger row id of the first mismatch, None when the chain holds


def verify(expected_head: str | None = None, progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Recompute the chain from the first row. A known published head also uncovers a cut tail."""
    from core.models import LedgerRow, Seal  # noqa: PLC0415 (app ready)

    previous, count = GENESIS, 0
    seen_head = expected_head in (None, GENESIS)
    total = Seal.objects.count() if progress else 0
    for seal in Seal.objects.order_by("seq").iterator(chunk_size=2000):
        row = LedgerRow.objects.filter(pk=seal.row_id).first()
        if row is None or seal.seq != count + 1 or _digest(previous, canonical(row)) != seal.digest:
            return Verdict(count, previous, seal.row_id)
        previous, count = seal.digest, count + 1
        if progress and (count % 500 == 0 or count == total):
            progress(count, total)
        seen_head = seen_head or previous == expected_head
    return Verdict(count, previous, None if seen_head else -1)
