"""A payment that has left the house keeps the account it went to and the three people who let it go, and is never deleted."""

from django.db import migrations

GUARD = """
CREATE FUNCTION funding_sent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('SENT', 'PAID') AND (
        TG_OP = 'DELETE' OR
        (NEW.account, NEW.requested_by_id, NEW.checked_by_id, NEW.approved_by_id) IS DISTINCT FROM
        (OLD.account, OLD.requested_by_id, OLD.checked_by_id, OLD.approved_by_id)
    ) THEN
        RAISE EXCEPTION 'payment % has left the house', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER funding_sent_guard BEFORE UPDATE OR DELETE ON funding_disbursement
    FOR EACH ROW EXECUTE FUNCTION funding_sent_guard();
"""
BACK = """
DROP TRIGGER funding_sent_guard ON funding_disbursement;
DROP FUNCTION funding_sent_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0002_guards")]
    operations = [migrations.RunSQL(GUARD, BACK)]
