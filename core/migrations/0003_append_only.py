"""The database itself refuses to change or delete what is append-only.

`core_refuse_change()` is one function for every append-only table of the house; an app attaches it to a table of
its own with `CREATE TRIGGER ... EXECUTE FUNCTION core_refuse_change()`. The table owner could drop a trigger, so the
web runs under a role that owns nothing (`manage.py grants`), and the seal uncovers what an owner does.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
TABLES = ("core_ledgerrow", "core_seal")
TRIGGERS = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
    for table in TABLES
)
DROP = "".join(
    f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};" for table in TABLES
) + "DROP FUNCTION core_refuse_change();"


class Migration(migrations.Migration):
    dependencies = [("core", "0002_tables")]
    operations = [migrations.RunSQL(CREATE + TRIGGERS, DROP)]
