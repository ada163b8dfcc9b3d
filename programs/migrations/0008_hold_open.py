"""The guide held and the clock asked, in this order, in one statement whose plan is kept: a submission begins with it."""

from django.db import migrations

HOLD_OPEN = """
CREATE FUNCTION programs_hold_open(_guide bigint, OUT status text, OUT special text, OUT moment timestamptz,
    OUT window_id bigint, OUT opens_at timestamptz, OUT closes_at timestamptz,
    OUT late_id bigint, OUT late_opens timestamptz, OUT late_closes timestamptz, OUT begun_before timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT g.status, s.status INTO status, special
    FROM programs_guide g JOIN programs_special s ON s.id = g.special_id WHERE g.id = _guide FOR SHARE OF g;
    moment := core_now();
    SELECT w.id, w.opens_at, w.closes_at INTO window_id, opens_at, closes_at
    FROM programs_guidewindow w WHERE w.guide_id = _guide AND w.opens_at <= moment AND moment < w.closes_at;
    IF window_id IS NULL THEN
        SELECT e.id, e.opens_at, e.closes_at, e.begun_before INTO late_id, late_opens, late_closes, begun_before
        FROM programs_extension e WHERE e.guide_id = _guide AND e.begun_before IS NOT NULL AND e.status = 'APPROVED'
            AND e.opens_at <= moment AND moment < e.closes_at;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_clock"), ("programs", "0007_begun_alone")]
    operations = [migrations.RunSQL(HOLD_OPEN, "DROP FUNCTION programs_hold_open(bigint)")]
