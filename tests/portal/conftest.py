
from tests.factories import applications as make
from tests.kept import kept
from tests.worlds import awarded, begun, closed, decided, planned, published, ranked, running, town  # noqa: F401 (fixtures)

FORMULA = '=HYPERLINK("http://evil.example","点我")'


def visit(client, actor):
    """A signed-in browser of this actor."""
    client.force_login(actor.person)
    session = client.session
    session["epoch"] = actor.person.session_epoch
    session.save()
    return client


@kept
def filed(town):  # noqa: F811 (the world below)
    """One application handed to the bureau, with a title that a spreadsheet would take for a formula."""
    return make.submitted(town.li, town.wang, town.guide, town.a, title=FORMULA)
