"""A guide's own forms: new, windows, policy basis, extension, import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from programs import queries
from programs.forms.base import MomentField, area, needed_later, one_line
from programs.models import AnnualPlanItem, Guide, PolicyDocument
from programs.states import FundingMode, ReviewMode


class NewGuideForm(forms.Form):
    item = forms.ChoiceField(label=_("Item of the annual plan"), help_text=_("A guide is published for an item of the approved plan (clause A2)."))
    title = one_line(_("Title of the guide"), help_text=_("Year, programme and batch, for example: 2026年度深港联合资助项目（A类）申请指南"))
    title_en = one_line(_("Title in English"), 300, required=False)
    copy_from = forms.ChoiceField(
        label=_("Start from"), required=False, help_text=_(
            "Content is copied and can be changed; windows are not. Then the ways of funding and review below are not used.")
    )
    funding_mode = forms.ChoiceField(
        label=_("Way of funding"), required=False, help_text=_("Sets up a fitting skeleton and process. Empty: that of the special."))
    review_mode = forms.ChoiceField(label=_("Way of review"), required=False, help_text=_("Empty: that of the special."))

    def __init__(self, *args: Any, items: Iterable[AnnualPlanItem], guides: Iterable[Guide], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [("", gettext("Please choose")), *[
            (str(item.pk), f"{item.plan.year} · {item.title}（{item.special.label}）") for item in items
        ]]
        self.fields["copy_from"].choices = [
            ("", gettext("The common form of its special")), *[(guide.ref, f"{guide.ref} {guide.title}") for guide in guides]
        ]
        self.fields["funding_mode"].choices = [("", gettext("That of the special")), *FundingMode.choices]
        self.fields["review_mode"].choices = [("", gettext("That of the special")), *ReviewMode.choices]


class WindowForm(forms.Form):
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes"), help_text=_("What arrives at this time is late."))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("opens_at") and values.get("closes_at") and values["closes_at"] <= values["opens_at"]:
            self.add_error("closes_at", gettext("A window must close after it opens."))
        elif values.get("closes_at") and values["closes_at"] <= clock.now():
            self.add_error("closes_at", gettext("This window is over already."))
        return values


WindowFormSet = forms.formset_factory(WindowForm, extra=2, max_num=6, absolute_max=6, can_delete=True, min_num=1,
                                      validate_min=True)


class GuidePoliciesForm(forms.Form):
    policies = needed_later(forms.MultipleChoiceField(
        label=_("Policy documents the guide rests on"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Clause R13: at least one must be valid and govern this special on the day of publishing."),
    ))

    def __init__(self, *args: Any, documents: Iterable[PolicyDocument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["policies"].choices = [
            (str(d.pk), f"{d.title}（{d.number}） {d.kind_label} · {queries.state_tag(d, today)[0]}") for d in documents]


class ExtensionForm(forms.Form):
    closes_at = MomentField(label=_("New close"))
    why = area(_("Reason"), 2000, 3, help_text=_("Shown to everyone; a second person decides."))


class LateFilingForm(forms.Form):
    begun_before = MomentField(label=_("Begun by"), help_text=_(
        "Only applications that existed at this moment may go on. At the latest the close of the window."))
    closes_at = MomentField(label=_("New close for them"), help_text=_("Until then they may be finished, approved by the unit and submitted."))
    why = area(_("Reason"), 2000, 3, help_text=_("Shown to everyone; a second person decides."))
