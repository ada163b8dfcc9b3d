"""Bring an installation up to date: migrate, grants, reference data, words, static files, and the demo world if asked.

Run by the owner of the tables. Safe to run again: what stands is left alone.
"""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--web-url", default="", help="DATABASE_URL of the web, whose role gets its rights")
        parser.add_argument("--demo", action="store_true", help="build the demo world when it does not stand yet")
        parser.add_argument("--small", action="store_true", help="a small demo world (for tests)")

    def handle(self, *, web_url, demo, small, **options):
        call_command("messages", all=True, compile=True, verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        if web_url:
            call_command("grants", web_url=web_url, stdout=self.stdout)
        call_command("load_reference", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        if demo:
            call_command("demo", small=small, stdout=self.stdout)
