"""What the database itself refuses of plans: what was worked out stays, and the seats of an applied plan do not move."""

from django.db import migrations

GUARD = """
CREATE FUNCTION reviews_guard_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'plan % stays', OLD.uid USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.inputs_sha256 <> '' AND (NEW.batch_id, NEW.kind, NEW.params, NEW.people, NEW.key_sealed, NEW.inputs_sha256, NEW.objective,
        NEW.bound, NEW.data, NEW.certificate_id, NEW.certificate_sha256) IS DISTINCT FROM (OLD.batch_id, OLD.kind, OLD.params, OLD.people,
        OLD.key_sealed, OLD.inputs_sha256, OLD.objective, OLD.bound, OLD.data, OLD.certificate_id, OLD.certificate_sha256) THEN
        RAISE EXCEPTION 'plan % is worked out', OLD.uid USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_plan_guard BEFORE UPDATE OR DELETE ON reviews_plan
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_plan();

CREATE FUNCTION reviews_guard_planitem() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM reviews_plan
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END;
    IF found_status = 'APPLIED' THEN
        RAISE EXCEPTION 'the plan is applied' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reviews_planitem_guard BEFORE INSERT OR UPDATE OR DELETE ON reviews_planitem
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_planitem();
"""
UNDO = """
DROP TRIGGER reviews_plan_guard ON reviews_plan;
DROP TRIGGER reviews_planitem_guard ON reviews_planitem;
DROP FUNCTION reviews_guard_plan();
DROP FUNCTION reviews_guard_planitem();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_plans")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
