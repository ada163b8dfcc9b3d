from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Filing by applicants, endorsement by their unit, receipt, formality check and one-time correction."""

    name = "applications"
    default_auto_field = "django.db.models.BigAutoField"
