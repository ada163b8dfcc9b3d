"""What every page of one application needs: task list, deadline, links, the person's own words for states."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from applications import actions, queries, states
from applications.models import Application
from applications.states import Status
from core.money import wan
from programs.states import GuideStatus

__all__ = ["closes_at", "context", "guide_url", "next_part", "rules_of", "tasks", "url_of", "wan"]

TASK_CSS = {"done": "done", "part": "now", "wrong": "err", "none": "todo", "locked": "wait", "read": "wait"}


def closes_at(application: Application) -> Any:
    """The close that counts for this application now; None when it is already submitted."""
    if application.status == Status.CORRECTION:
        return application.correction_due_at
    if application.status not in states.BEFORE_SUBMISSION or application.guide.status == GuideStatus.SUPERSEDED:
        return None  # while the guide is corrected no close counts: the corrected one's will
    return queries.close_of(application)


def guide_url(guide: Any) -> str:
    try:
        return reverse("programs:public:guide", args=[guide.year, guide.slug])
    except NoReverseMatch:
        return ""


def url_of(application: Application, code: str) -> str:
    names = {queries.TEAM: "team", queries.PARTNERS: "partners", queries.FILES: "files"}
    if code in names:
        return reverse(f"applications:my:{names[code]}", args=[application.ref])
    return reverse("applications:my:section", args=[application.ref, code])


def begun_url(application: Application, earlier: Application | None) -> str:
    """Where a new application leads: to what may be taken over, or to the list of its parts."""
    if earlier is None:
        return reverse("applications:my:overview", args=[application.ref])
    return f"{reverse('applications:my:take_over', args=[application.ref])}?from={earlier.ref}"


def read_url(application: Application, code: str) -> str:
    """Where a part is read that cannot be written."""
    if getattr(application, "seat", None) is None:
        return reverse("applications:my:overview", args=[application.ref])
    return f"{reverse('applications:my:preview', args=[application.ref])}#s-{code}"


def _task_url(application: Application, task: Any) -> str:
    if task.state == "locked":
        return ""
    return read_url(application, task.part.code) if task.state == "read" else url_of(application, task.part.code)


def tasks(application: Application, here: str = "", wrong: dict[str, int] | None = None,
          checked: queries.CheckList | None = None) -> dict[str, Any]:
    """Context of parts/tasks.html. A part said to be finished is shown as wrong wherever the list stands: by the whole check
    list where the page has it, else by what stands in the parts; `wrong` is what the page itself has found."""
    if checked is not None:
        wrong = {**checked.counts, **(wrong or {})}
    elif application.status in states.EDITABLE:
        wrong = {**queries.wrong_by_part(application), **(wrong or {})}
    opened = actions.opened_parts(application) if application.status == Status.CORRECTION else None
    seat = getattr(application, "seat", None)
    groups = queries.tasks_of(application, wrong, opened, seat)
    done, total = queries.done_count(groups)
    shown = [
        {
            "title": group,
            "items": [
                {
                    "label": task.part.title, "state": TASK_CSS[task.state], "text": task.note,
                    "here": task.part.code == here,
                    "url": _task_url(application, task),
                }
                for task in rows
            ],
        }
        for group, rows in groups
    ]
    if shown and seat is None:
        shown[-1]["items"].append({
            "label": _("Check and hand in"), "state": "todo" if done == total else "wait", "here": here == "check",
            "text": _("To be gone through") if done == total else _("At the end"),
            "url": reverse("applications:my:check", args=[application.ref]),
        })
    return {"tasks": shown, "done": done, "total": total}


def context(application: Application, here: str = "", title: str = "", wrong: dict[str, int] | None = None,
            checked: queries.CheckList | None = None, **more: Any) -> dict[str, Any]:
    """The frame of a page inside one application."""
    overview = reverse("applications:my:overview", args=[application.ref])
    label = str(title or _("Application"))
    return {
        "a": application, "title": label, "overview": overview, "closes": closes_at(application),
        "guide_url": guide_url(application.guide),
        "ics": reverse("applications:my:calendar", args=[application.ref]),
        "crumbs": [(_("My applications"), reverse("applications:my:list")),
                   (application.ref, overview if here else None), *([(label, None)] if here else [])],
        **tasks(application, here, wrong, checked), **more,
    }


def rules_of(outcomes: Any) -> list[dict[str, Any]]:
    """Conditions of the guide as lines of a page."""
    return [{"clause": o.clause, "text": o.text, "found": o.found, "look": o.look, "source": o.source, "css": o.result.lower()} for o in outcomes]


def next_part(application: Application, code: str) -> str:
    """Where “save and continue” leads: the following part, at the end the check page."""
    codes = [part.code for part in queries.parts_of(application)]
    if application.status == Status.CORRECTION:
        opened = actions.opened_parts(application)
        codes = [one for one in codes if one in opened]
    seat = getattr(application, "seat", None)
    if seat is not None:
        codes = [one for one in codes if seat.right(one) == states.WRITE]
    after = codes[codes.index(code) + 1:] if code in codes else []
    last = "check" if seat is None else "overview"
    return url_of(application, after[0]) if after else reverse(f"applications:my:{last}", args=[application.ref])
