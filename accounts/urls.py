from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts import api as machine
from accounts import policies, views
from core.web import nav

public = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("register/", views.register, name="register"),
    path("register/done/", views.registered, name="registered"),
    path("forgot/", views.forgot, name="forgot"),
    path("reset/<uidb64>/<token>/", views.reset_password, name="reset"),
    path("privacy/", views.privacy, name="privacy"),
    path("me/", views.me, name="me"),
    path("me/consent/", views.accept_notice, name="consent"),
    path("me/password/", views.password, name="password"),
    path("me/join/", views.join, name="join"),
    path("me/memberships/<int:pk>/<slug:verb>/", views.membership_step, name="membership"),
    path("me/unit-changes/<uuid:uid>/<slug:verb>/", views.unit_change_step, name="unit_change"),
]
my = [
    path("unit/", views.unit, name="unit"),
    path("unit/people/", views.unit_people, name="people"),
]
desk = [
    path("organisations/", views.units, name="units"),
    path("organisations/<uuid:uid>/", views.unit_detail, name="unit"),
    path("organisations/<uuid:uid>/licence/", views.licence, name="licence"),
    path("organisations/<uuid:uid>/merge/", views.unit_merge, name="unit_merge"),
    path("organisations/<uuid:uid>/<slug:verb>/", views.unit_step, name="unit_step"),
    path("people/", views.people, name="people"),
    path("people/merge/", views.merge, name="merge"),
    path("people/<uuid:uid>/", views.person_detail, name="person"),
    path("people/<uuid:uid>/end/", views.person_end, name="person_end"),
    path("roles/", views.grant, name="grant"),
]

api = [path("me/", machine.Me.as_view(), name="me")]

nav.register("my", 70, _("People of the unit"), "accounts:my:people", policies.is_org_admin)
nav.register("my", 80, _("Our unit"), "accounts:my:unit", policies.is_org_admin)
nav.register("desk", 80, _("Units"), "accounts:desk:units", policies.is_bureau_staff)
nav.register("desk", 90, _("People and roles"), "accounts:desk:people", policies.is_sysadmin)
nav.OWN.append(policies.own_desk)
