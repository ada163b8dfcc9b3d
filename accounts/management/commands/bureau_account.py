"""Make the account of somebody at the bureau: the first one of an installation, which then gives roles on its own pages.

The bureau itself is registered and verified at the first call. The password is asked for, or read from standard input,
so that it stands in no list of processes. Run again for the same e-mail, it adds the role.
"""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actions
from accounts.models import Organisation, Person
from accounts.policies import Actor
from accounts.states import DESK_ROLES, OrganisationStatus, OrgKind
from core.workflow import Refused


def _bureau(root: Actor, name: str, uscc: str) -> Organisation:
    found = Organisation.objects.filter(uscc=uscc).first()
    if found is not None and found.kind != OrgKind.BUREAU:
        raise CommandError(f"{uscc} is the code of {found.name}, which is not a bureau.")
    if found is None and not name:
        raise CommandError("The bureau is not registered yet: give its name with --bureau.")
    row = found or actions.register_organisation(root, name=name, kind=OrgKind.BUREAU, uscc=uscc)
    return row if row.status == OrganisationStatus.VERIFIED else actions.verify(root, row)


def read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise CommandError("The two passwords differ; nothing was changed.")
    return first


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--bureau", default="", help="full name of the bureau; needed at the first call")
        parser.add_argument("--uscc", required=True, help="its unified social credit code")
        parser.add_argument("--name", required=True, help="name of the person")
        parser.add_argument("--email", required=True, help="log-in name and address of mails")
        parser.add_argument("--role", required=True, choices=sorted(DESK_ROLES))
        parser.add_argument("--division", default="", help="name of the division, shown beside the role")

    @transaction.atomic
    def handle(self, *, bureau: str, uscc: str, name: str, email: str, role: str, division: str, **options: Any) -> None:
        root = Actor.system_named("bureau_account")
        try:
            organisation = _bureau(root, bureau, uscc)
            person = Person.objects.filter(email=email.strip().lower()).first()
            person = person or actions.create_person(root, name=name, email=email, password=read_password())
            actions.grant_role(root, person, organisation, role, division=division)
        except Refused as refused:
            raise CommandError("; ".join(str(reason) for reason in refused.reasons)) from refused
        self.stdout.write(f"{person.email}: {role} at {organisation.name}")
