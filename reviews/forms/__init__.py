"""Forms of the reviews floor: due time, draw, answer to an invitation, void."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from reviews import states

EARLIEST, LATEST = 1900, 2200  # as core.typed.day


class WhenField(forms.DateTimeField):
    """A moment in the bureau's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **kwargs)

    def to_python(self, value: Any) -> Any:
        """A slip in the year is told here: what is computed from it, such as the end of an agenda, would leave the calendar."""
        found = super().to_python(value)
        if found is not None and not EARLIEST <= found.year <= LATEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if hasattr(value, "tzinfo") else value


class DueForm(forms.Form):
    due_at = WhenField(label=_("Scores are due"))


class ExtendForm(DueForm):
    why = forms.CharField(label=_("Reason"), max_length=500)


class CommitForm(forms.Form):
    public_source = forms.CharField(label=_("Public value that will decide"), max_length=200,
                                    help_text=_("Something nobody knows yet, such as an index at tomorrow's close."))


class ValueForm(forms.Form):
    value = forms.CharField(label=_("Public value"), max_length=100)
    at = WhenField(label=_("Published at"))


class DeclineForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=[
        (code, label) for code, label in states.DeclineReason.choices if code not in ("CONFLICT", "NO_ANSWER")])
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason_code") == states.DeclineReason.OTHER and not data.get("note", "").strip():
            self.add_error("note", _("Say the reason in words."))
        return data


class AcceptForm(forms.Form):
    pledge = forms.BooleanField(label=_("I have read the pledge and declare conflicts of interest truthfully."))


class ConflictForm(forms.Form):
    code = forms.ChoiceField(label=_("Kind of conflict"), choices=[(code.value, code.label) for code in states.DECLARABLE])
    note = forms.CharField(label=_("What it consists of"), max_length=500)


class PlaceForm(forms.Form):
    starts_at = WhenField(label=_("Begins at"))
    place = forms.CharField(label=_("Meeting place"), max_length=200, required=False)
    link = forms.URLField(label=_("Link of the video meeting"), max_length=300, required=False, assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("place") and not data.get("link"):
            self.add_error("place", _("Name the place or the link of the meeting."))
        return data

    def clean_starts_at(self) -> Any:
        at = self.cleaned_data["starts_at"]
        if at <= clock.now():
            raise forms.ValidationError(_("The time of the meeting has passed."))
        return at


class MoveForm(PlaceForm):
    why = forms.CharField(label=_("Reason"), max_length=500, required=False)


class MeetingForm(PlaceForm):
    kind = forms.ChoiceField(label=_("Kind of meeting"), choices=states.MeetingKind.choices)
    title = forms.CharField(label=_("Name of the meeting"), max_length=120)
    group = forms.ChoiceField(label=_("Group"), required=False)
    minutes_per_item = forms.IntegerField(label=_("Minutes for each application"), min_value=1, max_value=600)
    elect_chair = forms.BooleanField(label=_("The members elect their chair by secret vote"), required=False)
    field_order = ("kind", "title", "group", "starts_at", "minutes_per_item", "place", "link", "elect_chair")

    def __init__(self, *args: Any, groups: list[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("The whole batch")), *((one["code"], one["name"]) for one in groups)]


class LeaveForm(ConflictForm):
    alias = forms.CharField(label=_("Expert"), max_length=12)


class PlanForm(forms.Form):
    """What to work out; the steps of balance are those of parameter review.balance_steps."""

    scale = forms.TypedChoiceField(label=_("Chance"), coerce=int, initial=1, choices=[
        (1, _("None: the best assignment")), (2, _("Lottery 1:2")), (3, _("Lottery 1:3")), (4, _("Lottery 1:4")), (5, _("Lottery 1:5"))])
    balance = forms.TypedChoiceField(label=_("Balance of load"), coerce=int, initial=0, choices=[
        (0, _("None: affinity alone")), (1, _("A little")), (2, _("Much")), (3, _("As even as it can be"))])
    load = forms.IntegerField(label=_("Panels an expert sits on at most"), min_value=1, max_value=60)
    economy_min = forms.IntegerField(label=_("From economy and finance at least"), min_value=0, max_value=5, initial=0)
    floor = forms.BooleanField(label=_("Lift the worst-served application"), required=False,
                               help_text=_("What it costs all together is shown."))


class GroupSizeForm(forms.Form):
    most = forms.IntegerField(label=_("Applications a group at most"), min_value=1, max_value=60)


class TableForm(forms.Form):
    file = forms.FileField(label=_("Changed table (.xlsx or .csv)"))
