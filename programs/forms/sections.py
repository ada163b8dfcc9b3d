"""The texts of a guide, section by section, with what belongs into each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.engine import numbering
from programs.engine.places import SECTIONS
from programs.engine.schema import KEPT_SECTIONS, NEEDED_TEXTS, SECTION_ORDER
from programs.forms.base import area, needed_later, one_line, show_theirs

HINTS = {
    "content": _("What is supported, in one to three paragraphs. For example: 支持深港两地机构联合开展研究开发。"),
    "basis": _("Laws and measures the guide rests on, with number and date; the policy documents named on their own page are added."),
    "support": _("Number and strength in words. For example: 有数量限制，竞争性择优支持，最高300万元，不超过深方预算的50%。"),
    "conditions": _("One sentence before the conditions; each condition stands on its own page."),
    "materials": _("One sentence before the list of materials; each material stands on its own page."),
    "form": _("Where the form is filled in. For example: 登录科技业务管理系统在线填报。"),
    "accepting": _("How and where applications are received; the windows are added."),
    "deciding": _("The body that decides. For example: 深圳市科技创新局"),
    "procedure": _("One step per line; they are shown as numbered steps."),
    "timing": _("How long it takes. For example: 每年一次，成批处理。"),
    "certificate": _("What is issued and how long it is valid. For example: 批准文件；收到批准文件之日起1个月内签订项目合同。"),
    "annexes": _("A sentence before the annexes; the annexes stand on their own page."),
}


class SectionsForm(forms.Form):
    """A title and a text in both languages for every section of the guide; sections real guides have may be added, and those
    that are not compulsory may be left out. The numbers in the titles then follow."""

    add = forms.MultipleChoiceField(
        label=_("Add sections"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("They are there after saving."))

    def __init__(self, *args: Any, sections: list[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            self._add_fields(section)
        missing = [code for code in SECTION_ORDER if code not in {one["code"] for one in sections}]
        self.fields["add"].choices = [(code, str(SECTIONS[code])) for code in missing]
        if not missing:
            del self.fields["add"]

    def _add_fields(self, section: Mapping[str, Any]) -> None:
        code, name = section["code"], section["title"]
        for key, label, rows in (("title", gettext("Title"), 1), ("text", gettext("Text"), 6), ("title_en", gettext("Title in English"), 1),
                                 ("text_en", gettext("Text in English"), 4)):
            hint = HINTS.get(code, "") if key == "text" else ""
            field = one_line(f"{name}：{label}", 120, required=False) if rows == 1 else area(
                f"{name}：{label}", 20_000, rows, required=False, help_text=hint)
            field.initial = section.get(key, "")
            self.fields[f"{code}-{key}"] = needed_later(field) if key == "text" and code in NEEDED_TEXTS else field
        if code not in KEPT_SECTIONS:
            self.fields[f"{code}-omit"] = forms.BooleanField(
                label=gettext("%(section)s: not in this guide") % {"section": name}, required=False, initial=section.get("omit", False),
                help_text=gettext("The public text leaves it out and the numbers after it move up; its words stay here."))

    def refuse(self, reasons: list[str]) -> None:
        for reason in reasons:
            self.add_error(None, reason)

    def compare(self, before: Mapping[str, Any], who: str) -> None:
        """Beside the texts that somebody else changed meanwhile: what that person saved."""
        earlier = SectionsForm(sections=before.get("sections") or [])
        show_theirs(self, {name: field.initial for name, field in earlier.fields.items()}, who)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for section in self.sections:
            code = section["code"]
            if values.get(f"{code}-title") == "" and not values.get(f"{code}-omit"):
                self.add_error(f"{code}-title", gettext("This section stands in every guide, so it needs a title.") if code in KEPT_SECTIONS
                               else gettext("A section needs a title; one that does not apply is ticked “not in this guide”."))
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        found = []
        for section in self.sections:
            code = section["code"]
            row = {**section, **{key: v[f"{code}-{key}"].replace("\r\n", "\n") for key in ("title", "text", "title_en", "text_en")}}
            row["title"] = row["title"] or section["title"]
            row.pop("omit", None)
            found.append(row | ({"omit": True} if v.get(f"{code}-omit") else {}))
        found += [{"code": code, "title": str(SECTIONS[code]), "text": ""} for code in v.get("add") or ()]
        order = {code: place for place, code in enumerate(SECTION_ORDER)}
        found.sort(key=lambda section: order.get(section["code"], len(order)))
        if numbering.shown_codes(found) == numbering.shown_codes(self.sections):
            return {"sections": found}  # nothing moves: the titles are those that were typed
        return numbering.renumbered(found, data.get("conditions") or [])

