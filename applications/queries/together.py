"""Reads of writing together: seats, invitations, who is in a section now, who wrote what when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications import policies, rules, states
from applications.models import Application, CoAuthor, Presence
from applications.queries import parts
from applications.queries.reads import last_saves
from applications.states import SeatStatus
from core import clock, parameters
from core.clock import CoreNow
from programs.engine.forms import HARD_ROWS, HARD_TEXT_LIMIT, ROW_KINDS, Field, Section, display

SEAT_SALT = "applications.seat"
SITTINGS = 20  # of a page of the history


def seats_of(application: Application) -> list[CoAuthor]:
    """Open seats with `holds`: whether the right counts today, or the person no longer belongs to one of the units."""
    rows = list(application.coauthors.filter(status__in=states.SEAT_OPEN).select_related("person"))
    units = {application.unit_id, *application.partners.exclude(organisation=None).values_list("organisation", flat=True)}
    day = clock.today()
    inside = set(CoAuthor.objects.filter(
        Q(person__memberships__until=None) | Q(person__memberships__until__gte=day), application=application, person__is_active=True,
        person__memberships__organisation__in=units, person__memberships__role__in=policies.UNIT_ROLES,
        person__memberships__status="ACTIVE", person__memberships__since__lte=day).values_list("pk", flat=True))
    for row in rows:
        row.application, row.holds = application, row.status == SeatStatus.ACTIVE and row.pk in inside
    return rows


def seat_token(seat: CoAuthor) -> str:
    """For the address in a letter: whoever has it may read that the invitation exists, and nothing of the application."""
    return signing.dumps(seat.pk, salt=SEAT_SALT)


def seat_by_token(token: str) -> CoAuthor | None:
    """An invitation that still waits for somebody to answer it."""
    try:
        pk = signing.loads(token, salt=SEAT_SALT)
    except signing.BadSignature:
        return None
    rows = CoAuthor.objects.filter(pk=pk, status=SeatStatus.INVITED, application__status__in=states.WRITTEN_TOGETHER)
    return rows.select_related("application__leader", "application__unit", "application__guide").first()


def letters_today(leader: int) -> int:
    """How many addresses without an account a leader has invited within a day, over all applications."""
    rows = CoAuthor.objects.filter(invited_by=leader, person=None, invited_at__gte=CoreNow() - timedelta(days=1))
    return rows.order_by().values("address").distinct().count()


def is_shared(application: Application) -> bool:
    return bool(application.coauthors.filter(status=SeatStatus.ACTIVE).exists())


def seat_for(actor: Any, pk: int) -> CoAuthor:
    """A seat at an application of the actor's own, or one that the actor was offered or holds."""
    rows = CoAuthor.objects.filter(pk=pk).select_related("application__guide", "application__leader", "person")
    found = rows.first() if actor.id is not None else None
    if found is None or not (found.application.leader_id == actor.id or policies.is_address_of(actor, found)):
        raise Http404
    return found


def _own(actor: Any) -> QuerySet[CoAuthor]:
    rows = CoAuthor.objects.select_related("application__guide", "application__leader", "application__unit", "application__version")
    return rows.defer("application__version__data", *(f"application__{name}" for name in ("answers", "revs"))).order_by("-pk")


def writing_invitations(actor: Any) -> list[CoAuthor]:
    """Drafts that wait for the actor's answer; `closed` is why a yes is not possible (a no always is)."""
    if actor.id is None:
        return []
    mine = Q(person=actor.id)
    for address in (actor.person.email, actor.person.phone):
        if address:
            mine |= Q(person=None, address=address)
    rows = _own(actor).filter(mine, status=SeatStatus.INVITED, application__status__in=states.WRITTEN_TOGETHER)
    found = list(rows)
    for row in found:
        row.closed = policies.is_invited(actor, row) or ""
    return found


def writing_with(actor: Any) -> list[CoAuthor]:
    """Seats in force, also of what has been submitted meanwhile: the list says so, and leads nowhere."""
    keys = policies.seats_in_force(actor).values("pk")
    return list(_own(actor).filter(pk__in=keys).prefetch_related(
        "application__guide__windows", "application__guide__extensions")[:50]) if actor.id is not None else []


# --- who is here -------------------------------------------------------------------------------------------------


def here(application: Application, section: str, but: Any) -> list[Presence]:
    """Who else has the section open: seen within the last seconds (parameter together.seen_seconds)."""
    seen = timedelta(seconds=int(parameters.value("together.seen_seconds", default=45)))
    rows = Presence.objects.filter(application=application, section=section, at__gt=CoreNow() - seen).exclude(person=but)
    return list(rows.select_related("person").order_by("pk"))


def here_words(application: Application, part: parts.Part, actor: Any) -> str:
    """Who else is in the section, in words; "" for nobody."""
    found = []
    for row in here(application, part.code, actor.id):
        given = {"name": row.person.name, "field": label_of_name(part.section, row.field) if row.field else ""}
        found.append((_("%(name)s is writing in this section: %(field)s") if row.field else _("%(name)s has this section open")) % given)
    return pgettext("list", "; ").join(found)


def seat_once(actor: Any, ref: str) -> CoAuthor | None:
    """The seat that a person has or had at an application, whatever became of it: to say why a page is shut."""
    taken = (states.SeatStatus.ACTIVE, states.SeatStatus.ENDED)
    rows = CoAuthor.objects.filter(person=actor.id, application__ref=ref, status__in=taken, answered_at__isnull=False)
    return rows.select_related("application__version").order_by("-pk").first() if actor.id is not None else None


