"""Related parties that an application declares, and money of it that goes to one of them: for the check list and the desk.

Declared are relations between lead, partners and bodies that are given work, where the guide's form asks (section `relations`), and the
tick beside a partner. Nothing is forbidden by it: whoever checks must see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application
from applications.queries import parts
from core.money import wan, yuan
from programs.engine.forms import display

SECTION, FIELD, AMOUNT = "relations", "relations", "amount"


def to_look_at(application: Application) -> Iterator[tuple[str, str, str]]:
    """(part, field, words) of every relation declared, and of money that goes to a related body."""
    asked = any(one["code"] == SECTION for one in application.version.data["form"]["sections"])
    answers = application.answers.get(SECTION) or {} if asked else {}
    if answers.get("has_relations") in ("yes", True):
        for line in answers.get(FIELD) or ():
            if any(not rules.blank(value) for value in line.values()):
                yield SECTION, FIELD, _declared(application, line)
    for partner in application.partners.all():
        if partner.is_related and partner.share:
            yield parts.PARTNERS, f"p-{partner.pk}", _("Money goes to a related party: %(name)s, %(amount)s 万元") % {
                "name": partner.name, "amount": wan(partner.share)}


def _declared(application: Application, line: Mapping[str, Any]) -> str:
    section = parts.form_of(application).section(SECTION)
    item = section.field(FIELD) if section is not None else None
    cells = [(column.code, str(display(column, line.get(column.code)))) for column in item.columns] if item is not None else []
    words = "，".join(text for code, text in cells if text and code != AMOUNT)
    if amount := _amount(line.get(AMOUNT)):
        return _("Related parties are declared, and money goes to one of them (%(amount)s 万元): %(words)s") % {"amount": wan(amount), "words": words}
    return _("Related parties are declared: %(words)s") % {"words": words}


def _amount(text: Any) -> Decimal | None:
    try:
        return yuan(text) if not rules.blank(text) else None
    except ValueError:
        return None
