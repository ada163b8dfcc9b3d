"""The answer of the check list, kept until the submission, and the print of everything it was made from.

`applications_print` reads whole rows, so that a column added later belongs to the print without anybody thinking of it. A test
runs the check list and fails when it reads a table that is not named here. PL/pgSQL, because it keeps its plan.
"""

import django.db.models.deletion
from django.db import migrations, models


PRINT = """
CREATE FUNCTION applications_print(wanted bigint, of_unit boolean, made_by text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT md5(concat_ws(E'\\x1f', made_by, (core_now() AT TIME ZONE 'Asia/Shanghai')::date, of_unit, a::text, g::text, s::text, t::text,
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM applications_teammember x WHERE x.application_id = a.id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM applications_partner x WHERE x.application_id = a.id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM applications_budgetline x WHERE x.application_id = a.id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM applications_target x WHERE x.application_id = a.id), '#',
    (SELECT string_agg(concat_ws(',', x::text, f::text), E'\\x1e' ORDER BY x.id) FROM applications_annex x
        JOIN core_storedfile f ON f.id = x.file_id WHERE x.application_id = a.id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM accounts_organisation x WHERE x.id = ANY (w.units)), '#',
    (SELECT string_agg((to_jsonb(x) - 'last_login' - 'password')::text, E'\\x1e' ORDER BY x.id) FROM accounts_person x
        WHERE x.id = ANY (w.people)), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM accounts_membership x WHERE x.person_id = ANY (w.people)), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM accounts_engagement x WHERE x.person_id = ANY (w.people)), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM accounts_engagement x
        WHERE of_unit AND x.organisation_id = a.unit_id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM accounts_integritymark x
        WHERE x.person_id = ANY (w.people) OR x.organisation_id = a.unit_id), '#',
    (SELECT string_agg(concat_ws(',', x.id, x.status), E'\\x1e' ORDER BY x.id) FROM applications_application x
        WHERE x.guide_id = a.guide_id AND x.leader_id = a.leader_id AND x.id <> a.id), '#',
    (SELECT string_agg(concat_ws(',', x.id, x.status), E'\\x1e' ORDER BY x.id) FROM applications_application x
        WHERE of_unit AND x.guide_id = a.guide_id AND x.unit_id = a.unit_id AND x.id <> a.id), '#',
    (SELECT string_agg(x::text, E'\\x1e' ORDER BY x.id) FROM core_parameter x WHERE x.key LIKE 'limit.%')))
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
    dependencies = [
        ("accounts", "0001_initial"),
        ("applications", "0004_duplicates"),
        ("core", "0003_append_only"),
        ("programs", "0006_versions_stay"),
    ]
    operations = [
        migrations.CreateModel(
            name="Prepared",
            fields=[
                ("application", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="prepared", serialize=False, to="applications.application")),
                ("print", models.CharField(max_length=32)),
                ("of_unit", models.BooleanField(help_text="the rules of the guide look at what else the unit has filed or runs")),
                ("head", models.TextField(help_text="canonical text of the version up to the receipt")),
                ("tail", models.TextField(help_text="and after it")),
                ("engaged", models.JSONField(help_text="[[role, person or null, unit or null]]: whom the submission engages")),
                ("klass", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=models.Func(function="core_now", output_field=models.DateTimeField()))),
            ],
        ),
        migrations.RunSQL(PRINT, "DROP FUNCTION applications_print(bigint, boolean, text)"),
    ]
