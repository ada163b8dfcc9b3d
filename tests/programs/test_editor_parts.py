"""The pages of the guide editor: nothing typed is lost, two editors see each other's text, what is needed is said by its label."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation

from core.workflow import Refused
from programs import actions, queries
from programs.engine import modes, places, schema
from programs.engine.problems import Problem
from programs.forms.amount import FUNCTION_WORDS, formula_facts
from programs.forms.parts import ModeForm, MoneyForm
from programs.forms.sections import SectionsForm
from programs.models import Guide
from tests.factories import programs as make
from tests.kept import kept
from tests.programs.test_condition_editor import Fields

pytestmark = pytest.mark.django_db


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser without script would send of the guarded form."""
    reader = Fields()
    start = page.index("data-guard")
    reader.feed(page[start:page.index("</form>", start)])
    return {name: values for name, values in reader.found.items() if values and name != "template"}


def now(guide) -> dict:
    return Guide.objects.get(pk=guide.pk).version.data


@kept
def guide(staff):
    return make.draft_guide(staff)


@pytest.fixture
def desk(staff, guide, sign_in):
    """Pages of the guide's desk, as the drafter sees them."""
    client = sign_in(staff.chen)

    class Desk:
        def address(self, place):
            return f"/desk/guides/{guide.ref}/{place}"

        def get(self, place):
            return client.get(self.address(place)).content.decode()

        def post(self, place, values):
            return client.post(self.address(place), values)

    return Desk()


# --- ready-made contents ----------------------------------------------------------------------------------------------


def test_a_ready_made_content_keeps_what_was_typed_and_saves_nothing(guide, desk):
    typed = fields_of(desk.get("edit/budget/"))
    count = int(typed["form-INITIAL_FORMS"][0])
    typed |= {"note_equipment_from": ["77"], "form-0-name": ["我改过的科目"], f"form-{count}-code": ["NEW"], f"form-{count}-name": ["新科目"]}
    answer = desk.post("edit/budget/", {**typed, "do": "fill", "template": "expenditure-2016"})
    page = answer.content.decode()
    shown = fields_of(page)
    first = len(queries.budget_headings("expenditure-2016"))
    assert answer.status_code == 200 and "尚未保存" in page and 'data-guard="unsaved"' in page
    assert shown["note_equipment_from"] == ["77"] and shown["filled"] == ["expenditure-2016"]
    assert shown["form-0-name"] == [queries.budget_headings("expenditure-2016")[0]["name"]]
    assert shown[f"form-{first}-name"] == ["我改过的科目"] and f"form-{first}-DELETE" in shown and "form-0-DELETE" not in shown
    assert shown[f"form-{first + count}-code"] == ["NEW"] and f"form-{first + count}-DELETE" in shown
    assert now(guide) == guide.version.data


def test_a_filled_page_is_saved_with_the_lines_that_were_kept(guide, desk):
    typed = fields_of(desk.get("edit/budget/"))
    shown = fields_of(desk.post("edit/budget/", {**typed, "do": "fill", "template": "expenditure-2016"}).content.decode())
    first = len(queries.budget_headings("expenditure-2016"))
    old = guide.version.data["budget"]["headings"][0]
    del shown[f"form-{first}-DELETE"]
    assert desk.post("edit/budget/", {**shown, f"form-{first}-code": "OLDONE"}).status_code == 302
    names = [row["name"] for row in now(guide)["budget"]["headings"]]
    assert names == [row["name"] for row in queries.budget_headings("expenditure-2016")] + [old["name"]]


def test_a_second_content_comes_before_the_first(guide, desk):
    page = fields_of(desk.get("edit/payment_plan/"))
    for name in ("two", "two"):
        page = fields_of(desk.post("edit/payment_plan/", {**page, "do": "fill", "template": name}).content.decode())
    assert page["filled"] == ["two", "two"] and page["form-INITIAL_FORMS"] == ["7"]
    assert desk.post("edit/payment_plan/", page).status_code == 302
    assert [row["share"] for row in now(guide)["payment_plan"]] == ["0.7", "0.3"]


def test_a_content_that_is_not_there_changes_nothing(guide, desk):
    typed = fields_of(desk.get("edit/payment_plan/"))
    page = desk.post("edit/payment_plan/", {**typed, "form-0-condition": "我写的条件", "do": "fill", "template": "no-such"}).content.decode()
    assert "我写的条件" in page and "尚未保存" not in page and now(guide) == guide.version.data


