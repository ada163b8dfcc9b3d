"""A guide as a file: what goes out comes in the same; damaged and hostile files are refused whole, with every fault named."""

from __future__ import annotations

import copy
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.models import Membership
from accounts.policies import system
from accounts.states import Role
from core.workflow import Refused
from programs import actions, queries
from programs.engine import packages, schema
from programs.models import AnnualPlanItem, Guide, GuideUpload
from tests.factories import programs as make

G2 = make.data_of("g2")


def package(**changes):
    found = {"format": "keguan-guide-1", "title": G2["title"], "title_en": "", "special": "KEY-INDUSTRY", "data": copy.deepcopy(G2["data"]),
             "demo_notes": []}
    found |= changes
    return {**found, "sha256": changes.get("sha256", packages.digest(found["data"]))}


def raw(**changes) -> bytes:
    return json.dumps(package(**changes), ensure_ascii=False).encode()


def with_value(path, value):
    data = copy.deepcopy(G2["data"])
    node = data
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return data


HOSTILE = {
    "not_json": (b"{ this is not json", "JSON"),
    "empty": (b"", "JSON"),
    "not_text": (b"\xff\xfe\x00\x01", "UTF-8"),
    "a_list": (b"[1, 2]", "指南"),
    "a_number": (b"7", "指南"),
    "deep": (b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}", "嵌套"),
    "huge": (b'{"title":"' + b"x" * (packages.MOST_BYTES + 1) + b'"}', "2 MB"),
    "nan": (raw().replace(b'"publicity_days": 10', b'"publicity_days": NaN'), "NaN"),
    "infinity": (raw().replace(b'"publicity_days": 10', b'"publicity_days": -Infinity'), "Infinity"),
    "twice": (raw().replace(b'"title":', b'"title": "other", "title":', 1), "重复"),
    "unknown_key": (raw(extra=1), "不是指南文件的组成部分"),
    "unknown_part": (raw(data={**G2["data"], "backdoor": 1}), "backdoor"),
    "wrong_type": (raw(data=with_value(("form", "sections"), "x")), "申请书"),
    "script": (raw(data=with_value(("sections", 0, "text"), "<script>alert(1)</script>")), "脚本"),
    "script_in_a_field": (raw(data=with_value(("form", "sections", 0, "fields", 0, "help"), "<img src=x onerror=alert(1)>")), "脚本"),
    "script_in_the_title": (raw(title="<svg onload=alert(1)>"), "脚本"),
    "hidden_characters": (raw(data=with_value(("sections", 0, "text"), "abc\u202edef")), "字符"),
    "half_a_surrogate": (raw().replace(b'"demo_notes": []', b'"demo_notes": ["\\ud800"]'), "字符"),
    "wrong_hash": (raw(sha256="0" * 64), "改动"),
    "future": (raw(format="keguan-guide-2"), "格式"),
    "no_format": (raw(format=7), "格式"),
    "zero_divisor": (raw(data=with_value(("amount", "formula"), "cap / 0")), "除"),
    "circle": (raw(data=with_value(("form", "sections", 0, "fields", 0, "visible_if"), {"field": "title", "op": "filled"})), "循环"),
    "endless_money": (raw(data=with_value(("quota", "budget_control"), "1e999")), "过大"),
    "no_title": (raw(title=" "), "缺少"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_fault(name):
    content, says = HOSTILE[name]
    found = packages.read(content)
    assert found.problems and any(says in sentence for sentence in found.sentences), found.sentences
    assert found.data == {}


def test_every_fault_is_listed_at_once():
    data = with_value(("publicity_days",), 99)
    data["quota"]["max_projects"] = 0
    data["payment_plan"][0]["share"] = "2"
    found = packages.read(json.dumps(package(data=data, format="keguan-guide-9", extra=1)).encode())
    assert len(found.problems) >= 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["NaN", "1e999", "-1", "EQUIP", "yes"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["code", "kind", "text", "test", "all", "name", "x"]), inner, max_size=4),
    max_leaves=8,
)


def places(node, path=()):
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


PLACES = [path for path in places(G2["data"]) if path]


