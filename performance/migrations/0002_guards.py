"""What the database itself refuses on this floor, whoever asks.

- What was reported does not change after filing; it opens again only together with its state.
- A confirmed acceptance and a confirmed evaluation stay as they are.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION performance_result_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM performance_report
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END;
    IF TG_OP = 'DELETE' THEN
        IF found_status <> 'DRAFT' THEN
            RAISE EXCEPTION 'results of a filed report stay' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF found_status NOT IN ('DRAFT', 'RETURNED')
       AND (NEW.actual, NEW.band, NEW.evidence, NEW.target_id) IS DISTINCT FROM (OLD.actual, OLD.band, OLD.evidence, OLD.target_id) THEN
        RAISE EXCEPTION 'results of a filed report stay' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER performance_result_guard BEFORE UPDATE OR DELETE ON performance_result
    FOR EACH ROW EXECUTE FUNCTION performance_result_guard();

CREATE FUNCTION performance_report_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('DRAFT', 'RETURNED')
       AND (NEW.done, NEW.problems, NEW.outlook, NEW.spent, NEW.file_id, NEW.project_id, NEW.kind, NEW.year)
       IS DISTINCT FROM (OLD.done, OLD.problems, OLD.outlook, OLD.spent, OLD.file_id, OLD.project_id, OLD.kind, OLD.year) THEN
        RAISE EXCEPTION 'a filed report stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER performance_report_guard BEFORE UPDATE ON performance_report
    FOR EACH ROW EXECUTE FUNCTION performance_report_guard();

CREATE FUNCTION performance_acceptance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an examination stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.confirmed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a confirmed conclusion stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER performance_acceptance_guard BEFORE UPDATE OR DELETE ON performance_acceptance
    FOR EACH ROW EXECUTE FUNCTION performance_acceptance_guard();

CREATE TRIGGER performance_evaluation_guard BEFORE UPDATE OR DELETE ON performance_evaluation
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""
BACK = """
DROP TRIGGER performance_evaluation_guard ON performance_evaluation;
DROP TRIGGER performance_acceptance_guard ON performance_acceptance;
DROP FUNCTION performance_acceptance_guard();
DROP TRIGGER performance_report_guard ON performance_report;
DROP FUNCTION performance_report_guard();
DROP TRIGGER performance_result_guard ON performance_result;
DROP FUNCTION performance_result_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("performance", "0001_initial"), ("core", "0003_append_only")]
    operations = [migrations.RunSQL(GUARD, BACK)]