def test_enter_in_a_box_saves_and_does_not_fill(desk):
    page = desk.get("edit/budget/")
    form = page[page.index("data-guard"):]
    assert 'value="fill"' not in re.search(r"<button[^>]*>", form).group()


# --- two editors --------------------------------------------------------------------------------------------------------


def test_the_other_text_stands_beside_ones_own(staff, guide, desk):
    typed = fields_of(desk.get("edit/header/"))
    header = guide.version.data["header"]
    actions.save_part(staff.chen, guide, "header", {**header, "issuer": "乙写的发布机关", "notice_line": "两人一样"})
    page = desk.post("edit/header/", {**typed, "issuer": "甲写的发布机关", "notice_line": "两人一样"}).content.decode()
    assert page.count("st-theirs") == 1 and f"保存的第{guide.version.number + 1}版" in page
    assert "乙写的发布机关" in page and 'value="甲写的发布机关"' in page
    assert now(guide)["header"]["issuer"] == "乙写的发布机关"


def test_the_other_text_stands_beside_ones_own_line_and_section(staff, guide, desk):
    lines, texts = fields_of(desk.get("edit/formality_items/")), fields_of(desk.get("edit/sections/"))
    data = guide.version.data
    items = [{**data["formality_items"][0], "text": "乙改的检查点"}, *data["formality_items"][1:]]
    sections = [{**one, "text": "乙改的正文"} if one["code"] == "content" else one for one in data["sections"]]
    actions.save_parts(staff.chen, guide, {"formality_items": items, "sections": sections})
    page = desk.post("edit/formality_items/", {**lines, "form-0-text": "甲改的检查点"}).content.decode()
    assert page.count("st-theirs") == 1 and "乙改的检查点" in page and "甲改的检查点" in page
    page = desk.post("edit/sections/", {**texts, "content-text": "甲改的正文"}).content.decode()
    assert page.count("st-theirs") == 1 and "乙改的正文" in page and "甲改的正文" in page


def test_the_other_condition_stands_beside_ones_own(staff, guide, desk):
    rules = guide.version.data["conditions"]
    code = rules[0]["code"]
    typed = fields_of(desk.get(f"conditions/{code}/"))
    changed = {**rules[0], "text": "乙改的条件", "test": {"human": "乙要看的"}}
    actions.save_part(staff.chen, guide, "conditions", [changed, *rules[1:]])
    page = desk.post(f"conditions/{code}/", {**typed, "text": "甲改的条件", "do": "save"}).content.decode()
    assert page.count("st-theirs") == 2 and "乙改的条件" in page and "乙要看的" in page and "甲改的条件" in page


def test_the_other_form_field_stands_beside_ones_own(staff, guide, desk):
    form = guide.version.data["form"]
    typed = fields_of(desk.get("form/ground/necessity/"))
    sections = [{**part, "fields": [{**item, "label": "乙改的题目"} if item["code"] == "necessity" else item for item in part["fields"]]}
                for part in form["sections"]]
    actions.save_part(staff.chen, guide, "form", {**form, "sections": sections})
    page = desk.post("form/ground/necessity/", {**typed, "label": "甲改的题目"}).content.decode()
    assert page.count("st-theirs") == 1 and "乙改的题目" in page and "甲改的题目" in page


@pytest.mark.parametrize("between", [{"min_rows": "x"}, {"do": "fill", "template": "common"}])
def test_a_page_shown_again_still_knows_what_it_began_from(staff, guide, desk, between):
    typed, targets = fields_of(desk.get("edit/targets/")), guide.version.data["targets"]
    actions.save_part(staff.chen, guide, "targets", {**targets, "max_rows": targets["max_rows"] + 1})
    again = fields_of(desk.post("edit/targets/", {**typed, **between}).content.decode())
    assert again["base"] == typed["base"]
    answer = desk.post("edit/targets/", {**again, "min_rows": typed["min_rows"]})
    assert answer.status_code == 200 and now(guide)["targets"]["max_rows"] == targets["max_rows"] + 1