@pytest.mark.django_db
@settings(max_examples=100)
@given(place=st.sampled_from(PLACES), value=JSON, name=st.sampled_from(["format", "title", "special", "demo_notes", "data", None]))
def test_whatever_stands_in_a_file_it_is_read_or_refused_never_a_crash(place, value, name):
    data = with_value(place, value)
    found = packages.take(package(data=data) if name is None else {**package(), name: value})
    assert found.problems or name is None or name in ("format", "title", "special", "demo_notes", "data")
    if not found.problems and name is None:  # what is let in can be shown and asked
        queries.clauses_of(found.data)
        assert schema.check(found.data) == []


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_never_a_crash(content):
    assert packages.read(content).problems


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_file_is_refused_or_means_the_same(data):
    content = raw()
    at = data.draw(st.integers(0, len(content) - 1))
    broken = content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1:]
    found = packages.read(broken)
    assert found.problems or found.data == json.loads(broken)["data"]


def test_depth_counts_brackets_but_not_those_in_quotes():
    assert packages.depth_of('{"a": "[[[[", "b": [1, {"c": "\\"[["}]}') == 3


# --- in and out -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_exported_guide_comes_in_the_same(staff, published, tmp_path, capsys):
    file = tmp_path / "guide.json"
    call_command("guide_export", published.ref, out=str(file))
    call_command("guide_import", str(file), item=published.plan_item_id, email=staff.chen.person.email)
    made = Guide.objects.latest("pk")
    assert (made.status, made.title, made.pk != published.pk) == ("DRAFT", published.title, True)
    assert queries.compared(published.version.data, made.version.data) == []
    assert GuideUpload.objects.get().guide == made


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_command_refuses_a_hostile_file_and_saves_nothing(staff, tmp_path, name):
    plan = make.approved_plan(staff)
    file = tmp_path / "guide.json"
    file.write_bytes(HOSTILE[name][0])
    with pytest.raises(CommandError):
        call_command("guide_import", str(file), item=plan.items.first().pk, email=staff.chen.person.email)
    assert not Guide.objects.exists() and not GuideUpload.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"email": "nobody@x.example"}, {"item": 0}])
def test_command_names_what_is_not_there(staff, tmp_path, given):
    plan = make.approved_plan(staff)
    file = tmp_path / "guide.json"
    file.write_bytes(raw())
    with pytest.raises(CommandError, match="no such"):
        call_command("guide_import", str(file), **{"item": plan.items.first().pk, "email": staff.chen.person.email, **given})


@pytest.mark.django_db
def test_command_finds_the_only_item_and_the_only_drafter(staff, tmp_path):
    make.approved_plan(staff)
    file = tmp_path / "guide.json"
    file.write_bytes(raw())
    others = [one for one in queries.division_people(make.special("KEY-INDUSTRY")) if one != staff.chen.person]
    Membership.objects.filter(person__in=others).update(status="ENDED")
    call_command("guide_import", str(file))
    made = Guide.objects.get()
    assert (made.plan_item.special.code, made.drafted_by) == ("KEY-INDUSTRY", staff.chen.person)
    with pytest.raises(CommandError, match="no item .*--item") as error:  # it has its guide now
        call_command("guide_import", str(file))
    assert f"{made.plan_item_id}  " in str(error.value)
    call_command("guide_import", str(file), item=made.plan_item_id)
    assert Guide.objects.count() == 2


@pytest.mark.django_db
def test_command_says_what_is_not_unique(staff, tmp_path):
    plan = make.approved_plan(staff)
    file = tmp_path / "guide.json"
    file.write_bytes(raw())
    item = plan.items.get(special__code="KEY-INDUSTRY")
    accounts.grant_role(system("test"), staff.sun.person, staff.bureau, Role.DIVISION)
    with pytest.raises(CommandError, match="[2-9] account.*--as") as error:
        call_command("guide_import", str(file))
    assert staff.chen.person.email in str(error.value) and staff.sun.person.email in str(error.value)
    AnnualPlanItem.objects.create(plan=plan, special=item.special, title="另一项", money=1, count=1, opens_month=1, closes_month=2, order=9)
    with pytest.raises(CommandError, match="2 item.*--item") as error:
        call_command("guide_import", str(file))
    assert "另一项" in str(error.value)
    file.write_bytes(raw(special="NOSUCH"))
    with pytest.raises(CommandError, match="no item.*NOSUCH"):
        call_command("guide_import", str(file))
    assert not Guide.objects.exists() and not GuideUpload.objects.exists()


