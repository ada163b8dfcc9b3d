"""Write a guide as one JSON file: `manage.py guide_export 2026-HK-A-1 --out guide.json`; without --out to the screen."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from programs import queries
from programs.models import Guide


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("code", help="the reference of the guide")
        parser.add_argument("--out", metavar="FILE")

    def handle(self, *, code: str, out: str | None, **options):
        guide = Guide.objects.select_related("version", "special").filter(ref=code).first()
        if guide is None or guide.version is None:
            raise CommandError(f"no such guide: {code}")
        text = json.dumps(queries.guide_package(guide), ensure_ascii=False, indent=1)
        if out:
            Path(out).write_text(text + "\n", encoding="utf-8")
        self.stdout.write(f"{out}: version {guide.version.number}" if out else text)
