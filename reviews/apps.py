from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Expert pool, recusal, the draw, assignment, scoring, aggregation and the ranking of a batch."""

    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"
