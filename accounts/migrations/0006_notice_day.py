"""A notice of privacy is in force from the first minute of its day in the zone of the portal, as everywhere else; compared as a date with a
moment, it began at the midnight of the session's zone (UTC), eight hours later."""

from django.db import migrations

HELD = """
CREATE OR REPLACE FUNCTION accounts_held(_person bigint, _zone text)
RETURNS TABLE (role text, organisation_id bigint, scope text, division text, owed bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN QUERY
    SELECT m.role::text, m.organisation_id, m.scope::text, m.division::text, o.id
    FROM (SELECT (core_now() AT TIME ZONE _zone)::date AS today) c
    LEFT JOIN accounts_membership m ON m.person_id = _person AND m.status = 'ACTIVE' AND m.since <= c.today
        AND (m.until IS NULL OR m.until >= c.today)
    LEFT JOIN (
        SELECT n.id FROM accounts_privacynotice n WHERE n.effective_from <= {today} ORDER BY n.effective_from DESC, n.id DESC LIMIT 1
    ) o ON NOT EXISTS (SELECT 1 FROM accounts_consent k WHERE k.notice_id = o.id AND k.person_id = _person);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_revisions")]
    operations = [migrations.RunSQL(HELD.replace("{today}", "(core_now() AT TIME ZONE _zone)::date"), HELD.replace("{today}", "core_now()"))]