@pytest.mark.django_db
def test_import_by_screen_shows_what_comes_in_before_the_yes(staff, sign_in):
    plan = make.approved_plan(staff)
    client = sign_in(staff.chen)
    bad = client.post(reverse("programs:desk:guide_import"), {"file": SimpleUploadedFile("a.json", raw(sha256="0" * 64))})
    assert bad.status_code == 200 and "改动" in bad.content.decode() and not GuideUpload.objects.exists()
    sent = client.post(reverse("programs:desk:guide_import"), {"file": SimpleUploadedFile("a.json", raw())})
    assert sent.status_code == 302 and not Guide.objects.exists()
    page = client.get(sent["Location"]).content.decode()
    assert G2["title"] in page and G2["data"]["conditions"][0]["text"] in page
    item = plan.items.get(special__code="KEY-INDUSTRY")
    assert client.post(sent["Location"], {"item": item.pk}).status_code == 302
    assert Guide.objects.get().status == "DRAFT"
    again = client.post(sent["Location"], {"item": item.pk})
    assert again.status_code == 200 and Guide.objects.count() == 1
    assert sign_in(staff.he).get(sent["Location"]).status_code == 403


@pytest.mark.django_db
def test_upload_of_somebody_else_is_not_confirmed(staff):
    plan = make.approved_plan(staff)
    row = actions.read_guide_file(staff.chen, name="a.json", raw=raw())
    with pytest.raises(Refused):
        actions.confirm_upload(staff.lead, row, plan.items.first())
    assert not Guide.objects.exists()


@pytest.mark.django_db
def test_api_imports_exports_and_compares(staff, sign_in):
    plan = make.approved_plan(staff)
    item = plan.items.get(special__code="KEY-INDUSTRY")
    client = sign_in(staff.chen)
    address = f"{reverse('programs:api:guide_import')}?item={item.pk}"
    refused = client.post(address, raw(format="keguan-guide-9"), content_type="application/json")
    assert refused.status_code == 409 and refused.json()["reasons"]
    made = client.post(address, raw(), content_type="application/json")
    assert made.status_code == 201
    found = client.get(reverse("programs:api:guide_export", args=[made.json()["ref"]])).json()
    assert packages.take(found).problems == ()
    assert client.get(reverse("programs:api:guide_compare", args=[made.json()["ref"]])).json()["changes"] == []


def test_empty_lines_with_a_list_to_choose_from_are_left_out():
    from programs.forms.pages import EditPage

    rows = [{"kind": "SIGN", "share": "0.7"}, {"kind": "FINAL", "share": "0.3"}]
    post = {"form-TOTAL_FORMS": "4", "form-INITIAL_FORMS": "2"}
    for number, (kind, share) in enumerate((("SIGN", "60"), ("FINAL", "40"), ("SIGN", ""), ("SIGN", ""))):
        post |= {f"form-{number}-kind": kind, f"form-{number}-share": share, f"form-{number}-ORDER": str(number + 1) if share else ""}
    page = EditPage("payment_plan", {"payment_plan": rows}, post)
    assert page.is_valid(), page.sheets[0].errors
    assert [row["share"] for row in page.parts()["payment_plan"]] == ["0.6", "0.4"]


@pytest.mark.parametrize("key", ["note", "note_en", "name_en", "parent"])
@pytest.mark.parametrize("value", [["x"], {"a": 1}, 7])
def test_texts_of_a_budget_heading_are_texts(key, value):
    headings = [{"code": "a", "name": "设备费"}, {"code": "b", "name": "材料费", key: value}]
    assert [problem.path for problem in schema.check_part("budget", {"scheme": "ITEMISED", "headings": headings}) if problem.path.endswith(key)]
