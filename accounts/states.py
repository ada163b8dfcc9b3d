"""Enumerations of people and organisations. Codes follow the field's glossary."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    MEMBER = "MEMBER", _("Member of the unit")
    ORG_ADMIN = "ORG_ADMIN", _("Unit administrator")
    ORG_DEPUTY = "ORG_DEPUTY", _("Approves for the unit")
    ORG_LEGAL = "ORG_LEGAL", _("Legal representative")
    ORG_FINANCE = "ORG_FINANCE", _("Unit finance officer")
    DIVISION = "DIVISION", _("Business division")
    RESOURCE = "RESOURCE", _("Resource division")
    SUPERVISION = "SUPERVISION", _("Supervision division")
    LEADER = "LEADER", _("Bureau leader")
    FINANCE = "FINANCE", _("Finance officer")
    AGENCY = "AGENCY", _("Professional institution")
    EXPERT = "EXPERT", _("Review expert")
    MONITOR = "MONITOR", _("Project monitor")
    AUDITOR = "AUDITOR", _("Auditor")
    DISCIPLINE = "DISCIPLINE", _("Discipline office")
    SYSADMIN = "SYSADMIN", _("System administrator")
    SECADMIN = "SECADMIN", _("Security administrator")
    AUDITADMIN = "AUDITADMIN", _("Audit administrator")


UNIT_ROLES = frozenset({Role.MEMBER, Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE})
#: Given by the administrator of a unit to one of its people: their own roles, and the right to approve, which employs nobody.
GIVEN_BY_UNIT = UNIT_ROLES | {Role.ORG_DEPUTY}
#: Scope of an institution's people that gives nothing by itself: they see and check what is handed over to the institution.
HANDED_OVER = "HANDED-OVER"
STAFF_ROLES = frozenset({Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE})
OPERATOR_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN})
WATCH_ROLES = frozenset({Role.AUDITOR, Role.DISCIPLINE})
EXPERT_ROLES = frozenset({Role.EXPERT})
# Handbook of duties: bureau staff are never unit users; the three administrators are three people.
DESK_ROLES = STAFF_ROLES | OPERATOR_ROLES | WATCH_ROLES


class OrgKind(TextChoices):
    BUREAU = "BUREAU", _("Science and technology bureau")
    AGENCY = "AGENCY", _("Professional institution")
    ENTERPRISE = "ENTERPRISE", _("Enterprise")
    UNIVERSITY = "UNIVERSITY", _("University")
    INSTITUTE = "INSTITUTE", _("Research institute")
    HOSPITAL = "HOSPITAL", _("Medical institution")
    SOCIAL = "SOCIAL", _("Social organisation")
    GOVERNMENT = "GOVERNMENT", _("Government body")
    OVERSEAS = "OVERSEAS", _("Overseas body")


APPLICANT_KINDS = (OrgKind.ENTERPRISE, OrgKind.UNIVERSITY, OrgKind.INSTITUTE, OrgKind.HOSPITAL, OrgKind.SOCIAL,
                   OrgKind.OVERSEAS)


class OrganisationStatus(TextChoices):
    PENDING = "PENDING", _("Waiting for verification")
    VERIFIED = "VERIFIED", _("Verified")
    REFUSED = "REFUSED", _("Verification refused")
    SUSPENDED = "SUSPENDED", _("Suspended")
    MERGED = "MERGED", _("Merged into another")


class MembershipStatus(TextChoices):
    REQUESTED = "REQUESTED", _("Waiting for confirmation")
    INVITED = "INVITED", _("Waiting for the person to accept")
    ACTIVE = "ACTIVE", _("In force")
    ENDED = "ENDED", _("Ended")
    REFUSED = "REFUSED", pgettext_lazy("membership", "Refused")


class Gender(TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")


class IdKind(TextChoices):
    RESIDENT = "RESIDENT", _("Resident identity card")
    PERMIT = "PERMIT", _("Residence permit")
    PASSPORT = "PASSPORT", _("Passport")


class MarkLevel(TextChoices):
    NOTE = "NOTE", pgettext_lazy("mark", "Note")
    ORDINARY = "ORDINARY", _("Ordinary misconduct")
    SERIOUS = "SERIOUS", _("Serious misconduct")
    FAILED = "FAILED", _("Project not passed")


# Changes of a unit's verified data.
class UnitChangeStatus(TextChoices):
    WAITING = "WAITING", pgettext_lazy("unit change", "Waiting for the bureau")
    CONFIRMED = "CONFIRMED", pgettext_lazy("unit change", "Verified")
    REFUSED = "REFUSED", pgettext_lazy("unit change", "Not accepted")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("unit change", "Withdrawn")
