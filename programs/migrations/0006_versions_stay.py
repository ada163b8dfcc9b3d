"""A version of a guide is append-only: what was signed, published and applied under is never rewritten."""

from django.db import migrations

GUARD = """
CREATE TRIGGER programs_guideversion_append_only BEFORE UPDATE OR DELETE ON programs_guideversion
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER programs_guideversion_no_truncate BEFORE TRUNCATE ON programs_guideversion
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
BACK = """
DROP TRIGGER programs_guideversion_append_only ON programs_guideversion;
DROP TRIGGER programs_guideversion_no_truncate ON programs_guideversion;
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0005_discarded_drafts"), ("core", "0003_append_only")]
    operations = [migrations.RunSQL(GUARD, BACK)]
