import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('core', '0002_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=300)),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('mark', models.CharField(max_length=20)),
                ('issuer', models.CharField(max_length=60)),
                ('issuer_en', models.CharField(blank=True, max_length=120)),
                ('source', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='notices.numberseries')),
                ('year', models.PositiveSmallIntegerField(null=True)),
                ('seq', models.PositiveIntegerField(null=True)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('title', models.CharField(max_length=200)),
                ('addressee', models.CharField(blank=True, max_length=200)),
                ('subject_type', models.CharField(max_length=80)),
                ('subject_id', models.BigIntegerField()),
                ('subject_ref', models.CharField(blank=True, max_length=80)),
                ('context', models.JSONField(default=dict)),
                ('template', models.CharField(max_length=120)),
                ('template_version', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(choices=[('DRAFT', 'Drafted'), ('PROOFED', 'Proof-read'), ('SIGNED', 'Signed off'), ('ISSUED', 'Issued'), ('WITHDRAWN', 'Withdrawn')], default='DRAFT', max_length=10)),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proofed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_at', models.DateTimeField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('verify_code', models.CharField(max_length=20, null=True, unique=True)),
                ('pdf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('fonts', models.JSONField(default=list)),
                ('render_state', models.CharField(choices=[('WAITING', 'PDF is being made'), ('DONE', 'PDF ready'), ('FAILED', 'PDF failed')], default='WAITING', max_length=8)),
                ('is_public', models.BooleanField(default=False)),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id'], name='document_subject'), models.Index(fields=['-issued_at'], name='document_issued')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'PROOFED', 'SIGNED', 'ISSUED', 'WITHDRAWN'])), name='document_status'), models.UniqueConstraint(fields=('series', 'year', 'seq'), name='document_number_once'), models.CheckConstraint(condition=models.Q(('signed_by', None), models.Q(('signed_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='document_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ISSUED'), _negated=True), models.Q(('issued_at__isnull', False), ('seq__isnull', False), ('verify_code__isnull', False)), _connector='OR'), name='document_issued_whole')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.CharField(max_length=60)),
                ('mail', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'event'), name='preference_once')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.document')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('sent_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('opened_at', models.DateTimeField(null=True)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('person__isnull', False), ('organisation__isnull', False), _connector='OR'), name='delivery_has_recipient'), models.UniqueConstraint(fields=('document', 'person', 'organisation'), name='delivery_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField(blank=True)),
                ('subject_en', models.CharField(blank=True, max_length=200)),
                ('body_en', models.TextField(blank=True)),
                ('link', models.CharField(blank=True, max_length=300)),
                ('statutory', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('read_at', models.DateTimeField(null=True)),
                ('mail_state', models.CharField(choices=[('NONE', 'No mail'), ('WAITING', 'Waiting'), ('SENT', 'Sent'), ('FAILED', 'Failed')], default='NONE', max_length=8)),
                ('mail_tries', models.PositiveSmallIntegerField(default=0)),
                ('mail_retry_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('mail_error', models.CharField(blank=True, max_length=300)),
                ('dedupe', models.CharField(max_length=120, null=True, unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-id'], name='message_person'), models.Index(condition=models.Q(('read_at', None)), fields=['person'], name='message_unread'), models.Index(condition=models.Q(('mail_state', 'WAITING')), fields=['mail_retry_at'], name='message_mail_due')],
            },
        ),
    ]
