"""One state machine = one table; this is the engine that reads it.

A `Step` says in one row: the verb, where it may start, where it ends, who may do it and what must be true.
`Machine.move` is the only code in the house that writes a status column: it locks the row, asks every
question again, writes, and records the move in the ledger, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from core import ledger, plans

Who = Callable[[Any, Any], "str | None"]  # who(actor, obj): None = yes, a text = the reason it is refused
Need = Callable[..., "str | None"]  # need(obj, actor=actor, **given): the same


class Refused(Exception):
    """An act was refused. `reasons` are full sentences for the person, each naming its rule."""

    def __init__(self, reasons: str | Iterable[str]):
        self.reasons = [str(reasons)] if isinstance(reasons, str) or not isinstance(reasons, Iterable) else [
            str(reason) for reason in reasons
        ]
        super().__init__("; ".join(self.reasons))


@cache
def _lock_statement(model: type[models.Model], without: tuple[str, ...]) -> str:
    """Django's own words for it. It writes them anew each time, which costs more than running them."""
    rows = model._base_manager.select_for_update(no_key=True).defer(*without).filter(pk=0).order_by()  # an order by another table would lock it too
    return str(rows.query.sql_with_params()[0])


@cache
def _write_statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(model._meta.get_field(name).column)} = %s" for name in names)
    return f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {quote(model._meta.pk.column)} = %s"  # noqa: S608 (names of columns)


@cache
def _join_statement(model: type[models.Model], without: tuple[str, ...], behind: str) -> str:
    """`behind` and then the lock of the row that it names, in one statement; the database cannot begin with the lock."""
    return (f"WITH o AS MATERIALIZED ({behind}) SELECT * FROM o, LATERAL ("  # noqa: S608 (statements of our own)
            + _lock_statement(model, without).replace("%s", "o.held_id") + ") held")


def _locked(model: type[models.Model], pk: Any, without: Iterable[str] = ()) -> Any:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a row is held in a transaction only")
    with connection.cursor() as cursor:
        text = _lock_statement(model, tuple(without))
        plans.run(cursor, text, [pk])
        found, names = cursor.fetchone(), _names(text, cursor)
    if found is None:
        raise model.DoesNotExist(f"{model.__name__} {pk}")
    return row_of(model, names, found)


_NAMES: dict[str, tuple[str, ...]] = {}


def _names(text: str, cursor: Any) -> tuple[str, ...]:
    """The columns that a statement of the engine gives; they are its own as long as the process lives."""
    return _NAMES.get(text) or _NAMES.setdefault(text, tuple(column.name for column in cursor.description))


@cache
def _reading(model: type[models.Model], names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[int, Any], ...]]:
    """How a row is read from columns of these names: the attributes, and for each the place of its value and what reads it."""
    places = {name: place for place, name in enumerate(names)}
    fields = [field for field in model._meta.concrete_fields if field.column in places]
    return tuple(field.attname for field in fields), tuple((places[field.column], getattr(field, "from_db_value", None)) for field in fields)


def row_of(model: type[models.Model], names: Iterable[str], values: Sequence[Any]) -> Any:
    """A row from the columns of a plain statement; those that are not there are read when they are looked at."""
    attributes, places = _reading(model, tuple(names))
    read = [values[place] if reads is None else reads(values[place], None, connection) for place, reads in places]
    return model.from_db(connection.alias, attributes, read)


def _write(row: Any, names: Iterable[str], proof: ledger.Proof | None) -> ledger.Change | None:
    """The columns of a row that is held, to be written with the record of the move. What the database is to work out itself (an
    expression) is left to Django, and has been written."""
    names = tuple(names)
    fields = [row._meta.get_field(name) for name in names]
    values = [field.value_from_object(row) for field in fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        if proof is not None:
            raise ValueError("a move with a proof writes plain values")
        row.save(update_fields=names)
        return None
    prepared = (field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True))
    return ledger.Change(_write_statement(type(row), names), (*prepared, row.pk), connection.ops.quote_name(row._meta.pk.column), proof)


def hold(model: type[models.Model], pk: Any, *, without: Iterable[str] = ()) -> Any:
    """The row, locked, for one move in this transaction: the move takes it as it stands instead of reading it again. Raises
    DoesNotExist. Columns named in `without` are read when they are looked at."""
    return _marked(_locked(model, pk, without))


