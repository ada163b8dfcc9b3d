"""What follows an act below, after it has been committed: messages to the person concerned."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Person
from core import clock, files
from core.events import on
from notices import actions


@on("accounts.membership.invite")
def ask_person(event: Any) -> None:
    """Once a day for a unit, however often it asks and takes back."""
    row = event.target
    if row is None or row.status != "INVITED":
        return
    actions.tell(
        [row.person], "membership.invite", lambda: _("A unit asks you to join"),
        lambda: _("“%(unit)s” asks you to join as “%(role)s”. Accept or decline under “My account”; nothing changes before.")
        % {"unit": row.organisation.name, "role": row.get_role_display()},
        reverse("accounts:public:me"), dedupe=f"invite:{row.organisation_id}:{clock.today()}",
    )


@on("core.file.infected")
def tell_uploader(event: Any) -> None:
    """Whoever sent a file with a virus hears of it, with the name of the file; a replacement is asked for where it stands."""
    file = event.target
    people = Person.objects.filter(pk=file.uploaded_by_id, is_active=True)
    actions.tell(
        people, "file.infected", lambda: _("A virus was found in your file “%(name)s”") % {"name": file.name},
        lambda: _("The file is locked and counts as missing. Found: %(what)s. Check your computer, then upload a clean file.") % {"what": event.why},
        files.place_of(file), dedupe=f"infected:{file.pk}", statutory=True,
    )
