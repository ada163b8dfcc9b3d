from types import SimpleNamespace

from hypothesis import HealthCheck, settings

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from tests.factories import applications as make
from tests.factories import programs as programme
from tests.kept import kept

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def build(name: str = "g2", **more) -> SimpleNamespace:
    """A bureau, two units and one open guide."""
    staff = programme.staff()
    agency = accounts.create_person(system("test"), name="钱专员", email="agency@applications.example")
    accounts.grant_role(system("test"), agency, staff.bureau, Role.AGENCY)
    guide = programme.published_guide(staff, name, **more)
    return SimpleNamespace(**vars(staff), **vars(make.people()), agency=Actor.of(agency), guide=guide)


town = kept(build)
