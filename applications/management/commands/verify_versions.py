"""Work the hash of every submitted version out again, from its content and its receipt, and compare the receipts given out with them.
Whoever changed a letter of what was submitted, by whatever means, is found; the record holds the hashes too, under its own seal."""

from django.core.management.base import BaseCommand, CommandError

from applications import queries
from applications.models import Version


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        wrong = list(queries.differing())
        for ref in wrong:
            self.stdout.write(f"{ref} DIFFERS")
        self.stdout.write(f"{Version.objects.count()} versions")
        if wrong:
            raise CommandError(f"{len(wrong)} do not agree with their hash")
