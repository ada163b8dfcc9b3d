"""Give the web role what it needs and nothing more; run by the owner of the tables after each migration.

The role reads and writes rows. It may not change the ledger, its seals, money entries or other append-only rows, nor the
shift of the clock, and it owns nothing, so it cannot switch off a trigger.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from config import env

#: Tables whose triggers refuse every change of a row, or every change but its end: read from the database, so that no list can be
#: forgotten. 8 and 16 are the bits of DELETE and UPDATE in the kind of a trigger.
APPEND_ONLY = """
SELECT c.relname, bool_or(t.tgtype & 8 <> 0) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname = 'core_refuse_change' AND t.tgqual IS NULL AND NOT t.tgisinternal GROUP BY c.relname HAVING bool_or(t.tgtype & 16 <> 0)
"""
READ_ONLY = ("core_clockshift", "django_migrations")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--web-url", required=True, help="DATABASE_URL of the web; only its role is read")

    @transaction.atomic
    def handle(self, *, web_url, **options):
        role = env.database(web_url)["USER"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (owner,) = cursor.fetchone()
            if role in ("", owner):
                self.stdout.write("the web uses the owner's role: the ledger is guarded by triggers and the seal alone")
                return
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                raise CommandError(f"the role {role} does not exist; make it with CREATE ROLE ... LOGIN PASSWORD ...")
            name = connection.ops.quote_name(role)
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
            cursor.execute(APPEND_ONLY)
            tables = dict(cursor.fetchall())
            for table, also_deletion in tables.items():
                refused = "UPDATE, DELETE, TRUNCATE" if also_deletion else "UPDATE, TRUNCATE"
                cursor.execute(f"REVOKE {refused} ON {connection.ops.quote_name(table)} FROM {name}")
            for table in READ_ONLY:
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {name}")
        self.stdout.write(f"granted to {role}; append-only: {', '.join(sorted(tables))}")
