from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organisations, who holds which role where and when, delegation, integrity marks."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
