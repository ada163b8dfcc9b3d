"""Sample data of the gallery: every component in every state, so that a change is seen before it reaches a page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core import clock
from core.web import charts


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Short text"), help_text=_("One line says what is asked"), max_length=40)
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=60)
    text = forms.CharField(label=_("Long text"), widget=forms.Textarea(attrs={"rows": 4, "data-max": "200"}))
    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    choice = forms.ChoiceField(label=_("Choice"), choices=[("a", _("First")), ("b", _("Second"))])
    radio = forms.ChoiceField(label=_("Yes or no"), choices=[("1", _("Yes")), ("0", _("No"))], widget=forms.RadioSelect)
    agree = forms.BooleanField(label=_("I have read and agree"), required=False)
    file = forms.FileField(label=_("File"), required=False)


class WrongForm(SampleForm):
    prefix = "wrong"


def sample() -> dict[str, Any]:
    now = clock.now()
    return {
        "title": _("Component gallery"),
        "form": SampleForm(initial={"radio": "0"}),
        "wrong": WrongForm({"wrong-number": "99", "wrong-text": "x" * 230}),
        "closes": now + timedelta(days=3, hours=4),
        "tasks": [
            {"title": _("Prepare"), "items": [
                {"label": _("Basic data"), "state": "done", "text": _("Completed"), "url": "#"},
                {"label": _("Team"), "state": "now", "text": _("In progress"), "url": "#", "here": True},
                {"label": _("Budget"), "state": "err", "text": _("1 problem"), "url": "#"},
                {"label": _("Targets"), "state": "todo", "text": _("Not started"), "url": "#"},
                {"label": _("Check and submit"), "state": "wait", "text": _("Cannot start yet"), "url": ""}]}],
        "kpis": [
            {"label": _("In review"), "value": 412}, {"label": _("Finished"), "value": 216, "unit": "52%", "tone": "good"},
            {"label": _("Large difference"), "value": 13, "tone": "warn", "link": "#"},
            {"label": _("Overdue"), "value": 50, "tone": "bad", "link": "#"}],
        "steps": [{"label": _("Filed"), "state": "done"}, {"label": _("Unit of measure"), "state": "done"},
                  {"label": _("Formality check"), "state": "here"}, {"label": _("Review"), "state": ""},
                  {"label": _("Refused"), "state": "stop"}],
        "events": [{"at": now, "label": _("Submitted"), "who": "Li", "why": ""},
                   {"at": now - timedelta(days=2), "label": _("Returned"), "who": "Wang", "why": _("The budget is missing")}],
        "changes": [{"label": _("Term"), "before": "24", "after": "36"}, {"label": _("Title"), "before": "", "after": "A"}],
        "buttons": [{"verb": "go", "label": _("Submit to the unit"), "url": "#", "danger": False, "needs_why": False, "reasons": []},
                    {"verb": "back", "label": _("Return"), "url": "#", "danger": True, "needs_why": True, "reasons": []},
                    {"verb": "stop", "label": _("Publish"), "url": "#", "danger": False, "needs_why": False,
                     "reasons": [_("The annual plan is not approved yet.")]}],
        "charts": [
            charts.funnel(_("Funnel"), [(_("Filed"), 486), (_("Unit of measure"), 458), (_("Checked"), 412), (_("Reviewed"), 216)]),
            charts.box_plot(_("Scores by group"), {"A": [62, 70, 71, 75, 80, 96], "B": [55, 66, 70, 78, 79, 81]}),
            charts.lollipop(_("Difference of experts"), [("A", 7.0, 9), ("B", 2.1, 8), ("C", -3.8, 12)]),
            charts.bullet(_("Money paid against plan"), [("A", Decimal(8200), Decimal(12000)), ("B", Decimal(6100), Decimal(6000))]),
            charts.line(_("Filed per day"), {_("Last year"): [("1", 2), ("2", 5), ("3", 30)], _("This year"): [("1", 4), ("2", 9), ("3", 41)]}, deadline="3"),
            charts.bars(_("Reasons"), [("A", 12), ("B", 3)])],
        "dots": charts.dots([72, 80, 91], label="72, 80, 91"),
    }
