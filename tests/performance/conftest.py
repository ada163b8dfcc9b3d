
from tests.applications.conftest import build
from tests.factories import projects as make
from tests.kept import kept

town = kept(build)


@kept
def project(town):
    """A running project of guide G2, its contract in force."""
    return make.running(town)[0]
