"""Build the demo world by real actions at shifted times; does nothing when it stands already."""

from django.core.management.base import BaseCommand
from django.db import transaction

from portal.demo import build


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--small", action="store_true", help="one guide, a dozen applications (for tests)")

    def handle(self, *, small: bool, **options):
        if build.stands():
            self.stdout.write("the demo world stands already")
            return
        with transaction.atomic():
            for line in build.run(small=small):
                self.stdout.write(line)
                self.stdout.flush()
