"""What a newcomer saw wrong: counts, search, language of exports, links of the audit desk, documents by their name."""

import io
import zipfile

import pytest
from django.utils import translation

from accounts.models import Organisation
from accounts.policies import ANONYMOUS, Actor
from core import files, jobs
from portal import actions
from portal.queries import finding, looks, oversight, record
from projects import documents
from projects import queries as projects
from tests.accounts.conftest import person
from tests.accounts.test_unit_changes import waiting_unit
from tests.factories import projects as awards
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


def test_public_search_finds_awarded_projects_by_title_number_and_unit(town):
    project = awards.awarded(town)[0]
    for words in (project.title, project.number, project.unit.name):
        groups = finding.everywhere(ANONYMOUS, words)
        assert any(project.number in row.sub for group in groups for row in group.rows), words


def test_staff_find_a_project_once(town):
    project = awards.awarded(town)[0]
    found = [row for group in finding.everywhere(town.he, project.number) for row in group.rows if project.number in row.sub]
    assert len(found) == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_export_speaks_the_language_it_was_asked_in(town, filed, language):
    with translation.override(language):
        job = actions.ask_export(town.qian, "applications", format="csv", purpose="审计")
    with translation.override(None):  # a worker has no language of its own
        assert jobs.run(job.pk)
    job.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(files.read(job.file))) as archive:
        text = archive.read("data.csv").decode("utf-8-sig") + archive.read("dictionary.csv").decode("utf-8-sig")
    for words in ("Applicant unit", "Submitted at", "yuan"):
        assert (words in text) == (language == "en"), words
    assert job.file.name.startswith("Applications") == (language == "en")


def test_flags_lead_to_the_cases_they_count(client, town):
    awards.objection(*published(town))
    visit(client, town.qian)
    flags = oversight.flags(town.qian)
    for flag, code in zip(flags, looks.LOOKS, strict=True):
        assert client.get("/audit/cases/", {"look": code}).context["page"].total == flag["count"], code
        assert bool(flag["url"]) == bool(flag["count"])
    assert "look=objection" in client.get("/audit/").content.decode()


def published(town):
    notice = awards.published(town)
    return notice, notice.proposal.items.filter(selected=True).first().application


def test_open_objections_are_counted_for_who_may_not_open_them(client, town):
    objection = awards.objection(*published(town))
    assert {name: projects.open_objection_count(getattr(town, name)) for name in ("sun", "chen", "he", "lead", "qian")} == dict.fromkeys(
        ("sun", "chen", "he", "lead", "qian"), 1)
    assert projects.open_objection_count(ANONYMOUS) == projects.open_objection_count(town.li) == 0
    assert set(projects.objections_outline(town.qian, objection.application)[0]) == {"notice", "filed_at", "decided_at", "state"}
    text = visit(client, town.qian).get(f"/audit/cases/{objection.application.ref}/").content.decode()
    assert "异议人身份和异议内容由监督处掌握" in text
    assert objection.facts not in text


def test_documents_stand_in_the_record_by_their_name(town):
    awards.awarded(town)
    acts = record.acts(town.qian, record.rows_for(town.qian).filter(target_type="notices.document").order_by("-pk"))
    assert any("关于" in act.target and "〔" in act.target for act in acts)


def test_documents_are_about_projects_not_about_the_guide(town):
    notice = awards.published(town)
    assert "指南" not in notice.document.title
    assert documents.called("2026年度重点产业研发项目申请指南") == "2026年度重点产业研发"
    assert documents.called("2026年度概念验证申报指南（第二批）") == "2026年度概念验证（第二批）"
    assert documents.called("指南") == "指南"


def test_administrator_of_a_waiting_unit_is_told_the_truth(client, town):
    who = person("fresh")
    unit = Organisation.objects.get(pk=town.a.pk)
    waiting_unit(who, unit)
    visit(client, Actor.of(who))
    for path in ("/my/", "/my/applications/"):
        text = client.get(path).content.decode()
        assert "正在核验" in text, path
        assert "加入单位" not in text.split("<main")[1], path
        assert "类型的单位不" not in text, path


def test_switch_of_large_text_names_the_way_back(client, db):
    assert "大字版" in client.get("/").content.decode()
    client.post("/large/", {"next": "/"})
    text = client.get("/").content.decode()
    assert "标准版" in text
    assert "大字版" not in text
