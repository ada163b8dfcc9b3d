"""A row of the ledger is dated by the clock of the database: nobody enters an act of yesterday today, not even by SQL."""

from django.db import migrations

CREATE = """
CREATE FUNCTION core_ledger_dated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF abs(extract(epoch FROM NEW.at - core_now())) > 60 THEN
        RAISE EXCEPTION 'a row of the ledger is dated by the clock, not %', NEW.at USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER core_ledgerrow_dated BEFORE INSERT ON core_ledgerrow FOR EACH ROW EXECUTE FUNCTION core_ledger_dated();
"""
DROP = "DROP TRIGGER core_ledgerrow_dated ON core_ledgerrow; DROP FUNCTION core_ledger_dated();"


class Migration(migrations.Migration):
    dependencies = [("core", "0004_pauses")]
    operations = [migrations.RunSQL(CREATE, DROP)]
