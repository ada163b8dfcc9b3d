"""What proves and freezes a submission goes to the database with the move itself; content is looked at only where it is written (ADR 0034)."""

from django.db import migrations

#: As in 0016, as the proof of the move: true, or nothing was written. What was kept is named by its hash, from which the caller has made
#: that of the version.
SUBMIT = """
DROP FUNCTION applications_submit(bigint, text, bigint, text, int[], int[], date, text, text);
CREATE FUNCTION applications_submit(_application bigint, _made_by text, _known_by text, _sha256 text, _person bigint, _receipt text, _units int[],
    _people int[], _day date, _source_type text, _source_ref text) RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE _content bigint; _engaged jsonb; _klass text;
BEGIN
    PERFORM applications_hold_counted(_units, _people);
    SELECT c.id, p.engaged, p.klass INTO _content, _engaged, _klass
        FROM applications_prepared p JOIN applications_content c ON c.id = p.content_id AND c.sha256 = _known_by
        WHERE p.application_id = _application AND p.print = applications_print(p.application_id, p.of_unit, _made_by);
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO applications_version (application_id, number, content_id, receipt, sha256, why, by_id)
    VALUES (_application, 1, _content, _receipt::jsonb, _sha256, 'SUBMIT', _person) ON CONFLICT (application_id, number) DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM accounts_engage(_engaged, _klass, 'APPLIED', _day, NULL, _source_type, _source_ref);
    RETURN true;
END $$;
"""
CONTENT = ("answers", "title", "requested", "months", "starts_on", "ends_on", "cluster", "disciplines", "keywords", "ethics", "leader_id",
           "unit_id", "version_id")
PLACE = ("guide_id", "topic_id")  # moves to the guide that corrects its own, and to nowhere else (0003)


def differ(*columns: str) -> str:
    return f"({', '.join(f'NEW.{name}' for name in columns)}) IS DISTINCT FROM ({', '.join(f'OLD.{name}' for name in columns)})"


#: To see that nothing has changed, the long texts of a row were fetched and read twice, at every change of its state. An UPDATE that does not
#: name a column does not change it, and no trigger of the table writes one. What is asked is what was asked before (0003).
GUARD = f"""
CREATE OR REPLACE FUNCTION applications_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.submitted_at IS NULL THEN
        IF OLD.status <> 'DRAFT' THEN
            RAISE EXCEPTION 'submission of % stands', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF OLD.submitted_at IS NOT NULL OR OLD.status NOT IN ('UNIT_PENDING', 'RECOMMEND_PENDING')
          OR abs(extract(epoch FROM NEW.submitted_at - core_now())) > 60 THEN
        RAISE EXCEPTION 'submission of % is dated by the clock', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION applications_guard_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {differ(*CONTENT)} THEN
        RAISE EXCEPTION 'content of % is frozen', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF {differ(*PLACE)} THEN
        IF NOT EXISTS (SELECT FROM programs_guide g WHERE g.id = NEW.guide_id AND g.supersedes_id = OLD.guide_id) THEN
            RAISE EXCEPTION '% stays with its guide', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.topic_id IS DISTINCT FROM OLD.topic_id AND NOT EXISTS (
            SELECT FROM programs_topic a JOIN programs_topic b ON b.code = a.code
            WHERE a.id = OLD.topic_id AND b.id = NEW.topic_id AND b.guide_id = NEW.guide_id
        ) THEN
            RAISE EXCEPTION '% stays with its topic', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER applications_application_guard ON applications_application;
CREATE TRIGGER applications_application_guard BEFORE UPDATE ON applications_application
    FOR EACH ROW WHEN (NEW.submitted_at IS DISTINCT FROM OLD.submitted_at) EXECUTE FUNCTION applications_guard();
CREATE TRIGGER applications_application_guard_content BEFORE UPDATE OF {', '.join((*CONTENT, *PLACE))} ON applications_application
    FOR EACH ROW WHEN (OLD.status NOT IN ('DRAFT', 'UNIT_RETURNED', 'CORRECTION')) EXECUTE FUNCTION applications_guard_content();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0017_print")]
    operations = [
        migrations.RunSQL(SUBMIT, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
