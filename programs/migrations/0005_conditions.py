"""The flat register and the functions that read its JSON."""

import django.contrib.postgres.fields
from django.db import migrations, models


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

    dependencies = [
        ('programs', '0004_topics'),
    ]

    operations = [
        migrations.RunSQL(READERS, DROP),
        migrations.CreateModel(
            name='RegisterPair',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'person_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.BigIntegerField()),
                ('person_id', models.BigIntegerField()),
                ('birth_date', models.DateField(null=True)),
                ('gender', models.TextField(null=True)),
                ('is_veteran', models.BooleanField(null=True)),
                ('degree', models.TextField(null=True)),
                ('degree_on', models.DateField(null=True)),
                ('is_postdoc', models.BooleanField(null=True)),
                ('postdoc_left_on', models.DateField(null=True)),
                ('title', models.TextField(null=True)),
                ('talents', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('blocked', models.BooleanField(null=True)),
                ('running_specials', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('running_led', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('running_member', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('pending_led', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('running_count', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('awards', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('full_time', models.BooleanField(null=True)),
                ('insurance_months', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('post', models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RegisterUnit',
            fields=[
                ('organisation_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.TextField(null=True)),
                ('is_legal_person', models.BooleanField(null=True)),
                ('region', models.TextField(null=True)),
                ('district', models.TextField(null=True)),
                ('tax_region', models.TextField(null=True)),
                ('registered_on', models.DateField(null=True)),
                ('is_fiscal', models.BooleanField(null=True)),
                ('is_listed', models.BooleanField(null=True)),
                ('is_top_hundred', models.BooleanField(null=True)),
                ('has_science_prize', models.BooleanField(null=True)),
                ('hnte_known', models.BooleanField(null=True)),
                ('hnte_from', models.DateField(null=True)),
                ('hnte_to', models.DateField(null=True)),
                ('hnte_number', models.TextField(null=True)),
                ('srdi_known', models.BooleanField(null=True)),
                ('srdi_from', models.DateField(null=True)),
                ('srdi_to', models.DateField(null=True)),
                ('srdi_number', models.TextField(null=True)),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('rd_spend_last_year', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('rd_spend_max_two_years', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('revenue_last_year', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('rd_share_last_year', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('staff', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('rd_staff', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('rd_staff_share', models.DecimalField(decimal_places=6, max_digits=30, null=True)),
                ('blocked', models.BooleanField(null=True)),
                ('running_specials', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('running_projects', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('awarded_last_year', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('awards_three_years', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
                ('awards', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='RegisterState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('units', models.PositiveIntegerField()),
                ('pairs', models.PositiveIntegerField()),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='registerstate_one_row')],
            },
        ),
    ]
