"""The web's role: it does the work of the house, and cannot change what has been written."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from core import checks, ledger
from core.models import LedgerRow, Parameter

pytestmark = pytest.mark.django_db
ROLE = "keguan_web_of_a_test"
WHO = SimpleNamespace(id=None, label="Li")
URL = f"postgresql://{ROLE}:x@/keguan"


@pytest.fixture
def as_web():
    """From here on the test is the web's role; the end of its transaction takes role and grants away."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grants", web_url=URL, verbosity=0)
        ledger.record("tests.row.write", Parameter.objects.first(), WHO)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        assert "permission denied" in str(error) or "must be owner" in str(error), error
        return True
    return False


def test_web_writes_rows_and_adds_to_the_ledger(as_web):
    parameter = Parameter.objects.first()
    Parameter.objects.filter(pk=parameter.pk).update(source="a test")
    before = LedgerRow.objects.count()
    ledger.record("tests.row.write", parameter, WHO)
    assert LedgerRow.objects.count() == before + 1
    assert checks.rows_are_real(None, databases=["default"]) == []


@pytest.mark.parametrize("sql", [
    "UPDATE core_ledgerrow SET why = 'other'",
    "DELETE FROM core_ledgerrow",
    "TRUNCATE core_ledgerrow",
    "DELETE FROM core_seal",
    "DELETE FROM funding_moneyentry",
    "INSERT INTO core_clockshift (id, shift) VALUES (1, interval '1 day')",
    "ALTER TABLE core_ledgerrow DISABLE TRIGGER ALL",
    "DROP TABLE core_seal",
    "SET session_replication_role = replica",
    "DELETE FROM django_migrations",
    "UPDATE applications_content SET sha256 = ''",
    "TRUNCATE applications_content",
])
def test_web_cannot_change_what_has_been_written(as_web, sql):
    assert _refused(sql)


def test_web_throws_away_texts_that_were_never_submitted(as_web):
    """They are never changed either, but may end; what a version names is kept by its foreign key."""
    assert not _refused("DELETE FROM applications_content")
    assert _refused("DELETE FROM applications_version")


@pytest.mark.parametrize("sql", ["ALTER TABLE core_ledgerrow DISABLE TRIGGER ALL", "SET LOCAL session_replication_role = replica"])
def test_owner_could(sql):
    """The control: the same words are not refused to the owner, so it is the role that holds."""
    assert not _refused(sql)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_grants_refuse_a_role_that_does_not_exist():
    with pytest.raises(CommandError, match="does not exist"):
        call_command("grants", web_url="postgresql://nobody_of_that_name:x@/keguan")


def test_grants_say_when_the_web_is_the_owner(capsys):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    call_command("grants", web_url=f"postgresql://{owner}@/keguan")
    assert "owner's role" in capsys.readouterr().out
