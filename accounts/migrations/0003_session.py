"""Sessions that name their person, and who somebody is with all that is asked of it, in one statement whose plan is kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: The roles in force today, one row each; and in every row the notice of privacy in force that the person owes an answer, if any.
HELD = """
CREATE FUNCTION accounts_held(_person bigint, _zone text)
RETURNS TABLE (role text, organisation_id bigint, scope text, division text, owed bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN QUERY
    SELECT m.role::text, m.organisation_id, m.scope::text, m.division::text, o.id
    FROM (SELECT (core_now() AT TIME ZONE _zone)::date AS today) c
    LEFT JOIN accounts_membership m ON m.person_id = _person AND m.status = 'ACTIVE' AND m.since <= c.today
        AND (m.until IS NULL OR m.until >= c.today)
    LEFT JOIN (
        SELECT n.id FROM accounts_privacynotice n WHERE n.effective_from <= core_now() ORDER BY n.effective_from DESC, n.id DESC LIMIT 1
    ) o ON NOT EXISTS (SELECT 1 FROM accounts_consent k WHERE k.notice_id = o.id AND k.person_id = _person);
END $$;
"""
#: The same with the session that says who it is, and the person; no row for a session that is unknown or over (by the true clock,
#: not by the one that tests and the demo world move).
IDENTITY = """
CREATE FUNCTION accounts_identity(_key text, _zone text)
RETURNS TABLE (role text, organisation_id bigint, scope text, division text, owed bigint, session_data text, person accounts_person)
LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN QUERY
    SELECT h.role, h.organisation_id, h.scope, h.division, h.owed, s.session_data, p
    FROM accounts_session s LEFT JOIN accounts_person p ON p.id = s.person_id
    LEFT JOIN LATERAL accounts_held(p.id, _zone) h ON p.id IS NOT NULL
    WHERE s.session_key = _key AND s.expire_date > clock_timestamp();
END $$;
"""
#: `_rows` is [[role, person or null, unit or null]]; what stands already for the source is brought up to date.
ENGAGE = """
CREATE FUNCTION accounts_engage(_rows jsonb, _klass text, _state text, _starts date, _ends date, _source_type text, _source_ref text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_engagement (role, person_id, organisation_id, klass, state, starts, ends, source_type, source_ref)
    SELECT DISTINCT e->>0, (e->>1)::bigint, (e->>2)::bigint, _klass, _state, _starts, _ends, _source_type, _source_ref
    FROM jsonb_array_elements(_rows) e
    ON CONFLICT (person_id, organisation_id, role, source_type, source_ref)
    DO UPDATE SET klass = EXCLUDED.klass, state = EXCLUDED.state, starts = EXCLUDED.starts, ends = EXCLUDED.ends;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_deputies"), ("core", "0001_clock")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key")),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.RunSQL(HELD, "DROP FUNCTION accounts_held(bigint, text)"),
        migrations.RunSQL(IDENTITY, "DROP FUNCTION accounts_identity(text, text)"),
        migrations.RunSQL(ENGAGE, "DROP FUNCTION accounts_engage(jsonb, text, text, date, date, text, text)"),
        # sessions begun before were kept by Django's own table
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
