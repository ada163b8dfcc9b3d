from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The kernel: state machines, ledger, clock, deadlines, files, jobs, web parts. No domain word inside."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Timers, jobs, reactions and state machines register themselves when their room is imported.
        # Rooms of upper floors are found by name, so the kernel never imports an app.
        autodiscover_modules("workflow", "documents", "tasks", "reactions")
        from core import checks  # noqa: F401, PLC0415 (app ready)
