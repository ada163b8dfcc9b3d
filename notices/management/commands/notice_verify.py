"""Rebuild issued documents from their frozen context and compare with the stored hash."""

from django.core.management.base import BaseCommand, CommandError

from core import files
from notices import rendering
from notices.models import Document


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="*")

    def handle(self, *, number: list[str], **options):
        rows = Document.objects.exclude(sha256="").select_related("pdf").order_by("pk")
        if number:
            rows = rows.filter(number__in=number)
        wrong = 0
        for document in rows.iterator():
            state = "same"
            if not files.intact(document.pdf):
                state = "STORED FILE CHANGED"
            elif rendering.template_version(document.template) != document.template_version:
                state = "template is newer"
            elif rendering.render(document.template, document.context).sha256 != document.sha256:
                state = "DIFFERS"
            wrong += state.isupper()
            self.stdout.write(f"{document.number} {state}")
        if wrong:
            raise CommandError(f"{wrong} documents do not agree with their record")
