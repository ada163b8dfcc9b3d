import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('programs', '0002_adjustments'),
        ('programs', '0002_conditions'),
        ('programs', '0002_editor'),
        ('programs', '0002_plan'),
        ('programs', '0002_topics'),
        ('programs', '0002_tree'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('started_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('guides', models.PositiveIntegerField(default=0)),
                ('pairs', models.PositiveIntegerField(default=0)),
                ('told', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='CallSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(blank=True, max_length=600)),
                ('since', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='call_searches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CallSearchHit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.guide')),
                ('search', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hits', to='programs.callsearch')),
            ],
        ),
        migrations.CreateModel(
            name='EntitlementList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=60, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('day', models.DateField()),
                ('status', models.CharField(default='DRAFT', max_length=12)),
                ('money', models.DecimalField(decimal_places=2, max_digits=18)),
                ('total', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ('count', models.PositiveIntegerField(default=0)),
                ('open_cases', models.PositiveIntegerField(default=0)),
                ('confirm_days', models.PositiveSmallIntegerField()),
                ('confirm_by', models.DateTimeField(blank=True, null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('is_demo', models.BooleanField(default=False)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entitlement_lists', to='programs.guide')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.guideversion')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Entitlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('status', models.CharField(default='LISTED', max_length=12)),
                ('explained', models.JSONField(default=dict)),
                ('conditions', models.JSONField(default=list)),
                ('account', models.JSONField(blank=True, default=dict)),
                ('reason', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.guide')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='programs.entitlementlist')),
            ],
            options={
                'ordering': ['roll', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GuideMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('guide', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='programs.guide')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='GuideTold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('guide', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.guide')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='callsearch',
            constraint=models.UniqueConstraint(fields=('person', 'name'), name='callsearch_name_once'),
        ),
        migrations.AddConstraint(
            model_name='callsearchhit',
            constraint=models.UniqueConstraint(fields=('search', 'guide'), name='callsearchhit_once'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'CHECKED', 'APPROVED', 'PUBLISHED', 'FINISHED', 'DISCARDED'])), name='entitlementlist_status'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.UniqueConstraint(fields=('guide', 'number'), name='entitlementlist_number'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('DRAFT', 'CHECKED', 'APPROVED'))), fields=('guide',), name='entitlementlist_one_in_work'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.CheckConstraint(condition=models.Q(('total__gte', 0), ('total__lte', models.F('money'))), name='entitlementlist_within_money'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_by', None), models.Q(('checked_by', models.F('drafted_by')), _negated=True), _connector='OR'), models.Q(('approved_by', None), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), models.Q(('approved_by', None), models.Q(('checked_by__isnull', False), models.Q(('approved_by', models.F('checked_by')), _negated=True)), _connector='OR')), name='entitlementlist_three_persons'),
        ),
        migrations.AddConstraint(
            model_name='entitlementlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['PUBLISHED', 'FINISHED']), _negated=True), models.Q(('approved_by__isnull', False), ('confirm_by__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='entitlementlist_published_is_signed'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['LISTED', 'OFFERED', 'CONFIRMED', 'DECLINED', 'LAPSED', 'VOID'])), name='entitlement_status'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='entitlement_amount'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'VOID'), _negated=True), fields=('guide', 'organisation'), name='entitlement_once'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['DECLINED', 'LAPSED', 'VOID']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='entitlement_loss_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'CONFIRMED'), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='entitlement_confirmed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='guidematch',
            constraint=models.UniqueConstraint(fields=('guide', 'organisation', 'person'), name='guidematch_once'),
        ),
        migrations.AddConstraint(
            model_name='guidetold',
            constraint=models.UniqueConstraint(fields=('person', 'guide'), name='guidetold_once'),
        ),
    ]
