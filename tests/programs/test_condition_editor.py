"""The tree editor: data and fields are two forms of one tree, every button keeps what was typed, all works without script."""

from html.parser import HTMLParser

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings

from programs.engine import conditions
from programs.engine.facts import CATALOGUE
from programs.engine.operators import OPERATORS, read
from programs.engine.problems import Problem
from programs.forms import conditions as form
from programs.models import Guide
from tests.programs import trees

pytestmark = pytest.mark.django_db


def same_meaning(one, other) -> bool:
    """Equal trees, where a value by one fact is written as rows and texts as lists."""
    return plain(one) == plain(other)


def plain(node):
    if not isinstance(node, dict):
        return node
    if "fact" in node and "op" in node:
        kind = CATALOGUE[node["fact"]].kind
        wants = OPERATORS[node["op"]].wants
        shape = kind if wants == "same" else wants
        found = {key: node[key] for key in ("fact", "op") if key in node}
        found["value"] = value(node.get("value"), shape)
        if OPERATORS[node["op"]].at:
            found["at"] = value(node["at"], OPERATORS[node["op"]].at)
        found["of"] = sorted(set(node.get("of") or ()))
        by = node.get("value_by")
        rows = []
        if by and "facts" not in by:
            rows = [({by["fact"]: key}, value(one, shape)) for key, one in by["values"].items()]
        elif by:
            rows = [(row["when"], value(row["value"], shape)) for row in by["values"]]
        return {**found, "by": rows}
    return {key: [plain(child) for child in inner] if isinstance(inner, list) else plain(inner) for key, inner in node.items()}


def value(given, shape):
    if isinstance(given, dict):
        return {key: str(one) for key, one in given.items() if one not in (None, "", 0)}
    if given is None or shape == "nothing":
        return None
    return read(shape, given)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(trees.trees(most=8))
def test_a_tree_survives_the_way_through_the_fields(tree):
    draft = form.load(tree)
    again = form.read_draft(MultiValueDict(form.fields_of(draft, "t")), "t")
    assert same_meaning(form.dump(again), tree)
    assert conditions.check([{"code": "C", "text": "x", "test": form.dump(again)}]) == []


def test_buttons_change_the_tree_and_nothing_else():
    roots = {"t": form.load({"all": [{"fact": "unit.staff", "op": "ge", "value": "5"}, {"human": "看"}]})}
    form.edit(roots, "leaf:t")
    form.edit(roots, "up:t.1")
    form.edit(roots, "wrap:t.1")
    form.edit(roots, "group:t")
    form.edit(roots, "remove:t.2")
    assert form.dump(roots["t"]) == {"all": [
        {"human": "看"}, {"all": [{"fact": "unit.staff", "op": "ge", "value": "5"}]},
        {"any": [{"fact": "", "op": ""}, {"fact": "", "op": ""}]}]}
    form.edit(roots, "unwrap:t.1")
    form.edit(roots, "exempt:x")
    assert form.dump(roots["t"])["all"][1]["fact"] == "unit.staff" and "x" in roots
    form.edit(roots, "remove:x")
    for nonsense in ("up:t.99", "remove:t", "leaf:z", "leaf:t.a", "", "unby:t.1:9", "down:t.0.0.0"):
        form.edit(roots, nonsense)
    assert len(roots) == 1 and len(roots["t"].children) == 3


def test_rows_of_values_are_added_and_taken_out():
    roots = {"t": form.load({"fact": "leader.birth_date", "op": "age_on_le", "value": "40", "at": {"fact": "guide.closes_on"}, "value_by": {
        "facts": ["leader.gender", "leader.is_veteran"],
        "values": [{"when": {"leader.gender": "F"}, "value": "43"}, {"when": {"leader.is_veteran": True}, "value": "45"}]}})}
    form.edit(roots, "unby:t:0")
    assert form.dump(roots["t"])["value_by"]["values"] == [{"when": {"leader.is_veteran": True}, "value": "45"}]
    form.edit(roots, "by:t")
    assert len(form.dump(roots["t"])["value_by"]["values"]) == 2


@pytest.mark.parametrize(("path", "place"), [
    ("conditions[0].test.all[1].value", ("t.1", "value")), ("conditions[0].exempt.not.any[0].at", ("x.0.0", "at")),
    ("conditions[0].test.that.op", ("t.0", "op")), ("conditions[0].test", ("t", "")), ("conditions[0].test.all", ("t", "all")),
])
def test_a_problem_finds_its_box(path, place):
    assert form.path_of(Problem(path, "x")) == place


