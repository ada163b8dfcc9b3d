"""A row of the record and what follows from it, with a plan that is kept: every act of the house ends with it."""

from django.db import migrations

RECORD = """
CREATE FUNCTION core_record(_verb text, _target_type text, _target_id bigint, _target_ref text, _actor_id bigint, _actor_label text, _why text,
    _before jsonb, _after jsonb, _data jsonb, _request_id text, _ip inet, _handlers text[], OUT entered bigint, OUT moment timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_ledgerrow (verb, target_type, target_id, target_ref, actor_id, actor_label, why, before, after, data, request_id, ip)
    VALUES (_verb, _target_type, _target_id, _target_ref, _actor_id, _actor_label, _why, _before, _after, _data, _request_id, _ip)
    RETURNING id, at INTO entered, moment;
    IF _handlers <> '{}' THEN
        INSERT INTO core_reaction (retry_at, tries, error, event_id, handler)
        SELECT core_now(), 0, '', entered, wanted FROM unnest(_handlers) wanted;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_ledger_dated")]
    operations = [
        migrations.RunSQL(RECORD, "DROP FUNCTION core_record(text, text, bigint, text, bigint, text, text, jsonb, jsonb, jsonb, text, inet, text[])"),
    ]