def test_buttons_of_the_condition_editor_keep_what_it_began_from(staff, guide, desk):
    rules = guide.version.data["conditions"]
    path = f"conditions/{rules[0]['code']}/"
    typed = fields_of(desk.get(path))
    actions.save_part(staff.chen, guide, "conditions", [{**rules[0], "text": "乙改的条件"}, *rules[1:]])
    again = fields_of(desk.post(path, {**typed, "do": "show"}).content.decode())
    assert again["base"] == typed["base"]
    assert desk.post(path, {**again, "do": "save", "text": "甲改的条件"}).status_code == 200
    assert now(guide)["conditions"][0]["text"] == "乙改的条件"


def test_after_the_comparison_the_own_page_is_saved(staff, guide, desk):
    typed, targets = fields_of(desk.get("edit/targets/")), guide.version.data["targets"]
    actions.save_part(staff.chen, guide, "targets", {**targets, "max_rows": targets["max_rows"] + 1})
    shown = fields_of(desk.post("edit/targets/", {**typed, "max_rows": str(targets["max_rows"] + 5)}).content.decode())
    assert desk.post("edit/targets/", shown).status_code == 302
    assert now(guide)["targets"]["max_rows"] == targets["max_rows"] + 5


def test_blank_forms_stay_with_their_materials_when_somebody_took_a_line_out(staff, guide, desk):
    """Lines are found again by their place on the page one began from, not on the one that stands now."""
    rows = [{**row, "file": {"uid": f"11111111-1111-4111-8111-{place:012d}", "name": f"{row['code']}.pdf", "size": 9, "sha256": "0" * 64}}
            for place, row in enumerate(guide.version.data["documents"])]
    actions.content.add_version(staff.chen, guide, {**guide.version.data, "documents": rows})
    typed = fields_of(desk.get("edit/documents/"))
    guide.refresh_from_db()
    actions.content.add_version(staff.chen, guide, {**guide.version.data, "documents": rows[1:]})
    refused = desk.post("edit/documents/", typed)
    assert refused.status_code == 200
    assert desk.post("edit/documents/", fields_of(refused.content.decode())).status_code == 302
    assert [(row["code"], row["file"]) for row in now(guide)["documents"]] == [(row["code"], row["file"]) for row in rows]


def test_a_line_somebody_added_is_named_before_it_would_be_lost(staff, guide, desk):
    rows = guide.version.data["documents"]
    typed = fields_of(desk.get("edit/documents/"))
    actions.save_part(staff.chen, guide, "documents", [*rows, {**rows[0], "code": "D77", "name": "乙加的材料"}])
    assert "乙加的材料" in desk.post("edit/documents/", {**typed, "form-0-name": ["甲改的材料"]}).content.decode()


def test_who_was_not_overtaken_sees_no_other_text(guide, desk):
    typed = fields_of(desk.get("edit/payment_plan/"))
    page = desk.post("edit/payment_plan/", {**typed, "form-0-share": "1"}).content.decode()
    assert "st-theirs" not in page and now(guide) == guide.version.data


# --- formula -------------------------------------------------------------------------------------------------------------


def test_the_summary_of_a_wrong_formula_is_a_sentence(guide, desk):
    page = desk.post("edit/money/", {**fields_of(desk.get("edit/money/")), "formula": "min(cap, 1 ?)"}).content.decode()
    summary = page[page.index('id="errors"'):page.index("</div>", page.index('id="errors"'))]
    assert "第12个字符" in summary.replace(" ", "") and "code" not in summary and "&lt;" not in summary
    assert '<code class="st-caret">' in page and "&lt;code" not in page


def test_the_summary_still_escapes_what_people_type():
    from django import forms

    class Bad(forms.Form):
        name = forms.CharField(label="<b>名</b>", required=False)

        def clean_name(self):
            raise ValidationError("<script>1</script>")

    form = Bad({"name": "x"})
    page = Template("{% form_errors form %}").render(Context({"form": form}))
    assert "<script>" not in page and "&lt;script&gt;" in page and "<b>" not in page


def test_the_page_of_the_money_names_the_facts_of_this_guide(guide, desk):
    page = desk.get("edit/money/")
    assert "application.total_budget" in page and "项目总预算" in page and "<code>ENTERPRISE</code>" in page
    names = {row["code"] for group in formula_facts(guide.version.data) for row in group["rows"]}
    assert "application.total_budget" in names and "audit.service_cost" not in names  # nobody asks for it in this form
    assert {"audit.service_cost", "unit.kind"} <= {
        row["code"] for group in formula_facts(make.data_of("g1")["data"]) for row in group["rows"]}


