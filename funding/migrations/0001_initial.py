import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disbursement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('ref', models.CharField(max_length=40, unique=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.paymentline')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('pool', models.CharField(choices=[('CONTROL', 'Control figure'), ('RESERVE', 'Reserve')], default='CONTROL', max_length=8)),
                ('status', models.CharField(default='CONDITION_WAIT', max_length=16)),
                ('account', models.JSONField(blank=True, default=dict, help_text='account as of the request: name, bank, sealed, masked')),
                ('note', models.CharField(blank=True, max_length=500)),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(blank=True, null=True)),
                ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('sent_reference', models.CharField(blank=True, max_length=60)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('bank_receipt', models.CharField(blank=True, max_length=80)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('cleared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('cleared_note', models.CharField(blank=True, help_text='what met the condition of a yearly payment', max_length=200)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['status', 'year'], name='disbursement_status'), models.Index(fields=['project'], name='disbursement_project')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['CONDITION_WAIT', 'REQUESTED', 'CHECKED', 'APPROVED', 'SENT', 'PAID', 'RETURNED', 'HELD', 'CANCELLED'])), name='disbursement_status'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='disbursement_amount'), models.CheckConstraint(condition=models.Q(('checked_by__isnull', True), models.Q(('checked_by', models.F('requested_by')), _negated=True), _connector='OR'), name='disbursement_checker_is_another'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(models.Q(('approved_by', models.F('requested_by')), _negated=True), models.Q(('approved_by', models.F('checked_by')), _negated=True)), _connector='OR'), name='disbursement_approver_is_a_third'), models.CheckConstraint(condition=models.Q(('status__in', ['CONDITION_WAIT', 'HELD', 'CANCELLED']), ('requested_by__isnull', False), _connector='OR'), name='disbursement_requested_by'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['APPROVED', 'SENT', 'PAID']), _negated=True), models.Q(('approved_by__isnull', False), ('checked_by__isnull', False), ('year__isnull', False)), _connector='OR'), name='disbursement_approved_whole'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['SENT', 'PAID']), _negated=True), models.Q(('sent_reference', ''), _negated=True), _connector='OR'), name='disbursement_sent_reference'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'PAID'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='disbursement_paid_at'), models.UniqueConstraint(condition=models.Q(('sent_reference', ''), _negated=True), fields=('sent_reference',), name='disbursement_reference_once')],
            },
        ),
        migrations.CreateModel(
            name='MoneyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()), editable=False)),
                ('kind', models.CharField(choices=[('COMMIT', 'Committed by an award'), ('RELEASE', 'Commitment released'), ('RESERVE', 'Reserved for a payment'), ('FREE', 'Reservation freed'), ('PAY', 'Paid'), ('RETURN', 'Returned by the bank'), ('REVERSAL', 'Reversal')], max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('pool', models.CharField(choices=[('CONTROL', 'Control figure'), ('RESERVE', 'Reserve')], default='CONTROL', max_length=8)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                ('disbursement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.disbursement')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.moneyentry')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ref', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['project', 'kind'], name='moneyentry_project')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['COMMIT', 'RELEASE', 'RESERVE', 'FREE', 'PAY', 'RETURN', 'REVERSAL'])), name='moneyentry_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['COMMIT', 'RESERVE', 'PAY']), ('amount__gt', 0)), models.Q(('kind__in', ['RELEASE', 'FREE', 'RETURN']), ('amount__lt', 0)), models.Q(('kind', 'REVERSAL'), ('reverses__isnull', False)), _connector='OR'), name='moneyentry_sign'), models.UniqueConstraint(condition=models.Q(('kind', 'PAY')), fields=('disbursement', 'ref'), name='moneyentry_paid_once')],
            },
        ),
    ]
