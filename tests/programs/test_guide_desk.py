"""The desk page of a guide: what stands in the way is said once with its page, and no link leads to a refusal."""

import copy

import pytest
from django.urls import reverse

from programs import actions
from programs.forms.review import CommentForm
from tests.factories import programs as make
from tests.kept import kept


@kept
def world(staff):
    staff.guide = make.draft_guide(staff)
    amount = {**staff.guide.version.data["amount"], "cap": "1000000"}
    topics = [{"code": f"T{n}", "title": f"课题{n}", "cap": "3000000"} for n in (1, 2)]
    actions.save_parts(staff.chen, staff.guide, {"amount": amount, "topics": copy.deepcopy(topics)})
    staff.guide.refresh_from_db()
    return staff


def test_topics_above_the_cap_are_said_when_the_cap_is_saved(world, sign_in):
    address = reverse("programs:desk:edit", args=[world.guide.ref, "money"])
    shown = sign_in(world.chen).get(address).context["page"].form
    values = {name: "" if shown[name].value() is None else shown[name].value() for name in shown.fields}
    values |= {name: shown[name].field.prepare_value(shown[name].value()) for name in ("budget_control", "cap")}
    answer = sign_in(world.chen).post(address, {**values, "cap": "90"}, follow=True)
    said = [str(message) for message in answer.context["messages"] if message.level_tag == "warning"]
    assert len(said) == 1 and "T1、T2" in said[0] and reverse("programs:desk:edit", args=[world.guide.ref, "topics"]) in said[0]


def test_what_stands_in_the_way_is_listed_once_with_its_page(world, sign_in):
    answer = sign_in(world.chen).get(reverse("programs:desk:guide", args=[world.guide.ref]))
    found = [reason for check in answer.context["checks"] for reason in check["reasons"] if "T1" in reason["text"]]
    assert [reason["url"] for reason in found] == [reverse("programs:desk:edit", args=[world.guide.ref, "topics"])]
    assert answer.content.decode().count(found[0]["text"]) == 1
    submit = next(button for button in answer.context["buttons"] if button["verb"] == "submit")
    assert any("发布前检查" in reason for reason in submit["reasons"])


@pytest.mark.parametrize(("who", "linked"), [("chen", True), ("he", False), ("lead", False), ("sun", False)])
def test_sources_of_the_topics_are_linked_to_who_may_open_them(world, sign_in, who, linked):
    client, address = sign_in(getattr(world, who)), reverse("programs:desk:guide_sources", args=[world.guide.ref])
    page = client.get(reverse("programs:desk:guide", args=[world.guide.ref])).content.decode()
    assert (address in page) == linked == (client.get(address).status_code == 200)


def test_public_guide_is_linked_from_its_desk_page(world, sign_in):
    guide = make.published_guide(world, plan=world.guide.plan_item.plan)
    public = reverse("programs:public:guide", args=[guide.year, guide.slug])
    assert f'href="{public}"' in sign_in(world.he).get(reverse("programs:desk:guide", args=[guide.ref])).content.decode()



def test_comment_is_on_no_part_before_one_is_chosen(world, sign_in):
    form = CommentForm(data_of_guide=world.guide.version.data)
    assert form.fields["place"].choices[0][0] == ""
    page = sign_in(world.chen).get(reverse("programs:desk:edit", args=[world.guide.ref, "money"])).content.decode()
    address = reverse("programs:desk:comments", args=[world.guide.ref])
    assert f'href="{address}?place=quota:"' in page
    form = sign_in(world.chen).get(address, {"place": "quota:"}).context["form"]
    assert form["place"].value() in [value for _part, rows in form.fields["place"].choices[1:] for value, _label in rows]
