"""Each person has a number that counts their changes, so that whoever rests on what is known of them compares one number (ADR 0034).

When and with what they sign in is no such change: that goes on all day long. Whatever else is added to a person later counts by itself.
"""

from django.db import migrations, models

COUNT = """
CREATE FUNCTION accounts_count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE _before accounts_person := OLD;
BEGIN
    NEW.rev := OLD.rev;
    _before.last_login := NEW.last_login; _before.password := NEW.password;
    IF _before IS DISTINCT FROM NEW THEN NEW.rev := OLD.rev + 1; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_person_rev BEFORE UPDATE ON accounts_person FOR EACH ROW EXECUTE FUNCTION accounts_count_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_engagement")]
    operations = [
        migrations.AddField("person", "rev", models.PositiveIntegerField(db_default=0, editable=False, help_text="counts the changes but those of signing in; the database writes it")),
        migrations.RunSQL(COUNT, "DROP TRIGGER accounts_person_rev ON accounts_person; DROP FUNCTION accounts_count_changes()"),
    ]
