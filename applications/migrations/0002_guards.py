"""What the database itself refuses on this floor, whoever asks.

- `submitted_at` is written once, by the clock of the database, from the unit's desk; it can be cleared only when the
  applicant has taken the application back. So nobody can back-date a submission, not even by SQL of the web role.
- The content of an application changes only while it is being filled in or corrected.
- Submitted versions are append-only.
"""

from django.db import migrations

EDITABLE = "('DRAFT', 'UNIT_RETURNED', 'CORRECTION')"
GUARD = f"""
CREATE FUNCTION applications_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
        IF NEW.submitted_at IS NULL THEN
            IF OLD.status <> 'DRAFT' THEN
                RAISE EXCEPTION 'submission of % stands', OLD.ref USING ERRCODE = 'restrict_violation';
            END IF;
        ELSIF OLD.submitted_at IS NOT NULL OR OLD.status NOT IN ('UNIT_PENDING', 'RECOMMEND_PENDING')
              OR abs(extract(epoch FROM NEW.submitted_at - core_now())) > 60 THEN
            RAISE EXCEPTION 'submission of % is dated by the clock', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF OLD.status NOT IN {EDITABLE} AND (
        NEW.answers, NEW.title, NEW.requested, NEW.months, NEW.starts_on, NEW.ends_on, NEW.cluster, NEW.disciplines,
        NEW.keywords, NEW.ethics, NEW.topic_id, NEW.leader_id, NEW.unit_id, NEW.guide_id, NEW.version_id
    ) IS DISTINCT FROM (
        OLD.answers, OLD.title, OLD.requested, OLD.months, OLD.starts_on, OLD.ends_on, OLD.cluster, OLD.disciplines,
        OLD.keywords, OLD.ethics, OLD.topic_id, OLD.leader_id, OLD.unit_id, OLD.guide_id, OLD.version_id
    ) THEN
        RAISE EXCEPTION 'content of % is frozen', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_application_guard BEFORE UPDATE ON applications_application
    FOR EACH ROW EXECUTE FUNCTION applications_guard();

CREATE FUNCTION applications_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM applications_application
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END;
    IF found_status IS NOT NULL AND found_status NOT IN {EDITABLE} THEN
        RAISE EXCEPTION '% of a frozen application', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION applications_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'submitted application % stays', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER applications_application_stays BEFORE DELETE ON applications_application
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_delete();

CREATE TRIGGER applications_version_append_only BEFORE UPDATE OR DELETE ON applications_version
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER applications_version_no_truncate BEFORE TRUNCATE ON applications_version
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
PARTS = ("teammember", "partner", "budgetline", "target", "annex")
PART_TRIGGERS = "".join(
    f"CREATE TRIGGER applications_{part}_guard BEFORE INSERT OR UPDATE OR DELETE ON applications_{part}"
    " FOR EACH ROW EXECUTE FUNCTION applications_guard_part();\n"
    for part in PARTS
)
DROP = (
    "".join(f"DROP TRIGGER applications_{part}_guard ON applications_{part};" for part in PARTS)
    + "DROP TRIGGER applications_version_append_only ON applications_version;"
    "DROP TRIGGER applications_version_no_truncate ON applications_version;"
    "DROP TRIGGER applications_application_stays ON applications_application;"
    "DROP TRIGGER applications_application_guard ON applications_application;"
    "DROP FUNCTION applications_refuse_delete(); DROP FUNCTION applications_guard_part();"
    "DROP FUNCTION applications_guard();"
)


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("core", "0003_append_only")]
    operations = [migrations.RunSQL(GUARD + PART_TRIGGERS, DROP)]