class Fields(HTMLParser):
    """What a browser without script would send: the fields of the page as they stand."""

    def __init__(self):
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.menu = self.text = ""

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "input" and a.get("name") and (a.get("type") != "checkbox" or "checked" in a):
            self.found.setdefault(a["name"], []).append(a.get("value") or ("on" if a.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.menu = a["name"]
            self.found[self.menu] = []
        elif tag == "option" and "selected" in a:
            self.found[self.menu].append(a["value"])
        elif tag == "textarea":
            self.text = a["name"]
            self.found[self.text] = [""]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.text = ""

    def handle_data(self, data):
        if self.text:
            self.found[self.text][0] += data.removeprefix("\n")


def post_of(page: str) -> dict:
    reader = Fields()
    reader.feed(page[page.index("data-tree"):])
    return reader.found


def test_a_condition_is_built_by_buttons_alone(staff, drafted, sign_in):
    client, address = sign_in(staff.chen), f"/desk/guides/{drafted.ref}/conditions/new/"

    def press(page, do, **changes):
        return client.post(address, {**post_of(page), "do": do, **changes}).content.decode()

    page = client.get(address).content.decode()
    page = press(page, "show", **{"code": "AGE", "text": "年龄不超过四十周岁", "t.0-fact": "leader.birth_date"})
    page = press(page, "show", **{"t.0-op": "age_on_le"})
    page = press(page, "by:t.0", **{"t.0-value": "40", "t.0-at_mode": "fact"})
    page = press(page, "leaf:t", **{"t.0-at_other": "guide.closes_on", "t.0-by0:leader.gender": "F", "t.0-by0:value": "43"})
    page = press(page, "show", **{"t.1-fact": "unit.rd_spend_last_year"})
    page = press(page, "show", **{"t.1-op": "ge"})
    page = press(page, "show", **{"t.1-value": "五百"})
    assert "年龄不超过四十周岁" in page and 'value="五百"' in page
    refused = press(page, "save")
    assert "“五百”" in refused and 'value="43"' in refused
    answer = client.post(address, {**post_of(refused), "do": "save", "t.1-value": "500"})
    assert answer.status_code == 302
    rule = Guide.objects.get(pk=drafted.pk).version.data["conditions"][-1]
    assert rule["code"] == "AGE" and rule["test"]["all"][1] == {"fact": "unit.rd_spend_last_year", "op": "ge", "value": "5000000.00"}
    assert rule["test"]["all"][0]["value_by"]["values"] == [{"when": {"leader.gender": "F"}, "value": "43"}]
    assert rule["test"]["all"][0]["at"] == {"fact": "guide.closes_on"}


def test_trying_shows_the_answer_with_its_value(staff, drafted, sign_in):
    client, address = sign_in(staff.chen), f"/desk/guides/{drafted.ref}/conditions/new/"
    base = {"do": "try", "code": "X", "text": "人数", "t-kind": "leaf", "t-n": "0", "t-fact": "unit.staff", "t-op": "ge", "t-value": "10"}
    for typed, words in (("12", "满足"), ("9", "不满足"), ("", "需人工判断")):
        page = client.post(address, {**base, "try-unit.staff": typed}).content.decode()
        assert f">{words}<" in page
    assert drafted.version.data["conditions"] == Guide.objects.get(pk=drafted.pk).version.data["conditions"]


def test_a_condition_that_conflicts_with_another_is_refused_with_both_clauses(staff, drafted, sign_in):
    client, address = sign_in(staff.chen), f"/desk/guides/{drafted.ref}/conditions/new/"
    page = client.post(address, {"do": "save", "code": "X", "clause": "九、（九）", "text": "市外单位", "hard": "on", "t-kind": "leaf", "t-n": "0",
                                 "t-fact": "unit.region", "t-op": "within_region", "t-value": "东莞市"}).content.decode()
    first = drafted.version.data["conditions"][0]["clause"]
    assert "九、（九）" in page and first in page and "不可能同时满足" in page


def test_a_stranger_to_guides_may_not_build(staff, drafted, sign_in, applicant):
    for actor in (applicant, staff.qian):
        assert sign_in(actor).get(f"/desk/guides/{drafted.ref}/conditions/new/").status_code in (403, 404)
