"""The guide editor: comparison, history of a clause, comments, legality opinion, files, official acts, refusals at editing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from core import clock
from core.workflow import Refused
from notices.models import Document
from programs import actions, queries
from programs.models import GuideWindow, LegalOpinion
from programs.queries import clauses
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
DOCX = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def reasons(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reasons


@kept
def review(staff):
    """A guide that waits for its legality check."""
    guide = make.draft_guide(staff)
    actions.submit_guide(staff.chen, guide)
    return actions.agree_guide(staff.he, guide)


# --- legality check -------------------------------------------------------------------------------------------------


def test_approve_without_an_opinion_is_refused(staff, review):
    assert "合法性" in reasons(actions.approve_guide, staff.lead, review)[0]
    make.passed_law(staff, review)
    assert actions.approve_guide(staff.lead, review).status == "BUREAU_APPROVED"


def test_approve_with_an_opinion_on_an_earlier_version_is_refused(staff, review):
    make.passed_law(staff, review)
    actions.return_guide(staff.he, review, why="补充依据")
    review.refresh_from_db()
    actions.save_part(staff.chen, review, "publicity_days", 7)
    actions.submit_guide(staff.chen, review)
    actions.agree_guide(staff.he, review)
    assert "本版本尚未提交" in reasons(actions.approve_guide, staff.lead, review)[0]


def test_opinion_by_who_agreed_is_refused(staff, review):
    answers = {point.code: (True, "") for point in queries.legal_points()}
    given = {"passed": True, "text": "无意见", "answers": answers}
    assert "起草人和内部审核人" in reasons(actions.check_guide_law, staff.he, review, **given)[0]
    assert reasons(actions.check_guide_law, staff.chen, review, **given)
    assert not LegalOpinion.objects.exists()


def test_opinion_of_who_approves_is_refused(staff, review):
    make.passed_law(staff, review)
    LegalOpinion.objects.update(by=staff.lead.person)
    assert "审查人不得审定" in reasons(actions.approve_guide, staff.lead, review)[0]


@pytest.mark.parametrize("change", ["windows", "policies", "nothing"])
def test_opinion_ends_with_the_basis_or_the_windows_it_was_about(staff, review, change):
    make.passed_law(staff, review)
    actions.return_guide(staff.he, review, why="补充")
    if change == "windows":
        windows = [(w.opens_at, w.closes_at + timedelta(days=3)) for w in review.windows.all()]
        actions.set_windows(staff.chen, review, windows=windows)
    elif change == "policies":
        actions.set_policies(staff.chen, review, policies=list(review.policies.all()[:1]))
    actions.submit_guide(staff.chen, review)
    actions.agree_guide(staff.he, review)
    if change == "nothing":
        assert actions.approve_guide(staff.lead, review).status == "BUREAU_APPROVED"
    else:
        assert "尚未提交" in reasons(actions.approve_guide, staff.lead, review)[0]


def test_opinion_of_who_agreed_afterwards_does_not_carry_the_approval(staff, review):
    make.passed_law(staff, review)
    actions.return_guide(staff.he, review, why="补充")
    actions.submit_guide(staff.chen, review)
    accounts.grant_role(system("test"), staff.sun.person, staff.bureau, "RESOURCE")
    actions.agree_guide(Actor.of(staff.sun.person), review)
    assert "内部审核人" in reasons(actions.approve_guide, staff.lead, review)[0]


@pytest.mark.parametrize(("answers", "passed", "says"), [
    ({}, True, "请选择是或否"), ({"F1": (False, "")}, False, "请说明存在的问题"), ({"F1": (False, "限定本地企业")}, True, "结论不能为通过"),
])
def test_half_an_opinion_is_refused(staff, review, answers, passed, says):
    given = {point.code: (True, "") for point in queries.legal_points()} | answers if answers else {}
    found = reasons(actions.check_guide_law, staff.sun, review, passed=passed, text="意见", answers=given)
    assert any(says in reason for reason in found)
    assert not LegalOpinion.objects.exists()


def test_unfavourable_opinion_stops_the_approval(staff, review):
    answers = {point.code: (True, "") for point in queries.legal_points()} | {"F2": (False, "以注册地设置条件无依据")}
    make.passed_law(staff, review, passed=False, text="第F2项须修改", answers=answers)
    assert "第F2项须修改" in reasons(actions.approve_guide, staff.lead, review)[0]


def test_opinion_by_screen_keeps_every_answer(staff, review, sign_in):
    address = reverse("programs:desk:guide_opinion", args=[review.ref])
    values = {f"ok-{point.code}": "yes" for point in queries.legal_points()} | {"passed": "yes", "text": "经审查，同意。"}
    bad = sign_in(staff.sun).post(address, {**values, "ok-F1": "no"})
    assert bad.status_code == 200 and "请说明存在的问题" in bad.content.decode() and "经审查，同意。" in bad.content.decode()
    assert sign_in(staff.sun).post(address, values).status_code == 302
    row = LegalOpinion.objects.get()
    assert row.passed and len(row.items) == len(queries.legal_points()) and row.version_id == review.version_id


# --- comments -------------------------------------------------------------------------------------------------------


def test_open_comment_that_must_be_settled_stops_the_approval(staff, review):
    code = review.version.data["conditions"][0]["code"]
    row = actions.comment_guide(staff.sun, review, part="conditions", clause=code, text="年龄条件须写明依据", must_settle=True)
    actions.comment_guide(staff.fin, review, part="quota", text="金额建议取整")
    make.passed_law(staff, review)
    assert reasons(actions.approve_guide, staff.lead, review) == ["还有1条必须解决的意见未办结。"]
    assert reasons(actions.answer_comment, staff.chen, row, answer=" ")
    actions.answer_comment(staff.chen, row, answer="已补充管理办法第十二条")
    assert reasons(actions.approve_guide, staff.lead, review)  # answered is not settled
    assert reasons(actions.settle_comment, staff.chen, row)
    actions.settle_comment(staff.sun, row)
    assert actions.approve_guide(staff.lead, review).status == "BUREAU_APPROVED"


def test_comment_opened_again_stops_the_approval(staff, review):
    row = actions.comment_guide(staff.sun, review, part="quota", text="数量与计划不符", must_settle=True)
    actions.settle_comment(staff.he, row)
    actions.reopen_comment(staff.sun, row, why="仍未修改")
    make.passed_law(staff, review)
    assert reasons(actions.approve_guide, staff.lead, review)


@pytest.mark.parametrize(("part", "clause", "text"), [("nothing", "", "x"), ("conditions", "NO", "x"), ("quota", "", " ")])
def test_comment_on_nothing_is_refused(staff, review, part, clause, text):
    assert reasons(actions.comment_guide, staff.sun, review, part=part, clause=clause, text=text)


def test_public_and_applicants_do_not_comment(staff, review, applicant, sign_in):
    assert reasons(actions.comment_guide, applicant, review, part="quota", text="x")
    assert sign_in(applicant).get(reverse("programs:desk:comments", args=[review.ref])).status_code == 403


# --- comparison and history -----------------------------------------------------------------------------------------


def test_compare_names_each_clause_that_differs(staff):
    plan = make.approved_plan(staff)
    old = make.published_guide(staff, "g1", plan=plan)
    new = actions.create_guide(staff.chen, old.plan_item, title="下一年度指南", copy_from=old)
    documents = [{**row, "required": False} if row["code"] == "D02" else row for row in old.version.data["documents"] if row["code"] != "D03"]
    actions.save_parts(staff.chen, new, {"documents": documents, "publicity_days": 7})
    new.refresh_from_db()
    assert queries.last_years(new) == old
    found = {(one.part, one.code): one for one in queries.compared(old.version.data, new.version.data)}
    assert found["documents", "D03"].after == "" and found["documents", "D02"].before.startswith("必交")
    assert (found["publicity_days", "value"].before, found["publicity_days", "value"].after) == ("10", "7")
    assert {key[0] for key in found} == {"header", "documents", "publicity_days"}


def test_history_of_a_clause_reaches_over_the_years(staff):
    plan = make.approved_plan(staff)
    old = make.published_guide(staff, "g1", plan=plan)
    corrected = actions.supersede_guide(staff.chen, old, why="金额有误")
    actions.save_part(staff.chen, corrected, "amount", {**old.version.data["amount"], "cap": "4000000"})
    corrected.refresh_from_db()
    actions.save_part(staff.chen, corrected, "amount", {**old.version.data["amount"], "cap": "3000000"})
    label, steps = queries.clause_history(corrected, "amount", "cap")
    assert label == "每项最高" or label
    assert [step.after for step in steps][:2] == ["300万元", "400万元"]
    assert [step.guide.ref for step in steps][0] == corrected.ref and steps[-1].guide.ref == old.ref


def test_compare_and_history_pages_ask_a_steady_number_of_queries(staff, sign_in):
    plan = make.approved_plan(staff)
    old = make.published_guide(staff, "g1", plan=plan)
    new = actions.create_guide(staff.chen, old.plan_item, title="下一年度指南", copy_from=old)
    client, counts = sign_in(staff.chen), []
    address = reverse("programs:desk:clause_history", args=[new.ref, "publicity_days", "value"])
    for days in (5, 6, 7, 8):
        actions.save_part(staff.chen, new, "publicity_days", days)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        counts.append(len(found))
    assert len(set(counts)) == 1


def test_the_desk_page_reads_nine_versions_however_many_there_are(staff, drafted, sign_in):
    for days in range(1, 13):
        actions.save_part(staff.chen, drafted, "publicity_days", days)
    with CaptureQueriesContext(connection) as asked:
        found = queries.versions_of(drafted)
    assert [row.changed for row in found] == [["publicity_days"]] * 8
    assert len(asked) == 1 and "LIMIT 9" in asked[0]["sql"]
    page = sign_in(staff.chen).get(reverse("programs:desk:guide_version", args=[drafted.ref, 3]))
    assert page.status_code == 200 and '<option value="1"' in page.content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert len(queries.version_numbers(drafted)) == drafted.versions.count()
    assert '"data"' not in asked[0]["sql"]


def test_history_of_a_clause_is_bounded_and_says_nothing_of_what_was_before(staff, drafted, monkeypatch):
    for days in range(1, 9):
        actions.save_part(staff.chen, drafted, "publicity_days", days)
    monkeypatch.setattr(clauses, "MOST_VERSIONS", 4)
    with CaptureQueriesContext(connection) as asked:
        label, steps = queries.clause_history(drafted, "publicity_days", "value")
    assert [(step.before, step.after) for step in steps] == [("7", "8"), ("6", "7"), ("5", "6"), ("4", "5")]
    assert "LIMIT 5" in asked[-1]["sql"] and '"programs_guideversion"."data",' not in asked[-1]["sql"]
    assert queries.clause_history(drafted, "nothing", "value") == ("", [])


def test_a_rule_of_visibility_names_the_labels_of_fields():
    form = {"sections": [
        {"code": "ethics", "title": "伦理", "fields": [
            {"code": "in_scope", "kind": "bool", "label": "是否涉及伦理审查"},
            {"code": "note", "kind": "text", "label": "说明", "visible_if": {"all": [
                {"field": "in_scope", "op": "eq", "value": True}, {"field": "basic.kind", "op": "filled"}]}}]},
        {"code": "basic", "title": "基本", "fields": [{"code": "kind", "kind": "text", "label": "项目类型"}]}]}
    found = {clause.code: clause.text for clause in queries.clauses_of({"form": form})}
    assert "是否涉及伦理审查 =" in found["ethics.note"] and "项目类型" in found["ethics.note"]
    assert "in_scope" not in found["ethics.note"] and "basic.kind" not in found["ethics.note"]


# --- official acts --------------------------------------------------------------------------------------------------


def notices_of(guide):
    return list(Document.objects.filter(subject_type="programs.guide", subject_id=guide.pk).order_by("pk").values_list("kind", "status"))


def test_extension_issues_a_numbered_notice_shown_on_the_public_page(staff, published, sign_in):
    later = queries.current_window(published).closes_at + timedelta(days=7)
    extension = actions.request_extension(staff.chen, published, closes_at=later, why="系统维护")
    assert notices_of(published) == [("guide", "ISSUED")]
    actions.approve_extension(staff.he, extension)
    assert notices_of(published)[-1] == ("guide_extension", "ISSUED")
    row = Document.objects.get(kind="guide_extension")
    assert row.number and row.is_public and row.context["new_close"] and row.context["guide_number"] == Document.objects.get(kind="guide").number
    page = sign_in().get(reverse("programs:public:guide", args=[published.year, published.slug])).content.decode()
    assert row.number in page and row.title in page


def test_withdrawal_issues_a_notice_signed_by_the_leader(staff, published):
    actions.withdraw_guide(staff.lead, published, why="政策调整")
    row = Document.objects.get(kind="guide_withdrawal")
    assert (row.status, row.signed_by, row.is_public) == ("ISSUED", staff.lead.person, True)


def test_correction_issues_a_notice_and_the_new_guide_says_what_was_corrected(staff):
    guide = make.published_guide(staff, "g1")
    new = actions.supersede_guide(staff.chen, guide, why="公示期有误")
    assert notices_of(guide)[-1] == ("guide_correction", "ISSUED")
    actions.save_part(staff.chen, new, "publicity_days", 7)
    actions.submit_guide(staff.chen, new)
    actions.agree_guide(staff.he, new)
    make.passed_law(staff, new)
    actions.approve_guide(staff.lead, new)
    actions.publish_guide(staff.chen, new)
    row = Document.objects.get(kind="guide", subject_id=new.pk)
    assert row.title.startswith("关于更正并重新发布")
    assert [(one["before"], one["after"]) for one in row.context["changes"]] == [("10", "7")]
    assert row.context["replaces"] == Document.objects.get(kind="guide", subject_id=guide.pk).number


# --- refusals at editing --------------------------------------------------------------------------------------------


def test_windows_that_overlap_or_are_over_are_refused_and_nothing_is_saved(staff, drafted):
    now, before = clock.now(), list(drafted.windows.values_list("opens_at", "closes_at"))
    day = timedelta(days=1)
    assert "第1个与第2个" in reasons(actions.set_windows, staff.chen, drafted, windows=[(now, now + 3 * day), (now + 2 * day, now + 4 * day)])[0]
    assert reasons(actions.set_windows, staff.chen, drafted, windows=[(now - 3 * day, now - day)])
    assert list(GuideWindow.objects.filter(guide=drafted).values_list("opens_at", "closes_at")) == before


def test_money_or_number_beyond_the_plan_item_is_refused_at_editing(staff, drafted):
    version, item = drafted.version_id, drafted.plan_item
    quota = {**drafted.version.data["quota"], "budget_control": str(item.money + Decimal(1)), "max_projects": item.count + 1}
    found = reasons(actions.save_part, staff.chen, drafted, "quota", quota)
    assert len(found) == 2 and all("条款 A2" in reason for reason in found)
    drafted.refresh_from_db()
    assert drafted.version_id == version
    actions.save_part(staff.chen, drafted, "quota", {**quota, "budget_control": str(item.money), "max_projects": item.count})


# --- files ----------------------------------------------------------------------------------------------------------


def test_template_of_a_material_is_uploaded_by_screen_and_downloaded_by_everybody(staff, sign_in):
    guide = make.draft_guide(staff, "g1")
    address = reverse("programs:desk:edit", args=[guide.ref, "documents"])
    client = sign_in(staff.chen)
    page = client.get(address)
    values = {"base": guide.version.number}
    sheet = page.context["page"].sheets[0]
    values |= {f"form-{name}": sheet.management_form[name].value() for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    for form in sheet:
        for bound in form:
            value = bound.value()
            if value not in (None, False, "") and bound.name not in ("upload",):
                values[bound.html_name] = value
    values["form-0-upload"] = SimpleUploadedFile("模板.pdf", DOCX, "application/pdf")
    assert client.post(address, values).status_code == 302
    guide.refresh_from_db()
    row = guide.version.data["documents"][0]
    assert row["file"]["name"] == "模板.pdf" and row["code"] == "D01"
    download = reverse("programs:public:guide_file", args=[guide.year, guide.slug, row["file"]["uid"]])
    assert sign_in().get(download).status_code == 404  # a draft is nobody's business
    for verb, who in ((actions.submit_guide, staff.chen), (actions.agree_guide, staff.he)):
        verb(who, guide)
    make.passed_law(staff, guide)
    actions.approve_guide(staff.lead, guide)
    actions.publish_guide(staff.chen, guide)
    answer = sign_in().get(download)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == DOCX
    page = sign_in().get(reverse("programs:public:guide", args=[guide.year, guide.slug])).content.decode()
    assert download in page
    actions.withdraw_guide(staff.lead, guide, why="测试")


def test_file_of_another_guide_is_not_served(staff, sign_in):
    guide = make.published_guide(staff, "g1")
    address = reverse("programs:public:guide_file", args=[guide.year, guide.slug, "7c1f6a52-6f5e-4f07-9f55-0a3c6f3c9d11"])
    assert sign_in().get(address).status_code == 404


def test_file_that_is_no_document_is_refused_and_nothing_is_saved(staff):
    guide = make.draft_guide(staff, "g1")
    version = guide.version_id
    documents = [{**guide.version.data["documents"][0], "file": SimpleUploadedFile("坏.exe", b"MZ\x00\x01" * 30)}]
    assert reasons(actions.save_part, staff.chen, guide, "documents", documents)
    guide.refresh_from_db()
    assert guide.version_id == version


# --- public page ----------------------------------------------------------------------------------------------------


def test_public_page_shows_the_steps_of_its_mode_in_constant_queries_and_at_most_20_kb(staff, sign_in):
    import gzip

    plan = make.approved_plan(staff)
    client, counts = sign_in(), []
    for name in ("g1", "g2"):
        guide = make.published_guide(staff, name, plan=plan)
        address = reverse("programs:public:guide", args=[guide.year, guide.slug])
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            answer = client.get(address)
        counts.append(len(found))
        assert len(gzip.compress(answer.content)) <= 20 * 1024
        assert client.get(address + "?print=1").content.decode().count("<details class=\"st-data\" open") >= 2
        assert ("一次性拨付" if name == "g1" else "签订任务书（合同书）") in answer.content.decode()
    assert counts[0] == counts[1] and counts[0] <= 16
