"""`manage.py check --deploy` with the settings of production: clean when all is right, and says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection

from core import checks, clock
from tests.deploy.conftest import ROOT

RIGHT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "kY7x-2Lq9vRt_Wm4Zs8Bn1Hc6Jd3Fg5Pa0QeUiOoXwTyGzEbNl",
    "DATA_KEY": "Qe-4Tn8_Zb2Vx6Mc1Ls9Kd5Hg3Jf7Pa0RwYuIoEtXqCzBvNm",
    "ALLOWED_HOSTS": "keji.example.gov.cn",
    "SITE_URL": "https://keji.example.gov.cn",
    "DATABASE_URL": "postgresql://keguan_web:x@127.0.0.1:9/keguan",
    "DATABASE_ADMIN_URL": "postgresql://keguan:y@127.0.0.1:9/keguan",
    "CLAMD": "clamav:3310",
}


@pytest.fixture
def check(tmp_path):
    """The command in a process of its own, as an administrator runs it; no database is asked."""
    (tmp_path / checks.FONT).touch()

    def run(**changes: str | None) -> subprocess.CompletedProcess[str]:
        wanted = {"PATH": os.environ["PATH"], **RIGHT, "KEGUAN_FONTS": str(tmp_path), "KEGUAN_VAR": str(tmp_path), **changes}
        return subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            env={key: value for key, value in wanted.items() if value is not None}, cwd=ROOT, capture_output=True, text=True,
            check=False)

    return run


def test_right_deployment_is_clean(check):
    done = check()
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (1 silenced).\n"), done.stderr


def test_every_mistake_is_named_at_once(check, tmp_path):
    done = check(DATABASE_ADMIN_URL=None, DATA_KEY=RIGHT["SECRET_KEY"], SITE_URL="http://elsewhere.example",
                 KEGUAN_FONTS=str(tmp_path / "none"), IS_DEMO="1", SECRET_KEY=RIGHT["SECRET_KEY"], CLAMD="", S3_BUCKET="keguan")
    assert done.returncode == 1
    for number in ("W001", "W003", "W004", "W005", "W006", "W010", "W011"):
        assert f"keguan.{number}" in done.stderr


def test_an_installation_that_says_it_scans_no_upload_is_not_warned(check):
    done = check(CLAMD="off")
    assert done.returncode == 0, done.stderr


WHOLE = {"S3_BUCKET": "keguan", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b", "S3_ENDPOINT": "https://s3.example.gov.cn"}


@pytest.mark.parametrize(("change", "found"), [
    ({}, []), ({"S3_BUCKET": ""}, ["keguan.W011"]), ({"S3_SECRET_KEY": ""}, ["keguan.W011"]), ({"S3_ENDPOINT": ""}, []),
    ({"S3_ENDPOINT": "http://10.0.0.1:9000"}, ["keguan.W012"]), ({"S3_ENDPOINT": "s3.example"}, ["keguan.W012"])])
def test_a_store_named_by_halves_is_found(settings, change, found):
    settings.S3 = {**dict.fromkeys(settings.S3, ""), **WHOLE, **change}
    assert [message.id for message in checks.store_is_whole(None)] == found


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEY", "DATABASE_URL"])
def test_there_is_no_default_secret(check, name):
    done = check(**{name: None})
    assert done.returncode == 1
    assert f"the environment variable {name} must be set" in done.stderr


@pytest.mark.parametrize(("owner", "found"), [("one", ["keguan.W002"]), ("other", [])])
def test_role_of_the_web_that_owns_the_tables_is_found(settings, monkeypatch, owner, found):
    settings.DATABASE_ADMIN_URL = f"postgresql://{owner}@/keguan"
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "one")
    assert [message.id for message in checks.owner_is_apart(None)] == found


@pytest.mark.django_db
def test_shifted_clock_demo_accounts_and_owner_are_found_in_the_database(django_user_model):
    """The tests run as the owner, so the ledger is open to them: that warning is always there."""
    assert [found.id for found in checks.rows_are_real(None, databases=["default"])] == ["keguan.W009"]
    django_user_model.objects.create(name="Li", email="li@demo.keguan.example")
    with clock.shifted_to(clock.now()):
        ids = [found.id for found in checks.rows_are_real(None, databases=["default"])]
    assert ids == ["keguan.W007", "keguan.W008", "keguan.W009"]
    assert checks.rows_are_real(None, databases=None) == []


@pytest.mark.django_db
def test_a_role_that_owns_nothing_is_clean():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE keguan_check_only")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO keguan_check_only")
        cursor.execute("SET LOCAL ROLE keguan_check_only")
        try:
            assert checks.rows_are_real(None, databases=["default"]) == []
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_database_checks_run_only_when_asked():
    assert {found.id for found in run_checks(include_deployment_checks=True, databases=["default"])} >= {"keguan.W009"}
    assert "keguan.W009" not in {found.id for found in run_checks(include_deployment_checks=True)}
