
from tests.applications.conftest import build
from tests.kept import kept

town = kept(build)


#: The same with guide G1: post-subsidy, no contract.
subsidy = kept(build, "g1")
