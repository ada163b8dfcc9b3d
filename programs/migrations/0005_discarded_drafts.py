"""Drafts that are discarded. Not to be reversed while there are some: the state did not exist before."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0004_registerunit_uscc'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='guide',
            name='guide_status',
        ),
        migrations.AddConstraint(
            model_name='guide',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'INTERNAL_REVIEW', 'LEGAL_REVIEW', 'BUREAU_APPROVED', 'PUBLISHED', 'OPEN', 'CLOSED', 'WITHDRAWN', 'SUPERSEDED', 'DISCARDED'])), name='guide_status'),
        ),
    ]
