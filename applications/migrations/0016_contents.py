"""What is frozen is written beforehand, once, and the submission names it (ADR 0034).

Versions there are yet keep their data whole. What stood ready is made again, by the worker or at the submission.
"""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
ALTER TABLE applications_content ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TRIGGER applications_content_stays BEFORE UPDATE ON applications_content
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER applications_content_no_truncate BEFORE TRUNCATE ON applications_content
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
#: As in 0015; what is frozen has been written. A version of that number there already: nothing is written, and nothing was before.
SUBMIT = """
CREATE OR REPLACE FUNCTION applications_submit(_application bigint, _made_by text, _person bigint, _receipt text, _units int[], _people int[],
    _day date, _source_type text, _source_ref text) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE _content bigint; _sha256 text; _engaged jsonb; _klass text;
BEGIN
    PERFORM applications_hold_counted(_units, _people);
    SELECT c.id, c.sha256, p.engaged, p.klass INTO _content, _sha256, _engaged, _klass
        FROM applications_prepared p JOIN applications_content c ON c.id = p.content_id
        WHERE p.application_id = _application AND p.print = applications_print(p.application_id, p.of_unit, _made_by);
    IF NOT FOUND THEN RETURN NULL; END IF;
    _sha256 := encode(sha256(convert_to('{"content":"' || _sha256 || '","receipt":' || _receipt || '}', 'UTF8')), 'hex');
    INSERT INTO applications_version (application_id, number, content_id, receipt, sha256, why, by_id)
    VALUES (_application, 1, _content, _receipt::jsonb, _sha256, 'SUBMIT', _person) ON CONFLICT (application_id, number) DO NOTHING;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM accounts_engage(_engaged, _klass, 'APPLIED', _day, NULL, _source_type, _source_ref);
    RETURN _sha256;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0015_cheaper"), ("core", "0008_reactions")]
    operations = [
        migrations.CreateModel(
            name="Content",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("data", models.JSONField()),
                ("at", models.DateTimeField(db_default=models.Func(function="core_now", output_field=models.DateTimeField()))),
                ("application", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="contents", to="applications.application")),
            ],
            options={
                "ordering": ["application", "pk"],
                "constraints": [models.UniqueConstraint(fields=("application", "sha256"), name="applicationcontent_once")],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RenameField("version", "data", "whole"),
        migrations.AlterField("version", "whole", models.JSONField(null=True)),
        migrations.AddField("version", "content", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="applications.content")),
        migrations.AddField("version", "receipt", models.JSONField(help_text="{number, submitted_at, endorsed_by} of a submission", null=True)),
        migrations.AddConstraint("version", models.CheckConstraint(
            condition=models.Q(models.Q(("content", None), ("whole__isnull", False)), models.Q(("content__isnull", False), ("whole__isnull", True)), _connector="OR"),
            name="applicationversion_one_kind")),
        migrations.RunSQL("DELETE FROM applications_prepared", migrations.RunSQL.noop),
        migrations.RemoveField("prepared", "head"),
        migrations.RemoveField("prepared", "tail"),
        migrations.AddField("prepared", "content", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.CASCADE, related_name="prepared", to="applications.content")),
        migrations.RunSQL(SUBMIT, migrations.RunSQL.noop),
    ]
