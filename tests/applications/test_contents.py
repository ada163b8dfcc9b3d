"""What is frozen is written beforehand and named by the submission (ADR 0034): never changed, never lost, covered by the hash to the letter."""

from __future__ import annotations

import io
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from accounts.policies import system
from applications import actions, queries, rules, tasks
from applications.models import Application, Content, Prepared, Version
from applications.states import Status
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
WORKER = system("test")


@contextmanager
def without_guards():
    """As the owner of the database, with every trigger and foreign key switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def now_checked(sql: str, *values) -> None:
    """Run with what the database would ask at the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, values)


def ready(town):
    row = make.handed_in(town.li, town.guide, town.a)
    assert actions.prepare(WORKER, row)
    return row


def endorsed(town):
    row = ready(town)
    actions.endorse(town.wang, row)
    return Application.objects.get(pk=row.pk), row.versions.get()


def test_the_same_content_is_written_once_and_another_one_beside_it(town):
    row = ready(town)
    first = Prepared.objects.get(pk=row.pk).content
    assert rules.digest(first.data) == first.sha256
    assert actions.prepare(WORKER, row) and row.contents.count() == 1
    Organisation.objects.filter(pk=town.a.pk).update(name="深圳先导芯科技股份有限公司")
    assert actions.prepare(WORKER, row)
    assert row.contents.count() == 2 and Prepared.objects.get(pk=row.pk).content != first


def test_a_submission_names_the_content_and_writes_none(town):
    row = ready(town)
    content = row.contents.get()
    with CaptureQueriesContext(connection) as asked:
        actions.endorse(town.wang, row)
    assert not any('INTO "applications_content"' in one["sql"] for one in asked)
    version = row.versions.get()
    assert version.content == content and version.whole is None and row.contents.count() == 1
    assert version.data == {**content.data, "receipt": version.receipt}


@pytest.mark.parametrize("sql", ["UPDATE applications_content SET data = data || '{\"title\": \"x\"}' WHERE id = %s",
                                 "UPDATE applications_content SET sha256 = 'x' WHERE id = %s"])
def test_a_content_cannot_be_changed(town, sql):
    content = ready(town).contents.get()
    with pytest.raises(DatabaseError, match="append-only"):
        now_checked(sql, content.pk)
    with without_guards() as cursor:  # the negative control: it is the trigger
        cursor.execute(sql, [content.pk])
        assert cursor.rowcount == 1


def test_a_content_that_a_version_names_cannot_go(town):
    _row, version = endorsed(town)
    with pytest.raises(ProtectedError):
        version.content.delete()
    with pytest.raises(IntegrityError, match="applications_version"):
        now_checked("DELETE FROM applications_content WHERE id = %s", version.content_id)
    with pytest.raises(IntegrityError, match="content"):
        now_checked("INSERT INTO applications_version (application_id, number, content_id, sha256, why, by_id) VALUES (%s, 9, 0, 'x', 'X', %s)",
                    version.application_id, town.wang.id)


def test_one_that_none_names_may_go_and_takes_what_stood_ready_with_it(town):
    """The control of the test before: nothing else keeps it."""
    content = ready(town).contents.get()
    now_checked("DELETE FROM applications_prepared WHERE content_id = %s", content.pk)
    now_checked("DELETE FROM applications_content WHERE id = %s", content.pk)
    assert not Content.objects.exists()


def test_without_its_content_nothing_stands_ready_and_all_is_asked_again(town):
    row = ready(town)
    row.contents.get().delete()
    assert not Prepared.objects.exists()
    done = actions.endorse(town.wang, row)
    assert done.status == Status.SUBMITTED and queries.agrees(row.versions.get())


def test_texts_that_were_never_submitted_are_thrown_away_once_it_waits_no_more(town):
    row = ready(town)
    Organisation.objects.filter(pk=town.a.pk).update(name="深圳先导芯科技股份有限公司")
    assert actions.prepare(WORKER, row) and row.contents.count() == 2
    tasks.prepare_waiting()
    assert row.contents.count() == 2  # it waits
    actions.endorse(town.wang, row)
    tasks.prepare_waiting()
    assert row.contents.get() == row.versions.get().content and not Prepared.objects.exists()


def test_a_draft_takes_its_contents_with_it(town):
    row = ready(town)
    actions.recall(town.li, row)
    assert row.contents.exists()
    Application.objects.get(pk=row.pk).delete()
    assert not Content.objects.exists() and not Prepared.objects.exists()


def test_a_version_has_one_kind_of_text(town):
    _row, version = endorsed(town)
    words = "INSERT INTO applications_version (application_id, number, content_id, whole, sha256, why, by_id) VALUES (%s, 9, %s, %s, 'x', 'X', %s)"
    for content, whole in ((None, None), (version.content_id, "{}")):
        with pytest.raises(IntegrityError, match="one_kind"):
            now_checked(words, version.application_id, content, whole, town.wang.id)
    now_checked(words, version.application_id, None, "{}", town.wang.id)


def test_versions_from_before_are_read_and_proved_as_they_were(town):
    row = make.handed_in(town.li, town.guide, town.a)
    data = {**queries.data_of(row), "conditions": [], "receipt": {"number": f"{row.ref}-R1"}}
    old = Version.objects.create(application=row, number=1, whole=data, sha256=rules.digest(data), why="SUBMIT", by=town.wang.person)
    assert queries.agrees(old) and old.data == data and queries.data_of(row) == data
    assert queries.dossier(row)["annexes"] and queries.annexes_by_code(town.stranger, row)
    with without_guards() as cursor:
        cursor.execute("UPDATE applications_version SET whole = whole || '{\"title\": \"x\"}' WHERE id = %s", [old.pk])
    assert not queries.agrees(Version.objects.get(pk=old.pk))


TAMPERED = {
    "content": "UPDATE applications_content SET data = jsonb_set(data, '{title}', '\"x\"') WHERE id = %(content)s",
    "hash of the content": "UPDATE applications_content SET sha256 = repeat('0', 64) WHERE id = %(content)s",
    "receipt": "UPDATE applications_version SET receipt = jsonb_set(receipt, '{submitted_at}', '\"2020-01-01\"') WHERE id = %(version)s",
    "hash of the version": "UPDATE applications_version SET sha256 = repeat('0', 64) WHERE id = %(version)s",
    "receipt given out": "UPDATE applications_application SET receipt_sha256 = repeat('0', 64) WHERE id = %(application)s",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_behind_the_house_is_found(town, what):
    _row, version = endorsed(town)
    out = io.StringIO()
    call_command("verify_versions", stdout=out)  # the control: nothing was changed
    assert "DIFFERS" not in out.getvalue()
    with without_guards() as cursor:
        cursor.execute(TAMPERED[what], {"content": version.content_id, "version": version.pk, "application": version.application_id})
        assert cursor.rowcount == 1
    with pytest.raises(CommandError):
        call_command("verify_versions", stdout=out)
    assert "DIFFERS" in out.getvalue()
