"""Take a table of old projects over: `manage.py import_projects old.xlsx --source NAME --as E-MAIL [--map number=编号 ...]`.

Without `--apply` this is the dry run: counts, every fault beside row and column, and nothing else. With `--apply "reason"` the rows
without fault are taken over in the name of the account, which must be one of the resource division or a system administrator. The same
table may be sent again: rows are known by source and number.
"""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from accounts.policies import Actor
from applications import actions, queries
from core.files import BadFile
from core.workflow import Refused


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--source", required=True)
        parser.add_argument("--as", dest="email", required=True, help="e-mail address of the account that takes over")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=HEADING", help=f"one of {', '.join(queries.FIELDS)}")
        parser.add_argument("--unit", choices=("wan", "yuan"), default="wan", help="unit of the amounts")
        parser.add_argument("--apply", default="", metavar="REASON")

    def handle(self, *, file, source, email, map, unit, apply, **options):  # noqa: A002
        path, person = Path(file), Person.objects.filter(email=email).first()
        if not path.is_file() or person is None:
            raise CommandError(f"no such {'account' if path.is_file() else 'file'}: {email if path.is_file() else file}")
        try:
            self._run(Actor.of(person), path, source, dict(one.partition("=")[::2] for one in map), unit, apply)
        except (Refused, BadFile) as error:
            raise CommandError("\n".join(getattr(error, "reasons", [str(error)]))) from error

    def _run(self, actor, path, source, given, unit, why):
        batch = actions.keep_import(actor, source=source, upload=SimpleUploadedFile(path.name, path.read_bytes()))
        headings, _lines = actions.read_import(batch)
        actions.map_import(actor, batch, mapping=queries.guessed(headings, batch.mapping) | given, options={"unit": unit}, job=False)
        batch.refresh_from_db()
        batch = actions.check_import(actor, batch, lambda done, total: None)
        self.stdout.write("  ".join(f"{name} {number}" for name, number in batch.counts.items()))
        for one in batch.problems:
            self.stdout.write(f"{one['row']}  {one['column']}  {one['text']}")
        if why:
            actions.order_import(actor, batch, why=why, job=False)
            batch.refresh_from_db()
            actions.apply_import(actor, batch, lambda done, total: self.stdout.write(f"{done} / {total}"))
            self.stdout.write(str(batch.uid))
