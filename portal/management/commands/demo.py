"""Build the demo world by real actions at shifted times; does nothing when it stands already.

Each action commits on its own, as in real life: one transaction over three years would fill with dead rows that nobody
may clean. A build that was interrupted leaves the clock shifted; nothing else can have happened in that database, so the
next call empties it and begins again.
"""

import os

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from core import clock
from portal.demo import build
from portal.demo.calendar import TooEarly


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--small", action="store_true", help="one guide, a dozen applications (for tests)")

    def handle(self, *, small: bool, **options):
        if clock.is_shifted():
            self.stdout.write("an interrupted build is cleared away")
            self.empty()
        if build.stands():
            self.stdout.write("the demo world stands already")
            return
        kick, settings.KICK_WORKERS = settings.KICK_WORKERS, False  # no worker runs yet; its sweep finds everything
        try:
            self.soften()
            for line in build.run(small=small):
                self.stdout.write(line)
                self.stdout.flush()
                if "accepted" in line:  # the planner hears of the new rows
                    with connection.cursor() as cursor:
                        cursor.execute("ANALYZE")
        except TooEarly as refused:
            raise CommandError(f"{refused} Set the clock of the machine, or start with KEGUAN_DEMO=0.") from refused
        finally:
            settings.KICK_WORKERS = kick

    @staticmethod
    def soften() -> None:
        """Commits need not reach the disk one by one: a build that is cut is begun again. Read by libpq at each connection,
        so also at those of the other hands."""
        os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip()
        if not connection.in_atomic_block:
            connection.close()

    @transaction.atomic
    def empty(self) -> None:
        """All rows of the house, by the owner, with the triggers off for this transaction."""
        ours = {f"{app}_" for app in settings.OURS}
        tables = [name for name in connection.introspection.table_names() if any(name.startswith(head) for head in ours)]
        names = ", ".join(connection.ops.quote_name(name) for name in tables)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"TRUNCATE {names}, authtoken_token RESTART IDENTITY CASCADE")
        call_command("load_reference", verbosity=0)
