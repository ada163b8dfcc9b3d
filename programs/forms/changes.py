"""The whole draft of an annual plan as one form, and change requests of a decided plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.forms.base import DateField, WanField, area, one_line
from programs.forms.plans import NEXT_YEAR, PlanMoneyForm, check_window, grouped, offer_modes
from programs.models import AnnualPlan, AnnualPlanItem, Special
from programs.states import ChangeKind

NEW_ROWS = 2


class RowForm(forms.Form):
    """One item in the editor. Rows of the plan know their special; a new row names one, or is left empty."""

    item = forms.IntegerField(required=False, widget=forms.HiddenInput)
    special = forms.ChoiceField(label=_("Special"), required=False)
    title = one_line(_("Title"), required=False)
    money = WanField(label=_("Money (10,000 yuan)"), required=False)
    count = forms.IntegerField(label=_("Awards at most"), min_value=1, max_value=100_000, required=False)
    opens_month = forms.IntegerField(label=_("Guide opens in month"), min_value=1, max_value=12, required=False)
    closes_month = forms.IntegerField(label=_("Guide closes in month"), min_value=1, max_value=12, required=False, help_text=NEXT_YEAR)
    opens_on = DateField(label=_("Opens on"), required=False)
    closes_on = DateField(label=_("Closes on"), required=False)
    funding_mode = forms.ChoiceField(label=_("Way of funding"), required=False)
    review_mode = forms.ChoiceField(label=_("Review"), required=False)
    remove = forms.BooleanField(label=_("Remove from the plan"), required=False)

    def __init__(self, *args: Any, plan: AnnualPlan, rows: dict[int, AnnualPlanItem], specials: list[Special], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan, self.rows = plan, rows
        self.specials = {special.code: special for special in specials}
        self.row = rows.get(int(self.initial.get("item") or 0)) or self._posted_row()
        offer_modes(self)
        if self.row is not None:
            del self.fields["special"]
            if not (self.is_bound and self.data.get(self.add_prefix("remove"))):
                for name in ("title", "money", "count", "opens_month", "closes_month"):
                    self.fields[name].required = True
        else:
            self.fields["special"].choices = [("", gettext("none: leave this line out")), *grouped(specials)]
            del self.fields["remove"]

    def _posted_row(self) -> AnnualPlanItem | None:
        typed = str(self.data.get(self.add_prefix("item"), "")) if self.is_bound else ""
        return self.rows.get(int(typed)) if typed.isdigit() and len(typed) < 18 else None

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.is_empty(values):
            return values
        for name in ("title", "money", "count", "opens_month", "closes_month") if self.row is None else ():
            known = name in ("opens_month", "closes_month") and values.get("opens_on") and values.get("closes_on")
            if values.get(name) in (None, "") and name not in self.errors and not known:
                self.add_error(name, gettext("Please fill this in."))
        check_window(self, self.plan.year, values)
        return values

    def is_empty(self, values: dict[str, Any]) -> bool:
        return bool(values.get("remove")) if self.row is not None else not values.get("special")

    @property
    def chosen(self) -> Special | None:
        """The special of the row, also while other fields cannot be read."""
        if self.row is not None:
            return self.row.special
        return self.specials.get(str(getattr(self, "cleaned_data", {}).get("special") or ""))

    def values(self) -> dict[str, Any] | None:
        """What the action takes, from clean data; None for a new line that is left empty."""
        given = dict(self.cleaned_data)
        if self.chosen is None:
            return None
        given.pop("special", None)
        if given.get("opens_on") and given.get("closes_on"):
            given |= {"opens_month": given["opens_on"].month, "closes_month": given["closes_on"].month}
        return given | ({"item": self.row} if self.row is not None else {"item": None, "special": self.chosen})


class PlanEditor:
    """The figures of the year and every item, checked together; knows the sums of what is typed, right or not."""

    def __init__(self, plan: AnnualPlan, data: Any = None) -> None:
        self.plan = plan
        items = list(plan.items.select_related("special__plan"))
        rows, specials = {item.pk: item for item in items}, queries.specials_for_choice(plan.tree)
        names = ("title", "money", "count", "opens_month", "closes_month", "opens_on", "closes_on", "funding_mode", "review_mode")
        initial = [{"item": item.pk, **{name: getattr(item, name) for name in names}} for item in items]
        form_set = forms.formset_factory(RowForm, extra=NEW_ROWS, max_num=200, absolute_max=200)
        self.money = PlanMoneyForm(data, initial={"control_figure": plan.control_figure, "reserve": plan.reserve, "note": plan.note})
        self.rows = form_set(data, prefix="row", initial=initial, form_kwargs={"plan": plan, "rows": rows, "specials": specials})
        self.base = (data or {}).get("base") or queries.plan_fingerprint(plan)

    def is_valid(self) -> bool:
        return all([self.money.is_valid(), self.rows.is_valid()])

    def clean_rows(self) -> list[dict[str, Any]]:
        return [values for form in self.rows if (values := form.values()) is not None]

    def sums(self) -> dict[str, Any]:
        if not self.money.is_bound:
            rows = [{"special": form.row.special, **form.initial} for form in self.rows.initial_forms if form.row]
            return queries.live_sums(self.plan, self.plan.control_figure, self.plan.reserve, rows)
        self.is_valid()
        rows = [{**form.cleaned_data, "special": form.chosen} for form in self.rows if form.chosen is not None]
        figures = self.money.cleaned_data
        return queries.live_sums(self.plan, figures.get("control_figure"), figures.get("reserve"), rows)


class ChangeForm(forms.Form):
    """The request itself. The figures of the year are offered to the resource division only."""

    title = one_line(_("What is to be changed"), 200)
    reason = area(_("Reason"), 2000, 4, help_text=_("Shown to those who decide and, once applied, to everyone."))
    control_figure = WanField(label=_("New control figure of the year (10,000 yuan)"), required=False,
                              help_text=_("Leave empty when it stays as it is."))
    reserve = WanField(label=_("New reserve (10,000 yuan)"), required=False, help_text=_("Leave empty when it stays as it is."))
    assignment = one_line(
        _("Document that assigns the task"), 200, required=False,
        help_text=_("Clause R10: needed to lower the reserve, which is only for tasks of the municipal party committee and government."),
    )

    def __init__(self, *args: Any, with_figures: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_figures:
            for name in ("control_figure", "reserve", "assignment"):
                del self.fields[name]


class LineForm(forms.Form):
    """One line of a request; which fields it has depends on its kind. Empty fields of SET mean: as it is."""

    item = forms.TypedChoiceField(label=_("Plan item"), coerce=int)
    to = forms.TypedChoiceField(label=_("Item that takes the money"), coerce=int)
    special = forms.ChoiceField(label=_("Special"))
    title = one_line(_("Title"), required=False)
    money = WanField(label=_("Money (10,000 yuan)"), required=False)
    count = forms.IntegerField(label=_("Awards at most"), min_value=1, max_value=100_000, required=False)
    opens_month = forms.IntegerField(label=_("Guide opens in month"), min_value=1, max_value=12, required=False)
    closes_month = forms.IntegerField(label=_("Guide closes in month"), min_value=1, max_value=12, required=False, help_text=NEXT_YEAR)
    opens_on = DateField(label=_("Opens on"), required=False)
    closes_on = DateField(label=_("Closes on"), required=False)
    funding_mode = forms.ChoiceField(label=_("Way of funding"), required=False)
    review_mode = forms.ChoiceField(label=_("Review"), required=False)

    WANTED = {  # noqa: RUF012 (a table of the class)
        ChangeKind.ADD: ("special", "title", "money", "count", "opens_month", "closes_month", "opens_on", "closes_on", "funding_mode",
                         "review_mode"),
        ChangeKind.SET: ("item", "title", "money", "count", "opens_month", "closes_month", "opens_on", "closes_on", "funding_mode",
                         "review_mode"),
        ChangeKind.MOVE: ("item", "to", "money"), ChangeKind.CANCEL: ("item",),
    }

    def __init__(self, *args: Any, plan: AnnualPlan, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan, self.kind = plan, kind
        for name in [name for name in self.fields if name not in self.WANTED[kind]]:
            del self.fields[name]
        self.items = {item.pk: item for item in queries.items_of(plan) if item.cancelled_at is None}
        choices = [(pk, f"{item.label}（{item.special.label}）") for pk, item in self.items.items()]
        for name in {"item", "to"} & set(self.fields):
            self.fields[name].choices = [("", gettext("Please choose")), *choices]
        if "special" in self.fields:
            self.specials = {row.code: row for row in queries.specials_for_choice(plan.tree)}
            self.fields["special"].choices = [("", gettext("Please choose")), *grouped(self.specials.values())]
        if "funding_mode" in self.fields:
            offer_modes(self)
        if kind == ChangeKind.ADD:
            for name in ("title", "money", "count", "opens_month", "closes_month"):
                self.fields[name].required = True
        if kind == ChangeKind.MOVE:
            self.fields["money"].required = True
            self.fields["item"].label = _("Item that gives the money")
        if kind == ChangeKind.SET:
            self.fields["title"].help_text = _("Only what is filled in changes; leave the rest empty.")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.kind in (ChangeKind.ADD, ChangeKind.SET):
            check_window(self, self.plan.year, values)
        for name in ("item", "to"):
            if values.get(name):
                values[name] = self.items[values[name]]
        if values.get("special"):
            values["special"] = self.specials[values["special"]]
        return values
