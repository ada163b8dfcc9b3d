"""The right to approve for a unit: whose, in which guide, from when until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from core import clock
from programs.models import Guide

DAY = {"type": "date"}


class DeputyForm(forms.Form):
    """`people` are roles of people at the own units, `guides` those that are open."""

    who = forms.ChoiceField(label=gettext_lazy("Person of the unit"))
    guide = forms.ChoiceField(label=gettext_lazy("Guide"), required=False)
    since = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
                            help_text=gettext_lazy("After this day the right is over by itself."))

    def __init__(self, *args: Any, people: list[Membership], guides: list[Guide], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(row.pk): row for row in people}
        self.guides = {guide.ref: guide for guide in guides}
        self.fields["who"].choices = [("", "—"), *((key, f"{row.person.name} · {row.organisation.name}") for key, row in self.people.items())]
        self.fields["guide"].choices = [("", _("All guides")), *((ref, guide.title) for ref, guide in self.guides.items())]
        self.fields["since"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        row = self.people.get(found.get("who", ""))
        if row:
            found |= {"unit": row.organisation, "person": row.person, "guide": self.guides.get(found.get("guide", ""))}
        return found
