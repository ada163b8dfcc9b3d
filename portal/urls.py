"""Addresses of the pages that look across all floors."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav
from core.web.access import public as everyone
from core.web.access import signed_in
from portal import policies
from portal.views import homes

public = [
    path("", homes.home, name="home"),
    path("search/", homes.find, name="search"),
    path("help/", homes.guidance, name="help"),
]
my = [path("", homes.my, name="home")]
desk = [path("", homes.desk, name="home")]

nav.register("public", 1, _("Home"), "portal:public:home", everyone)
nav.register("public", 90, _("Search"), "portal:public:search", everyone)
nav.register("my", 1, _("To do"), "portal:my:home", signed_in)
nav.register("desk", 1, _("Workbench"), "portal:desk:home", policies.is_desk)
