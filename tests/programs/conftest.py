import pytest
from hypothesis import HealthCheck, settings

from tests.factories import programs as make

# The machines of the tests are shared: what counts is the property, not the milliseconds.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture
def staff(db):
    return make.staff()
