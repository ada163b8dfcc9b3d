import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_clock'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
        ),
        migrations.CreateModel(
            name='OnceKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('path', models.CharField(max_length=300)),
                ('body_sha256', models.CharField(blank=True, max_length=64)),
                ('location', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
        ),
        migrations.CreateModel(
            name='WorkdayOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(unique=True)),
                ('is_workday', models.BooleanField()),
                ('name', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='ClockShift',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('shift', models.DurationField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='clock_shift_single')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=80)),
                ('period', models.CharField(blank=True, max_length=20)),
                ('last', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('series', 'period'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_type', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('done_at', models.DateTimeField(null=True)),
                ('retry_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('kind', models.CharField(max_length=60)),
                ('due_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['due_at'], name='deadline_due'), models.Index(fields=['target_type', 'target_id'], name='deadline_target')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('kind', 'target_type', 'target_id'), name='deadline_one_open')],
            },
        ),
        migrations.CreateModel(
            name='LedgerRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_type', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('verb', models.CharField(max_length=80)),
                ('target_ref', models.CharField(blank=True, max_length=80)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=120)),
                ('why', models.TextField(blank=True)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('data', models.JSONField(default=dict)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('ip', models.GenericIPAddressField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['target_type', 'target_id', 'id'], name='ledger_target'), models.Index(fields=['actor_id', 'id'], name='ledger_actor'), models.Index(fields=['verb', 'id'], name='ledger_verb'), models.Index(fields=['at'], name='ledger_at')],
            },
        ),
        migrations.CreateModel(
            name='Parameter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80)),
                ('value', models.JSONField()),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('effective_from', models.DateField()),
                ('effective_to', models.DateField(blank=True, null=True)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'effective_from'), name='parameter_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('listing', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=600)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person_id', 'listing', 'name'), name='saved_view_once')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('row', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='core.ledgerrow')),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('mime', models.CharField(max_length=120)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('path', models.CharField(max_length=300)),
                ('scan', models.CharField(choices=[('PENDING', 'Pending'), ('CLEAN', 'Clean'), ('UNSCANNED', 'Unscanned'), ('INFECTED', 'Infected')], default='PENDING', max_length=10)),
                ('uploaded_by_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'indexes': [models.Index(fields=['sha256'], name='file_sha')],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done_at', models.DateTimeField(null=True)),
                ('retry_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reactions', to='core.ledgerrow')),
                ('handler', models.CharField(max_length=160)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['retry_at'], name='reaction_due')],
                'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='reaction_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=200)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('params', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('QUEUED', 'Queued'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('FAILED', 'Failed'), ('CANCELLED', 'Cancelled')], default='QUEUED', max_length=10)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('result', models.JSONField(default=dict)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='core.storedfile')),
                ('error', models.TextField(blank=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('beat_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['QUEUED', 'RUNNING'])), fields=['beat_at'], name='job_open'), models.Index(fields=['actor_id', '-id'], name='job_actor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'])), name='job_state')],
            },
        ),
    ]
