"""Tags and filters of the shared parts; available in every template without loading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BaseFormSet, BoundField, CheckboxInput, FileInput, RadioSelect, Textarea
from django.forms.widgets import CheckboxSelectMultiple
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import clock, money
from core.web import once as once_module
from core.web import slots

register = template.Library()
WEEKDAYS = "一二三四五六日"


@register.filter
def wan(value: Any) -> str:
    """Yuan -> 万元 text."""
    return money.wan(value) if value not in (None, "") else ""


@register.filter
def cny(value: Any) -> str:
    """Yuan as a reader says it, with the unit: 3,000 万元 in Chinese, CNY 30 million in English, which has no word for 万."""
    return money.in_words_of(value, (get_language() or "").startswith("en")) if value not in (None, "") else ""


@register.filter
def moment(value: datetime | None) -> str:
    """A deadline as people read it: date, weekday, time (in the bureau's zone)."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    if (get_language() or "").startswith("en"):
        return f"{local:%a %d %b %Y, %H:%M}"
    return f"{local.year} 年 {local.month} 月 {local.day} 日（周{WEEKDAYS[local.weekday()]}）{local:%H:%M}"


@register.filter
def stamp(value: datetime | date | None) -> str:
    """A short time for tables."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value.isoformat()


@register.filter
def left(value: datetime | None, now: datetime | None = None) -> str:
    """How long until a moment, in the two largest units; empty when it has passed. Lists give the time they asked for once."""
    if value is None:
        return ""
    rest: timedelta = value - (now or clock.now())
    if rest <= timedelta(0):
        return ""
    days, hours, minutes = rest.days, rest.seconds // 3600, rest.seconds % 3600 // 60
    if days:
        return _("%(days)s %(hours)s") % {
            "days": ngettext("%d day", "%d days", days) % days, "hours": ngettext("%d hour", "%d hours", hours) % hours}
    if hours:
        return _("%(hours)s %(minutes)s") % {
            "hours": ngettext("%d hour", "%d hours", hours) % hours,
            "minutes": ngettext("%d minute", "%d minutes", minutes) % minutes}
    return ngettext("%d minute", "%d minutes", max(minutes, 1)) % max(minutes, 1)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def lines(text: str) -> list[str]:
    return [line for line in (text or "").splitlines() if line.strip()]


@register.simple_tag
def once_field() -> SafeString:
    """The hidden key of a form that creates something (core.web.once)."""
    return format_html('<input type="hidden" name="{}" value="{}">', once_module.FIELD, once_module.new_key())


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, Textarea):
        return "textarea"
    if isinstance(widget, FileInput):
        return "file"
    return "input"


@register.inclusion_tag("st/field.html")
def field(bound: BoundField, affix: str = "", width: str = "") -> dict[str, Any]:
    """One form field: label, hint, error, control, counter. `affix` stands behind the control (万元, 个月)."""
    kind = _kind(bound)
    described = [f"h-{bound.auto_id}"] if bound.help_text else []
    if bound.errors:
        described.insert(0, f"e-{bound.auto_id}")
    limit = bound.field.widget.attrs.get("data-max")
    if limit:
        described.append(f"c-{bound.auto_id}")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if width:
        attrs["class"] = f"w-{width}"
    control = "" if kind == "choices" else bound.as_widget(attrs=attrs)
    fold, chosen = getattr(bound.field, "fold", False), ""
    if fold:
        picked = {str(one) for one in bound.value() or ()}
        chosen = _(", ").join(str(label) for code, label in bound.field.choices if str(code) in picked)
    return {"fold": fold, "chosen": chosen, "f": bound, "kind": kind, "control": control, "affix": affix, "limit": limit, "mark": _mark(bound, kind),
            "theirs": getattr(bound.field, "theirs", None),
            "described": attrs.get("aria-describedby", "")}


def _mark(bound: BoundField, kind: str) -> Any:
    """The words behind a label: a field that may stay empty is optional, unless its form says otherwise (`mark` of the field:
    what a draft may leave open but the next step asks for is not optional)."""
    if bound.field.required or kind == "check":
        return ""
    return getattr(bound.field, "mark", _("(optional)"))


@register.inclusion_tag("st/fields.html")
def form_fields(form: Any, *names: str) -> dict[str, Any]:
    """All visible fields of a form, or the named ones, with its hidden ones."""
    return {"fields": [form[name] for name in names] if names else form.visible_fields(), "hidden": form.hidden_fields()}


def _sentence(text: Any) -> Any:
    """What the summary says of an error: its sentence. What an error draws after it (the caret under a formula) stands at the field."""
    return mark_safe(text.split("<", 1)[0].rstrip()) if isinstance(text, SafeString) else str(text)  # noqa: S308 (a part of escaped text)


@register.inclusion_tag("st/errors.html")
def form_errors(*forms: Any) -> dict[str, Any]:
    """The error summary: takes focus, one line per problem, each leads to its field. One box for all forms of the page; the forms of a
    formset (or of a list of them) are told apart by the number of their line."""
    found: list[dict[str, str]] = []
    for form in forms:
        if isinstance(form, list | tuple):
            found += form_errors(*form)["errors"]
            continue
        if form is None or not getattr(form, "is_bound", False):
            continue
        if isinstance(form, BaseFormSet):
            found += [{"text": _sentence(text), "id": ""} for text in form.non_form_errors()]
            found += [{"text": format_html("{} · {}", _("Line %(number)d") % {"number": number}, error["text"]), "id": error["id"]}
                      for number, one in enumerate(form.forms, 1) for error in form_errors(one)["errors"]]
            continue
        found += [{"text": _sentence(text), "id": ""} for text in form.non_field_errors()]
        for bound in form:
            target = bound.id_for_label or bound.auto_id
            found += [{"text": format_html("{}：{}", bound.label, _sentence(text)), "id": target} for text in bound.errors]
    return {"errors": found}


@register.inclusion_tag("st/chart.html")
def chart(one: Any) -> dict[str, Any]:
    return {"chart": one}


@register.simple_tag(takes_context=True)
def slot(context: Any, place: str, obj: Any) -> SafeString:
    """What upper floors show in a named place of this page (core.web.slots)."""
    request = context["request"]
    parts = [
        render_to_string(name, {**found, "LANGUAGE_CODE": context.get("LANGUAGE_CODE", "")}, request=request)
        for name, found in slots.fills(place, request.actor, obj)
    ]
    return mark_safe("".join(parts))  # noqa: S308 (rendered templates)


@register.inclusion_tag("st/steps.html", takes_context=True)
def step_buttons(context: Any, buttons: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The action bar: one POST form per verb, with the reasons that stand in the way shown beside it."""
    return {"buttons": list(buttons), "csrf_token": context.get("csrf_token")}


@register.simple_tag
def tag(text: Any, tone: str = "") -> SafeString:
    """A state tag; tones: doing, good, warn, bad; without tone it is plain text (only what needs action is tinted)."""
    return format_html('<span class="st-tag{}">{}</span>', f" st-tag--{tone}" if tone else "", text)


@register.simple_tag
def bar(value: Any, most: Any, label: str = "") -> SafeString:
    """A thin progress bar as SVG attributes (no inline style)."""
    share = 0 if not most else min(100, round(100 * float(value) / float(most)))
    return format_html(
        '<svg class="st-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{} {}%">'
        '<rect width="100" height="6" class="track"/><rect width="{}" height="6" class="s1"/></svg>', label, share, share)


@register.filter
def json_pretty(value: Any) -> SafeString:
    import json  # noqa: PLC0415 (one use)

    from django.utils.html import escape  # noqa: PLC0415

    return mark_safe(escape(json.dumps(value, ensure_ascii=False, indent=1)))  # noqa: S308 (escaped)


@register.filter
def is_english(text: Any) -> bool:
    """Whether a text that people wrote is English, for its `lang`: small Latin letters and no Han character."""
    return bool(re.search("[a-z]", str(text))) and not re.search("[\u3400-\u9fff]", str(text))
