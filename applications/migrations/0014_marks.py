"""The print of what a check rests on is made of the marks of row versions, not of their contents.

A row of PostgreSQL has another (xmin, ctid) after every change; both stand in the head of the row, where its content, most of all the
answers of the application, had to be fetched and written out as text (1.4 ms of each submission). Of people the content is still read:
their rows change at every log-in. A database that was restored from a dump has other marks: what was prepared is then looked at again.
"""

from django.db import migrations


def marks(table: str, where: str, join: str = "", more: str = "") -> str:
    return f"(SELECT string_agg(concat_ws(',', x.xmin, x.ctid{more}), ' ' ORDER BY x.id) FROM {table} x {join} WHERE {where}), '#',"


PEOPLE, UNITS = "x.person_id = ANY (w.people)", "x.id = ANY (w.units)"
OWN = "x.application_id = a.id"
PRINT = f"""
CREATE OR REPLACE FUNCTION applications_print(wanted bigint, of_unit boolean, made_by text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT md5(concat_ws(E'\\x1f', made_by, (core_now() AT TIME ZONE 'Asia/Shanghai')::date, of_unit,
    a.xmin, a.ctid, g.xmin, g.ctid, s.xmin, s.ctid, t.xmin, t.ctid,
    {marks("applications_teammember", OWN, "LEFT JOIN core_storedfile f ON f.id = x.letter_id", ", f.xmin, f.ctid")}
    {marks("applications_partner", OWN)}
    {marks("applications_budgetline", OWN)}
    {marks("applications_target", OWN)}
    {marks("applications_annex", OWN, "JOIN core_storedfile f ON f.id = x.file_id", ", f.xmin, f.ctid")}
    {marks("accounts_organisation", UNITS)}
    (SELECT string_agg((to_jsonb(x) - 'last_login' - 'password')::text, E'\\x1e' ORDER BY x.id) FROM accounts_person x
        WHERE x.id = ANY (w.people)), '#',
    {marks("accounts_membership", PEOPLE)}
    {marks("accounts_engagement", PEOPLE)}
    {marks("accounts_engagement", "of_unit AND x.organisation_id = a.unit_id")}
    {marks("accounts_integritymark", f"{PEOPLE} OR x.organisation_id = a.unit_id")}
    (SELECT string_agg(concat_ws(',', x.id, x.status), E'\\x1e' ORDER BY x.id) FROM applications_application x
        WHERE x.guide_id = a.guide_id AND x.leader_id = a.leader_id AND x.id <> a.id), '#',
    (SELECT string_agg(concat_ws(',', x.id, x.status), E'\\x1e' ORDER BY x.id) FROM applications_application x
        WHERE of_unit AND x.guide_id = a.guide_id AND x.unit_id = a.unit_id AND x.id <> a.id), '#',
    {marks("core_parameter", "x.key LIKE 'limit.%'")} ''))
FROM applications_application a
JOIN programs_guide g ON g.id = a.guide_id
JOIN programs_special s ON s.id = g.special_id
LEFT JOIN programs_topic t ON t.id = a.topic_id
CROSS JOIN LATERAL (SELECT
    array_append((SELECT array_agg(m.person_id) FROM applications_teammember m WHERE m.application_id = a.id), a.leader_id) AS people,
    array_append((SELECT array_agg(m.organisation_id) FROM (
        SELECT organisation_id FROM applications_teammember WHERE application_id = a.id
        UNION SELECT organisation_id FROM applications_partner WHERE application_id = a.id) m), a.unit_id) AS units) w
WHERE a.id = wanted);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0013_letters")]
    operations = [
        migrations.RunSQL(PRINT, migrations.RunSQL.noop),
        # The text of a version is written once and read whole: packing it costs more of the last minute than the disk it saves.
        migrations.RunSQL("ALTER TABLE applications_version ALTER COLUMN data SET STORAGE EXTERNAL",
                          "ALTER TABLE applications_version ALTER COLUMN data SET STORAGE EXTENDED"),
    ]
