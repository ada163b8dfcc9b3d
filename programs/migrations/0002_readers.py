"""Functions that read the JSON of the register narrowly."""

from django.db import migrations

#: JSON read narrowly: what is not exactly a number, a day, a flag or a text is unknown. Twins of programs.queries.held.
READERS = r"""
CREATE FUNCTION programs_number(given jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(given)
        WHEN 'string' THEN CASE WHEN given #>> '{}' ~ '^[0-9]{1,13}(\.[0-9]{1,2})?$' THEN (given #>> '{}')::numeric END
        WHEN 'number' THEN CASE WHEN trim_scale(given::numeric)::text ~ '^[0-9]{1,13}(\.[0-9]{1,2})?$' THEN given::numeric END
    END
$$;
CREATE FUNCTION programs_day(given jsonb) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(given) = 'string'
        AND given #>> '{}' ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
    THEN CASE WHEN substr(given #>> '{}', 9, 2)::int <= date_part('day',
            make_date(substr(given #>> '{}', 1, 4)::int, substr(given #>> '{}', 6, 2)::int, 1) + interval '1 month - 1 day')
        THEN make_date(substr(given #>> '{}', 1, 4)::int, substr(given #>> '{}', 6, 2)::int, substr(given #>> '{}', 9, 2)::int)
    END END
$$;
CREATE FUNCTION programs_flag(given jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(given) = 'boolean' THEN given = 'true'::jsonb END
$$;
CREATE FUNCTION programs_text(given jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(given) = 'string' THEN nullif(given #>> '{}', '') END
$$;
CREATE FUNCTION programs_texts(given jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(given) = 'array' THEN
        CASE WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(given) AS item WHERE jsonb_typeof(item) <> 'string')
        THEN ARRAY(SELECT jsonb_array_elements_text(given)) END
    END
$$;
"""
DROP = """
DROP FUNCTION programs_number(jsonb); DROP FUNCTION programs_day(jsonb); DROP FUNCTION programs_flag(jsonb);
DROP FUNCTION programs_text(jsonb); DROP FUNCTION programs_texts(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]
    operations = [migrations.RunSQL(READERS, DROP)]
