"""Lists of units and people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import queries
from accounts.states import OrganisationStatus, OrgKind, Role
from core.web import lists
from core.web.templatetags.st import tag

TONES = {"PENDING": "doing", "REFUSED": "bad", "SUSPENDED": "warn"}


class Units(lists.Listing):
    name = "units"
    title = _("Units")
    columns = (
        lists.Col("name", _("Unit"), main=True, link=lambda row: reverse("accounts:desk:unit", args=[row.uid]),
                  sub=lambda row: row.ref, sort="name"),
        lists.Col("uscc", _("Code"), export_only=True),
        lists.Col("kind", _("Kind of unit"), show=lambda row: row.get_kind_display(), value=lambda row: str(row.get_kind_display())),
        lists.Col("region", _("District")),
        lists.Col("people", pgettext_lazy("count", "People"), kind="num"),
        lists.Col("created_at", _("Registered"), sort="new"),
        lists.Col("status", _("State"), kind="tag", value=lambda row: str(row.get_status_display()),
                  show=lambda row: tag(row.get_status_display(), TONES.get(row.status, ""))),
    )
    facets = (lists.Facet("status", _("State"), OrganisationStatus.choices), lists.Facet("kind", _("Kind of unit"), OrgKind.choices),
              lists.Facet("change", pgettext_lazy("unit", "Changes"), (("waiting", _("Waiting to be verified")),), queries.with_waiting_change))
    keywords = {"区": "region__icontains", "district": "region__icontains", "代码": "uscc__icontains"}
    sorts = {"new_down": "-created_at", "new": "created_at", "name": "name", "name_down": "-name"}
    search_column = "search"
    hint = _("Name, code or legal representative; keywords: 区:南山 代码:9144")


class People(lists.Listing):
    name = "people"
    title = _("People")
    columns = (
        lists.Col("name", pgettext_lazy("person", "Name"), main=True, link=lambda row: reverse("accounts:desk:person", args=[row.uid]),
                  sub=lambda row: row.email or row.phone, sort="name"),
        lists.Col("roles", pgettext_lazy("membership", "Role"), value=lambda row: "、".join(
            f"{m.get_role_display()}（{m.organisation.name}）" for m in row.memberships.all() if m.status == "ACTIVE")),
        lists.Col("id_masked", _("Identity number")),
        lists.Col("is_active", _("State"), kind="tag",
                  show=lambda row: tag(_("In force"), "") if row.is_active else tag(_("Account closed"), "bad")),
    )
    facets = (lists.Facet("role", pgettext_lazy("membership", "Role"), Role.choices,
                          lambda rows, value: rows.filter(memberships__role=value, memberships__status="ACTIVE").distinct()),)
    sorts = {"name": "name_sort", "name_down": "-name_sort"}
    search_fields = ("name", "email", "phone")
    keywords = {"单位": "memberships__organisation__name__icontains"}
