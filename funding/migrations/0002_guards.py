"""What the database itself refuses on this floor, whoever asks.

- Rows of the money ledger are append-only.
- Neither a project nor one of its payments ever gets more than its amount: the sums of what is reserved and of what is
  paid are checked with the project's row locked, so two approvals at once cannot pass together.
- A reversal undoes exactly the row it names, once; nothing is freed that was not reserved.
- The amount of a payment, its line and its project do not change; a sent payment keeps its reference.
"""

from django.db import migrations

GUARD = """
CREATE TRIGGER funding_moneyentry_append_only BEFORE UPDATE OR DELETE ON funding_moneyentry
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER funding_moneyentry_no_truncate BEFORE TRUNCATE ON funding_moneyentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

CREATE FUNCTION funding_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE most numeric; taken numeric; other numeric; side text := NEW.kind; pair text[];
BEGIN
    SELECT amount INTO most FROM projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    IF NEW.kind = 'REVERSAL' THEN
        SELECT amount, kind INTO other, side FROM funding_moneyentry
            WHERE id = NEW.reverses_id AND project_id = NEW.project_id
              AND disbursement_id IS NOT DISTINCT FROM NEW.disbursement_id;
        IF other IS NULL OR NEW.amount <> -other OR side = 'REVERSAL' THEN
            RAISE EXCEPTION 'a reversal undoes exactly the row it names' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF side IN ('COMMIT', 'RELEASE') THEN
        RETURN NEW;
    END IF;
    pair := CASE WHEN side IN ('PAY', 'RETURN') THEN ARRAY['PAY', 'RETURN'] ELSE ARRAY['RESERVE', 'FREE'] END;
    SELECT coalesce(sum(e.amount), 0) + NEW.amount INTO taken FROM funding_moneyentry e
        LEFT JOIN funding_moneyentry r ON r.id = e.reverses_id
        WHERE e.project_id = NEW.project_id AND coalesce(r.kind, e.kind) = ANY (pair);
    IF taken > most THEN
        RAISE EXCEPTION 'project % has % yuan, % would be taken', NEW.project_id, most, taken USING ERRCODE = 'check_violation';
    END IF;
    SELECT amount INTO other FROM funding_disbursement WHERE id = NEW.disbursement_id AND project_id = NEW.project_id;
    SELECT coalesce(sum(e.amount), 0) + NEW.amount INTO taken FROM funding_moneyentry e
        LEFT JOIN funding_moneyentry r ON r.id = e.reverses_id
        WHERE e.disbursement_id = NEW.disbursement_id AND coalesce(r.kind, e.kind) = ANY (pair);
    IF other IS NULL OR taken > other OR taken < 0 THEN
        RAISE EXCEPTION 'payment % has % yuan, % would be taken', NEW.disbursement_id, other, taken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_entry_guard BEFORE INSERT ON funding_moneyentry
    FOR EACH ROW EXECUTE FUNCTION funding_entry_guard();

CREATE FUNCTION funding_disbursement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.amount, NEW.line_id, NEW.project_id) IS DISTINCT FROM (OLD.amount, OLD.line_id, OLD.project_id) THEN
        RAISE EXCEPTION 'payment % keeps its amount', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.sent_reference <> '' AND NEW.sent_reference IS DISTINCT FROM OLD.sent_reference
       AND OLD.status <> 'RETURNED' THEN
        RAISE EXCEPTION 'payment % was sent under %', OLD.ref, OLD.sent_reference USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_disbursement_guard BEFORE UPDATE ON funding_disbursement
    FOR EACH ROW EXECUTE FUNCTION funding_disbursement_guard();
"""
BACK = """
DROP TRIGGER funding_disbursement_guard ON funding_disbursement;
DROP FUNCTION funding_disbursement_guard();
DROP TRIGGER funding_entry_guard ON funding_moneyentry;
DROP FUNCTION funding_entry_guard();
DROP TRIGGER funding_moneyentry_append_only ON funding_moneyentry;
DROP TRIGGER funding_moneyentry_no_truncate ON funding_moneyentry;
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial"), ("core", "0003_append_only"), ("projects", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, BACK)]
