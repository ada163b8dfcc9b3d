"""Make a draft from a guide file: `manage.py guide_import guide.json`.

The draft is made for the item of the decided annual plan that has the special of the file and no guide yet, in the name of
the division in charge of that special. Where there is not exactly one such item or person, name it: `--item` is the number
of an item, `--as` the account in whose name the draft is written; what that account may not do is refused. A file that is
damaged is refused with every problem, and nothing is saved.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from accounts.policies import Actor
from core.workflow import Refused
from programs import actions, queries
from programs.engine import packages
from programs.models import AnnualPlanItem


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--item", type=int, help="number of an item of an annual plan")
        parser.add_argument("--as", dest="email", help="e-mail address of the account that drafts")

    def handle(self, *, file: str, item: int | None = None, email: str | None = None, **options):
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"no such file: {file}")
        with path.open("rb") as stream:
            raw = stream.read(packages.MOST_BYTES + 1)
        found = packages.read(raw)
        if found.problems:
            raise CommandError("\n".join(found.sentences))
        row = self._item(item, found.special)
        actor = Actor.of(self._drafter(email, row))
        try:
            guide = actions.confirm_upload(actor, actions.read_guide_file(actor, name=path.name, raw=raw), row)
        except Refused as refused:
            raise CommandError("\n".join(refused.reasons)) from refused
        self.stdout.write(f"{guide.ref}: {guide.title}")

    @staticmethod
    def _item(number: int | None, special: str) -> AnnualPlanItem:
        rows = queries.items_without_guide(None)
        if number is not None:
            row = rows.filter(pk=number).first()
            if row is None:
                raise CommandError(f"no such item of a decided annual plan: {number}")
            return row
        own = rows.filter(special__code=special)
        fitting = list(own.filter(guides=None)[:20])
        return _only(fitting, f"item of a decided annual plan for the special {special or '?'} without a guide", "--item",
                     [f"{one.pk}  {one.plan.year}  {one.title}" for one in fitting or own[:20] or rows[:20]])

    @staticmethod
    def _drafter(email: str | None, item: AnnualPlanItem) -> Person:
        if email:
            person = Person.objects.filter(email=email, is_active=True).first()
            if person is None:
                raise CommandError(f"no such account: {email}")
            return person
        people = sorted(queries.division_people(item.special), key=lambda one: one.pk)
        return _only(people, f"account of the division in charge of {item.special.code}", "--as", [f"{one.email}  {one.name}" for one in people])


def _only(rows: list[Any], what: str, option: str, choices: list[str]) -> Any:
    """The one row, or a sentence that says how many there are and what can be named."""
    if len(rows) == 1:
        return rows[0]
    raise CommandError("\n".join([f"{len(rows) or 'no'} {what}; name one with {option}" + (":" if choices else ""), *choices]))
