"""Words of the public pages: a seal is set and not signed, and an amount has a unit its reader knows."""

import pytest
from django.urls import reverse

from programs.queries.page import signing_words
from tests.factories import programs as make
from tests.kept import kept


@kept
def world(staff):
    staff.guide = make.published_guide(staff)
    return staff


@pytest.mark.parametrize(("who", "said"), [
    ("单位公章", "加盖单位公章"), ("各方公章", "加盖各方公章"), ("法定代表人、项目负责人", "由法定代表人、项目负责人签署"),
    ("法定代表人、单位公章", "由法定代表人签署，加盖单位公章"), ("", ""),
])
def test_people_sign_and_seals_are_set(who, said):
    assert signing_words(who) == said


def test_public_guide_has_no_seal_that_signs(world, sign_in):
    page = sign_in().get(reverse("programs:public:guide", args=[world.guide.year, world.guide.slug])).content.decode()
    assert "加盖" in page and "公章签署" not in page


def test_english_list_of_guides_gives_amounts_in_cny(world, sign_in):
    client = sign_in()
    page = client.get(reverse("programs:public:guides")).content.decode()
    assert "万元" in page and "CNY" not in page
    client.cookies["keguan_language"] = "en"
    page = client.get(reverse("programs:public:guides")).content.decode()
    assert "CNY" in page and "10,000 yuan</dd>" not in page
