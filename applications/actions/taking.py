"""Taking over into a draft what was shown beforehand: one act, by the rules of every save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from applications import policies, queries
from applications.actions.filing import lock, save_section
from applications.actions.materials import add_version, limit_of
from applications.models import Application
from core.workflow import Refused


@dataclass
class Taken:
    """How many fields and files were taken over, and the labels of fields that somebody else changed meanwhile."""

    fields: int = 0
    files: int = 0
    left: list[str] = field(default_factory=list)


@transaction.atomic
def take_offers(actor: Any, application: Application, offers: Iterable[queries.Offer], *, base: int) -> Taken:
    """Write the chosen fields, section by section. A field changed since the page was shown is left alone and named."""
    chosen, found = [one for one in offers if not one.problem], Taken()
    lock(application)
    for code in dict.fromkeys(one.part for one in chosen):
        mine = [one for one in chosen if one.part == code]
        values = {name: value for one in mine for name, value in one.values.items()}
        saved = save_section(actor, application, section=code, values=values, base=base, bases={"": base})
        left = [one for one in mine if set(one.values) & set(saved.conflicts)]
        found.left += [one.label for one in left]
        found.fields += len(mine) - len(left)
    return found


@transaction.atomic
def take_files(actor: Any, application: Application, earlier: Application, codes: Iterable[str]) -> int:
    """Documents of an own earlier application as new versions of the same entries; only what still fits. Each is on record as
    an upload (applications.annex.attach)."""
    if reason := policies.is_leader(actor, earlier):
        raise Refused([reason])
    wanted, count = set(codes), 0
    for one in queries.file_offers(application, earlier, limit_of):
        if one.code in wanted and not one.problem:
            add_version(actor, application, one.code, one.annex.file)
            count += 1
    return count
