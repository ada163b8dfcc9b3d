"""Tags of a guide: which list, fixed or chosen; the form asks for what the applicant has to choose."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from programs import actions, queries
from programs.engine import schema
from programs.forms.tags import TagsForm
from programs.states import TAG_LISTS, Dimension
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


def problems(data):
    return [str(problem) for problem in schema.check(data)]


def test_both_cluster_lists_and_the_other_lists_are_there():
    for lists in TAG_LISTS.values():
        for name in lists:
            assert queries.tag_choices(name)
    assert len(queries.tag_choices("clusters-2024")) == len(queries.tag_choices("clusters-2022")) == 28


@pytest.mark.parametrize("tags", [
    {"colour": {"list": "clusters-2024"}}, {"cluster": {"list": "disciplines"}}, {"cluster": "x"}, [],
    {"cluster": {"list": "clusters-2024", "more": 1}}, {"stream": {"list": "research-streams", "required": True}},
    {"cluster": {"list": "clusters-2024", "preset": "P01"}}, {"cluster": {"list": "clusters-2022", "required": True}},
])
def test_wrong_tags_are_refused(staff, tags):
    data = make.data_of("g2")["data"]
    assert problems(data) == []
    assert problems({**data, "tags": tags})


def form_of(data, **values):
    return TagsForm({f"{d}_way": "" for d in Dimension.values} | values, initial=TagsForm.load(data))


WAYS = st.sampled_from(["", "may", "must", "fixed"])


@given(WAYS, WAYS, WAYS, st.sampled_from(["clusters-2024", "clusters-2022"]))
def test_every_choice_of_the_form_gives_a_guide_that_holds(cluster, stream, stage, name):
    data = make.data_of("g2")["data"]
    form = form_of(data, cluster_way=cluster, cluster_list=name, cluster_preset=f"{name}/P01", stream_way=stream,
                   stream_preset="research-streams/FRONTIER", stage_way=stage, stage_preset="chain-stages/BASIC")
    assert form.is_valid(), form.errors
    new = {**data, **form.parts(data)}
    assert problems(new) == []
    again = TagsForm.load(new)
    for dimension, way in (("cluster", cluster), ("stream", stream), ("stage", stage)):
        assert again.get(f"{dimension}_way", "") == way


def test_fixed_without_a_value_is_refused_beside_the_field(staff):
    form = form_of(make.data_of("g2")["data"], stage_way="fixed")
    assert not form.is_valid()
    assert "stage_preset" in form.errors


def test_what_the_guide_fixes_goes_before_what_was_typed(staff):
    version = make.draft_guide(staff).version
    assert queries.tag_values(version, {"cluster": "P02", "stage": "INDUSTRY"}) == {
        "cluster": ("clusters-2024", "P02"), "stage": ("chain-stages", "KEYTECH")}
    assert queries.tag_values(version, {}) == {"stage": ("chain-stages", "KEYTECH")}


def test_a_version_from_before_the_tags_is_read_by_its_form(staff):
    version = make.draft_guide(staff).version
    version.data.pop("tags")
    assert queries.tags_of(version) == {"cluster": {"list": "clusters-2024", "required": True}}


def test_tags_by_screen_and_on_the_public_page(staff, drafted, sign_in):
    client, address = sign_in(staff.chen), reverse("programs:desk:edit", args=[drafted.ref, "tags"])
    assert client.get(address).status_code == 200
    values = {"cluster_way": "must", "cluster_list": "clusters-2022", "stream_way": "may", "stage_way": "fixed",
              "stage_preset": "chain-stages/DEMO", "base": drafted.version.number}
    assert client.post(address, values).status_code == 302
    drafted.refresh_from_db()
    fields = [item for part in drafted.version.data["form"]["sections"] for item in part["fields"]]
    assert {item["code"]: item["choices_from"] for item in fields if item["code"] in Dimension.values} == {
        "cluster": "clusters-2022", "stream": "research-streams"}
    actions.submit_guide(staff.chen, drafted)
    page = client.get(reverse("programs:desk:guide_preview", args=[drafted.ref])).content.decode()
    assert "新场景验证与应用示范" in page
    assert "申请人必填" in page
