"""What the database itself refuses on this floor, whoever asks.

- The instalments of a project add up to its amount (checked at the end of the transaction).
- Targets, instalments and the text of a contract do not change once it has been offered for signature.
- The amount, number, unit and application of a project do not change.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION projects_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole numeric; lines numeric;
BEGIN
    SELECT amount INTO whole FROM projects_project WHERE id = NEW.project_id;
    SELECT sum(amount) INTO lines FROM projects_paymentline WHERE project_id = NEW.project_id;
    IF lines IS NOT NULL AND lines <> whole THEN
        RAISE EXCEPTION 'instalments of project % add up to %, not %', NEW.project_id, lines, whole
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER projects_lines_add_up AFTER INSERT OR UPDATE ON projects_paymentline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_lines_add_up();

CREATE FUNCTION projects_contract_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM projects_contract
        WHERE project_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.project_id ELSE NEW.project_id END;
    IF found_status IS NOT NULL AND found_status <> 'DRAFT' THEN
        RAISE EXCEPTION '% of a contract that has been offered', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER projects_contracttarget_guard BEFORE INSERT OR UPDATE OR DELETE ON projects_contracttarget
    FOR EACH ROW EXECUTE FUNCTION projects_contract_part_guard();
CREATE TRIGGER projects_paymentline_guard BEFORE INSERT OR UPDATE OR DELETE ON projects_paymentline
    FOR EACH ROW EXECUTE FUNCTION projects_contract_part_guard();

CREATE FUNCTION projects_contract_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'DRAFT' AND NOT (OLD.status = 'OFFERED' AND NEW.status = 'DRAFT')
       AND (NEW.content, NEW.number, NEW.project_id, NEW.changes) IS DISTINCT FROM (OLD.content, OLD.number, OLD.project_id, OLD.changes) THEN
        RAISE EXCEPTION 'contract % has been offered', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_contract_guard BEFORE UPDATE ON projects_contract
    FOR EACH ROW EXECUTE FUNCTION projects_contract_guard();

CREATE FUNCTION projects_project_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.number, NEW.application_id, NEW.unit_id, NEW.amount, NEW.special_id, NEW.entitlement_id)
       IS DISTINCT FROM (OLD.number, OLD.application_id, OLD.unit_id, OLD.amount, OLD.special_id, OLD.entitlement_id) THEN
        RAISE EXCEPTION 'project % keeps what it was awarded', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_project_guard BEFORE UPDATE ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_project_guard();
"""
BACK = """
DROP TRIGGER projects_project_guard ON projects_project;
DROP FUNCTION projects_project_guard();
DROP TRIGGER projects_contract_guard ON projects_contract;
DROP FUNCTION projects_contract_guard();
DROP TRIGGER projects_paymentline_guard ON projects_paymentline;
DROP TRIGGER projects_contracttarget_guard ON projects_contracttarget;
DROP FUNCTION projects_contract_part_guard();
DROP TRIGGER projects_lines_add_up ON projects_paymentline;
DROP FUNCTION projects_lines_add_up();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, BACK)]
