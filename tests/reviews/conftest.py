from tests.worlds import drawn, invited, made, ranked_batch, scoring, town  # noqa: F401 (fixtures)