def test_every_example_of_the_help_can_be_used():
    from programs.engine import amounts

    for _code, _words, example in FUNCTION_WORDS:
        formula = example if "=" not in example else f"{example}\nbase"
        assert amounts.check({"cap": 1, "formula": formula}) == [], example


def test_the_typed_formula_goes_into_the_trial_unsaved(guide, desk):
    typed = fields_of(desk.get("edit/money/")) | {"formula": "min(cap, application.requested * 41%)", "cap": "123"}
    page = desk.post("amount/", typed).content.decode()
    assert "application.requested * 41%" in page and 'value="123"' in page and "申请资助金额" in page
    assert now(guide) == guide.version.data
    wrong = desk.post("amount/", {**typed, "formula": "min(cap"}).content.decode()
    assert "min(cap" in wrong and 'id="errors"' in wrong


# --- what is needed ----------------------------------------------------------------------------------------------------


def test_what_the_submission_asks_for_is_not_called_optional(guide, desk):
    page = desk.get("edit/sections/")
    labels = dict(re.findall(r'<label for="id_([a-z_]+-[a-z_]+)">(.*?)</label>', page))
    assert "提交审核前必填" in labels["content-text"] and "选填" in labels["content-text_en"] and "选填" in labels["basis-text"]
    form = ModeForm(guide={"mode": {"funding_mode": "CHALLENGE"}})
    marks = {name: getattr(field, "mark", None) for name, field in form.fields.items() if name.startswith("d-")}
    needed = {f"d-{field['code']}" for field in modes.fields_of("CHALLENGE") if field["required"]}
    assert {name for name, mark in marks.items() if mark} == needed and needed
    condition = desk.get("conditions/new/")
    assert not re.search(r"(事实项|比较方式) <span", condition) and "选填" in condition  # the clause and the English text are optional


def test_marks_follow_the_rules_of_the_submission(guide):
    """A text the check does not ask for is not called needed, and the other way round."""
    data = guide.version.data
    form = SectionsForm(sections=data["sections"])
    for section in data["sections"]:
        empty = [{**one, "text": ""} if one is section else one for one in data["sections"]]
        asked = any(problem.path == f"sections.{section['code']}" for problem in schema.check({**data, "sections": empty}))
        assert hasattr(form.fields[f"{section['code']}-text"], "mark") == asked, section["code"]


# --- conditions -----------------------------------------------------------------------------------------------------------


def test_conditions_are_moved_and_every_move_is_a_version(guide, desk):
    codes = [rule["code"] for rule in guide.version.data["conditions"]]
    for do, wanted in (("down", [codes[1], codes[0], *codes[2:]]), ("up", codes)):
        assert desk.post(f"conditions/{codes[0]}/move/", {"do": do}).status_code == 302
        assert [rule["code"] for rule in now(guide)["conditions"]] == wanted
    assert Guide.objects.get(pk=guide.pk).version.number == guide.version.number + 2
    page = desk.get("conditions/")
    assert page.index(f"> {codes[0]}<") and f"/conditions/{codes[0]}/move/" in page


def test_a_move_that_cannot_be_is_none(guide, desk, sign_in, applicant):
    code = guide.version.data["conditions"][0]["code"]
    for do in ("up", "remove", ""):
        assert desk.post(f"conditions/{code}/move/", {"do": do}).status_code == 302
    assert desk.post("conditions/NOTHING/move/", {"do": "up"}).status_code == 404
    assert sign_in(applicant).post(desk.address(f"conditions/{code}/move/"), {"do": "down"}).status_code in (403, 404)
    assert now(guide) == guide.version.data


def test_a_move_over_somebody_elses_change_is_refused(staff, guide, desk):
    rules = guide.version.data["conditions"]
    actions.save_part(staff.chen, guide, "conditions", rules[:-1])
    desk.post(f"conditions/{rules[0]['code']}/move/", {"do": "down", "base": guide.version.number - 1})
    assert now(guide)["conditions"] == rules[:-1]


# --- form builder ------------------------------------------------------------------------------------------------------------


def opened(page: str) -> list[str]:
    return re.findall(r"<details class=\"st-data\"[^>]* open><summary>(.*?)</summary>", page)