# --- two texts for one field -------------------------------------------------------------------------------------


def conflicts_of(application: Application, part: parts.Part, theirs: dict[str, Any], mine: dict[str, Any]) -> list[dict[str, Any]]:
    """What a person chooses between, a field or a whole row each: {key, label, theirs, mine, names, both, over, who}. `mine` is what
    was sent; `over` says that both together are more than the field may hold; of a row the rest is what stands there."""
    section, current = part.section, rules.flat(part.section, application.answers.get(part.code) or {})
    keys: dict[str, list[str]] = {}
    for name in theirs:
        keys.setdefault(rules.row_of(name) or name, []).append(name)
    saves = last_saves(application, part.code, list(theirs))
    found = []
    for key, names in keys.items():
        cells = [name for name in {**current, **mine} if rules.row_of(name) == key] if key not in theirs else []
        one = _two_rows(section, key, cells, current, mine) if cells else {
            "label": label_of_name(section, key), "theirs": shown_value(section, key, theirs[key]), "mine": shown_value(section, key, mine.get(key))}
        item = section.field(key)
        fits = len(str(theirs.get(key) or "")) + len(str(mine.get(key) or "")) < HARD_TEXT_LIMIT
        over = _over_together(item, theirs.get(key), mine.get(key)) if item and fits else ""
        found.append({**one, "key": key, "over": over, "names": names, "who": next((saves[name] for name in names if name in saves), None),
                      "both": bool(cells and next_row(section, key, current, mine) < HARD_ROWS) or bool(item and item.kind in ("text", "textarea") and fits)})
    return found


def _over_together(item: Field, theirs: Any, mine: Any) -> str:
    if item.kind not in ("text", "textarea") or not item.max_length:
        return ""
    have = len(rules.joined(theirs, mine, line=item.kind == "textarea"))
    return _("Both texts together have %(have)d characters, the field may have %(most)d: they would have to be shortened.") % {
        "have": have, "most": item.max_length} if have > item.max_length else ""


def _two_rows(section: Section, key: str, cells: list[str], current: dict[str, Any], mine: dict[str, Any]) -> dict[str, str]:
    table, number = key.rsplit(".", 1)
    item = section.field(table)

    def told(values: dict[str, Any]) -> str:
        pairs = [(label_of_cell(section, name), shown_value(section, name, values.get(name))) for name in cells]
        return "\n".join(f"{label}：{text}" for label, text in pairs if text)

    label = _("%(label)s, row %(row)d") % {"label": item.label if item else table, "row": int(number) + 1}
    return {"label": label, "theirs": told(current), "mine": told({**current, **mine})}


def next_row(section: Section, key: str, current: dict[str, Any], sent: dict[str, Any]) -> int:
    """The first row of the table of this row that neither side has used."""
    table = key.rsplit(".", 1)[0]
    used = [int(rules.row_of(name).rsplit(".", 1)[1]) for name, value in [*current.items(), *sent.items()]
            if not rules.blank(value) and rules.row_of(name).rsplit(".", 1)[0] == table]
    return max(used, default=-1) + 1


def label_of_cell(section: Section, name: str) -> str:
    table, _row, column = name.rsplit(".", 2)
    item = section.field(table)
    return next((str(one.label) for one in item.columns if one.code == column), column) if item else column


# --- who wrote what when -----------------------------------------------------------------------------------------


def label_of_name(section: Section, name: str) -> str:
    """What a box of the page is called: of a cell its table, row and column."""
    item = section.field(name)
    if item is not None:
        return str(item.label)
    head, _point, column = name.rpartition(".")
    table, _point, row = head.rpartition(".")
    item = section.field(table)
    cell = next((one for one in item.columns if one.code == column), None) if item is not None else None
    return _("%(label)s, row %(row)d: %(text)s") % {"label": item.label, "row": int(row) + 1, "text": cell.label} if item and cell else name


def shown_value(section: Section, name: str, value: Any) -> str:
    """A stored value as a reader knows it."""
    if rules.blank(value):
        return ""
    item = section.field(name)
    if item is None:
        table = section.field(name.rsplit(".", 2)[0])
        item = next((one for one in table.columns if one.code == name.rsplit(".", 1)[1]), None) if table is not None else None
    return str(display(item, value)) if item is not None and item.kind not in ROW_KINDS else str(value)


def saves_of(application: Application, part: parts.Part, before: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Sittings, the newest first, each with its fields before and after; and the revision from which older ones follow."""
    known: dict[str, Any] = {}
    found: list[dict[str, Any]] = []
    for row in application.saves.filter(section=part.code).select_related("saved_by").order_by("rev"):
        changes = []
        for name, value in row.values.items():
            old, known[name] = known.get(name), value
            if old != value and not (rules.blank(old) and rules.blank(value)):
                changes.append((name, old, value))
        if changes:
            found.append({"row": row, "changes": changes})
    found = [one for one in reversed(found) if not before or one["row"].rev < before]
    shown = found[:SITTINGS]
    return [_sitting(part, one) for one in shown], shown[-1]["row"].rev if len(found) > SITTINGS else 0


def _sitting(part: parts.Part, one: dict[str, Any]) -> dict[str, Any]:
    section = part.section
    return {"by": one["row"].saved_by, "at": one["row"].saved_at, "changes": [
        {"label": label_of_name(section, name), "before": shown_value(section, name, old), "after": shown_value(section, name, new)}
        for name, old, new in one["changes"]]}
