"""Verbs of the draw: recusals are found, the secret is committed, a later public value decides, the seal is opened."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, crypt, ledger
from core.workflow import Refused
from reviews import policies, queries
from reviews.models import Assignment, Batch, Draw, Recusal
from reviews.rules import draw as rules
from reviews.rules import lottery
from reviews.states import BatchStatus, DrawStatus, FoundBy, Mode
from reviews.workflow import BATCH, DRAW


@transaction.atomic
def find_recusals(actor: Any, batch: Batch) -> int:
    """Run the recusal rules over the whole pool and write what is new (rules RC1, RC4, RC7 to RC10, and what was declared once for all). Append-only; a
    second run finds only what has changed. Returns how many rows were written."""
    barred = queries.recusal_graph(batch)
    known = set(Recusal.objects.filter(batch=batch, found_by=FoundBy.AUTO).values_list("application", "expert", "code"))
    rows = [
        Recusal(batch=batch, application_id=application, expert_id=expert, code=finding.code, found_by=FoundBy.AUTO,
                note=finding.about, evidence=dict(finding.evidence))
        for (application, expert), findings in barred.items()
        for finding in findings
        if (application, expert, finding.code) not in known
    ]
    Recusal.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        ledger.record("reviews.batch.recusals", batch, actor, found=len(rows))
    return len(rows)


def candidates_of(batch: Batch) -> tuple[dict[str, Any], dict[str, int]]:
    """(input of the draw by codes, {code: expert id}). Codes are new in every draw and say nothing about anybody."""
    experts = list(queries.drawable().select_related("person").order_by("pk"))
    order = list(range(len(experts)))
    secrets.SystemRandom().shuffle(order)
    code_of = {expert.pk: f"E{order[index] + 1:03d}" for index, expert in enumerate(experts)}
    employers = queries.current_employers(experts)
    units: dict[int, str] = {}
    people = {
        code_of[expert.pk]: {
            "constituency": expert.constituency,
            "employers": sorted(units.setdefault(unit, f"U{len(units) + 1:03d}") for unit in sorted(employers.get(expert.pk, ()))),
        }
        for expert in sorted(experts, key=lambda one: code_of[one.pk])  # numbers of employers must not tell the order of the pool
    }
    minimum = {"INDUSTRY": batch.industry_min} if batch.industry_min else {}
    spare = batch.panel_size * int(batch.rules["alternates_per_seat"])
    barred = set(Recusal.objects.filter(batch=batch).values_list("application", "expert"))
    panels = [
        {"key": key, "seats": batch.panel_size, "alternates": spare, "minimum": minimum,
         "candidates": sorted(code_of[e.pk] for e in experts if not any((item.application_id, e.pk) in barred for item in items))}
        for key, items in queries.panels_of(batch).items()
    ]
    load = 1 if batch.mode == Mode.PANEL else int(batch.rules["load"])
    return {"panels": panels, "experts": people, "load": load}, {code: pk for pk, code in code_of.items()}


def drawable(actor: Any, batch: Batch, public_source: str) -> Batch:
    """The batch, held, when a draw of it may be committed now. Raises Refused."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    if reason := policies.draws(actor, row):
        raise Refused(reason)
    if row.status != BatchStatus.DRAFT:
        raise Refused(_("The experts of this batch are drawn already."))
    if not public_source.strip():
        raise Refused(_("Name the public value that will decide the draw."))
    if Draw.objects.filter(batch=row).exclude(status=DrawStatus.CANCELLED).exists():
        raise Refused(_("A draw of this batch is under way."))
    return row


@transaction.atomic
def commit_draw(actor: Any, batch: Batch, *, public_source: str) -> Draw:
    """Fix candidates and a secret; its hash is public from now on. `public_source` names the value that will decide and
    that nobody knows yet (for example an index at tomorrow's close). Refused when a panel cannot be filled."""
    row = drawable(actor, batch, public_source)
    if (ratio := int(row.rules.get("draw_ratio") or 0)) > 1:
        raise Refused(_("The rules of this guide ask for a draw of 1:%(ratio)d. Work out the lottery and commit that.") % {"ratio": ratio})
    find_recusals(actor, row)
    data, key = candidates_of(row)
    data["load"] = _least_load(data)
    if short := rules.short(data):
        raise Refused(_("Too few experts without conflict for: %(panels)s. Enlarge the pool or split the groups.") % {
            "panels": "、".join(short[:5]) + (_(" and others") if len(short) > 5 else "")})
    return commit_data(actor, row, data, key, public_source)


