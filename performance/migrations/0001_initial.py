import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('core', '0002_tables'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                ('kind', models.CharField(choices=[('ANNUAL', 'Annual report'), ('FINAL', 'Final report')], max_length=8)),
                ('year', models.PositiveSmallIntegerField()),
                ('status', models.CharField(default='DRAFT', max_length=12)),
                ('done', models.TextField(blank=True)),
                ('problems', models.TextField(blank=True)),
                ('outlook', models.TextField(blank=True)),
                ('spent', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('rev', models.PositiveIntegerField(default=0)),
                ('return_reason', models.TextField(blank=True)),
                ('filed_at', models.DateTimeField(blank=True, null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('assessment', models.CharField(blank=True, choices=[('FAVOURABLE', 'Favourable'), ('UNFAVOURABLE', 'Unfavourable')], max_length=12)),
                ('assessment_text', models.TextField(blank=True)),
                ('assessed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assessed_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['project', 'kind'], name='report_project')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'UNIT_PENDING', 'RETURNED', 'FILED', 'CLOSED'])), name='report_status'), models.CheckConstraint(condition=models.Q(('kind__in', ['ANNUAL', 'FINAL'])), name='report_kind'), models.CheckConstraint(condition=models.Q(('spent__gte', 0)), name='report_spent_not_negative'), models.UniqueConstraint(condition=models.Q(('kind', 'ANNUAL')), fields=('project', 'year'), name='report_one_a_year'), models.UniqueConstraint(condition=models.Q(('kind', 'FINAL')), fields=('project',), name='report_one_final'), models.CheckConstraint(condition=models.Q(('assessment', ''), models.Q(('assessed_by__isnull', False), ('assessment__in', ['FAVOURABLE', 'UNFAVOURABLE']), ('kind', 'ANNUAL'), models.Q(('assessment_text', ''), _negated=True)), _connector='OR'), name='report_assessed_whole')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='performance.report')),
                ('status', models.CharField(default='OPEN', max_length=12)),
                ('score', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('grade', models.CharField(blank=True, max_length=8)),
                ('grade_en', models.CharField(blank=True, max_length=20)),
                ('breakdown', models.JSONField(blank=True, default=dict)),
                ('comment', models.TextField(blank=True)),
                ('opened_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('scored_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['OPEN', 'SCORED', 'CONFIRMED'])), name='evaluation_status'), models.CheckConstraint(condition=models.Q(('status', 'OPEN'), models.Q(('score__gte', 0), ('score__lte', 100), models.Q(('grade', ''), _negated=True)), _connector='OR'), name='evaluation_scored_is_whole'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('scored_by')), _negated=True), _connector='OR'), name='evaluation_two_people')],
            },
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='performance.report')),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('status', models.CharField(default='OPEN', max_length=12)),
                ('conclusion', models.CharField(blank=True, max_length=12)),
                ('opinion', models.TextField(blank=True)),
                ('opened_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['OPEN', 'PROPOSED', 'CONFIRMED'])), name='acceptance_status'), models.CheckConstraint(condition=models.Q(('conclusion', ''), ('conclusion__in', ['PASSED', 'RECONSIDER', 'CLOSED', 'FAILED']), _connector='OR'), name='acceptance_conclusion'), models.CheckConstraint(condition=models.Q(('status', 'OPEN'), models.Q(('conclusion', ''), _negated=True), _connector='OR'), name='acceptance_proposed_is_whole'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='acceptance_two_people'), models.UniqueConstraint(fields=('project', 'round'), name='acceptance_round')],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='performance.report')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.contracttarget')),
                ('actual', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True)),
                ('band', models.CharField(blank=True, max_length=8)),
                ('evidence', models.CharField(blank=True, max_length=500)),
                ('found', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True)),
                ('found_band', models.CharField(blank=True, max_length=8)),
                ('found_share', models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['target_id'],
                'constraints': [models.UniqueConstraint(fields=('report', 'target'), name='result_once'), models.CheckConstraint(condition=models.Q(('band', ''), ('band__in', ['MET', 'PARTLY', 'MISSED']), _connector='OR'), name='result_band'), models.CheckConstraint(condition=models.Q(('found_band', ''), ('found_band__in', ['MET', 'PARTLY', 'MISSED']), _connector='OR'), name='result_found_band'), models.CheckConstraint(condition=models.Q(('found_share__isnull', True), models.Q(('found_share__gte', 0), ('found_share__lte', 1)), _connector='OR'), name='result_share')],
            },
        ),
    ]
