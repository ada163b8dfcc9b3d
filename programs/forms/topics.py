"""Forms of topic calls and needs. The form of a need shows what was typed with the faults beside each field; its rules are in
programs.engine.needs, so that page, API and action never differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from accounts.states import APPLICANT_KINDS
from core.money import wan
from programs import queries
from programs.engine import needs as rules
from programs.forms.base import MomentField, WanField, area, one_line
from programs.forms.plans import grouped
from programs.forms.rows import RowForm
from programs.models import CallStream, Guide, Need, Special, TopicCall

KINDS = [(kind.value, kind.label) for kind in APPLICANT_KINDS]


class NewCallForm(forms.Form):
    special = forms.ChoiceField(label=_("Special"), help_text=_("Adopted topics may be picked for guides of this special."))
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = one_line(_("Title of the call"))
    title_en = one_line(_("Title in English"), 300, required=False)
    copy_from = forms.ChoiceField(label=_("Start from"), required=False,
                                  help_text=_("Texts, numbers, directions and the score sheet are copied; windows are not."))

    def __init__(self, *args: Any, calls: Iterable[TopicCall], specials: Iterable[Special], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["special"].choices = [("", gettext("Please choose")), *grouped(specials, key="pk")]
        self.fields["copy_from"].choices = [("", gettext("An empty call")), *[(c.ref, f"{c.ref} {c.title}") for c in calls]]


def years_of(text: str) -> list[int]:
    """The years in a text, however they are parted (2025、2026; 2025年或2026年); other numbers than years are refused."""
    words = re.findall(r"[0-9]+", text)
    if any(len(word) != 4 for word in words) or (text.strip() and not words):
        raise ValidationError(gettext("Years with four digits, for example 2025、2026."))
    return sorted({int(word) for word in words})


class CallForm(forms.Form):
    """Texts and numbers of a call."""

    title = one_line(_("Title of the call"))
    title_en = one_line(_("Title in English"), 300, required=False)
    text = area(_("Text of the call"), 20_000, 10, help_text=_(
        "The notice adds the parts 征集对象, 征集方向, 数量要求, 填报要求, 征集时间与方式 and 其他事项, numbered after your own headings "
        "(一、…). A part is left out when one of your headings treats it and your text holds its names, numbers and days, for example “三、征集时间” with the closing day."))
    text_en = area(_("Text in English"), 20_000, 4, required=False)
    kinds = forms.MultipleChoiceField(label=_("Who may propose"), choices=KINDS, widget=forms.CheckboxSelectMultiple)
    exempt_spend = WanField(label=_("No quota above an R&D spend of (10,000 yuan)"), required=False,
                            help_text=_("More than this in one of the years below, by the register of units. Empty: no exemption."))
    exempt_years = one_line(_("in one of the years"), 60, required=False, help_text=_("Years with four digits, for example 2025、2026."))
    exempt_kinds = forms.MultipleChoiceField(label=_("for these units"), choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple)
    exempt_clause = one_line(_("Clause of the exemption"), 300, required=False)
    seal_from = WanField(label=_("A sealed statement from a proposed amount of (10,000 yuan)"), required=False,
                         help_text=_("This amount and more. Empty: never."))
    seal_name = one_line(_("Name of the statement"), 100, required=False)
    seal_clause = one_line(_("Clause of the statement"), 300, required=False)
    blind = forms.BooleanField(label=_("Experts do not see who proposes"), required=False)
    score_until = MomentField(label=_("Scores may be given until"), required=False)
    contact = one_line(_("Contact"), 200, required=False)
    source = one_line(_("Source of the numbers"), 300, required=False)

    @staticmethod
    def load(call: TopicCall) -> dict[str, Any]:
        return {**{name: getattr(call, name) for name in CallForm.base_fields}, "exempt_years": "、".join(map(str, call.exempt_years))}

    def clean_exempt_years(self) -> list[int]:
        return years_of(self.cleaned_data["exempt_years"])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("exempt_spend") is not None and "exempt_years" in values and not values["exempt_years"]:
            self.add_error("exempt_years", gettext("An exemption needs its years."))
        if values.get("seal_from") is not None and not values.get("seal_name"):
            self.add_error("seal_name", gettext("The statement needs a name."))
        return values


class StreamRow(RowForm):
    code = one_line(_("Code"), 20)
    name = one_line(_("Direction"))
    name_en = one_line(_("Direction in English"), 300, required=False)
    group = one_line(_("Group of the quota"), 20, help_text=_("Directions of one group share the quota of a unit."))


class QuotaRow(RowForm):
    group = one_line(_("Group of the quota"), 20, help_text=_("One of the groups of the directions; the limit is for the group as a whole."))
    kinds = forms.MultipleChoiceField(label=_("For these units"), choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple,
                                      help_text=_("None ticked: for all others."))
    most = forms.IntegerField(label=_("May lead at most"), min_value=0, max_value=1000)
    clause = one_line(_("Clause"), 300, required=False)

    def offer(self, groups: Iterable[str]) -> None:
        """The groups the directions name, to choose from; one of an older line that is gone stays to be seen."""
        known = list(groups)
        if (own := self.initial.get("group")) and own not in known:
            known.append(own)
        if known:
            field = self.fields["group"]
            self.fields["group"] = forms.ChoiceField(
                label=field.label, help_text=field.help_text, choices=[("", gettext("Please choose")), *((name, name) for name in known)])
            self.order_fields(("group",))


class CriterionRow(RowForm):
    code = one_line(_("Code"), 20)
    name = one_line(_("Criterion"))
    name_en = one_line(_("Criterion in English"), 300, required=False)
    weight = forms.IntegerField(label=_("Points"), min_value=1, max_value=100)
    help = one_line(_("What is looked at"), 300, required=False)
    help_en = one_line(_("The same in English"), 300, required=False)


class AskRow(forms.Form):
    """How one field of the form is asked; what every call asks for is only given a hint and a length."""

    shown = forms.BooleanField(label=_("Asked for"), required=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    max = forms.IntegerField(label=_("Characters at most"), min_value=1, required=False)
    help = one_line(_("Hint"), 200, required=False)

    def __init__(self, *args: Any, ask: rules.Ask, own: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, prefix=ask.code, initial={
            "shown": ask.always or own.get("shown", True), "required": ask.always or own.get("required", ask.required),
            "max": own.get("max") or ask.most, "help": own.get("help", "")}, **kwargs)
        self.ask = ask
        if ask.always:
            del self.fields["shown"], self.fields["required"]
        if ask.kind not in ("text", "area", "lines"):
            del self.fields["max"]
        else:
            self.fields["max"].validators.append(MaxValueValidator(ask.most))

    def own(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class InviteForm(forms.Form):
    people = forms.MultipleChoiceField(label=_("Experts"), widget=forms.SelectMultiple(attrs={"size": 10}))

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(str(p.pk), f"{p.name} {p.title}".strip()) for p in people]


# --- the proposer's side ---------------------------------------------------------------------------------------------


class StartNeedForm(forms.Form):
    unit = forms.ChoiceField(label=_("Proposing unit"))
    stream = forms.ChoiceField(label=_("Direction"))

    def __init__(self, *args: Any, units: Iterable[Organisation], streams: Iterable[CallStream], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(u.pk), u.name) for u in units]
        self.fields["stream"].choices = [(s.code, s.label) for s in streams]


class NeedForm(forms.Form):
    """Every field as the call asks for it, filled with what was typed. The faults are those the engine found (`errors`); the
    form itself checks nothing, so that nothing typed is ever lost to it."""

    use_required_attribute = False

    def __init__(self, need: Need, *, errors: Mapping[str, list[str]] | None = None, answers: Mapping[str, Any] | None = None) -> None:
        self.wrong = errors or {}
        super().__init__(data={**need.answers, **(answers or {})}, auto_id="f-%s")
        self.asked = rules.asked(need.call.asks)
        for one in self.asked:
            if one.kind == "indicators":
                self._indicators()
            else:
                self.fields[one.code] = _field_of(one)
        self.fields[rules.CONSENT] = forms.BooleanField(
            label=_("When a guide's topic comes from it, the public page may name our unit."), required=False)

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}
        for name, texts in self.wrong.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)

    def _indicators(self) -> None:
        labels = {"name": _("What is measured"), "sign": _("Direction of the indicator"), "value": _("Number"),
                  "unit": _("Unit of measure"), "test": _("How it is tested")}
        for row in range(rules.ROWS):
            for col in rules.COLUMNS:
                field: forms.Field = forms.CharField(label=labels[col], required=col != "test")
                if col == "sign":
                    field = forms.CharField(label=labels[col], widget=forms.Select(choices=[("", "—"), *rules.SIGNS]))
                if col == "value":
                    field.widget.attrs["inputmode"] = "decimal"
                self.fields[f"ind_{row}_{col}"] = field

    @property
    def before(self) -> list[Any]:
        """The fields before the indicators, then `rows`, then `after`."""
        codes = [one.code for one in self.asked]
        return [self[code] for code in codes[:codes.index("indicators")]]

    @property
    def after(self) -> list[Any]:
        codes = [one.code for one in self.asked]
        return [self[code] for code in codes[codes.index("indicators") + 1:]] + [self[rules.CONSENT]]

    @property
    def rows(self) -> list[list[Any]]:
        return [[self[f"ind_{row}_{col}"] for col in rules.COLUMNS] for row in range(rules.ROWS)]

    @staticmethod
    def sent(need: Need, posted: Any) -> dict[str, Any]:
        """The flat values of a plain post: a check box that is not sent is off."""
        known = rules.names(need.call.asks)
        found: dict[str, Any] = {name: posted.get(name, "") for name in known if name in posted}
        if posted.get("whole"):
            found[rules.CONSENT] = rules.CONSENT in posted
        return found


def _field_of(one: rules.Asked) -> forms.Field:
    common: dict[str, Any] = {"label": one.label, "required": one.required, "help_text": one.help}
    if one.kind in ("area", "lines"):
        rows = 3 if one.kind == "lines" else 6
        limit = {"data-max": one.most} if one.kind == "area" else {}
        field = forms.CharField(widget=forms.Textarea(attrs={"rows": rows, **limit}), **common)
    elif one.kind in ("cluster", "stage"):
        found = queries.topics.cluster_choices() if one.kind == "cluster" else queries.topics.stage_choices()
        field = forms.CharField(widget=forms.Select(choices=[("", gettext("Choose")), *found]), **common)
    else:
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"} if one.kind == "wan" else {"data-max": one.most}), **common)
    return field


class LetterForm(forms.Form):
    """A sealed statement: the file, and whose seals it bears."""

    sealed_by = forms.MultipleChoiceField(label=_("Bears the seals of"), widget=forms.CheckboxSelectMultiple)
    file = forms.FileField(label=_("File (PDF)"))

    def __init__(self, *args: Any, units: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sealed_by"].choices = [(name, name) for name in units]


class FileForm(forms.Form):
    file = forms.FileField(label=_("File (PDF, Word, JPG, PNG)"))


# --- the desk --------------------------------------------------------------------------------------------------------


class DeclineNeedForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"))
    why = area(_("Facts, told to the proposer"), 2000, 3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = [("", gettext("Choose")), *queries.topics.reason_choices()]


class MergeForm(forms.Form):
    lead = forms.ChoiceField(label=_("Which one goes on"), widget=forms.RadioSelect)
    why = area(_("Opinion on the merger"), 2000, 2, required=False)

    def __init__(self, *args: Any, pair: tuple[Need, Need], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = [(need.ref, f"{need.ref} {need.title}") for need in pair]


class ScoreForm(forms.Form):
    """Points by the score sheet of the call; `points` gives them back."""

    def __init__(self, *args: Any, criteria: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            self.fields[f"p_{one['code']}"] = forms.CharField(
                label=f"{one['name']} 0–{one['weight']}", help_text=one["help"], max_length=8,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        self.fields["comment"] = area(_("Comment"), 2000, 4, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for code, text in rules.points_problems(self.criteria, self.points()).items():
            if f"p_{code}" not in self.errors:  # an empty field says so by itself
                self.add_error(f"p_{code}", text)
        return values

    def points(self) -> dict[str, str]:
        return {one["code"]: str(self.cleaned_data.get(f"p_{one['code']}") or "") for one in self.criteria}


class PickNeedForm(forms.Form):
    """A topic of a draft guide comes from an adopted need; or a new topic is made of it."""

    need = forms.ChoiceField(label=_("Adopted topic"))
    topic = forms.ChoiceField(label=_("For which topic of the guide"), required=False)
    code = one_line(_("Code of the new topic"), 40, required=False)

    def __init__(self, *args: Any, guide: Guide, needs: Iterable[Need], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].choices = [(n.ref, f"{n.ref} {n.title}（{n.unit.name}，{wan(n.amount)}）") for n in needs]
        self.fields["topic"].choices = [("", gettext("A new topic made of it")), *[(t.code, str(t)) for t in guide.topics.all()]]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("topic") and not values.get("code"):
            self.add_error("code", gettext("A new topic needs a code."))
        return values
