"""The virus check by hand: whether the scanner answers, and what waits for it.

`--release` lets out what waits when the scanner was switched off for good; every file then bears the mark that nobody looked at it.
"""

import io

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import scanning
from core.models import StoredFile

#: The harmless text that every scanner must find (EICAR), in two halves, or this file would be found itself.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--release", action="store_true", help="release what waits, unscanned; only without a scanner")

    def handle(self, *, release, **options):
        if release:
            if settings.CLAMD:
                raise CommandError("CLAMD is set: what waits is released by the verdict. Set CLAMD=off first.")
            self.stdout.write(f"released without a scan: {scanning.release(scanning.SCANNER)}")
            return
        if not settings.CLAMD:
            self.stdout.write("no scanner: CLAMD is empty or off")
            return
        try:
            found = scanning.ask(io.BytesIO(EICAR))
        except scanning.NoVerdict as error:
            raise CommandError(f"the scanner at {settings.CLAMD} gives no verdict: {error}") from error
        if not found:
            raise CommandError("the scanner answers, but does not find the test text: it has no signatures")
        self.stdout.write(f"the scanner works ({found}); looked at: {scanning.sweep()}")
        self.stdout.write(f"waiting: {StoredFile.objects.filter(scan=StoredFile.Scan.PENDING).count()}")
