"""What happened to a topic call, in words: each act with what it changed, the value before and the value after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import OrgKind
from core import clock, money
from programs.engine import needs
from programs.models import TopicCall
from programs.queries.guides import history_of
from programs.queries.verbs import verb_label

LONGEST = 80  # characters of a value that are shown; the call itself shows the whole text
LABELS = {
    "title": gettext_lazy("Title of the call"), "title_en": gettext_lazy("Title in English"), "text": gettext_lazy("Text of the call"),
    "text_en": gettext_lazy("Text in English"), "kinds": gettext_lazy("Who may propose"),
    "exempt_spend": gettext_lazy("No quota above an R&D spend of (10,000 yuan)"), "exempt_years": gettext_lazy("in one of the years"),
    "exempt_kinds": gettext_lazy("for these units"), "exempt_clause": gettext_lazy("Clause of the exemption"),
    "seal_from": gettext_lazy("A sealed statement from a proposed amount of (10,000 yuan)"),
    "seal_name": gettext_lazy("Name of the statement"), "seal_clause": gettext_lazy("Clause of the statement"),
    "blind": gettext_lazy("Experts do not see who proposes"), "score_until": gettext_lazy("Scores may be given until"),
    "contact": gettext_lazy("Contact"), "source": gettext_lazy("Source of the numbers"),
}


class Line(NamedTuple):
    what: str
    before: str
    after: str
    is_english: bool = False


def _kinds(value: Any) -> str:
    return "、".join(str(OrgKind(kind).label) for kind in value) if isinstance(value, list) else str(value)


def _moment(value: Any) -> str:
    return f"{clock.local(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"


WORDS: dict[str, Callable[[Any], str]] = {
    "kinds": _kinds, "exempt_kinds": _kinds, "score_until": _moment, "blind": lambda value: _("yes") if value else _("no"),
    "exempt_years": lambda value: "、".join(map(str, value)),
    "exempt_spend": lambda value: money.wan(Decimal(str(value))), "seal_from": lambda value: money.wan(Decimal(str(value))),
}


def _shown(column: str, value: Any) -> str:
    if value in (None, "", []):
        return _("empty")
    words = WORDS.get(column, str)(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def _asked(before: dict[str, Any], after: dict[str, Any]) -> list[Line]:
    """The fields of the form that are asked for otherwise than before."""
    old, new = ({one.code: one for one in needs.asked(side)} for side in (before, after))
    return [Line(str(ask.label), _ask(old.get(code)), _ask(new.get(code))) for code, ask in needs.KNOWN.items() if old.get(code) != new.get(code)]


def _ask(asked: needs.Asked | None) -> str:
    if asked is None:
        return _("not asked for")
    most = _("at most %(n)d") % {"n": asked.most}
    return " · ".join(filter(None, (_("required") if asked.required else _("may stay empty"), most, asked.help)))


def _cell(value: Any) -> str:
    return _kinds(value) if isinstance(value, list) else str(value)


def _lines(row: Any) -> list[Line]:
    """What one record changed; rows of a table are compared as whole lines."""
    before, after = row.before, row.after
    if row.verb == "programs.topic_call.change" and isinstance(after, dict) and isinstance(before, dict):
        return [Line(str(LABELS[name]), _shown(name, before.get(name)), _shown(name, after[name]), name.endswith("_en"))
                for name in LABELS if name in after]
    if row.verb == "programs.topic_call.asks":
        return _asked(before or {}, after or {})
    if not isinstance(after, list) or not isinstance(before, list) or before == after:
        return []
    words = _moment if row.verb == "programs.topic_call.windows" else _cell
    old, new = ([" · ".join(filter(None, map(words, line))) for line in side] for side in (before, after))
    return [*(Line(_("Line taken out"), line, "") for line in old if line not in new),
            *(Line(_("Line put in"), "", line) for line in new if line not in old)]


def call_events(call: TopicCall) -> list[dict[str, Any]]:
    """The newest first: at, who, why, label, and `lines` of what was changed."""
    return [{"at": row.at, "who": row.who, "why": row.why, "label": verb_label(row.verb), "lines": _lines(row)} for row in history_of(call)]
