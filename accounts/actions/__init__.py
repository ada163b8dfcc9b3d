"""The verbs of people and organisations; the only writers of this app's tables. One module per noun."""

from accounts.actions.merging import (
    merge_organisations,
    merge_people,
)
from accounts.actions.people import (
    begin_attempt,
    change_password,
    consent,
    create_person,
    edit_profile,
    employ,
    end_employment,
    end_sessions,
    forget_ended_sessions,
    forget_old_attempts,
    note_success,
    note_try,
    sealed_identity,
    unmask,
)
from accounts.actions.records import (
    disengage,
    engage,
    engage_all,
    mark,
)
from accounts.actions.roles import (
    accept_membership,
    confirm_membership,
    decline_membership,
    end_account,
    end_expired_roles,
    end_role,
    grant_role,
    invite_member,
    refuse_membership,
    request_membership,
    role_problem,
    withdraw_invitation,
)
from accounts.actions.units import (
    LICENCE_BYTES,
    LICENCE_KINDS,
    confirm_change,
    edit_organisation,
    refuse,
    refuse_change,
    register_organisation,
    register_unit_with_administrator,
    release,
    resubmit,
    suspend,
    uscc_problem,
    verify,
    why_not_account,
    withdraw_change,
)

__all__ = [
    "LICENCE_BYTES", "LICENCE_KINDS",
    "LICENCE_BYTES", "accept_membership", "change_password", "confirm_change", "confirm_membership", "consent",
    "create_person", "decline_membership", "disengage", "engage_all", "edit_organisation", "edit_profile", "employ", "end_employment", "end_account",
    "begin_attempt", "end_expired_roles", "end_role", "end_sessions", "engage", "forget_old_attempts", "grant_role", "invite_member",
    "mark", "forget_ended_sessions", "merge_organisations", "merge_people", "note_success", "note_try", "refuse", "refuse_change",
    "refuse_membership", "register_organisation", "register_unit_with_administrator", "release", "request_membership",
    "resubmit", "role_problem", "sealed_identity", "suspend", "unmask", "uscc_problem", "verify", "why_not_account",
    "withdraw_change", "withdraw_invitation",
]
