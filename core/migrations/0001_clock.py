"""The database's clock, before any table that uses it as a default."""

from django.db import migrations

# plpgsql, because its body is bound when it runs: the table of the shift is made by the next migration.
CREATE = """
CREATE FUNCTION core_now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN clock_timestamp() + COALESCE((SELECT shift FROM core_clockshift WHERE id = 1), interval '0');
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION core_now()")]
