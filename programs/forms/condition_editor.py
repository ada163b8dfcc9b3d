"""One condition on its page: the fields around it, its two trees, its words, and the box in which it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as accounts
from core.money import from_wan
from programs import queries
from programs.engine import conditions, conflicts
from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MONEY, NUMBER, PERIOD, ROWS, TEXT, Fact
from programs.engine.operators import fact_names, fits, label, number
from programs.engine.problems import Problem
from programs.forms import conditions as trees
from programs.forms.base import one_line, unmarked
from programs.forms.conditions import ConditionForm, Draft
from programs.models import Guide
from programs.queries import register

FORMS = {"human": trees.HumanForm, "rows": trees.RowsForm}


class ConditionEditor:
    """`others` are the guide's other rules: with them this one must be possible to meet."""

    def __init__(self, post: MultiValueDict | None, rule: Mapping[str, Any] | None, others: list[Mapping[str, Any]]) -> None:
        self.old, self.others, self.names = rule or {}, others, queries.Names()
        if post is None:
            first = {"hard": True, "code": self._free_code(), **{key: value for key, value in self.old.items() if value is not None}}
            self.head = ConditionForm(initial=first)
            self.roots = {"t": trees.load(self.old.get("test"))}
            if self.old.get("exempt"):
                self.roots["x"] = trees.load(self.old["exempt"])
        else:
            self.head = ConditionForm(post)
            self.roots = {key: trees.read_draft(post, key) for key in trees.ROOTS if f"{key}-kind" in post}
            self.roots.setdefault("t", trees.load(None))
        self.problems: list[Problem] = []
        self.theirs: dict[str, dict[str, str]] = {}

    def _free_code(self) -> str:
        taken = {rule["code"] for rule in self.others}
        return next(f"C{number}" for number in range(len(taken) + 1, len(taken) + 1000) if f"C{number}" not in taken)

    def edit(self, verb: str) -> None:
        trees.edit(self.roots, verb)

    def rule(self) -> dict[str, Any]:
        """The condition as typed; only of use when `find_problems` found none."""
        values = self.head.cleaned_data if self.head.is_bound and self.head.is_valid() else self.head.data or self.head.initial
        kept = {key: value for key, value in self.old.items() if key not in ("exempt", "exempt_result")}
        found = {**kept, **{key: values.get(key, "") for key in ("code", "clause", "text", "text_en")},
                 "hard": bool(values.get("hard")), "test": trees.dump(self.roots["t"])}
        if "x" in self.roots:
            found |= {"exempt": trees.dump(self.roots["x"]), "exempt_result": values.get("exempt_result") or "HUMAN"}
        return found

    def find_problems(self) -> list[Problem]:
        """Everything wrong with the trees, put beside its box; conflicts with the other conditions too."""
        rule = {**self.rule(), "code": "X", "text": "x"}
        self.problems = conditions.check([rule])
        if not self.problems:
            mine = self.rule()
            self.problems = conflicts.check([*self.others, mine], "")
        return self.problems

    def is_good(self) -> bool:
        """Whether it can be saved; if not, the head says everything and the boxes are marked."""
        good = self.head.is_valid()
        if self.head.data.get("code") in {rule["code"] for rule in self.others}:
            self.head.add_error("code", _("“%(code)s” stands twice") % {"code": self.head.data["code"]})
            good = False
        for problem in self.find_problems():
            path, _box = trees.path_of(problem)
            where = place_words(path)
            self.head.add_error(None, f"{where}：{problem.text}" if where else problem.text)
        return good and not self.problems

    def refuse(self, reasons: list[str]) -> None:
        for reason in reasons:
            self.head.add_error(None, reason)

    def compare(self, before: Mapping[str, Any], who: str) -> None:
        """What somebody else saved of this condition meanwhile: the texts beside their boxes, the trees as a line of words."""
        began = next((rule for rule in before.get("conditions") or () if rule["code"] == self.old.get("code")), None)
        if began is None:
            return
        for name, field in self.head.fields.items():
            now = self.old.get(name) or ""
            if now != (began.get(name) or "") and now != self.head.data.get(name, ""):
                field.theirs = {"who": who, "text": (_("yes") if now else _("no")) if name == "hard" else now}
        for key, name in trees.ROOTS.items():
            if self.old.get(name) != began.get(name):
                self.theirs[key] = {"who": who, "text": queries.words(self.old[name], self.names) if self.old.get(name) else "—"}

    def words(self, root: str) -> str:
        return queries.words(trees.dump(self.roots[root]), self.names)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The roots for the page: title, words, the tree of nodes."""
        titles = {"t": _("The condition"), "x": _("The exemption: with it a failed condition does not count")}
        return [
            {"key": key, "title": titles[key], "words": self.words(key), "theirs": self.theirs.get(key), "node": self._node(draft, key, 0, "")}
            for key, draft in self.roots.items()
        ]

    def _node(self, draft: Draft, path: str, place: int, inside: str, count: int = 1) -> dict[str, Any]:
        fact = draft.text("fact")
        if draft.kind == "leaf" and not fits(fact, draft.text("op")):
            draft.data["op"] = [""]
        fields = trees.fields_of(Draft(draft.kind, draft.data, draft.children), path)
        if draft.kind == "leaf":
            form: forms.Form = trees.LeafForm(fields, path, draft, self.names, inside)
        else:
            form = FORMS.get(draft.kind, trees.GroupForm)(fields, prefix=path)
        for name, field in form.fields.items():  # a tree is saved whole or not at all: only these may stay empty
            if not name.endswith(("months", "times", "first")):
                unmarked(field)
        if draft.kind == "rows":
            inside = CATALOGUE[draft.text("rows")].items if draft.text("rows") in CATALOGUE else ""
        for problem in self.problems:
            where, box = trees.path_of(problem)
            if where == path:
                form.add_error(_box(box, form), problem.text)
        many = len(draft.children)
        return {
            "path": path, "kind": draft.kind, "form": form, "number": place_words(path), "is_root": "." not in path,
            "is_group": draft.kind in trees.GROUPS, "is_first": place == 0, "is_last": place + 1 == count,
            "children": [self._node(child, f"{path}.{n}", n, inside, many) for n, child in enumerate(draft.children)],
        }


def place_words(path: str) -> str:
    """"t.0.1" as people count: 1.2; empty for a root."""
    steps = path.split(".")[1:]
    number = ".".join(str(int(step) + 1) for step in steps)
    if not number:
        return ""
    return (_("exemption, item %(number)s") if path.startswith("x") else _("item %(number)s")) % {"number": number}


def _box(box: str, form: forms.Form) -> str | None:
    """The field a problem belongs to: "value_by.values[0]" marks the value of that row."""
    name = box.partition(".")[0].partition("[")[0]
    if name == "value_by":
        digits = "".join(letter for letter in box if letter.isdigit())
        name = f"by{digits[:1]}:value"
    known = {"at": "at_value", "that": "rows", "least": "many", "most": "many", "share": "many"}
    for candidate in (name, known.get(name, ""), "other" if name == "value" else "at_other"):
        if candidate in form.fields:
            return candidate
    return None


# --- trying it ----------------------------------------------------------------------------------------------------


class TryForm(forms.Form):
    """A registered unit and one of its people, or facts typed by hand; typed ones count before those of the register."""

    unit = one_line(gettext_lazy("Unit: full name or credit code"), 120, required=False)
    person = forms.ChoiceField(label=gettext_lazy("Leader"), required=False)

    def __init__(self, data: Any, names: list[str], guide: Guide) -> None:
        super().__init__(data, prefix="try")
        self.guide, names_of = guide, queries.Names()
        typed = (self.data.get("try-unit") or "").strip() if data else ""
        self.organisation = accounts.open_unit_called(typed) if typed else None
        people = list(accounts.people_of(self.organisation)) if self.organisation else []
        self.fields["person"].choices = [("", "—"), *[(str(one.pk), one.name) for one in people]]
        self.people = {str(one.pk): one for one in people}
        self.typed = [name for name in sorted(names) if CATALOGUE[name].kind != ROWS and "." in name
                      and CATALOGUE[name].subject not in ("member", "partner")]
        for name in self.typed:
            self.fields[name] = _typed_field(name, names_of)

    @property
    def boxes(self) -> list[Any]:
        return [self[name] for name in self.typed]

    def clean_unit(self) -> str:
        text = self.cleaned_data["unit"]
        if text.strip() and self.organisation is None:
            raise forms.ValidationError(_("No verified unit has this name or code."))
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in self.typed:
            raw = values.get(name)
            try:
                values[name] = None if raw in (None, "") else _typed_value(CATALOGUE[name].kind, raw)
            except (ArithmeticError, ValueError):
                self.add_error(name, _("“%(value)s” cannot be read") % {"value": raw})
        return values

    def facts(self) -> dict[str, Fact]:
        values = self.cleaned_data
        person = self.people.get(values.get("person") or "")
        found: dict[str, Fact] = {}
        if self.organisation and person:
            found = register.facts_for(self.organisation, person, version=self.guide.version)
        elif self.organisation:
            found = queries.unit_facts(self.organisation)
        typed = {name: Fact(values[name], _("typed here")) for name in self.typed if values.get(name) is not None}
        return {**queries.guide_facts(self.guide), **found, **typed}


def _typed_field(name: str, names: queries.Names) -> forms.Field:
    entry = CATALOGUE[name]
    title = label(name)
    if entry.kind == TEXT and (codes := names.of(name)):
        return forms.ChoiceField(label=title, required=False, choices=[("", _("not known")), *codes.items()])
    if entry.kind == BOOL:
        return forms.ChoiceField(label=title, required=False, choices=[("", _("not known")), ("true", _("yes")), ("false", _("no"))])
    if entry.kind == DATE:
        return forms.CharField(label=title, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    hint = {MONEY: _("10,000 yuan"), NUMBER: entry.unit, LIST: _("parted by commas"), PERIOD: _("first and last day, parted by a comma")}
    return one_line(f"{title}（{hint[entry.kind]}）" if hint.get(entry.kind) else title, 300, required=False)


def _typed_value(kind: str, raw: str) -> Any:
    if kind == BOOL:
        return raw == "true"
    if kind == MONEY:
        return from_wan(raw)
    if kind == NUMBER:
        return number(raw)
    if kind == DATE:
        return date.fromisoformat(raw).isoformat()
    if kind == PERIOD:
        ends = [piece.strip() for piece in raw.replace("，", ",").split(",")]
        if len(ends) != 2:
            raise ValueError(raw)
        return {key: date.fromisoformat(end).isoformat() if end else None for key, end in zip(("from", "to"), ends, strict=True)}
    return [piece.strip() for piece in raw.replace("，", ",").split(",") if piece.strip()] if kind == LIST else raw


def try_names(editor: ConditionEditor) -> list[str]:
    """Facts of the trees that exist, for the boxes of the trial."""
    return [name for name in set(_names(editor)) if name in CATALOGUE and CATALOGUE[name].kind in (
        NUMBER, MONEY, TEXT, DATE, BOOL, LIST, PERIOD)]


def _names(editor: ConditionEditor) -> Iterator[str]:
    for root in editor.roots.values():
        yield from fact_names(trees.dump(root))