def commit_data(actor: Any, batch: Batch, data: dict[str, Any], key: dict[str, int], public_source: str) -> Draw:
    """The input of a draw and a new secret, committed; the batch is held and may be drawn."""
    secret = secrets.token_hex(32)
    draw = Draw.objects.create(
        batch=batch, commit_hash=rules.commitment(secret), secret_sealed=crypt.seal(secret), candidates=data,
        candidates_sha256=rules.sha256(data), key_sealed=crypt.seal(json.dumps(key)), public_source=public_source.strip(),
        operator=actor.person,
    )
    ledger.record("reviews.draw.commit", draw, actor, commit_hash=draw.commit_hash, candidates=draw.candidates_sha256)
    return draw


def _least_load(data: dict[str, Any]) -> int:
    """One panel per expert where the pool is large enough; otherwise as few more as the draw needs (at most all)."""
    for load in range(int(data["load"]), len(data["panels"]) + 1):
        if rules.run({**data, "load": load}, "00" * 32)["panels"]:
            return load
    return max(len(data["panels"]), int(data["load"]))


@transaction.atomic
def enter_value(actor: Any, draw: Draw, *, value: str, at: datetime) -> Draw:
    """COMMITTED -> DRAWN: the public value, younger than the commitment, gives the seed; the result is sealed."""
    fresh = Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("batch__guide__special__plan").get(pk=draw.pk)
    if reasons := DRAW.why_not("enter", actor, fresh, value=value, at=at):
        raise Refused(reasons)
    _commitment, seed, result = lottery.replay(fresh.candidates, crypt.open_sealed(fresh.secret_sealed), value)
    if not result["panels"]:
        raise Refused(_("The draw found no panels with this pool: annul it and enlarge the pool."))
    Draw.objects.filter(pk=fresh.pk).update(
        public_value=value.strip(), public_at=at, seed=seed, result_sealed=crypt.seal(json.dumps(result)),
        result_sha256=rules.sha256(result), sealed_at=clock.now(),
    )
    row = DRAW.move("enter", actor, fresh, value=value, at=at, data={"result": rules.sha256(result)})
    row.refresh_from_db()
    return row


@transaction.atomic
def open_draw(actor: Any, draw: Draw) -> Draw:
    """DRAWN -> OPENED: the secret and the result become readable, the seats are written, the batch is DRAWN."""
    row = DRAW.move("open", actor, draw)
    result = json.loads(crypt.open_sealed(row.result_sealed))
    Draw.objects.filter(pk=row.pk).update(secret=crypt.open_sealed(row.secret_sealed), result=result, opened_at=clock.now())
    row.refresh_from_db()
    _write_seats(row, json.loads(crypt.open_sealed(row.key_sealed)))
    BATCH.move("draw", actor, row.batch)
    return row


def _write_seats(draw: Draw, key: dict[str, int]) -> None:
    """Panel members and alternates become assignments; on the desk's pages an expert is an alias of the batch."""
    batch = draw.batch
    items = queries.panels_of(batch)
    barred = set(Recusal.objects.filter(batch=batch).values_list("application", "expert"))
    seats, aliases = [], {}
    for panel in draw.result["panels"]:
        for item in items.get(panel["key"], ()):  # an application may have been withdrawn since the commitment
            for spare, codes in ((False, panel["members"]), (True, panel["alternates"])):
                for order, code in enumerate(codes):
                    alias = aliases.setdefault(code, f"专家{len(aliases) + 1:02d}")
                    if (item.application_id, key[code]) in barred:
                        continue
                    seats.append(Assignment(batch=batch, item=item, expert_id=key[code], alias=alias, is_alternate=spare,
                                            order=order))
    Assignment.objects.bulk_create(seats)


@transaction.atomic
def cancel_draw(actor: Any, draw: Draw, *, why: str) -> Draw:
    """Annul a draw before anybody was invited; it stays readable with the reason."""
    row = Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("batch__guide__special__plan").get(pk=draw.pk)
    if row.status == DrawStatus.OPENED:
        BATCH.move("redraw", actor, row.batch, why=why, reason=why)
        Assignment.objects.filter(batch=row.batch).delete()
    return DRAW.move("cancel", actor, row, why=why, reason=why)
