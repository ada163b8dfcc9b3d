"""What frozen parts say need not be looked at again: nobody can change them any more (ADR 0034, ADR 0025 fourth part)."""

from django.db import migrations

#: Who changes a part holds its application, as every act of the house does and now whoever else writes it: the hand-in waits for a change
#: under way, and a change that comes after it finds the application handed in. A part that is moved is looked at on both sides.
GUARD = """
CREATE OR REPLACE FUNCTION applications_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE _status text;
BEGIN
    FOR _status IN SELECT status FROM applications_application WHERE id IN (OLD.application_id, NEW.application_id) ORDER BY id FOR NO KEY UPDATE LOOP
        IF _status NOT IN ('DRAFT', 'UNIT_RETURNED', 'CORRECTION') THEN
            RAISE EXCEPTION '% of a frozen application', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def marks(part: int, table: str, where: str, what: str = "x.xmin, x.ctid") -> str:
    return f"SELECT {part} AS part, x.id, concat_ws(',', {part}, {what}) AS mark FROM {table} x WHERE {where}"


PEOPLE = "x.person_id = ANY (_people)"
OTHERS = "x.guide_id = _guide AND x.id <> wanted AND"
PARTS = " UNION ALL\n    ".join((
    marks(1, "core_storedfile", "x.id = ANY (_files)"),
    marks(2, "accounts_organisation", "x.id = ANY (_units)"),
    marks(3, "accounts_person", "x.id = ANY (_people)", "x.id, x.rev"),
    marks(4, "accounts_membership", PEOPLE),
    marks(5, "accounts_engagement", PEOPLE),
    marks(6, "accounts_engagement", "of_unit AND x.organisation_id = _unit"),
    marks(7, "accounts_integritymark", PEOPLE),
    marks(8, "accounts_integritymark", "x.organisation_id = _unit"),
    marks(9, "applications_application", f"{OTHERS} x.leader_id = _leader", "x.id, x.status"),
    marks(10, "applications_application", f"{OTHERS} of_unit AND x.unit_id = _unit", "x.id, x.status"),
    marks(11, "core_parameter", "x.key LIKE 'limit.%'"),
))
#: One statement names what the answer rests on, one looks at it: plain look-ups by keys, no joins, which a kept plan made while the tables
#: were small would do by reading one of them whole.
PRINT = f"""
CREATE OR REPLACE FUNCTION applications_print(wanted bigint, of_unit boolean, made_by text) RETURNS text LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE _people bigint[]; _units bigint[]; _files bigint[]; _guide bigint; _leader bigint; _unit bigint; _marks text;
BEGIN
    SELECT concat_ws(',', a.xmin, a.ctid, g.xmin, g.ctid, s.xmin, s.ctid, (SELECT concat_ws(',', t.xmin, t.ctid) FROM programs_topic t WHERE t.id = a.topic_id)),
        a.guide_id, a.leader_id, a.unit_id, m.people || a.leader_id,
        m.units || a.unit_id || (SELECT array_agg(p.organisation_id) FROM applications_partner p WHERE p.application_id = wanted),
        m.letters || (SELECT array_agg(n.file_id) FROM applications_annex n WHERE n.application_id = wanted)
        INTO _marks, _guide, _leader, _unit, _people, _units, _files
    FROM applications_application a JOIN programs_guide g ON g.id = a.guide_id JOIN programs_special s ON s.id = g.special_id,
        LATERAL (SELECT array_agg(m.person_id) AS people, array_agg(m.organisation_id) AS units, array_agg(m.letter_id) AS letters
            FROM applications_teammember m WHERE m.application_id = wanted) m
    WHERE a.id = wanted;
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN (SELECT md5(concat_ws(E'\\x1f', made_by, (core_now() AT TIME ZONE 'Asia/Shanghai')::date, of_unit, _marks,
        string_agg(z.mark, ' ' ORDER BY z.part, z.id))) FROM (
    {PARTS}) z);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_revisions"), ("applications", "0016_contents")]
    operations = [
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(PRINT, migrations.RunSQL.noop),
    ]
