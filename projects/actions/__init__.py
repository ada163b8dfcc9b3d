"""All that writes on this floor."""

from projects.actions.awards import award, awardable, draft_of, prepare_award
from projects.actions.contracts import (
    draft_contract,
    edit_contract,
    edit_target,
    lapse,
    offer_contract,
    sign_bureau,
    sign_unit,
    start_project,
    take_back_contract,
)
from projects.actions.entitled import award_entitlement
from projects.actions.objections import (
    accept_objection,
    dismiss,
    file_objection,
    hand_over,
    open_identity,
    open_statement,
    refuse_objection,
    send_back,
    uphold,
)
from projects.actions.proposals import create_list, decide, return_list, set_item, set_items, submit_list
from projects.actions.publicity import close_publicity, days_of, open_publicity, prepare_publicity
from projects.actions.upper import conclude, file_acceptance, mark_overdue, resume, suspend

__all__ = [
    "accept_objection", "award", "award_entitlement", "awardable", "close_publicity", "conclude", "create_list", "days_of", "decide", "dismiss", "draft_contract", "draft_of",
    "edit_contract", "edit_target", "file_acceptance", "file_objection", "hand_over", "lapse", "mark_overdue", "offer_contract",
    "open_identity", "open_publicity", "open_statement", "prepare_award", "prepare_publicity", "refuse_objection", "resume", "return_list",
    "send_back", "set_item", "set_items", "sign_bureau", "sign_unit", "start_project", "submit_list", "suspend", "take_back_contract",
    "uphold",
]
