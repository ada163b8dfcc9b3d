"""The tree editor of one condition: what is typed <-> a draft of nodes <-> the condition's data.

The page carries the whole tree in its fields: node "t" is the root of the test, "x" of the exemption, "t.0.1" a child of a
child; each field is named <node>-<name>. So every button is a plain POST that keeps all that was typed, also what is still
wrong. A draft is turned into data only to be shown in words, tried, or saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.money import from_wan
from programs import queries
from programs.engine import conditions
from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MONEY, NUMBER, ROWS, TEXT
from programs.engine.operators import OPERATORS, fits, gives, label, number
from programs.engine.problems import Problem
from programs.forms.base import area, one_line

ROOTS = {"t": "test", "x": "exempt"}
GROUPS = ("all", "any", "not")
MOST_NODES, MOST_CHILDREN, MOST_BY = 200, 40, 8
#: Facts that may decide between values; others that old data uses are kept.
DECIDERS = ("leader.gender", "leader.is_veteran", "unit.kind")
SUBJECTS = {
    "unit": _("Unit"), "leader": _("Project leader"), "pair": _("Leader at the unit"), "team": _("Team"),
    "application": pgettext_lazy("facts", "Application"), "guide": _("Guide"), "member": _("Each member"), "partner": _("Each partner"),
}


@dataclass
class Draft:
    """A node as it is typed: `data` holds lists of texts, as a POST does."""

    kind: str = "leaf"
    data: dict[str, list[str]] = field(default_factory=dict)
    children: list[Draft] = field(default_factory=list)

    def text(self, name: str) -> str:
        return (self.data.get(name) or [""])[-1].strip()


# --- fields <-> draft ---------------------------------------------------------------------------------------------


def read_draft(post: MultiValueDict, path: str, depth: int = 0) -> Draft:
    """The node at a path of the POST with its children; deeper or longer than a page can hold is cut."""
    kind = post.get(f"{path}-kind", "leaf")
    count = post.get(f"{path}-n", "0")
    head = f"{path}-"
    data = {key[len(head):]: post.getlist(key) for key in post if key.startswith(head)}
    data.pop("kind", None), data.pop("n", None)
    children = []
    if kind != "leaf" and kind != "human" and depth <= conditions.MAX_DEPTH + 1:
        many = min(int(count), MOST_CHILDREN) if count.isdigit() else 0
        children = [read_draft(post, f"{path}.{index}", depth + 1) for index in range(many)]
    return Draft(kind if kind in (*GROUPS, "leaf", "human", "rows") else "leaf", data, children)


def fields_of(draft: Draft, path: str) -> MultiValueDict:
    """The fields of a draft, to be shown again."""
    found: MultiValueDict = MultiValueDict({f"{path}-{name}": list(values) for name, values in draft.data.items()})
    found.setlist(f"{path}-kind", [draft.kind])
    found.setlist(f"{path}-n", [str(len(draft.children))])
    for index, child in enumerate(draft.children):
        found.update(fields_of(child, f"{path}.{index}"))
    return found


# --- data -> draft ------------------------------------------------------------------------------------------------


def load(node: Mapping[str, Any] | None) -> Draft:
    if not node:
        return Draft("all", {}, [Draft()])
    for kind in GROUPS:
        if kind in node:
            rows = [node["not"]] if kind == "not" else node[kind]
            return Draft(kind, {}, [load(child) for child in rows])
    if "human" in node:
        return Draft("human", {"human": [str(node["human"])]})
    if "rows" in node:
        way = next((way for way in ("every", "share", "least", "most") if node.get(way) or way == "most" and way in node), "least")
        many = str(node.get(way, "")) if way != "every" else ""
        return Draft("rows", {"rows": [node["rows"]], "first": [str(node.get("first") or "")], "way": [way], "many": [many]},
                     [load(node["that"])])
    return _load_leaf(node)


def _load_leaf(node: Mapping[str, Any]) -> Draft:
    fact, op = str(node.get("fact", "")), str(node.get("op", ""))
    shape = queries.shape_of(fact, op)
    money = fact in CATALOGUE and CATALOGUE[fact].kind == MONEY and shape in (NUMBER, MONEY, "range", "numbers")
    shape = MONEY if money else shape
    data = {"fact": [fact], "op": [op], **_load_value(node.get("value"), shape, ""), "of": [str(code) for code in node.get("of") or ()]}
    if OPERATORS.get(op) and OPERATORS[op].at:
        data |= _load_value(node.get("at"), OPERATORS[op].at, "at_")
    varied = node.get("value_by") or {}
    rows = varied.get("values") or []
    if varied and "facts" not in varied:
        rows = [{"when": {varied["fact"]: key}, "value": value} for key, value in rows.items()]
    for index, row in enumerate(rows):
        for name, key in row["when"].items():
            data[f"by{index}:{name}"] = [{True: "true", False: "false"}.get(key, str(key)) if isinstance(key, bool) else str(key)]
        data |= {f"by{index}:{name}": value for name, value in _load_value(row["value"], shape, "").items()}
    data["by"] = [str(len(rows))]
    return Draft("leaf", data)


def _load_value(value: Any, shape: str, head: str) -> dict[str, list[str]]:
    if isinstance(value, Mapping):
        return {f"{head}mode": ["fact"], f"{head}other": [str(value.get("fact", ""))], f"{head}months": [str(value.get("months") or "")],
                f"{head}times": [str(value.get("times") or "")]}
    items = value if isinstance(value, list) else [] if value is None else [value]
    return {f"{head}mode": ["literal"], f"{head}value": [_shown(item, shape) for item in items]}


def _shown(value: Any, shape: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if shape == MONEY:
        try:
            return f"{(number(value) / 10000).normalize():f}"
        except ArithmeticError:
            return str(value)
    return str(value)


# --- draft -> data ------------------------------------------------------------------------------------------------


def dump(draft: Draft) -> dict[str, Any]:
    """The node as data; what cannot be right stays as it was typed, for `conditions.check` to say so."""
    if draft.kind in ("all", "any"):
        return {draft.kind: [dump(child) for child in draft.children]}
    if draft.kind == "not":
        inner = [dump(child) for child in draft.children]
        return {"not": inner[0] if len(inner) == 1 else {"all": inner}}
    if draft.kind == "human":
        return {"human": draft.text("human")}
    if draft.kind == "rows":
        node: dict[str, Any] = {"rows": draft.text("rows")}
        if draft.text("first"):
            node["first"] = _whole(draft.text("first"))
        way = draft.text("way") or "least"
        node[way] = True if way == "every" else draft.text("many") if way == "share" else _whole(draft.text("many"))
        inner = [dump(child) for child in draft.children]
        return {**node, "that": inner[0] if len(inner) == 1 else {"all": inner}}
    return _dump_leaf(draft)


def _whole(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


def _dump_leaf(draft: Draft) -> dict[str, Any]:
    fact, op = draft.text("fact"), draft.text("op")
    node: dict[str, Any] = {"fact": fact, "op": op}
    shape = queries.shape_of(fact, op)
    if not shape:
        return node
    rule = OPERATORS[op]
    if shape != "nothing":
        node["value"] = _dump_value(draft, shape, "", money=CATALOGUE[fact].kind == MONEY)
        if rows := _dump_rows(draft, fact, shape):
            node["value_by"] = {"facts": sorted({name for row in rows for name in row["when"]}), "values": rows}
            if node["value"] == []:  # an empty box beside such rows: there is no value for all others
                node["value"] = None
    if rule.at:
        node["at"] = _dump_value(draft, rule.at, "at_")
    only = [code for code in _pieces(draft.data.get("of") or []) if code]
    if rule.counts and only:
        node["of"] = only
    return node


def _dump_rows(draft: Draft, fact: str, shape: str) -> list[dict[str, Any]]:
    rows = []
    for index in range(by_count(draft)):
        head = f"by{index}:"
        when = {
            name.removeprefix(head): _key(name.removeprefix(head), values[-1]) for name, values in sorted(draft.data.items())
            if name.startswith(head) and name.removeprefix(head) in CATALOGUE and values and values[-1]
        }
        rows.append({"when": when, "value": _dump_value(draft, shape, head, money=CATALOGUE[fact].kind == MONEY)})
    return rows


def _key(fact: str, text: str) -> Any:
    return text == "true" if CATALOGUE[fact].kind == BOOL else text


def by_count(draft: Draft) -> int:
    text = draft.text("by")
    return min(int(text), MOST_BY) if text.isdigit() else 0


def _pieces(values: list[str]) -> list[str]:
    """Several choices, or one box in which entries are parted by commas or lines."""
    return [piece.strip() for value in values for piece in re.split(r"[,，、\n]", value) if piece.strip()]


def _dump_value(draft: Draft, shape: str, head: str, *, money: bool = False) -> Any:
    if draft.text(f"{head}mode") == "fact":
        value: dict[str, Any] = {"fact": draft.text(f"{head}other")}
        if shape == DATE and draft.text(f"{head}months"):
            value["months"] = _months(draft.text(f"{head}months"))
        if shape in ("number", MONEY) and draft.text(f"{head}times"):
            value["times"] = draft.text(f"{head}times")
        return value
    raw = draft.data.get(f"{head}value") or []
    if shape == "range":
        return [_money(text.strip()) if money else text.strip() for text in raw if text.strip()]
    if shape in (LIST, "texts", "numbers"):
        return [_money(text) if money and shape == "numbers" else text for text in _pieces(raw)]
    text = draft.text(f"{head}value")
    if not text:
        return None
    if shape == BOOL:
        return {"true": True, "false": False}.get(text, text)
    return _money(text) if money and shape in ("number", MONEY) else text


def _months(text: str) -> Any:
    return int(text) if re.fullmatch(r"-?[0-9]{1,4}", text) else text


def _money(text: str) -> str:
    """万元 as typed -> yuan; what is no amount stays, and is refused with its own words."""
    try:
        amount, exact = from_wan(text), number(text.replace(",", "")) * 10_000
        return str(amount) if amount == exact else f"{exact.normalize():f}"  # less than a fen is not rounded away unseen
    except (ArithmeticError, ValueError):
        return text


# --- edits --------------------------------------------------------------------------------------------------------


def edit(roots: dict[str, Draft], verb: str) -> None:
    """Do what a button says: "leaf:t.0" adds a comparison there, "up:t.0.1" moves one, "by:t.0" adds a row of values."""
    act, _sep, path = verb.partition(":")
    if act == "exempt" and "x" not in roots:
        roots["x"] = Draft("all", {}, [Draft()])
        return
    path, _sep, extra = path.partition(":")
    steps = path.split(".")
    if steps[0] not in roots or not all(step.isdigit() for step in steps[1:]):
        return
    parent, node = _find(roots[steps[0]], [int(step) for step in steps[1:]])
    if node is None or sum(1 for root in roots.values() for _one in walk(root)) > MOST_NODES:
        return
    if act in ADDED and node.kind in (*GROUPS, "rows") and len(node.children) < MOST_CHILDREN:
        node.children.append(ADDED[act]())
    elif act in ("by", "unby"):
        _edit_rows(node, act, extra)
    elif act == "wrap":
        inner = Draft(node.kind, node.data, node.children)
        node.kind, node.data, node.children = "all", {}, [inner]
    elif parent is None:
        if act == "remove" and steps[0] == "x":
            del roots["x"]
    else:
        _edit_among(parent, int(steps[-1]), act)


ADDED = {
    "leaf": Draft, "group": lambda: Draft("any", {}, [Draft(), Draft()]), "human": lambda: Draft("human"),
    "rows": lambda: Draft("rows", {"way": ["least"]}, [Draft()]),
}


def _edit_among(parent: Draft, place: int, act: str) -> None:
    rows = parent.children
    if act == "remove":
        del rows[place]
    elif act == "up" and place > 0:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    elif act == "down" and place + 1 < len(rows):
        rows[place + 1], rows[place] = rows[place], rows[place + 1]
    elif act == "unwrap" and rows[place].children:
        rows[place : place + 1] = rows[place].children


def _edit_rows(node: Draft, act: str, extra: str) -> None:
    count = by_count(node)
    if act == "by":
        node.data["by"] = [str(min(count + 1, MOST_BY))]
    elif extra.isdigit() and int(extra) < count:
        gone = int(extra)
        kept = {key: values for key, values in node.data.items() if not key.startswith("by") or key == "by"}
        for index in range(count):
            if index != gone:
                head, new = f"by{index}:", f"by{index - (index > gone)}:"
                kept |= {new + key.removeprefix(head): values for key, values in node.data.items() if key.startswith(head)}
        node.data = {**kept, "by": [str(count - 1)]}


def _find(root: Draft, steps: list[int]) -> tuple[Draft | None, Draft | None]:
    parent, node = None, root
    for step in steps:
        if step >= len(node.children):
            return None, None
        parent, node = node, node.children[step]
    return parent, node


def walk(draft: Draft) -> Iterator[Draft]:
    yield draft
    for child in draft.children:
        yield from walk(child)


# --- forms that show a node ---------------------------------------------------------------------------------------


def fact_choices(inside: str = "") -> list[Any]:
    """Facts grouped by subject; those of rows only inside their rows."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, entry in CATALOGUE.items():
        if entry.kind == ROWS or (entry.subject in ("member", "partner") and entry.subject != inside):
            continue
        groups.setdefault(entry.subject, []).append((name, label(name)))
    order = [inside, *SUBJECTS] if inside else list(SUBJECTS)
    return [("", "—"), *[(str(SUBJECTS[key]), groups[key]) for key in dict.fromkeys(order) if key in groups]]