def test_a_group_without_fields_is_refused_in_words_and_opens_its_lines(guide, desk):
    typed = fields_of(desk.get("form/ground/new/"))
    answer = desk.post("form/ground/new/", {**typed, "code": "groups", "kind": "group", "label": "合作情况", "min_rows": "1", "max_rows": "3"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "fields：" not in page and "选择“字段组" in page
    assert "表格的列、字段组的字段" in opened(page) and "答案" not in "".join(opened(page))
    good = {**fields_of(page), "inside-0-code": "partner", "inside-0-kind": "text", "inside-0-label": "合作单位"}
    assert desk.post("form/ground/new/", good).status_code == 302
    assert "1–3行" in desk.get("form/")


def test_a_choice_inside_a_group_without_answers_is_marked_at_its_line(desk):
    typed = fields_of(desk.get("form/ground/new/"))
    page = desk.post("form/ground/new/", {**typed, "code": "groups", "kind": "group", "label": "合作情况", "inside-0-code": "a",
                                          "inside-0-kind": "select", "inside-0-label": "类型"}).content.decode()
    assert "fields[0]" not in page and re.search(r'id="e-id_inside-0-choices"', page)


def test_a_field_the_way_of_funding_needs_stays(staff, guide, desk):
    parts = modes.adapted(guide.version.data, "JOINT")
    actions.save_parts(staff.chen, guide, parts)
    section = modes.mode_of("JOINT")["form_section"]["code"]
    page = desk.post(f"form/{section}/partner_unit/move/", {"do": "remove"})
    assert page.status_code == 302
    said = desk.get("form/")
    assert "条款 R4" in said and "（partner_unit）" in said and re.search(r"[\u4e00-\u9fff]（partner_unit）", said)
    assert "partner_unit" in modes.field_codes(now(guide)["form"])
    assert desk.post(f"form/{section}/move-section/", {"do": "remove"}).status_code == 302
    assert "partner_unit" in modes.field_codes(now(guide)["form"])
    other = next(item["code"] for part in now(guide)["form"]["sections"] if part["code"] == "ground" for item in part["fields"])
    desk.post(f"form/ground/{other}/move/", {"do": "remove"})
    assert other not in [item["code"] for part in now(guide)["form"]["sections"] if part["code"] == "ground" for item in part["fields"]]


def test_a_new_way_of_funding_may_drop_fields_of_the_old(staff, guide):
    actions.save_parts(staff.chen, guide, modes.adapted(guide.version.data, "JOINT"))
    data = now(guide)
    form = {**data["form"], "sections": [part for part in data["form"]["sections"] if part["code"] != modes.mode_of("JOINT")["form_section"]["code"]]}
    with pytest.raises(Refused, match="R4"):
        actions.save_parts(staff.chen, guide, {"form": form})
    actions.save_parts(staff.chen, guide, {**modes.adapted(data, "PRE"), "form": form})


# --- words for places -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "words"), [
    ("sections.content", "各部分正文（申请内容）"), ("mode.details.partner_share", "支持方式（合作方承担比例（%））"),
    ("documents[2].code", "第3行"), ("mode.details.gone", "gone"),
])
def test_a_problem_names_its_place_by_label(path, words):
    with translation.override("zh-hans"):
        said = places.said(Problem(path, "x"))
    assert words in said and "details." not in said.replace("details.gone", "")


def test_a_visibility_rule_names_the_answer_by_its_label(guide, desk):
    page = desk.get("form/")
    assert "&quot;yes&quot;" not in page and re.search(r"当.+ = [\u4e00-\u9fff]+.*时显示", page)


def test_joint_funding_without_a_share_is_whole(guide):
    details = {"partner_body": "香港创新科技署", "city_share_max": "0.5", "both_decide": "双方同意"}
    data = {**guide.version.data, **modes.adapted(guide.version.data, "JOINT")}
    data["mode"] = {**data["mode"], "details": details}
    assert [p for p in modes.check(data) if "details" in p.path] == []
    data["mode"]["details"] = {**details, "partner_share": "1"}
    assert [p.path for p in modes.check(data)] == ["mode.details.partner_share"]


def test_money_form_keeps_the_place_of_the_error(guide):
    form = MoneyForm({"formula": "1 +"}, guide=guide.version.data)
    assert not form.is_valid() and "st-caret" in str(form.errors["formula"])
