from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts import policies
from core.web import context, nav
from notices import queries, views

public = [
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verified, name="verified"),
    path("documents/<uuid:uid>/", views.read_document, name="document"),
    path("documents/<uuid:uid>/pdf/", views.pdf, name="pdf"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/settings/", views.settings, name="settings"),
    path("inbox/phone/", views.phone, name="phone"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<uuid:uid>/", views.message, name="message"),
]
desk = [
    path("documents/", views.documents, name="documents"),
    path("documents/<uuid:uid>/", views.document, name="document"),
    path("documents/<uuid:uid>/<slug:verb>/", views.document_step, name="step"),
]
context.COUNTERS["unread"] = queries.unread_count
nav.register("desk", 70, _("Official documents"), "notices:desk:documents", policies.is_bureau_staff)
