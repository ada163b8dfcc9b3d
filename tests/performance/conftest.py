from tests.kept import kept
from tests.worlds import awarded, begun, closed, decided, published, ranked, running, town  # noqa: F401 (fixtures)


@kept
def project(running):  # noqa: F811 (the world below)
    """A running project of guide G2, its contract in force."""
    return running[0]
