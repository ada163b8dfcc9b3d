"""Layout arithmetic and numbers of official documents, by GB/T 9704-2012; plain Python."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.utils.translation import gettext_lazy as _

BLOCK_PT = 442.2  # width of the text block, 156 mm
MARK_LARGEST_PT = 46.0
MARK_SPACING = 0.12  # letter spacing of the red head, in characters
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what people mix up


def mark_size(text: str, width: float = BLOCK_PT) -> float:
    """Point size at which the red head (发文机关标志) fills at most one line."""
    return round(min(MARK_LARGEST_PT, width * 0.98 / (len(text) * (1 + MARK_SPACING))), 1)


def document_number(mark: str, year: int, number: int) -> str:
    """深科创〔2026〕19号: hexagonal brackets U+3014/U+3015, no leading zeros, no 第."""
    return f"{mark}〔{year}〕{number}号"


def chinese_date(day: date) -> str:
    """Arabic digits, full year, no leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def balanced_title(title: str, most: int = 19) -> list[str]:
    """Lines of a title of at most `most` characters, broken after 的, 度, 年 or a bracket where that balances (梯形)."""
    if len(title) <= most:
        return [title]
    count = -(-len(title) // most)
    target = -(-len(title) // count)
    lines, rest = [], title
    for _line in range(count - 1):
        near = range(min(most, target + 3), max(2, target - 5), -1)
        cut = next((i for i in near if i < len(rest) and (rest[i - 1] in "的度年》）" or rest[i] in "（《")), target)
        lines.append(rest[:cut])
        rest = rest[cut:]
    return [*lines, *([rest] if len(rest) <= most else balanced_title(rest, most))]


def verify_code() -> str:
    """Twelve characters in groups of four, unguessable, without look-alikes."""
    text = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return "-".join(text[i : i + 4] for i in (0, 4, 8))


def number_code() -> str:
    """Six digits for a text message."""
    return f"{secrets.randbelow(1_000_000):06d}"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- the matrix of messages --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Events of one kind for the person who chooses how to hear of them. `locked` is why mail cannot be switched off."""

    code: str
    label: Any
    events: tuple[str, ...]
    locked: Any = ""


CLOCK = _("A time limit of yours runs: always mailed at once.")
ASKED = _("Somebody waits for your answer: always mailed at once.")
RIGHTS = _("A decision you may object to: always mailed at once.")
#: The first that matches counts. Names are those of `notices.actions.tell`.
GROUPS = (
    Group("documents", _("Official documents: requests for correction, refusals, awards, notices"), ("document.*",), RIGHTS),
    Group("deadlines", _("Deadlines of yours"), (
        "application.remind", "application.remind_by_unit", "guide.late_filing", "projects.contract.remind", "performance.acceptance.due", "reviews.remind",
        "reviews.due", "programs.annual_plan.due"), CLOCK),
    Group("invitations", _("Invitations and requests to act"), (
        "membership.invite", "reviews.invite", "reviews.invite_remind", "reviews.recommended", "reviews.confirm", "programs.topic_call.invite", "application.voice", "application.pass_on", "application.hand_in",
        "application.coauthor_invite",
        "projects.contract.offer", "programs.adjustment.ask", "file.infected"), ASKED),
    Group("results", _("Results: awards, refusals, ends of an application"), (
        "application.award", "application.award_directly", "application.reject", "application.not_select", "application.expire",
        "programs.entitlement", "performance.report.assess"), RIGHTS),
    Group("objections", _("Objections and their results"), ("objection.*",), RIGHTS),
    Group("progress", _("Progress of applications"), ("application.*",)),
    Group("desk", _("Work of the desks"), ("*.turn", "*.returned", "plan_change.*")),
    Group("guides", _("Changes of guides you filed under"), ("guide.*",)),
    Group("matching", _("Guides that fit you"), ("programs.matching",)),
    Group("searches", _("Kept searches of calls"), ("programs.search",)),
    Group("topics", _("Topics and calls for them"), ("programs.need*", "programs.topic_call.*")),
    Group("projects", _("Projects, payments, acceptance"), ("projects.*", "funding.*", "performance.*")),
    Group("reviews", _("Organising of reviews"), ("reviews.*",)),
    Group("programmes", _("Plans, policies and programmes"), ("programs.*",)),
)
OTHER = Group("other", _("Everything else"), ())
BY_CODE = {group.code: group for group in (*GROUPS, OTHER)}


def group_of(event: str) -> Group:
    return next((group for group in GROUPS if any(fnmatchcase(event, one) for one in group.events)), OTHER)


def after_quiet(local: datetime, begins: int, ends: int) -> datetime:
    """The moment a mail of that local time may go: at once, or when the quiet hours are over. Equal hours are no quiet."""
    hour, quiet = local.hour, begins != ends
    inside = quiet and (begins <= hour < ends if begins < ends else hour >= begins or hour < ends)
    if not inside:
        return local
    day = local.date() + timedelta(days=1 if begins > ends and hour >= begins else 0)
    return datetime.combine(day, time(ends), tzinfo=local.tzinfo)


def next_digest(local: datetime, hour: int) -> datetime:
    """The next morning's collected mail, strictly after that moment."""
    today = datetime.combine(local.date(), time(hour), tzinfo=local.tzinfo)
    return today if local < today else today + timedelta(days=1)
