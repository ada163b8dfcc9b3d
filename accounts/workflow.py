"""Tables of moves of organisations and memberships."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import policies
from accounts.states import MembershipStatus as M
from accounts.states import OrganisationStatus as O  # noqa: E741, N814 (the table reads better)
from accounts.states import OrgKind, Role
from accounts.states import UnitChangeStatus as C  # noqa: N817 (the table reads better)
from core.workflow import Machine, Step


def has_reason(obj: Any, *, why: str = "", reason: str = "", **given: Any) -> str | None:
    return None if (reason or why).strip() else _("Please give the reason; it is shown to the unit.")


def has_licence(obj: Any, **given: Any) -> str | None:
    """The bureau itself is set up by who installs the portal and shows its licence to nobody."""
    if obj.licence_id or obj.is_demo or obj.kind == OrgKind.BUREAU:
        return None
    return _("The registration has no licence or certificate file.")


def keeps_an_administrator(membership: Any, **given: Any) -> str | None:
    """A unit always keeps one administrator: hand over first."""
    if membership.role != Role.ORG_ADMIN or given.get("unit_closes"):
        return None
    others = type(membership).objects.filter(
        organisation=membership.organisation_id, role=Role.ORG_ADMIN, status=M.ACTIVE
    ).exclude(pk=membership.pk)
    return None if others.exists() else _("A unit keeps at least one administrator; name the successor first.")


def may_confirm(actor: policies.Actor, membership: Any) -> str | None:
    return policies.may_grant(actor, membership.organisation, membership.role)


def is_the_person(actor: policies.Actor, membership: Any) -> str | None:
    return None if actor.id == membership.person_id else _("Only the person who was asked may answer.")


def may_end(actor: policies.Actor, membership: Any) -> str | None:
    """The person leaves, or whoever may grant the role takes it back: a unit's administrator only roles of a unit at the
    own unit, which the person has asked for or accepted."""
    if actor.id == membership.person_id:
        return None
    return policies.may_grant(actor, membership.organisation, membership.role)


ORGANISATION = Machine(
    "accounts.organisation",
    (
        Step("verify", {O.PENDING, O.REFUSED}, O.VERIFIED, policies.may_verify, (has_licence,),
             label=gettext_lazy("Confirm as verified")),
        Step("refuse", {O.PENDING}, O.REFUSED, policies.may_verify, (has_reason,),
             label=pgettext_lazy("verb", "Refuse"), danger=True),
        Step("resubmit", {O.REFUSED}, O.PENDING, policies.is_org_admin, label=gettext_lazy("File again")),
        Step("suspend", {O.VERIFIED}, O.SUSPENDED, policies.may_verify, (has_reason,),
             label=gettext_lazy("Suspend"), danger=True),
        Step("release", {O.SUSPENDED}, O.VERIFIED, policies.may_verify, label=gettext_lazy("Release")),
        Step("merge", {O.PENDING, O.VERIFIED, O.REFUSED, O.SUSPENDED}, O.MERGED, policies.may_verify,
             label=gettext_lazy("Merge"), danger=True),
    ),
    model_label="accounts.Organisation",
    states=O,
)

MEMBERSHIP = Machine(
    "accounts.membership",
    (
        Step("confirm", {M.REQUESTED}, M.ACTIVE, may_confirm, label=gettext_lazy("Confirm")),
        Step("accept", {M.INVITED}, M.ACTIVE, is_the_person, label=gettext_lazy("Accept")),
        Step("decline", {M.INVITED}, M.REFUSED, is_the_person, label=pgettext_lazy("invitation", "Decline")),
        Step("withdraw", {M.INVITED}, M.REFUSED, may_confirm, label=pgettext_lazy("invitation", "Take back")),
        Step("refuse", {M.REQUESTED}, M.REFUSED, may_confirm, label=pgettext_lazy("verb", "Refuse")),
        Step("end", {M.ACTIVE, M.REQUESTED}, M.ENDED, may_end, (keeps_an_administrator,),
             label=gettext_lazy("End"), danger=True),
    ),
    model_label="accounts.Membership",
    states=M,
)

# Changes of a unit's verified data.


def keeps_unit(actor: policies.Actor, change: Any) -> str | None:
    return policies.is_org_admin(actor, change.organisation)


def verifies_change(actor: policies.Actor, change: Any) -> str | None:
    return policies.may_verify(actor, change.organisation)


UNIT_CHANGE = Machine(
    "accounts.unitchange",
    (
        Step("confirm", {C.WAITING}, C.CONFIRMED, verifies_change, label=pgettext_lazy("unit change", "Verify the change")),
        Step("refuse", {C.WAITING}, C.REFUSED, verifies_change, (has_reason,),
             label=pgettext_lazy("unit change", "Do not accept"), danger=True),
        Step("withdraw", {C.WAITING}, C.WITHDRAWN, keeps_unit, label=pgettext_lazy("unit change", "Withdraw the change")),
    ),
    model_label="accounts.UnitChange",
    states=C,
)
