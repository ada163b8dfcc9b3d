import pytest

from tests.applications.conftest import build
from tests.factories import projects as make


@pytest.fixture
def town(db):
    return build()


@pytest.fixture
def project(town):
    """A running project of guide G2, its contract in force."""
    return make.running(town)[0]
