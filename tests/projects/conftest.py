
from tests.applications.conftest import build
from tests.factories import projects as make
from tests.kept import kept

town = kept(build)


#: The same with guide G1: post-subsidy, no contract.
subsidy = kept(build, "g1")

#: The stages of an award, each upon the town.
ranked, begun, decided, published, closed, awarded, running = (
    kept(stage) for stage in (make.ranked, make.begun, make.decided, make.published, make.closed, make.awarded, make.running))
