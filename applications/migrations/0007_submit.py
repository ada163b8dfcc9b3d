"""The submission of what stands ready in one statement whose plan is kept (ADR 0025)."""

from django.db import migrations

#: Two that count against the same unit or person run one after the other; the keys come sorted, so that no two wait for each other.
HOLD_COUNTED = """
CREATE FUNCTION applications_hold_counted(_units int[], _people int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE _key int;
BEGIN
    FOREACH _key IN ARRAY _units LOOP PERFORM pg_advisory_xact_lock(x'4101'::int, _key); END LOOP;
    FOREACH _key IN ARRAY _people LOOP PERFORM pg_advisory_xact_lock(x'4102'::int, _key); END LOOP;
END $$;
"""
#: Each statement sees what was committed before it began, so the print is made of what stands once everybody counted is held.
#: NULL: nothing stands ready, or something was submitted before; nothing is written then.
SUBMIT = """
CREATE FUNCTION applications_submit(_application bigint, _made_by text, _person bigint, _receipt text, _units int[], _people int[],
    _day date, _source_type text, _source_ref text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE _ready applications_prepared; _sha256 text;
BEGIN
    PERFORM applications_hold_counted(_units, _people);
    SELECT p.* INTO _ready FROM applications_prepared p WHERE p.application_id = _application AND p.head <> ''
        AND p.print = applications_print(p.application_id, p.of_unit, _made_by)
        AND NOT EXISTS (SELECT 1 FROM applications_version v WHERE v.application_id = _application AND v.why = 'SUBMIT');
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO applications_version (application_id, number, data, sha256, why, by_id)
    SELECT _application, (SELECT count(*) + 1 FROM applications_version v WHERE v.application_id = _application), w.text::jsonb,
        encode(sha256(convert_to(w.text, 'UTF8')), 'hex'), 'SUBMIT', _person
    FROM (SELECT _ready.head || _receipt || _ready.tail AS text) w RETURNING sha256 INTO _sha256;
    PERFORM accounts_engage(_ready.engaged, _ready.klass, 'APPLIED', _day, NULL, _source_type, _source_ref);
    RETURN _sha256;
END $$;
"""

class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_session"), ("applications", "0006_begun")]
    operations = [
        migrations.RunSQL(HOLD_COUNTED, "DROP FUNCTION applications_hold_counted(int[], int[])"),
        migrations.RunSQL(SUBMIT, "DROP FUNCTION applications_submit(bigint, text, bigint, text, int[], int[], date, text, text)"),
    ]
