"""What follows an act is one row that names all functions; the worker parts it, and each is a row of its own from then on (ADR 0034)."""

from django.db import migrations, models

RECORD = """
CREATE OR REPLACE FUNCTION core_record(_verb text, _target_type text, _target_id bigint, _target_ref text, _actor_id bigint, _actor_label text, _why text,
    _before jsonb, _after jsonb, _data jsonb, _request_id text, _ip inet, _handlers text[], OUT entered bigint, OUT moment timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_ledgerrow (verb, target_type, target_id, target_ref, actor_id, actor_label, why, before, after, data, request_id, ip)
    VALUES (_verb, _target_type, _target_id, _target_ref, _actor_id, _actor_label, _why, _before, _after, _data, _request_id, _ip)
    RETURNING id, at INTO entered, moment;
    IF _handlers <> '{}' THEN
        INSERT INTO core_reaction (retry_at, tries, error, event_id, handler) VALUES (core_now(), 0, '', entered, array_to_string(_handlers, ' '));
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0008_reactions")]
    operations = [
        migrations.AlterField("reaction", "handler", models.TextField(help_text="name of a function; of several, parted by the worker, with blanks")),
        migrations.RunSQL(RECORD, migrations.RunSQL.noop),
    ]
