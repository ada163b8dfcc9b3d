"""Forms of reports, examination and evaluation. Money is typed in 万元 and kept in yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from performance.models import Report, Result
from performance.states import Band, Conclusion


def plain(value: Decimal | None) -> str:
    """A number as people write it: without the zeros of its column."""
    return "" if value is None else f"{value.normalize():f}"


class ReportForm(forms.Form):
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)
    done = forms.CharField(label=_("What has been done"), max_length=8000, required=False,
                           widget=forms.Textarea(attrs={"rows": 8, "data-max": 8000}),
                           help_text=_("Against the plan of the contract; name what is behind the plan and why."))
    problems = forms.CharField(label=_("Problems and changes"), max_length=4000, required=False,
                               widget=forms.Textarea(attrs={"rows": 4, "data-max": 4000}))
    outlook = forms.CharField(label=_("Use of the results and what follows"), max_length=4000, required=False,
                              widget=forms.Textarea(attrs={"rows": 4, "data-max": 4000}))
    spent = forms.DecimalField(label=_("Spent of the grant so far"), min_value=0, max_digits=12, decimal_places=2,
                               required=False, help_text=_("In 10,000 yuan, from the books of the unit."))
    file = forms.FileField(label=_("Report as PDF"), required=False, help_text=_("One PDF, at most 50 MB."))

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {
            "rev": report.rev, "done": report.done, "problems": report.problems, "outlook": report.outlook,
            "spent": plain(report.spent / 10_000),
        })
        super().__init__(*args, **kwargs)
        self.report = report

    def clean_spent(self) -> Decimal:
        spent = (self.cleaned_data.get("spent") or Decimal(0)) * 10_000
        if spent > self.report.project.amount:
            raise forms.ValidationError(_("More than the money of the project (%(amount)s yuan)."),
                                        params={"amount": f"{self.report.project.amount:,.2f}"})
        return spent


class ResultForm(forms.Form):
    """One target: a value, or for a qualitative one the band; and where the proof is."""

    actual = forms.DecimalField(label=_("Reached"), min_value=0, max_digits=18, decimal_places=4, required=False)
    band = forms.ChoiceField(label=_("Reached"), required=False, choices=[("", _("Choose")), *Band.choices])
    evidence = forms.CharField(label=_("Supporting evidence"), max_length=500, required=False)

    def __init__(self, *args: Any, result: Result, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"actual": plain(result.actual), "band": result.band, "evidence": result.evidence})
        super().__init__(*args, prefix=f"r{result.pk}", **kwargs)
        self.result = result
        del self.fields["actual" if result.target.direction == "QUAL" else "band"]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{result.target.name}: {field.label}"
            field.widget.attrs["class"] = "st-cell" if name == "evidence" else "st-cell num"


class ExamineForm(forms.Form):
    """What the examination found for one target."""

    found = forms.DecimalField(label=_("Value found"), min_value=0, max_digits=18, decimal_places=4, required=False)
    band = forms.ChoiceField(label=_("Band"), required=False, choices=[("", _("Choose")), *Band.choices])
    share = forms.DecimalField(label=_("Share in percent"), min_value=0, max_value=100, decimal_places=1, max_digits=4, required=False)
    note = forms.CharField(label=_("Remark"), max_length=500, required=False)

    def __init__(self, *args: Any, result: Result, **kwargs: Any) -> None:
        share = None if result.found_share is None else (result.found_share * 100).normalize()
        found = result.actual if result.found is None else result.found
        kwargs.setdefault("initial", {
            "found": plain(found), "band": result.found_band or result.band,
            "share": f"{share:f}" if share is not None else "", "note": result.note,
        })
        super().__init__(*args, prefix=f"x{result.pk}", **kwargs)
        self.result = result
        for name in ("found",) if result.target.direction == "QUAL" else ("band", "share"):
            del self.fields[name]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{result.target.name}: {field.label}"

    def clean_share(self) -> Decimal | None:
        share = self.cleaned_data.get("share")
        return None if share is None else share / 100

    def is_empty(self) -> bool:
        return all(self.cleaned_data.get(name) in (None, "") for name in ("found", "share"))


class ProposeForm(forms.Form):
    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=Conclusion.choices, widget=forms.RadioSelect)
    opinion = forms.CharField(label=_("Opinion"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
                              help_text=_("The unit reads it with the conclusion."))


class ScoreForm(forms.Form):
    comment = forms.CharField(label=_("Remark on the score"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AssessForm(forms.Form):
    """What the bureau finds of an annual report."""

    favourable = forms.TypedChoiceField(
        label=_("Assessment"), choices=[("yes", _("Favourable; where money is paid by the year, the next year can be paid")),
                                        ("no", _("Unfavourable; goes back to be put right"))],
        widget=forms.RadioSelect, coerce=lambda value: value == "yes", empty_value=None)
    text = forms.CharField(label=_("Grounds of the assessment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
                           help_text=_("The unit reads this."))