def hold_behind(behind: str, values: Sequence[Any], model: type[models.Model], *, without: Iterable[str] = ()) -> tuple[Any, Any] | None:
    """The one row of another statement that holds something, and then `hold` of the row of this model that it names in its column
    `held_id`, in this order, sent together: (the other row, the held one), or None when there is no such row."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a row is held in a transaction only")
    with connection.cursor() as cursor:
        without = tuple(without)
        text = _join_statement(model, without, behind)
        plans.run(cursor, text, values)
        found, names = cursor.fetchone(), _names(text, cursor)
    if found is None:
        return None
    first = len(names) - len(model._meta.concrete_fields) + len(without)
    return found[:first], _marked(row_of(model, names[first:], found[first:]))


def _put_back(row: Any, values: dict[str, Any], related: dict[str, Any]) -> None:
    """What was not written does not stand in the row either."""
    vars(row).update(values)
    row._state.fields_cache = related


def _marked(row: Any) -> Any:
    def mark() -> None:
        """Nothing to do at the commit: Django forgets it exactly when the lock is gone."""

    row._hold = mark
    transaction.on_commit(mark)
    return row


def is_held(row: Any) -> bool:
    """Whether `hold` gave this very row in the transaction that is open now, its lock was not rolled back, and no move has used it."""
    mark = getattr(row, "_hold", None)
    return mark is not None and any(entry[1] is mark for entry in connection.run_on_commit)


@dataclass(frozen=True)
class Step:
    """One row of the table. `label` is the text of the button; `danger` marks a move that cannot be taken back."""

    verb: str
    sources: frozenset[str] | set[str]
    target: str
    who: Who
    needs: tuple[Need, ...] = ()
    label: Any = ""
    danger: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(str(source) for source in self.sources))
        object.__setattr__(self, "target", str(self.target))


@dataclass
class Machine:
    """A table of steps over the `status` column of one model. `name` is dotted: "app.noun"."""

    name: str
    table: Iterable[Step]
    model_label: str = ""
    states: Any = None
    told: Callable[[Any, Any], str] | None = None  # (actor, row) -> the state in words, where not everybody is told it
    steps: dict[str, Step] = field(init=False, default_factory=dict)

    registry: ClassVar[dict[str, Machine]] = {}

    def __post_init__(self) -> None:
        for step in self.table:
            if step.verb in self.steps:
                raise ValueError(f"{self.name}: the verb {step.verb} stands twice in the table")
            if self.states is not None:
                known = set(self.states.values)
                if unknown := ({step.target} | set(step.sources)) - known:
                    raise ValueError(f"{self.name}.{step.verb}: unknown states {sorted(unknown)}")
            self.steps[step.verb] = step
        self.registry[self.name] = self

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.model_label)

    def state_label(self, status: str) -> str:
        return str(self.states(status).label) if self.states is not None else status

    def why_not(self, verb: str, actor: Any, obj: Any, **given: Any) -> list[str]:
        """Every reason at once, so that a page can show them all; [] means go."""
        step = self.steps[verb]
        refusal = step.who(actor, obj)
        if refusal:
            return [str(refusal)]  # who may not act learns nothing more about the row
        if obj.status not in step.sources:
            return [
                _("“%(verb)s” is not possible while the state is “%(state)s”.")
                % {"verb": step.label or verb, "state": self.told(actor, obj) if self.told else self.state_label(obj.status)}
            ]
        reasons: list[str] = []
        for need in step.needs:
            reason = need(obj, actor=actor, **given)
            if reason:
                reasons.extend(str(r) for r in ([reason] if isinstance(reason, str) or not isinstance(reason, list)
                                                else reason))
        return reasons

    def open_to(self, actor: Any, obj: Any) -> list[str]:
        """The verbs whose button the actor may see: allowed by state and by person, whatever is still missing."""
        return [
            step.verb for step in self.steps.values() if obj.status in step.sources and step.who(actor, obj) is None
        ]

    def move(self, verb: str, actor: Any, obj: Any, *, why: str = "", data: Mapping[str, Any] | None = None,
             columns: Mapping[str, Any] | None = None, proof: ledger.Proof | None = None, **given: Any) -> Any:
        """Lock the row, ask again, write, record. Returns the locked fresh row; raises Refused.

        `columns` are written together with the state, which the table may refuse to stand without them; the questions
        are asked of the row as it will be. A row that the caller has got from `hold` is locked and fresh already.
        `proof` goes to the database in the statement that writes, before it; where it does not hold, nothing is written, the row is as
        it was, and the answer is None.
        """
        if "status" in (columns or {}):
            raise ValueError(f"{self.name}.{verb}: the state comes from the table of moves")
        if is_held(obj):
            mark, obj._hold = obj._hold, None  # whatever happens to the row from now on, the next move reads it anew
            row = self._move(verb, actor, obj, why, data, columns, proof, given)
            obj._hold = mark if row is None else None
            return row
        with transaction.atomic():
            row = self._move(verb, actor, _locked(type(obj), obj.pk), why, data, columns, proof, given)
        if row is not None:
            obj.status = row.status
        return row

    def _move(self, verb: str, actor: Any, row: Any, why: str, data: Mapping[str, Any] | None, columns: Mapping[str, Any] | None,
              proof: ledger.Proof | None, given: Mapping[str, Any]) -> Any:
        step, columns = self.steps[verb], dict(columns or {})
        was = vars(row).copy(), row._state.fields_cache.copy()
        for name, value in columns.items():
            setattr(row, name, value)
        reasons = self.why_not(verb, actor, row, **given)
        if reasons:
            _put_back(row, *was)
            raise Refused(reasons)
        before, row.status = row.status, step.target
        change = _write(row, ("status", *columns), proof)
        entered = ledger.record(f"{self.name}.{verb}", row, actor, why=why, before={"status": before},
                                after={"status": row.status}, of_change=change, **dict(data or {}))
        if entered is None:
            _put_back(row, *was)
        return row if entered is not None else None

    def mermaid(self) -> str:
        rows = [
            f"    {source} --> {step.target} : {step.verb}"
            for step in self.steps.values()
            for source in sorted(step.sources)
        ]
        return "stateDiagram-v2\n" + "\n".join(rows) + "\n"
