"""Render any registered kind with its sample: `manage.py notice_preview award --out award.pdf`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core import clock
from notices import rendering, rules
from notices.queries import KINDS


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("kind")
        parser.add_argument("--out", required=True)

    def handle(self, *, kind: str, out: str, **options):
        if kind not in KINDS:
            raise CommandError(f"unknown kind {kind}; there are: {', '.join(sorted(KINDS))}")
        entry = KINDS[kind]
        context = {
            "issuer": "深圳市科技创新局", "number": rules.document_number("深科创", clock.today().year, 19),
            "date": rules.chinese_date(clock.today()), "verify_code": "ABCD-EFGH-JKMN", "is_demo": True,
            **entry.sample(),
        }
        made = rendering.render(entry.template, context)
        Path(out).write_bytes(made.pdf)
        self.stdout.write(f"{out}: {made.pages} pages, sha256 {made.sha256}")
