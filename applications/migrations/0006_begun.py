"""When an application was begun decides whether it may be filed after the close (ADR 0026); so that moment is the clock's, and
stays, also for SQL of the web role."""

from django.db import migrations

GUARD = """
CREATE FUNCTION applications_guard_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND abs(extract(epoch FROM NEW.created_at - core_now())) > 60 THEN
        RAISE EXCEPTION 'the beginning of % is dated by the clock', NEW.ref USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'the beginning of % stays', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_application_begun BEFORE INSERT ON applications_application
    FOR EACH ROW EXECUTE FUNCTION applications_guard_begun();
CREATE TRIGGER applications_application_begun_stays BEFORE UPDATE ON applications_application
    FOR EACH ROW WHEN (NEW.created_at IS DISTINCT FROM OLD.created_at) EXECUTE FUNCTION applications_guard_begun();
"""
BACK = """
DROP TRIGGER applications_application_begun ON applications_application;
DROP TRIGGER applications_application_begun_stays ON applications_application;
DROP FUNCTION applications_guard_begun();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_prepared"), ("programs", "0007_begun_alone")]
    operations = [migrations.RunSQL(GUARD, BACK)]
