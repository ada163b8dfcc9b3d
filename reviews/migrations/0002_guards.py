"""What the database itself refuses on this floor, whoever asks.

- A submitted score sheet never changes and is never deleted; a sheet is submitted only while its batch takes scores,
  at the time of the database clock.
- A draw keeps what was committed; value, seed and result are written once.
- Recusals and declarations are append-only.
- The score sheet and the numbers of a batch are frozen once experts are drawn; its ranking once it stands.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION reviews_guard_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'score sheet % is submitted and stays', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.assignment_id <> OLD.assignment_id THEN
        RAISE EXCEPTION 'score sheet % keeps its expert', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.submitted_at IS NOT NULL THEN
        SELECT b.status INTO found_status FROM reviews_batch b
            JOIN reviews_assignment a ON a.batch_id = b.id WHERE a.id = NEW.assignment_id;
        IF found_status NOT IN ('INVITING', 'SCORING') THEN
            RAISE EXCEPTION 'the batch takes no scores (%)', found_status USING ERRCODE = 'restrict_violation';
        END IF;
        IF abs(extract(epoch FROM NEW.submitted_at - core_now())) > 60 THEN
            RAISE EXCEPTION 'a score is dated by the clock' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_score_guard BEFORE INSERT OR UPDATE OR DELETE ON reviews_score
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_score();

CREATE FUNCTION reviews_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'draw % stays', OLD.uid USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.uid, NEW.batch_id, NEW.commit_hash, NEW.secret_sealed, NEW.candidates, NEW.candidates_sha256, NEW.key_sealed,
        NEW.committed_at) IS DISTINCT FROM
       (OLD.uid, OLD.batch_id, OLD.commit_hash, OLD.secret_sealed, OLD.candidates, OLD.candidates_sha256, OLD.key_sealed,
        OLD.committed_at)
       OR (OLD.public_value <> '' AND NEW.public_value <> OLD.public_value)
       OR (OLD.seed <> '' AND NEW.seed <> OLD.seed)
       OR (OLD.result_sha256 <> '' AND (NEW.result_sha256, NEW.result_sealed)
           IS DISTINCT FROM (OLD.result_sha256, OLD.result_sealed))
       OR (OLD.secret <> '' AND (NEW.secret, NEW.result) IS DISTINCT FROM (OLD.secret, OLD.result)) THEN
        RAISE EXCEPTION 'draw % is fixed', OLD.uid USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_draw_guard BEFORE UPDATE OR DELETE ON reviews_draw
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_draw();

CREATE TRIGGER reviews_recusal_append_only BEFORE UPDATE OR DELETE ON reviews_recusal
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER reviews_declaration_append_only BEFORE UPDATE OR DELETE ON reviews_declaration
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();

CREATE FUNCTION reviews_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'DRAFT' AND (NEW.sheet, NEW.rules, NEW.panel_size, NEW.industry_min, NEW.mode, NEW.blind,
        NEW.guide_id) IS DISTINCT FROM (OLD.sheet, OLD.rules, OLD.panel_size, OLD.industry_min, OLD.mode, OLD.blind,
        OLD.guide_id) THEN
        RAISE EXCEPTION 'rules of batch % are frozen', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_batch_guard BEFORE UPDATE ON reviews_batch
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_batch();

CREATE FUNCTION reviews_guard_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM reviews_batch WHERE id = OLD.batch_id;
    IF found_status = 'RANKED' AND (TG_OP = 'DELETE' OR (NEW.count, NEW.mean, NEW.tie, NEW.spread, NEW.knockouts,
        NEW.rank, NEW.amount, NEW.outcome, NEW.recommended) IS DISTINCT FROM (OLD.count, OLD.mean, OLD.tie, OLD.spread,
        OLD.knockouts, OLD.rank, OLD.amount, OLD.outcome, OLD.recommended)) THEN
        RAISE EXCEPTION 'the ranking of the batch stands' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reviews_batchitem_guard BEFORE UPDATE OR DELETE ON reviews_batchitem
    FOR EACH ROW EXECUTE FUNCTION reviews_guard_item();
"""
UNDO = """
DROP TRIGGER reviews_score_guard ON reviews_score;
DROP TRIGGER reviews_draw_guard ON reviews_draw;
DROP TRIGGER reviews_recusal_append_only ON reviews_recusal;
DROP TRIGGER reviews_declaration_append_only ON reviews_declaration;
DROP TRIGGER reviews_batch_guard ON reviews_batch;
DROP TRIGGER reviews_batchitem_guard ON reviews_batchitem;
DROP FUNCTION reviews_guard_score();
DROP FUNCTION reviews_guard_draw();
DROP FUNCTION reviews_guard_batch();
DROP FUNCTION reviews_guard_item();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("core", "0003_append_only")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
