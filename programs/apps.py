from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Plan tree, policy basis, annual plan, guides, and the engine that evaluates what guides define."""

    name = "programs"
    default_auto_field = "django.db.models.BigAutoField"
