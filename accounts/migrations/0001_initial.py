import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('core', '0002_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=20, unique=True)),
                ('text', models.TextField()),
                ('text_en', models.TextField(blank=True)),
                ('effective_from', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('email', models.EmailField(blank=True, max_length=254, null=True, unique=True)),
                ('phone', models.CharField(blank=True, max_length=20, null=True, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=100)),
                ('name_sort', models.CharField(blank=True, max_length=120)),
                ('gender', models.CharField(blank=True, choices=[('F', 'Female'), ('M', 'Male')], max_length=1)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('id_kind', models.CharField(blank=True, choices=[('RESIDENT', 'Resident identity card'), ('PERMIT', 'Residence permit'), ('PASSPORT', 'Passport')], max_length=10)),
                ('id_sealed', models.TextField(blank=True)),
                ('id_print', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('id_masked', models.CharField(blank=True, max_length=40)),
                ('degree', models.CharField(blank=True, max_length=40)),
                ('title', models.CharField(blank=True, max_length=40)),
                ('orcid', models.CharField(blank=True, max_length=19)),
                ('facts', models.JSONField(blank=True, default=dict, help_text='is_veteran, degree_on, is_postdoc, postdoc_left_on, talents')),
                ('language', models.CharField(blank=True, max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('session_epoch', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to=settings.AUTH_USER_MODEL)),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'indexes': [models.Index(fields=['name_sort'], name='person_sort')],
                'constraints': [models.CheckConstraint(condition=models.Q(('email__isnull', False), ('phone__isnull', False), _connector='OR'), name='person_reachable'), models.CheckConstraint(condition=models.Q(('is_active', True), ('ended_at__isnull', False), _connector='OR'), name='person_ended_has_date')],
            },
        ),
        migrations.CreateModel(
            name='LoginAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_print', models.CharField(max_length=64)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('ok', models.BooleanField()),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'indexes': [models.Index(fields=['account_print', 'at'], name='attempt_account'), models.Index(fields=['ip', 'at'], name='attempt_ip')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('uscc', models.CharField(blank=True, max_length=18, null=True, unique=True)),
                ('kind', models.CharField(choices=[('BUREAU', 'Science and technology bureau'), ('AGENCY', 'Professional institution'), ('ENTERPRISE', 'Enterprise'), ('UNIVERSITY', 'University'), ('INSTITUTE', 'Research institute'), ('HOSPITAL', 'Medical institution'), ('SOCIAL', 'Social organisation'), ('GOVERNMENT', 'Government body'), ('OVERSEAS', 'Overseas body')], max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('country', models.CharField(blank=True, max_length=60)),
                ('overseas_number', models.CharField(blank=True, max_length=60)),
                ('region', models.CharField(blank=True, max_length=40)),
                ('legal_representative', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('registered_on', models.DateField(blank=True, null=True)),
                ('licence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('status', models.CharField(choices=[('PENDING', 'Waiting for verification'), ('VERIFIED', 'Verified'), ('REFUSED', 'Verification refused'), ('SUSPENDED', 'Suspended'), ('MERGED', 'Merged into another')], default='PENDING', max_length=10)),
                ('refused_reason', models.TextField(blank=True)),
                ('account_name', models.CharField(blank=True, max_length=120)),
                ('bank_name', models.CharField(blank=True, max_length=120)),
                ('account_sealed', models.TextField(blank=True)),
                ('account_masked', models.CharField(blank=True, max_length=40)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='accounts.organisation')),
                ('is_demo', models.BooleanField(default=False)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='organisation_search')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['PENDING', 'VERIFIED', 'REFUSED', 'SUSPENDED', 'MERGED'])), name='organisation_status'), models.CheckConstraint(condition=models.Q(('kind', 'OVERSEAS'), ('uscc__isnull', False), _connector='OR'), name='organisation_code_or_overseas'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'REFUSED'), _negated=True), models.Q(('refused_reason', ''), _negated=True), _connector='OR'), name='organisation_refusal_has_reason'), models.UniqueConstraint(condition=models.Q(('overseas_number', ''), _negated=True), fields=('country', 'overseas_number'), name='organisation_overseas_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation')),
                ('role', models.CharField(choices=[('MEMBER', 'Member of the unit'), ('ORG_ADMIN', 'Unit administrator'), ('ORG_LEGAL', 'Legal representative'), ('ORG_FINANCE', 'Unit finance officer'), ('DIVISION', 'Business division'), ('RESOURCE', 'Resource division'), ('SUPERVISION', 'Supervision division'), ('LEADER', 'Bureau leader'), ('FINANCE', 'Finance officer'), ('AGENCY', 'Professional institution'), ('EXPERT', 'Review expert'), ('MONITOR', 'Project monitor'), ('AUDITOR', 'Auditor'), ('DISCIPLINE', 'Discipline office'), ('SYSADMIN', 'System administrator'), ('SECADMIN', 'Security administrator'), ('AUDITADMIN', 'Audit administrator')], max_length=12)),
                ('scope', models.CharField(blank=True, max_length=40)),
                ('division', models.CharField(blank=True, max_length=60)),
                ('status', models.CharField(choices=[('REQUESTED', 'Waiting for confirmation'), ('INVITED', 'Waiting for the person to accept'), ('ACTIVE', 'In force'), ('ENDED', 'Ended'), ('REFUSED', 'Refused')], default='REQUESTED', max_length=10)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('facts', models.JSONField(blank=True, default=dict, help_text='what the unit says of the post: full_time, insured_since, post')),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['REQUESTED', 'INVITED', 'ACTIVE', 'ENDED', 'REFUSED'])), name='membership_status'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='membership_dates'), models.UniqueConstraint(condition=models.Q(('status__in', ['REQUESTED', 'INVITED', 'ACTIVE'])), fields=('person', 'organisation', 'role', 'scope'), name='membership_once')],
            },
        ),
        migrations.CreateModel(
            name='IntegrityMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='marks', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='accounts.organisation')),
                ('level', models.CharField(choices=[('NOTE', 'Note'), ('ORDINARY', 'Ordinary misconduct'), ('SERIOUS', 'Serious misconduct'), ('FAILED', 'Project not passed')], max_length=10)),
                ('kind', models.CharField(max_length=40)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('reason', models.TextField()),
                ('source_type', models.CharField(blank=True, max_length=80)),
                ('source_ref', models.CharField(blank=True, max_length=80)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('person__isnull', False)), models.Q(('organisation__isnull', False), ('person__isnull', True)), _connector='OR'), name='mark_one_subject')],
            },
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to='accounts.organisation')),
                ('klass', models.CharField(max_length=40)),
                ('role', models.CharField(max_length=12)),
                ('state', models.CharField(max_length=12)),
                ('starts', models.DateField()),
                ('ends', models.DateField(blank=True, null=True)),
                ('source_type', models.CharField(max_length=80)),
                ('source_ref', models.CharField(max_length=80)),
            ],
            options={
                'indexes': [models.Index(fields=['source_type', 'source_ref'], name='engagement_source')],
                'constraints': [models.UniqueConstraint(fields=('person', 'organisation', 'role', 'source_type', 'source_ref'), name='engagement_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='accounts.organisation')),
                ('title', models.CharField(blank=True, max_length=60)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to=settings.AUTH_USER_MODEL)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='accounts.privacynotice')),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('ip', models.GenericIPAddressField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'notice'), name='consent_once')],
            },
        ),
        migrations.CreateModel(
            name='UnitChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='accounts.organisation')),
                ('status', models.CharField(choices=[('WAITING', 'Waiting for the bureau'), ('CONFIRMED', 'Verified'), ('REFUSED', 'Not accepted'), ('WITHDRAWN', 'Withdrawn')], default='WAITING', max_length=10)),
                ('proposed', models.JSONField()),
                ('explanation', models.TextField(blank=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['WAITING', 'CONFIRMED', 'REFUSED', 'WITHDRAWN'])), name='unit_change_status'), models.UniqueConstraint(condition=models.Q(('status', 'WAITING')), fields=('organisation',), name='unit_change_one_waiting')],
            },
        ),
    ]
