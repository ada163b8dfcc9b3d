from tests.applications.conftest import build
from tests.kept import kept
from tests.worlds import awarded, begun, closed, decided, planned, published, ranked, running, town  # noqa: F401 (fixtures)

#: The town with guide G1: post-subsidy, no contract.
subsidy = kept(build, "g1")
