
from tests.applications.conftest import build
from tests.factories import reviews as make
from tests.kept import kept

town = kept(build)

#: The stages of a batch, each upon the town.
made, drawn, invited, scoring, ranked_batch = (
    kept(stage) for stage in (make.made, make.drawn, make.invited, make.scoring, make.ranked_batch))
