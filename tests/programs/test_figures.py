"""A guide that is copied says where its words contradict its figures, and where they are still those of another special."""

from decimal import Decimal

import pytest
from django.urls import reverse

from programs import actions, queries
from programs.rules.figures import contradictions, kept_words, other_days


@pytest.mark.parametrize(("text", "found"), [
    ("资助不超过309项，单项最高3000万元。", ["不超过309项", "单项最高3000万元"]),
    ("资助不超过100项，单项资助最高80万元。", []),
    ("总额不超过1亿元，最高0.008亿元。", []),
    ("单个项目资助上限为300万元", ["单个项目资助上限为300万元"]),
    ("2026年批准12项，营业收入5000万元", []),
    ("", []),
])
def test_limits_in_words_are_compared_with_the_money_part(text, found):
    rows = contradictions([{"code": "support", "text": text}], 100, [Decimal(800_000), Decimal(100_000_000)])
    assert sorted(row.words for row in rows) == sorted(found)


def test_figures_of_applicants_are_not_those_of_the_funding():
    row = {"code": "conditions", "text": "注册资本不超过3000万元，在研项目不超过2项"}
    assert not contradictions([row, {"code": "support", "omit": True, "text": row["text"]}], 100, [Decimal(1)])


@pytest.mark.parametrize(("text", "found"), [
    ("拟立项项目公示10天。", ["公示10天"]), ("公示期为7日，期满后立项", []), ("公示7个工作日", ["公示7个工作日"]),
    ("公示结束后5日内拨付；公示时间2026年3月1日", []), ("收到补正通知之日起5日内补正", ["补正通知之日起5日"]), ("须在15天内补正，补正期限15个自然日", []),
])
def test_days_in_words_are_compared_with_those_that_are_counted(text, found):
    sections = [{"code": "timing", "text": text}, {"code": "support", "text": "公示99天", "omit": True}]
    assert [one.words for one in other_days(sections, {"notice": 7, "correction": 15})] == found
    assert not other_days(sections, {"notice": 0, "correction": 0})


@pytest.mark.django_db
def test_desk_page_remarks_days_that_differ(staff, drafted, sign_in):
    other = drafted.publicity_days + 3
    texts = [{**one, "text": f"拟立项项目公示{other}天。"} if one["code"] == "support" else one for one in drafted.version.data["sections"]]
    actions.save_part(staff.chen, drafted, "sections", texts)
    page = sign_in(staff.chen).get(reverse("programs:desk:guide", args=[drafted.ref])).content.decode()
    assert f"“公示{other}天”与本指南设定的公示期 {drafted.publicity_days} 个自然日不一致" in page


def test_words_that_were_not_rewritten():
    old = [{"code": "content", "text": "支持甲"}, {"code": "support", "text": "最高"}, {"code": "timing", "text": ""}]
    assert kept_words([{"code": "content", "text": "支持甲 "}, {"code": "support", "text": "另写"}, {"code": "timing", "text": ""}], old) == ["content"]


@pytest.mark.django_db
def test_desk_page_lists_them_with_a_link_and_lets_the_guide_go(staff, drafted, sign_in):
    texts = [{**one, "text": "资助不超过9309项。"} if one["code"] == "support" else one for one in drafted.version.data["sections"]]
    actions.save_part(staff.chen, drafted, "sections", texts)
    drafted.refresh_from_db()
    answer = sign_in(staff.chen).get(reverse("programs:desk:guide", args=[drafted.ref]))
    assert [row["url"].split("#")[1] for row in answer.context["text_remarks"]] == ["id_support-text"]
    assert "不超过9309项" in answer.content.decode()
    page = sign_in(staff.chen).get(reverse("programs:desk:edit", args=[drafted.ref, "sections"])).content.decode()
    assert 'id="id_support-text"' in page
    actions.submit_guide(staff.chen, drafted)  # a remark, not a refusal
    seen = sign_in(staff.he).get(reverse("programs:desk:guide", args=[drafted.ref])).context["text_remarks"]
    assert seen[0]["url"].endswith("/preview/#support")


@pytest.mark.django_db
def test_a_guide_copied_from_another_special_says_what_to_rewrite(staff, published, sign_in):
    item = next(one for one in published.plan_item.plan.items.all() if one.special_id != published.special_id)
    values = {"item": item.pk, "title": "另一专项的指南", "title_en": "", "copy_from": published.ref, "funding_mode": "", "review_mode": ""}
    answer = sign_in(staff.chen).post(reverse("programs:desk:guide_new"), values, follow=True)
    assert any(published.special.label in str(message) for message in answer.context["messages"])
    made = answer.context["guide"]
    assert any(row["title"] for row in queries.remarks.text_remarks(made, may_edit=True))


@pytest.mark.django_db
def test_the_guides_of_the_reference_contradict_themselves_nowhere(staff, drafted):
    assert queries.remarks.text_remarks(drafted, may_edit=True) == []
