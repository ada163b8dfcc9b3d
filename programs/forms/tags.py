"""Which tags a guide carries: the code list, whether the applicant must choose, or what the guide fixes for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.forms.parts import PartForm
from programs.states import TAG_LISTS, Dimension

UNUSED, MAY, MUST, FIXED = "", "may", "must", "fixed"
WAYS = ((UNUSED, _("not used")), (MAY, _("the applicant may choose")), (MUST, _("the applicant must choose")),
        (FIXED, _("the guide fixes it for all")))


class TagsForm(PartForm):
    """Three fields per dimension; saving also puts the question into the application form or takes it out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for dimension in Dimension:
            lists = TAG_LISTS[dimension]
            self.fields[f"{dimension}_way"] = forms.ChoiceField(label=dimension.label, choices=WAYS, required=False)
            if len(lists) > 1:
                self.fields[f"{dimension}_list"] = forms.ChoiceField(
                    label=_("Code list"), choices=[(name, queries.list_label(name)) for name in lists], required=False)
            fixed = [(name, queries.tag_choices(name)) for name in lists]
            self.fields[f"{dimension}_preset"] = forms.ChoiceField(
                label=_("Fixed as"), required=False,
                choices=[("", "—"), *[(queries.list_label(name), [(f"{name}/{code}", label) for code, label in rows])
                                      for name, rows in fixed]])

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for dimension, rule in queries.tags_of_data(data).items():
            preset = rule.get("preset")
            found[f"{dimension}_way"] = FIXED if preset else MUST if rule.get("required") else MAY
            found[f"{dimension}_list"] = rule["list"]
            found[f"{dimension}_preset"] = f"{rule['list']}/{preset}" if preset else ""
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for dimension in Dimension:
            if values.get(f"{dimension}_way") == FIXED and not values.get(f"{dimension}_preset"):
                self.add_error(f"{dimension}_preset", gettext("Choose what the guide fixes."))
        return values

    def _rule(self, dimension: str) -> dict[str, Any] | None:
        way = self.cleaned_data.get(f"{dimension}_way", UNUSED)
        if way == UNUSED:
            return None
        if way == FIXED:
            name, _slash, code = self.cleaned_data[f"{dimension}_preset"].partition("/")
            return {"list": name, "preset": code}
        return {"list": self.cleaned_data.get(f"{dimension}_list") or TAG_LISTS[Dimension(dimension)][0], "required": way == MUST}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The part `tags`, and the application form with its questions in line with it."""
        rules = {value: rule for value in Dimension.values if (rule := self._rule(value)) is not None}
        form = data.get("form") or {"sections": []}
        sections = [_asking(section, rules, first=index == 0) for index, section in enumerate(form["sections"])]
        return {"tags": rules, "form": {**form, "sections": sections}}


def _asking(section: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], *, first: bool) -> dict[str, Any]:
    """A section with its tag questions as the rules have them; new questions go to the end of the first section."""
    kept: list[dict[str, Any]] = []
    for item in section["fields"]:
        rule = rules.get(item["code"])
        if item["code"] not in Dimension.values:
            kept.append(item)
        elif rule is not None and not rule.get("preset"):
            kept.append({**item, "choices_from": rule["list"], "required": bool(rule.get("required"))})
    known = {item["code"] for item in kept}
    if first:
        kept += [queries.question_of(code, rule) for code, rule in rules.items() if not rule.get("preset") and code not in known]
    return {**section, "fields": kept}
