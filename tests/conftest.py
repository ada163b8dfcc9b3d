"""What every test may lean on: real PostgreSQL, the reference data, and one small world of people."""

from __future__ import annotations

import gc
import json
import os

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.http import HttpResponse
from hypothesis import HealthCheck
from hypothesis import settings as properties

from config.static import OURS, smaller
from tests import template
from tests.kept import pytest_fixture_setup, pytest_runtest_teardown, reference_is_there  # noqa: F401 (two are hooks)
from tests.order import pytest_collection, pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 (hooks)

# No time limit for one example nor for making them, which a busy machine would break; the same examples in every run of the CI.
properties.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_append_only_tables():
    """The flush after a transactional test truncates; the triggers of the house refuse that, as they should.

    Only the owner of the database can switch them off for a moment, which the test role is.
    """
    original = DatabaseOperations.execute_sql_flush

    def execute(self, sql_list):
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for sql in sql_list:
                cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = execute
    yield
    DatabaseOperations.execute_sql_flush = original


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_those_of_production():
    """Ours in the small form that `collectstatic` writes. Kept, because there their names hold a hash: a page of the live server
    is not followed by the same styles and scripts again."""
    serve = StaticFilesHandlerMixin.serve

    def kept(self, request):
        response = serve(self, request)
        name = self.file_path(request.path)
        if name.startswith(OURS) and response.status_code == 200:
            sent = smaller(name, b"".join(response.streaming_content))
            response = HttpResponse(sent, content_type=response["Content-Type"])
        response["Cache-Control"] = "max-age=3600"
        return response

    StaticFilesHandlerMixin.serve = kept
    yield
    StaticFilesHandlerMixin.serve = serve


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Test databases are copies of one that is migrated already; `--create-db` copies anew."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template.make(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        reference_is_there()
    yield
    with django_db_blocker.unblock():
        end_other_sessions()


def end_other_sessions():
    """A thread of a server that a browser has just left may still hold a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


@pytest.fixture
def as_owner_without_triggers():
    """Run SQL as an owner could: with the triggers off, for this transaction."""

    def run(sql, params=()):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, params)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


def pytest_collection_finish(session):
    """What has been imported and collected stays to the end: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture
def rewritten(as_owner_without_triggers):
    """Put other words into a version of a guide, which the database refuses to everybody else."""

    def rewrite(version, data):
        as_owner_without_triggers("UPDATE programs_guideversion SET data = %s WHERE id = %s", [json.dumps(data), version.pk])

    return rewrite
