"""`manage.py load_reference`: reference data of every app, idempotent; also sets the watch over the annual plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from accounts.policies import system
from programs import actions, queries

#: Upper floors may refer to rows of lower ones, so the files are read from the ground up.
ORDER = ("core", "accounts", "notices", "programs", "applications", "reviews", "projects", "funding", "performance",
         "portal")


class Command(BaseCommand):
    help = "Load <app>/reference/*.json (created, changed, retired rows are counted)."

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system("reference")
        for label in ORDER:
            if not apps.is_installed(label):
                continue
            folder = Path(apps.get_app_config(label).path) / "reference"
            files = sorted(folder.glob("*.json")) if folder.is_dir() else []
            for name, counts in actions.load_reference(actor, files).items():
                if options["verbosity"] > (0 if any(counts) else 1):
                    self.stdout.write(f"{label}/{name}: +{counts[0]} ~{counts[1]} -{counts[2]}")
        tree = queries.tree_as_of()
        if tree is not None:
            actions.watch_annual_plan(actor, tree)