class NodeForm(forms.Form):
    """The fields of one node, bound to what was typed; problems are put on by `place_problems`."""

    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    n = forms.CharField(widget=forms.HiddenInput, required=False)


class GroupForm(NodeForm):
    kind = forms.ChoiceField(label=_("How the comparisons are joined"), choices=[
        ("all", _("all must hold")), ("any", _("one is enough")), ("not", _("must not hold"))])


class HumanForm(NodeForm):
    human = one_line(_("What a person must look at"), 300, required=False)


class RowsForm(NodeForm):
    rows = forms.ChoiceField(label=_("Which rows"), required=False)
    first = one_line(_("Only the first (empty: all)"), 3, required=False)
    way = forms.ChoiceField(label=_("How many must meet it"), choices=[
        ("least", _("at least this number")), ("most", _("at most this number")), ("share", _("at least this share (0.5 is half)")), ("every", _("every one"))])
    many = one_line(_("Number or share"), 8, required=False, help_text=_(
        "From one number to another: two such lines, one with “at least” and one with “at most”."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].choices = [(name, label(name)) for name, entry in CATALOGUE.items() if entry.kind == ROWS]


class LeafForm(NodeForm):
    """One comparison; the boxes after the comparison are those that fit it."""

    fact = forms.ChoiceField(label=_("Fact"), required=False)
    op = forms.ChoiceField(label=_("Comparison"), required=False)
    by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: MultiValueDict, prefix: str, draft: Draft, names: queries.Names, inside: str = "") -> None:
        super().__init__(data, prefix=prefix)
        self.draft, self.names = draft, names
        fact, op = draft.text("fact"), draft.text("op")
        self.fields["fact"].choices = fact_choices(inside)
        self.fields["op"].choices = [("", "—"), *[(key, words) for key, words in queries.OP_WORDS.items() if fits(fact, key)]]
        self.main: list[str] = []
        self.by_rows: list[dict[str, Any]] = []
        shape = queries.shape_of(fact, op)
        if not shape:
            return
        if shape != "nothing":
            self.main += self._value_fields("", shape, fact, gettext("Compared with"))
            self.by_rows = [self._by_row(index, shape, fact) for index in range(by_count(draft))]
        if OPERATORS[op].at:
            self.main += self._value_fields("at_", OPERATORS[op].at, "", gettext("Counted to"))
        if OPERATORS[op].counts:
            self.fields["of"] = self._list_field(fact, gettext("Only these entries count (empty: all)"))
            self.main.append("of")

    def _value_fields(self, head: str, shape: str, fact: str, title: str) -> list[str]:
        others = [(name, label(name)) for name, entry in CATALOGUE.items() if gives(name, shape) and entry.subject not in ("member", "partner")]
        found = []
        if others:
            self.fields[f"{head}mode"] = forms.ChoiceField(label=title, required=False, choices=[
                ("literal", gettext("this value")), ("fact", gettext("another fact"))])
            found.append(f"{head}mode")
        if others and self.draft.text(f"{head}mode") == "fact":
            self.fields[f"{head}other"] = forms.ChoiceField(label=gettext("Other fact"), choices=[("", "—"), *others], required=False)
            extra = {DATE: ("months", gettext("months later (earlier: with minus)")), "number": ("times", gettext("times (0.5 is half)")),
                     MONEY: ("times", gettext("times (0.5 is half)"))}.get(shape)
            if extra:
                self.fields[head + extra[0]] = one_line(extra[1], 12, required=False)
            return [*found, f"{head}other", *([head + extra[0]] if extra else [])]
        self.fields[f"{head}value"] = self._literal(shape, fact)
        return [*found, f"{head}value"]

    def _literal(self, shape: str, fact: str) -> forms.Field:
        entry = CATALOGUE.get(fact)
        if shape == BOOL:
            return forms.ChoiceField(label=gettext("Value wanted"), required=False, choices=[("", "—"), ("true", gettext("yes")), ("false", gettext("no"))])
        if shape == DATE:
            return forms.CharField(label=gettext("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
        if shape in (LIST, "texts"):
            return self._list_field(fact, gettext("Values"))
        if shape == "range":
            return forms.CharField(label=_unit(gettext("From and to"), entry, shape), required=False, widget=TwoBoxes())
        codes = self.names.of(fact) if shape == TEXT else {}
        if codes:
            return forms.ChoiceField(label=gettext("Value wanted"), required=False, choices=[("", "—"), *codes.items()])
        return one_line(_unit(gettext("Value wanted"), entry, shape), 200, required=False)

    def _list_field(self, fact: str, title: str) -> forms.Field:
        codes = self.names.of(fact)
        if codes:
            return forms.MultipleChoiceField(label=title, required=False, choices=list(codes.items()),
                                             widget=forms.SelectMultiple(attrs={"size": min(6, len(codes))}))
        return area(title + gettext(" (one per line)"), 2000, 2, required=False)

    def _by_row(self, index: int, shape: str, fact: str) -> dict[str, Any]:
        used = [key.partition(":")[2] for key in self.draft.data if key.startswith(f"by{index}:")]
        found = []
        for name in dict.fromkeys([*DECIDERS, *(name for name in used if name in CATALOGUE)]):
            codes = {"true": gettext("yes"), "false": gettext("no")} if CATALOGUE[name].kind == BOOL else self.names.of(name)
            key = f"by{index}:{name}"
            self.fields[key] = forms.ChoiceField(label=label(name), required=False, choices=[("", gettext("any")), *codes.items()]) \
                if codes else one_line(label(name), 100, required=False)
            found.append(key)
        self.fields[f"by{index}:value"] = self._literal(shape, fact)
        return {"index": index, "names": [*found, f"by{index}:value"]}

    @property
    def boxes(self) -> list[Any]:
        return [self[name] for name in self.main]

    @property
    def by_boxes(self) -> list[dict[str, Any]]:
        return [{"index": row["index"], "boxes": [self[name] for name in row["names"]]} for row in self.by_rows]

    @property
    def may_vary(self) -> bool:
        return bool(self.main) and self.main[0] in ("mode", "value")


def _unit(title: str, entry: Any, shape: str) -> str:
    if entry is None or shape not in ("number", MONEY, "range"):
        return title
    unit = gettext("10,000 yuan") if entry.kind == MONEY else entry.unit
    return f"{title} ({unit})" if unit else title


class TwoBoxes(forms.MultiWidget):
    """Two boxes under one name: the lower and the upper bound."""

    def __init__(self) -> None:
        super().__init__([forms.TextInput(), forms.TextInput()])

    def decompress(self, value: Any) -> list[str]:
        return [*(value or []), "", ""][:2]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value if isinstance(value, list) else [value, ""], attrs)
        for place, part in enumerate(context["widget"]["subwidgets"]):
            part["name"] = name
            part["attrs"] |= {"aria-label": gettext("Upper bound") if place else gettext("Lower bound")}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [*data.getlist(name), "", ""][:2]


class ConditionForm(forms.Form):
    """What stands around the tree."""

    code = one_line(_("Code"), 20)
    clause = one_line(_("Clause"), 60, required=False, help_text=_("Where it stands in the guide, e.g. 四、（二）"))
    text = area(_("Text of the condition"), 1000, 3)
    text_en = area(_("Text in English"), 1000, 2, required=False)
    hard = forms.BooleanField(
        label=_("Blocks the submission when it fails"), required=False,
        help_text=_("Otherwise it is only shown to the people who check."),
    )
    exempt_result = forms.ChoiceField(label=_("When the exemption applies"), required=False, choices=[
        ("HUMAN", _("a person must look")), ("PASS", _("the condition is met"))])

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.fullmatch(r"[A-Za-z0-9_-]+", code):
            raise forms.ValidationError(gettext("Latin letters, digits and _"))
        return code


# --- problems to their boxes --------------------------------------------------------------------------------------

STEP = re.compile(r"\.(?:all|any)\[(\d+)\]|\.(not|that)(?=[.\[]|$)")


def path_of(problem: Problem) -> tuple[str, str]:
    """("t.0.1", "value") of a problem at "conditions[0].test.all[0].any[1].value"."""
    text = problem.path.removeprefix("conditions[0]").lstrip(".")
    root = next((key for key, name in ROOTS.items() if text == name or text.startswith((f"{name}.", f"{name}["))), "")
    if not root:
        return "", text
    rest, steps = text[len(ROOTS[root]):], [root]
    while match := STEP.match(rest):
        steps.append(match.group(1) or "0")
        rest = rest[match.end():]
    return ".".join(steps), rest.lstrip(".")
