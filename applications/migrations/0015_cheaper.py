"""The same proof that nothing has changed, for less: the print and the submission that asks it (ADR 0025, third part)."""

from django.db import migrations

#: What a person is, column by column; not when and with what they sign in, which changes all day long. A test compares it with the model.
PERSON = (
    "id", "is_superuser", "uid", "email", "phone", "name", "name_en", "name_sort", "gender", "birth_date", "id_kind", "id_sealed", "id_print",
    "id_masked", "degree", "title", "orcid", "facts", "language", "is_active", "session_epoch", "ended_at", "merged_into_id", "is_demo", "created_at",
)


def marks(part: int, table: str, where: str, join: str = "", more: str = "") -> str:
    return f"SELECT {part} AS part, x.id, concat_ws(',', {part}, x.xmin, x.ctid{more}) AS mark FROM {table} x {join} WHERE {where}"


OWN, PEOPLE = "x.application_id = wanted", "x.person_id = ANY (_people)"
OTHERS = "x.guide_id = _guide AND x.id <> wanted AND"
PARTS = " UNION ALL\n    ".join((
    marks(1, "applications_teammember", OWN, "LEFT JOIN core_storedfile f ON f.id = x.letter_id", ", f.xmin, f.ctid"),
    marks(2, "applications_partner", OWN),
    marks(3, "applications_budgetline", OWN),
    marks(4, "applications_target", OWN),
    marks(5, "applications_annex", OWN, "JOIN core_storedfile f ON f.id = x.file_id", ", f.xmin, f.ctid"),
    marks(6, "accounts_organisation", "x.id = ANY (_units)"),
    f"SELECT 7, x.id, ROW({', '.join(f'x.{name}' for name in PERSON)})::text FROM accounts_person x WHERE x.id = ANY (_people)",
    marks(8, "accounts_membership", PEOPLE),
    marks(9, "accounts_engagement", PEOPLE),
    marks(10, "accounts_engagement", "of_unit AND x.organisation_id = _unit"),
    marks(11, "accounts_integritymark", f"{PEOPLE} OR x.organisation_id = _unit"),
    f"SELECT 12, x.id, x.status FROM applications_application x WHERE {OTHERS} x.leader_id = _leader",
    f"SELECT 13, x.id, x.status FROM applications_application x WHERE {OTHERS} of_unit AND x.unit_id = _unit",
    marks(14, "core_parameter", "x.key LIKE 'limit.%'"),
))
#: Kept plans outlive the tables' first thousand rows: one that reads a whole table because it was small is slow in the rush that fills
#: it, so none may. People and units are found once instead of once per part, and one aggregate takes all parts, in their
#: order. A new connection takes the kept plan at once: by itself the database plans the first five times anew, which costs ten prints.
PRINT = f"""
CREATE OR REPLACE FUNCTION applications_print(wanted bigint, of_unit boolean, made_by text) RETURNS text LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE _people bigint[]; _units bigint[]; _guide bigint; _leader bigint; _unit bigint; _marks text;
BEGIN
    SELECT concat_ws(',', a.xmin, a.ctid, g.xmin, g.ctid, s.xmin, s.ctid, (SELECT concat_ws(',', t.xmin, t.ctid) FROM programs_topic t WHERE t.id = a.topic_id)),
        a.guide_id, a.leader_id, a.unit_id INTO _marks, _guide, _leader, _unit
    FROM applications_application a JOIN programs_guide g ON g.id = a.guide_id JOIN programs_special s ON s.id = g.special_id WHERE a.id = wanted;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT array_agg(m.person_id) || _leader, array_agg(m.organisation_id) || _unit INTO _people, _units
    FROM applications_teammember m WHERE m.application_id = wanted;
    SELECT _units || array_agg(m.organisation_id) INTO _units FROM applications_partner m WHERE m.application_id = wanted;
    RETURN (SELECT md5(concat_ws(E'\\x1f', made_by, (core_now() AT TIME ZONE 'Asia/Shanghai')::date, of_unit, _marks,
        string_agg(concat_ws(':', z.id, z.mark), E'\\x1e' ORDER BY z.part, z.id))) FROM (
    {PARTS}) z);
END $$;
"""
#: As in 0007, but the text is put together once, and the versions there are yet are counted once.
SUBMIT = """
CREATE OR REPLACE FUNCTION applications_submit(_application bigint, _made_by text, _person bigint, _receipt text, _units int[], _people int[],
    _day date, _source_type text, _source_ref text) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE _text text; _engaged jsonb; _klass text; _versions int; _submitted int; _sha256 text;
BEGIN
    PERFORM applications_hold_counted(_units, _people);
    SELECT p.head || _receipt || p.tail, p.engaged, p.klass INTO _text, _engaged, _klass FROM applications_prepared p
        WHERE p.application_id = _application AND p.head <> '' AND p.print = applications_print(p.application_id, p.of_unit, _made_by);
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT count(*), count(*) FILTER (WHERE v.why = 'SUBMIT') INTO _versions, _submitted
    FROM applications_version v WHERE v.application_id = _application;
    IF _submitted > 0 THEN RETURN NULL; END IF;
    _sha256 := encode(sha256(convert_to(_text, 'UTF8')), 'hex');
    INSERT INTO applications_version (application_id, number, data, sha256, why, by_id)
    VALUES (_application, _versions + 1, _text::jsonb, _sha256, 'SUBMIT', _person);
    PERFORM accounts_engage(_engaged, _klass, 'APPLIED', _day, NULL, _source_type, _source_ref);
    RETURN _sha256;
END $$;
"""
#: Django adds these for searches by the beginning of a word. Nobody searches numbers by their beginning, and each cost every change of state.
LIKE = """
DO $$ DECLARE _name text; BEGIN
    FOR _name IN SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = 'applications_application'::regclass AND i.relname ~ '_(ref|receipt_number)_[0-9a-f]{8}_like$' LOOP
        EXECUTE format('DROP INDEX %I', _name);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0014_marks")]
    operations = [
        migrations.RunSQL(PRINT, migrations.RunSQL.noop),
        migrations.RunSQL(SUBMIT, migrations.RunSQL.noop),
        migrations.RunSQL(LIKE, migrations.RunSQL.noop),
    ]
