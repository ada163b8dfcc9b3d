from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Official documents (公文): number, sign-off, freeze, render, deliver, verify; the inbox and its mail."""

    name = "notices"
    default_auto_field = "django.db.models.BigAutoField"
