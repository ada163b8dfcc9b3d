"""The site map. Each app exports url lists by desk; names read `app:desk:verb`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLResolver, include, path

from core.web.routes import SiteMap

DESKS = {"public": "", "my": "my/", "review": "review/", "desk": "desk/", "audit": "audit/", "api": "api/v1/"}
# core's lists come first: gallery, language, health, jobs.
APPS = [app for app in settings.OURS if app != "core"]


def of(app: str) -> URLResolver | None:
    """All desks of one app under one namespace: `/my/...` of applications is `applications:my:...`."""
    if find_spec(f"{app}.urls") is None:
        return None
    module = import_module(f"{app}.urls")
    desks = [
        path(prefix, include((patterns, desk)))
        for desk, prefix in DESKS.items()
        if (patterns := getattr(module, desk, []))
    ]
    return path("", include((desks, app))) if desks else None


urlpatterns = [SiteMap([path("", include("core.web.urls")), *(entry for app in APPS if (entry := of(app)))])]
handler400 = "core.web.errors.unreadable"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.broken"
