import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('applications', '0001_initial'),
        ('core', '0002_tables'),
        ('notices', '0001_initial'),
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('application', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('entitlement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.entitlement')),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.guide')),
                ('special', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.special')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('title', models.CharField(max_length=200)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('mode', models.CharField(max_length=20)),
                ('cluster_list', models.CharField(blank=True, help_text='the version of the 20+8 list that `cluster` is of', max_length=40)),
                ('cluster', models.CharField(blank=True, max_length=40)),
                ('stream', models.CharField(blank=True, max_length=40)),
                ('stage', models.CharField(blank=True, max_length=40)),
                ('status', models.CharField(max_length=20)),
                ('awarded_at', models.DateTimeField()),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('sign_by', models.DateField(blank=True, null=True)),
                ('award_document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.document')),
                ('is_demo', models.BooleanField(default=False)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='project_search'), models.Index(fields=['special', 'status'], name='project_special'), models.Index(fields=['unit', 'status'], name='project_unit'), models.Index(fields=['leader', 'status'], name='project_leader'), models.Index(fields=['cluster_list', 'cluster'], name='project_cluster')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['CONTRACT_PENDING', 'ACTIVE', 'SUSPENDED', 'OVERDUE', 'ACCEPTANCE', 'RECONSIDER', 'PASSED', 'CLOSED', 'FAILED', 'TERMINATED', 'REVOKED', 'ARCHIVED', 'LAPSED', 'COMPLETED'])), name='project_status'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='project_amount'), models.CheckConstraint(condition=models.Q(models.Q(('application__isnull', True), ('entitlement__isnull', False)), models.Q(('application__isnull', False), ('entitlement__isnull', True)), _connector='OR'), name='project_one_origin'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='project_dates')],
            },
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='projects.project')),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('SIGN', 'On signature'), ('MIDTERM', 'After the mid-term check'), ('FINAL', 'After acceptance'), ('ONCE', 'One payment'), ('YEARLY', 'Yearly payment')], max_length=8)),
                ('year_no', models.PositiveSmallIntegerField(blank=True, help_text='of a yearly payment: 1, 2, 3 ...', null=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('condition', models.CharField(blank=True, max_length=200)),
                ('condition_en', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['project', 'order', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['SIGN', 'MIDTERM', 'FINAL', 'ONCE', 'YEARLY'])), name='paymentline_kind'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='paymentline_amount'), models.UniqueConstraint(fields=('project', 'kind', 'year_no'), name='paymentline_kind_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'YEARLY'), ('year_no__gte', 1)), models.Q(models.Q(('kind', 'YEARLY'), _negated=True), ('year_no', None)), _connector='OR'), name='paymentline_year')],
            },
        ),
        migrations.CreateModel(
            name='ContractTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='projects.project')),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('l1', models.CharField(max_length=40)),
                ('l2', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('direction', models.CharField(max_length=4)),
                ('baseline', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True)),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True)),
                ('value_text', models.CharField(blank=True, max_length=300)),
                ('weight', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('evidence', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['project', 'order', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('direction__in', ['GE', 'LE', 'QUAL'])), name='contracttarget_direction')],
            },
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contract', to='projects.project')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('status', models.CharField(default='DRAFT', max_length=12)),
                ('content', models.JSONField(default=dict, help_text='term, duties, clauses as offered')),
                ('changes', models.TextField(blank=True, help_text='why it differs from the application')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offered_at', models.DateTimeField(blank=True, null=True)),
                ('unit_signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit_signed_at', models.DateTimeField(blank=True, null=True)),
                ('bureau_signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bureau_signed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'OFFERED', 'UNIT_SIGNED', 'EFFECTIVE'])), name='contract_status'), models.CheckConstraint(condition=models.Q(('status', 'DRAFT'), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='contract_offered_is_hashed'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'EFFECTIVE'), _negated=True), models.Q(('bureau_signed_by__isnull', False), ('unit_signed_by__isnull', False)), _connector='OR'), name='contract_two_signatures')],
            },
        ),
        migrations.CreateModel(
            name='ProposalList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=40, unique=True)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.guide')),
                ('status', models.CharField(default='DRAFT', max_length=12)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('minutes', models.TextField(blank=True, help_text="what the meeting of the bureau's leaders decided")),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'SUBMITTED', 'DECIDED'])), name='proposallist_status'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('created_by')), _negated=True), _connector='OR'), name='proposallist_two_people')],
            },
        ),
        migrations.CreateModel(
            name='ProposalItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='projects.proposallist')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('rank', models.PositiveIntegerField()),
                ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
                ('amount', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ('selected', models.BooleanField(default=False)),
                ('reason_code', models.CharField(blank=True, max_length=40)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['proposal', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('proposal', 'rank'), name='proposalitem_rank'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='proposalitem_amount'), models.CheckConstraint(condition=models.Q(('selected', False), ('amount__gt', 0), _connector='OR'), name='proposalitem_selected_has_money')],
            },
        ),
        migrations.CreateModel(
            name='Publicity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publicity', to='projects.proposallist')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.document')),
                ('status', models.CharField(default='PREPARED', max_length=10)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['PREPARED', 'OPEN', 'CLOSED'])), name='publicity_status'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='publicity_times')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.CharField(max_length=40, unique=True)),
                ('publicity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='projects.publicity')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('kind', models.CharField(choices=[('PERSON', 'Person'), ('UNIT', 'Unit')], max_length=8)),
                ('name_sealed', models.TextField()),
                ('contact_sealed', models.TextField()),
                ('facts', models.TextField()),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('status', models.CharField(default='FILED', max_length=12)),
                ('filed_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('decision', models.TextField(blank=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['FILED', 'REFUSED', 'ACCEPTED', 'UPHELD', 'NOT_UPHELD'])), name='objection_status'), models.CheckConstraint(condition=models.Q(('status__in', ['FILED', 'ACCEPTED']), models.Q(('decision', ''), _negated=True), _connector='OR'), name='objection_end_has_decision')],
            },
        ),
    ]
