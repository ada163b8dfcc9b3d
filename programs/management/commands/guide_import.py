"""Make a draft from a guide file: `manage.py guide_import guide.json --item 12 --as chen@bureau.example`.

`--item` is the number of an item of an approved annual plan, `--as` the account in whose name the draft is written; what
that account may not do is refused. A file that is damaged is refused with every problem, and nothing is saved.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from accounts.policies import Actor
from core.workflow import Refused
from programs import actions
from programs.engine import packages
from programs.models import AnnualPlanItem


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--item", type=int, required=True)
        parser.add_argument("--as", dest="email", required=True)

    def handle(self, *, file: str, item: int, email: str, **options):
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"no such file: {file}")
        person = Person.objects.filter(email=email, is_active=True).first()
        row = AnnualPlanItem.objects.select_related("plan", "special__plan").filter(pk=item).first()
        if person is None or row is None:
            raise CommandError(f"no such account: {email}" if person is None else f"no such item of an annual plan: {item}")
        with path.open("rb") as stream:
            raw = stream.read(packages.MOST_BYTES + 1)
        try:
            upload = actions.read_guide_file(Actor.of(person), name=path.name, raw=raw)
            guide = actions.confirm_upload(Actor.of(person), upload, row)
        except Refused as refused:
            raise CommandError("\n".join(refused.reasons)) from refused
        self.stdout.write(f"{guide.ref}: {guide.title}")
