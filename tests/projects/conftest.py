import pytest

from tests.applications.conftest import build


@pytest.fixture
def town(db):
    """A bureau, two units and guide G2 open; the clock goes forward with the story."""
    return build()


@pytest.fixture
def subsidy(db):
    """The same with guide G1: post-subsidy, no contract."""
    return build("g1")
