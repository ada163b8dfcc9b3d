
from tests.applications.conftest import build
from tests.kept import kept

town = kept(build)
