from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages that look across all apps: home, to-do, audit desk, exports, the demo world."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
