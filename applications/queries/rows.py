"""A row of the team or of the partners as somebody saw it: what has changed since, and which fields an act has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import IdKind
from applications.models import Partner, TeamMember
from applications.states import TeamRole
from core.money import wan

SALT = "applications.row"
NUMBER = "id_print"
#: Compared, never shown: not every reader of the page may know them.
SECRET = (NUMBER, "birth_date", "gender")
LABELS = {
    "role": gettext_lazy("Part in the project"), "name": gettext_lazy("Full name"), "id_kind": gettext_lazy("Kind of identity document"),
    NUMBER: gettext_lazy("Identity number"), "gender": gettext_lazy("Sex"), "birth_date": gettext_lazy("Date of birth"),
    "organisation_name": gettext_lazy("Works at"), "title": gettext_lazy("Professional title"), "degree": gettext_lazy("Degree"),
    "duty": gettext_lazy("Task in the project"), "person_months": gettext_lazy("Person-months"), "full_time": gettext_lazy("Full time"),
}
PARTNER_LABELS = {
    "name": gettext_lazy("Name of the unit"), "uscc": gettext_lazy("Unified social credit code"), "country": gettext_lazy("Country or region"),
    "region": gettext_lazy("Registered in"), "task": gettext_lazy("Task in the project"), "share": gettext_lazy("Share, 10,000 yuan"),
    "contact": gettext_lazy("Contact person"), "phone": gettext_lazy("Telephone"), "is_related": gettext_lazy("Related party"),
}


def labels_of(row: TeamMember | Partner) -> Mapping[str, Any]:
    return LABELS if isinstance(row, TeamMember) else PARTNER_LABELS


def as_shown(row: TeamMember | Partner) -> dict[str, str]:
    """The fields as plain values; of what is secret only whether it is the same."""
    found = {name: getattr(row, name) for name in labels_of(row)}
    return {name: salted_hmac(SALT, f"{row.pk}:{value}").hexdigest()[:16] if name in SECRET else str(wan(value) if name == "share" else value)
            for name, value in found.items()}


def seal(row: TeamMember | Partner) -> str:
    """For a hidden field of the page: what the person sees, to be compared when it comes back."""
    return signing.dumps(as_shown(row), salt=SALT, compress=True)


def unsealed(text: str) -> dict[str, str] | None:
    """None when nothing readable came back."""
    try:
        found = signing.loads(text, salt=SALT) if text else None
    except (signing.BadSignature, ValueError):
        return None
    return found if isinstance(found, dict) else None


def moved(row: TeamMember | Partner, shown: Mapping[str, str] | None) -> list[str]:
    """Names of fields that are no longer what the person was shown."""
    now = as_shown(row)
    return [name for name, value in now.items() if shown.get(name) != value] if shown is not None else []


def told_moves(row: TeamMember | Partner, shown: Mapping[str, str] | None) -> list[dict[str, str]]:
    """The same in words: {label, old, new}."""
    now = as_shown(row)
    return [{"label": str(labels_of(row)[name]), "old": _in_words(name, shown.get(name, "")), "new": _in_words(name, now[name])}
            if name not in SECRET else {"label": str(labels_of(row)[name]), "old": "", "new": _("changed (not shown)")}
            for name in moved(row, shown)] if shown is not None else []


def _in_words(name: str, text: str) -> str:
    if name == "role":
        return str(TeamRole(text).label) if text in TeamRole.values else text
    if name == "id_kind":
        return str(IdKind(text).label) if text in IdKind.values else text
    if name in ("full_time", "is_related"):
        return _("Yes") if text == "True" else _("No")
    return text.removesuffix(".0") if name == "person_months" else text


def called_in_rows(part: str) -> dict[str, Any]:
    """What the boxes of the row pages are called; the number of a person has a box of another name."""
    return {"team": {**LABELS, "organisation_name": gettext_lazy("Name of the other unit")}, "partners": PARTNER_LABELS}.get(part, {})


def row_value_in_words(name: str, text: str) -> str:
    """A value as it was sent, as a reader knows it."""
    return _in_words(name, "True" if text == "on" else text)


def names_in_words(part: str, names: list[str]) -> str:
    known = PARTNER_LABELS if part == "partner" else LABELS
    return "、".join(str(known[name]) for name in names if name in known)
