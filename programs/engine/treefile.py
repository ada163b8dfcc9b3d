"""What a changed table would do to the stored rows: additions, changes, removals, each field with both values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One row of the preview. `what` is PLAN, SPECIAL or MAPPING; `kind` is ADD, CHANGE or REMOVE."""

    what: str
    kind: str
    key: str
    name: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


def differences(
    what: str, stored: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Mapping[str, Any]], fields: Sequence[str]
) -> list[Difference]:
    """Compare rows by key over the fields that the table has; removals come first, as they are made first."""
    found = [
        Difference(what, "REMOVE", key, str(row.get("name", key))) for key, row in stored.items() if key not in wanted
    ]
    for key, row in wanted.items():
        old = stored.get(key)
        changed = tuple((name, old.get(name) if old else None, row.get(name)) for name in fields
                        if old is None or old.get(name) != row.get(name))
        if old is None or changed:
            found.append(Difference(what, "ADD" if old is None else "CHANGE", key, str(row.get("name", key)), changed))
    return found
