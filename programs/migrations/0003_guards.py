"""What the database itself refuses on this floor, whoever asks."""

from django.db import migrations

#: What a list gives a unit, and why, is never changed; only its state, the answer and the account move on.
GUARD = """
CREATE FUNCTION programs_entitlement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.roll_id, NEW.guide_id, NEW.organisation_id, NEW.amount, NEW.explained, NEW.conditions)
       IS DISTINCT FROM (OLD.roll_id, OLD.guide_id, OLD.organisation_id, OLD.amount, OLD.explained, OLD.conditions) THEN
        RAISE EXCEPTION 'entitlement % keeps what was computed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER programs_entitlement_guard BEFORE UPDATE ON programs_entitlement
    FOR EACH ROW EXECUTE FUNCTION programs_entitlement_guard();
"""
BACK = """
DROP TRIGGER programs_entitlement_guard ON programs_entitlement;
DROP FUNCTION programs_entitlement_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_readers")]
    operations = [migrations.RunSQL(GUARD, BACK)]
