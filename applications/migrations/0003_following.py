"""A corrected guide takes its applications along: what is frozen may move from a guide to the one that corrects it, and to
its topic of the same code, and nowhere else. Nothing of what was filed changes with it, nor the version it was filed under.
"""

from django.db import migrations

EDITABLE = "('DRAFT', 'UNIT_RETURNED', 'CORRECTION')"
CLOCK = """
    IF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
        IF NEW.submitted_at IS NULL THEN
            IF OLD.status <> 'DRAFT' THEN
                RAISE EXCEPTION 'submission of % stands', OLD.ref USING ERRCODE = 'restrict_violation';
            END IF;
        ELSIF OLD.submitted_at IS NOT NULL OR OLD.status NOT IN ('UNIT_PENDING', 'RECOMMEND_PENDING')
              OR abs(extract(epoch FROM NEW.submitted_at - core_now())) > 60 THEN
            RAISE EXCEPTION 'submission of % is dated by the clock', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
"""
CONTENT = ("answers", "title", "requested", "months", "starts_on", "ends_on", "cluster", "disciplines", "keywords", "ethics", "leader_id",
           "unit_id", "version_id")


def frozen(*columns: str) -> str:
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return f"""
    IF OLD.status NOT IN {EDITABLE} AND ({new}) IS DISTINCT FROM ({old}) THEN
        RAISE EXCEPTION 'content of % is frozen', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
"""


PLACE = f"""
    IF OLD.status NOT IN {EDITABLE} AND (NEW.guide_id, NEW.topic_id) IS DISTINCT FROM (OLD.guide_id, OLD.topic_id) THEN
        IF NOT EXISTS (SELECT FROM programs_guide g WHERE g.id = NEW.guide_id AND g.supersedes_id = OLD.guide_id) THEN
            RAISE EXCEPTION '% stays with its guide', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.topic_id IS DISTINCT FROM OLD.topic_id AND NOT EXISTS (
            SELECT FROM programs_topic a JOIN programs_topic b ON b.code = a.code
            WHERE a.id = OLD.topic_id AND b.id = NEW.topic_id AND b.guide_id = NEW.guide_id
        ) THEN
            RAISE EXCEPTION '% stays with its topic', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
"""


def guard(*parts: str) -> str:
    return ("CREATE OR REPLACE FUNCTION applications_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + "".join(parts) + "    RETURN NEW;\nEND $$;")


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_guards"), ("programs", "0004_registerunit_uscc")]
    operations = [migrations.RunSQL(guard(CLOCK, frozen(*CONTENT), PLACE), guard(CLOCK, frozen(*CONTENT, "guide_id", "topic_id")))]
