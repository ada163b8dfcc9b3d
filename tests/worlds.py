"""Worlds that stand one upon the other, from the accepted application to the running project: whoever needs a later one pays only for
what is new in it. A conftest imports those that its tests name, with all below."""

from __future__ import annotations

from tests.applications.conftest import build
from tests.factories import funding, projects, reviews
from tests.kept import kept

town = kept(build)

#: The stages of an award.
ranked, begun, decided, published, closed, awarded, running = (
    kept(stage) for stage in (projects.ranked, projects.begin, projects.decide, projects.publish, projects.close, projects.award, projects.run))

#: The first instalment of a running project, ready to be asked for.
planned = kept(funding.first_instalment)

#: The stages of a batch of a review.
made, drawn, invited, scoring, ranked_batch = (
    kept(stage) for stage in (reviews.made, reviews.settle_draw, reviews.call, reviews.start, reviews.finish))
