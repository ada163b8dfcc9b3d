"""What the home page shows to everybody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import queries as accounts
from accounts.policies import ANONYMOUS
from core import clock, money
from performance import queries as performance
from portal.queries.places import address
from programs import queries as programs
from programs.models import AnnualPlanItem
from projects import queries as projects
from projects.models import Project, Publicity

SHOWN = 6


def open_guides() -> list[dict[str, Any]]:
    """Guides open by the clock as cards, the nearest close first."""
    rows = programs.open_rows(programs.public_guides()).order_by("closes_at")[:SHOWN]
    return [{"guide": guide, "window": programs.current_window(guide)} for guide in rows]


def expected() -> list[AnnualPlanItem]:
    return programs.expected_guides(clock.today())[:SHOWN]


def notices() -> list[Publicity]:
    """Public notices that run now."""
    rows = projects.with_counts(projects.running_notices(ANONYMOUS))
    return list(rows.order_by("closes_at")[:SHOWN])


def awards() -> list[Project]:
    return list(projects.public_projects().order_by("-awarded_at", "-pk")[:SHOWN])


def numbers() -> list[dict[str, Any]]:
    """The portal in four numbers of this year; awards count by the day of the award, as in the list they open."""
    year = clock.today().year
    rows = projects.public_projects().filter(awarded_at__year=year)
    return [
        {"label": _("Guides open now"), "value": programs.open_rows(programs.public_guides()).count(),
         "link": address("programs:public:guides")},
        {"label": _("Projects awarded this year"), "value": rows.count(),
         "link": address("projects:public:projects", year=year)},
        {"label": _("Money awarded this year"), "unit": _("10,000 yuan"),
         "value": money.wan(rows.aggregate(sum=Sum("amount"))["sum"] or 0)},
        {"label": _("Projects with a confirmed score"), "value": performance.confirmed().count(),
         "link": address("performance:public:scores")},
    ]


#: (role, what to try, page after log-in). On a demonstration installation each becomes a card with its account.
TRIALS = (
    ("li", lambda: _("Applicant"), lambda: _("Fill in an application, hand it in, follow what comes back"), "/my/"),
    ("wang", lambda: _("Unit administrator"), lambda: _("Approve and submit for the unit, sign the contract"), "/my/"),
    ("chen", lambda: _("Business division"), lambda: _("Write a guide, check applications, propose awards"), "/desk/"),
    ("he", lambda: _("Resource division"), lambda: _("Annual plan, expert draw, check of payments"), "/desk/"),
    ("sun", lambda: _("Supervision division"), lambda: _("Objections, acceptance, performance scores"), "/desk/"),
    ("lead", lambda: _("Bureau leader"), lambda: _("Approve the plan, decide awards, sign documents"), "/desk/"),
    ("fin", lambda: _("Finance officer"), lambda: _("Send payments and book what the bank answers"), "/desk/"),
    ("zhao", lambda: _("Review expert"), lambda: _("Declare conflicts and score applications"), "/review/"),
    ("qian", lambda: _("Auditor"), lambda: _("Case file of a project, the record, exports"), "/audit/"),
    ("admin", lambda: _("System administrator"), lambda: _("Accounts, roles, merging duplicates"), "/desk/people/"),
)


def trials() -> list[dict[str, str]]:
    """One account per role, on a demonstration installation only."""
    if not settings.IS_DEMO:
        return []
    return [
        {"account": f"{key}@demo.keguan.example", "role": str(role()), "try": str(what()), "next": page}
        for key, role, what, page in TRIALS if accounts.by_identifier(f"{key}@demo.keguan.example") is not None
    ]
