"""Work every closed review out again: sheets against their hashes and the record, figures and ranking against the sheets, and the record
against its seal. Whoever changed anything of it in the database, by whatever means, is found by one of them."""

from django.core.management.base import BaseCommand, CommandError

from core import ledger
from reviews import actions
from reviews.models import Batch


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("ref", nargs="*", help="numbers of batches; none: all that are closed")
        parser.add_argument("--head", help="a published head of the record's seal, which also uncovers a cut tail")

    def handle(self, *, ref: list[str], head: str | None, **options):
        rows = Batch.objects.filter(status__in=["CLOSED", "RANKED"]).order_by("pk")
        if ref:
            rows = rows.filter(ref__in=ref)
        wrong = 0
        for batch in rows:
            problems = actions.problems_of(batch)
            wrong += bool(problems)
            self.stdout.write(f"{batch.ref} {'DIFFERS' if problems else 'same'}")
            for text in problems:
                self.stdout.write(f"  {text}")
        verdict = ledger.verify(head)
        self.stdout.write(f"record: {verdict.sealed} rows sealed, head {verdict.head}")
        if verdict.broken_at is not None:
            raise CommandError(f"the record does not agree with its seal (row {verdict.broken_at})")
        if wrong:
            raise CommandError(f"{wrong} reviews do not agree with their record")
