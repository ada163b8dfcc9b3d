"""All that writes on this floor."""

from reviews.actions.batches import (
    answer_due,
    close_batch,
    create_batch,
    extend_due,
    order_audits,
    problems_before_rank,
    problems_of,
    rank_batch,
    remind,
    reopen_batch,
    set_due,
    tell_due,
)
from reviews.actions.draws import cancel_draw, commit_draw, enter_value, find_recusals, open_draw
from reviews.actions.grouping import order_groups, propose_groups, set_groups
from reviews.actions.plans import (
    apply_plan,
    commit_lottery,
    discard_plan,
    drop_change,
    lock_seats,
    order_plan,
    problems_of_plan,
    propose_change,
    propose_table,
    take_change,
    told,
    undo_plan,
    verdict_of,
)
from reviews.actions.pool import edit_expert, enrol, pause, remove, resume
from reviews.actions.seats import (
    PLEDGE,
    begin,
    call_alternate,
    declare_and_accept,
    decline,
    expire_invitations,
    invite,
    report_conflict,
    void,
)
from reviews.actions.sheets import save_draft, submit_sheet
from reviews.actions.solving import solve_plan

__all__ = [
    "apply_plan", "commit_lottery", "discard_plan", "drop_change", "lock_seats", "order_groups", "order_plan", "problems_of_plan", "propose_change",
    "propose_groups", "propose_table", "set_groups", "take_change", "told", "undo_plan", "verdict_of",
    "PLEDGE", "answer_due", "begin", "call_alternate", "cancel_draw", "close_batch", "commit_draw", "create_batch", "declare_and_accept", "decline",
    "edit_expert", "enrol", "enter_value", "expire_invitations", "extend_due", "find_recusals", "invite", "open_draw", "order_audits", "pause",
    "problems_before_rank", "problems_of", "rank_batch", "remind", "remove", "reopen_batch", "report_conflict", "resume", "save_draft", "set_due", "solve_plan", "submit_sheet", "tell_due", "void",
]
