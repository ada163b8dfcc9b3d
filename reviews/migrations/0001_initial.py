import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('applications', '0001_initial'),
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=40, unique=True)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.guide')),
                ('name', models.CharField(max_length=120)),
                ('status', models.CharField(default='DRAFT', max_length=8)),
                ('mode', models.CharField(choices=[('REMOTE', 'Remote review'), ('PANEL', 'Panel meeting')], max_length=8)),
                ('panel_size', models.PositiveSmallIntegerField()),
                ('industry_min', models.PositiveSmallIntegerField(default=0)),
                ('blind', models.CharField(choices=[('single', 'Single blind'), ('double', 'Double blind')], default='single', max_length=8)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('groups', models.JSONField(default=list, help_text='[{code, name, name_en}]')),
                ('sheet', models.JSONField(help_text='score sheet of the guide version')),
                ('rules', models.JSONField(help_text='numbers in force when the batch was made')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('invited_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_sha256', models.CharField(blank=True, max_length=64)),
                ('ranked_at', models.DateTimeField(blank=True, null=True)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['guide', 'status'], name='batch_guide')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'DRAWN', 'INVITING', 'SCORING', 'CLOSED', 'RANKED'])), name='batch_status'), models.CheckConstraint(condition=models.Q(('mode__in', ['REMOTE', 'PANEL'])), name='batch_mode'), models.CheckConstraint(condition=models.Q(('blind__in', ['single', 'double'])), name='batch_blind'), models.CheckConstraint(condition=models.Q(('panel_size__gte', 3), ('panel_size__lte', 15), ('panel_size__in', [3, 5, 7, 9, 11, 13, 15])), name='batch_panel_odd'), models.CheckConstraint(condition=models.Q(('industry_min__lte', models.F('panel_size'))), name='batch_industry_within_panel'), models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'DRAWN']), ('due_at__isnull', False), _connector='OR'), name='batch_invited_has_due'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['CLOSED', 'RANKED']), _negated=True), models.Q(('closed_sha256', ''), _negated=True), _connector='OR'), name='batch_closed_has_hash')],
            },
        ),
        migrations.CreateModel(
            name='BatchItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reviews.batch')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('group', models.CharField(max_length=40)),
                ('count', models.PositiveSmallIntegerField(default=0)),
                ('mean', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('tie', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('spread', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('flag', models.CharField(blank=True, help_text='RANGE, SD, KNOCKOUT', max_length=20)),
                ('knockouts', models.PositiveSmallIntegerField(default=0)),
                ('withdrawn', models.BooleanField(default=False)),
                ('rank', models.PositiveIntegerField(blank=True, null=True)),
                ('amount', models.DecimalField(decimal_places=2, default=0, help_text='what the ranking counts against the money of the guide', max_digits=18)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Not ranked yet'), ('PROPOSE', 'Within number and money'), ('RESERVE', 'Reserve list'), ('BELOW', 'Below the mark for a proposal'), ('FAILED', 'Below the pass mark'), ('KNOCKED_OUT', 'Failed a knock-out question'), ('UNSCORED', 'Without valid scores'), ('WITHDRAWN', 'Withdrawn')], max_length=12)),
                ('recommended', models.BooleanField(default=False)),
                ('feedback', models.TextField(blank=True, help_text='edited comments for the applicant; never a name or a score')),
            ],
            options={
                'ordering': ['batch', 'rank', 'pk'],
                'indexes': [models.Index(fields=['batch', 'rank'], name='batchitem_rank')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'application'), name='batchitem_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'PROPOSE', 'RESERVE', 'BELOW', 'FAILED', 'KNOCKED_OUT', 'UNSCORED', 'WITHDRAWN'])), name='batchitem_outcome'), models.CheckConstraint(condition=models.Q(('mean', None), models.Q(('mean__gte', 0), ('mean__lte', 100)), _connector='OR'), name='batchitem_mean')],
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='reviews.batch')),
                ('status', models.CharField(default='COMMITTED', max_length=10)),
                ('commit_hash', models.CharField(max_length=64)),
                ('secret_sealed', models.TextField()),
                ('secret', models.CharField(blank=True, help_text='shown when the draw is opened', max_length=64)),
                ('candidates', models.JSONField(help_text='input of the draw, by codes')),
                ('candidates_sha256', models.CharField(max_length=64)),
                ('key_sealed', models.TextField(help_text='{code: expert id}, sealed')),
                ('public_source', models.CharField(max_length=200)),
                ('public_value', models.CharField(blank=True, max_length=200)),
                ('public_at', models.DateTimeField(blank=True, null=True)),
                ('seed', models.CharField(blank=True, max_length=64)),
                ('result_sealed', models.TextField(blank=True)),
                ('result', models.JSONField(blank=True, default=dict)),
                ('result_sha256', models.CharField(blank=True, max_length=64)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('committed_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('sealed_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['COMMITTED', 'DRAWN', 'OPENED', 'CANCELLED'])), name='draw_status'), models.CheckConstraint(condition=models.Q(('public_at', None), ('public_at__gt', models.F('committed_at')), _connector='OR'), name='draw_commit_before_public'), models.UniqueConstraint(condition=models.Q(('status', 'CANCELLED'), _negated=True), fields=('batch',), name='draw_one_per_batch')],
            },
        ),
        migrations.CreateModel(
            name='Expert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pool', models.CharField(choices=[('GENERAL', 'General pool'), ('MAJOR', 'Major pool')], default='GENERAL', max_length=8)),
                ('constituency', models.CharField(choices=[('SCIENCE', 'Science'), ('INDUSTRY', 'Industry'), ('ECONOMY', 'Economy and finance')], max_length=8)),
                ('disciplines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('clusters', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('keywords', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('status', models.CharField(choices=[('ACTIVE', 'Active'), ('PAUSED', 'Paused'), ('REMOVED', 'Removed from the pool')], default='ACTIVE', max_length=8)),
                ('yearly_max', models.PositiveSmallIntegerField(blank=True, help_text='own limit; empty = the general one', null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('is_demo', models.BooleanField(default=False)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='expert_search'), models.Index(fields=['status', 'constituency'], name='expert_active')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['ACTIVE', 'PAUSED', 'REMOVED'])), name='expert_status'), models.CheckConstraint(condition=models.Q(('pool__in', ['GENERAL', 'MAJOR'])), name='expert_pool'), models.CheckConstraint(condition=models.Q(('constituency__in', ['SCIENCE', 'INDUSTRY', 'ECONOMY'])), name='expert_constituency')],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='reviews.batch')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='reviews.expert')),
                ('text', models.TextField()),
                ('applications', models.JSONField(default=list, help_text='[ref], what the word covers')),
                ('conflicts', models.JSONField(default=list, help_text='[{application, code, note}]')),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'expert'], name='declaration_of')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='reviews.batch')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='reviews.batchitem')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='reviews.expert')),
                ('alias', models.CharField(help_text="name of the expert on the desk's pages of this batch", max_length=12)),
                ('status', models.CharField(default='DRAWN', max_length=10)),
                ('is_alternate', models.BooleanField(default=False)),
                ('order', models.PositiveSmallIntegerField()),
                ('invited_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('decline_reason', models.CharField(blank=True, choices=[('BUSY', 'No time in this period'), ('FIELD', 'Not my field'), ('CONFLICT', 'Conflict of interest'), ('HEALTH', 'Health'), ('NO_ANSWER', 'No answer in time'), ('OTHER', 'Another reason')], max_length=10)),
                ('decline_note', models.CharField(blank=True, max_length=300)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='reviews.assignment')),
            ],
            options={
                'ordering': ['item', 'is_alternate', 'order'],
                'indexes': [models.Index(fields=['expert', 'status'], name='assignment_expert'), models.Index(fields=['batch', 'status'], name='assignment_batch')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['DRAWN', 'INVITED', 'ACCEPTED', 'DECLINED', 'SUBMITTED', 'VOID'])), name='assignment_status'), models.UniqueConstraint(fields=('item', 'expert'), name='assignment_once'), models.UniqueConstraint(fields=('item', 'is_alternate', 'order'), name='assignment_order'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'DECLINED'), _negated=True), models.Q(('decline_reason', ''), _negated=True), _connector='OR'), name='assignment_decline_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='reviews.batch')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='reviews.expert')),
                ('code', models.CharField(choices=[('RC1', 'Same employer now or within the look-back years'), ('RC2', 'Supervisor and student, or the same team'), ('RC3', 'Spouse, kin or in-law'), ('RC4', 'Co-applicant within the look-back years'), ('RC5', 'Shares, paid advice or another economic interest'), ('RC6', 'Dispute or lawsuit within the look-back years'), ('RC7', 'Leader or member of an application under the same guide'), ('RC8', 'Named by the applicant as to be avoided'), ('RC9', 'Helped to write the guide'), ('RC10', 'Drawn too often this year')], max_length=4)),
                ('found_by', models.CharField(choices=[('AUTO', 'Found by the system'), ('DECLARED', 'Declared by the expert'), ('LATE', 'Found late')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
            ],
            options={
                'ordering': ['batch', 'application', 'code', 'pk'],
                'indexes': [models.Index(fields=['batch', 'expert'], name='recusal_expert')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', ['RC1', 'RC2', 'RC3', 'RC4', 'RC5', 'RC6', 'RC7', 'RC8', 'RC9', 'RC10'])), name='recusal_code'), models.CheckConstraint(condition=models.Q(('found_by__in', ['AUTO', 'DECLARED', 'LATE'])), name='recusal_found_by'), models.UniqueConstraint(fields=('batch', 'application', 'expert', 'code', 'found_by'), name='recusal_once')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='score', to='reviews.assignment')),
                ('draft', models.JSONField(blank=True, default=dict)),
                ('rev', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField(blank=True, null=True)),
                ('seconds', models.PositiveIntegerField(default=0, help_text='time with the sheet open, as the browser counted it')),
                ('values', models.JSONField(blank=True, default=dict)),
                ('comments', models.TextField(blank=True)),
                ('total', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('recommendation', models.CharField(blank=True, choices=[('A', 'A: support with priority'), ('B', 'B: support'), ('C', 'C: support if money is left'), ('D', 'D: do not support')], max_length=1)),
                ('knockout', models.JSONField(blank=True, default=list)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('submitted_at', None), models.Q(('total__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='score_submitted_whole'), models.CheckConstraint(condition=models.Q(('total', None), models.Q(('total__gte', 0), ('total__lte', 100)), _connector='OR'), name='score_total')],
            },
        ),
    ]
