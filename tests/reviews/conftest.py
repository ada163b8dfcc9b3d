import pytest

from tests.applications.conftest import build


@pytest.fixture
def town(db):
    """A bureau, two units and guide G2 open; the clock goes forward with the story."""
    return build()
