"""Co-authors of a draft, and who is in which section now: the latter may be lost, so it is written without a log."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0009_uploads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CoAuthor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=120)),
                ('rights', models.JSONField(default=dict, help_text='{part or *: READ or WRITE}')),
                ('status', models.CharField(default='INVITED', max_length=10)),
                ('invited_at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='coauthors', to='applications.application')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['application', 'pk'],
                'indexes': [models.Index(fields=['person', 'status'], name='coauthor_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['INVITED', 'ACTIVE', 'DECLINED', 'ENDED'])), name='coauthor_status'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ACTIVE'), _negated=True), ('person__isnull', False), _connector='OR'), name='coauthor_is_somebody'), models.UniqueConstraint(condition=models.Q(('status__in', ('INVITED', 'ACTIVE'))), fields=('application', 'address'), name='coauthor_address_once'), models.UniqueConstraint(condition=models.Q(('status__in', ('INVITED', 'ACTIVE'))), fields=('application', 'person'), name='coauthor_person_once')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=40)),
                ('field', models.CharField(blank=True, max_length=120)),
                ('at', models.DateTimeField(db_default=models.Func(function='core_now', output_field=models.DateTimeField()))),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='applications.application')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'section', 'person'), name='presence_once')],
            },
        ),
        migrations.RunSQL("ALTER TABLE applications_presence SET UNLOGGED", "ALTER TABLE applications_presence SET LOGGED"),
    ]
