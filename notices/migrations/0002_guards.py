"""What the database itself refuses on this floor: an issued document keeps its words, its number and the hands it went through;
its PDF is attached once, and again only as the same file."""

from django.db import migrations

GUARD = """
CREATE FUNCTION notices_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.issued_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'document % is issued', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind, NEW.number, NEW.seq, NEW.year, NEW.title, NEW.addressee, NEW.subject_type, NEW.subject_id, NEW.context, NEW.template,
        NEW.template_version, NEW.drafted_by_id, NEW.proofed_by_id, NEW.signed_by_id, NEW.signed_at, NEW.issued_at, NEW.verify_code)
       IS DISTINCT FROM
       (OLD.kind, OLD.number, OLD.seq, OLD.year, OLD.title, OLD.addressee, OLD.subject_type, OLD.subject_id, OLD.context, OLD.template,
        OLD.template_version, OLD.drafted_by_id, OLD.proofed_by_id, OLD.signed_by_id, OLD.signed_at, OLD.issued_at, OLD.verify_code)
       OR (OLD.sha256 <> '' AND NEW.sha256 IS DISTINCT FROM OLD.sha256) THEN
        RAISE EXCEPTION 'document % is issued', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notices_document_guard BEFORE UPDATE OR DELETE ON notices_document
    FOR EACH ROW EXECUTE FUNCTION notices_document_guard();
"""
BACK = """
DROP TRIGGER notices_document_guard ON notices_document;
DROP FUNCTION notices_document_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, BACK)]
