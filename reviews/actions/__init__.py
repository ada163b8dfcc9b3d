"""All that writes on this floor."""

from reviews.actions.after import (
    confirm_fees,
    edit_comments,
    evaluate,
    evaluate_rest,
    export_fees,
    make_fees,
    pay_fees,
    reopen_fees,
    send_comments,
)
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
from reviews.actions.expert_imports import apply_table, check_table, discard_table, keep_table, map_table, order_table, read_table
from reviews.actions.joining import admit, apply_to_join, recommend, refuse_candidacy, send_back, withdraw_candidacy
from reviews.actions.late import uphold
from reviews.actions.pool import (
    ask_to_confirm,
    confirm,
    edit_expert,
    edit_own_profile,
    end_pauses,
    enrol,
    pause,
    pause_span,
    remove,
    resume,
    warn,
)
from reviews.actions.private import add_employer, declare_tie, end_employer, end_tie, reveal_account, reveal_identity, set_account
from reviews.actions.seats import (
    PLEDGE,
    begin,
    call_alternate,
    declare_and_accept,
    decline,
    decline_by_link,
    expire_invitations,
    invite,
    remind_invited,
    report_conflict,
    void,
)
from reviews.actions.sheets import save_draft, submit_sheet

__all__ = [
    "add_employer", "admit", "apply_table", "apply_to_join", "ask_to_confirm", "check_table", "confirm", "confirm_fees", "edit_comments", "evaluate", "evaluate_rest", "export_fees", "make_fees", "pay_fees", "reopen_fees", "send_comments",
    "declare_tie", "decline_by_link", "remind_invited", "discard_table", "edit_own_profile",
    "end_employer", "end_pauses", "end_tie", "keep_table", "map_table", "order_table", "pause_span", "read_table", "recommend", "refuse_candidacy",
    "reveal_account", "reveal_identity", "send_back", "set_account", "uphold", "warn", "withdraw_candidacy",
    "PLEDGE", "answer_due", "begin", "call_alternate", "cancel_draw", "close_batch", "commit_draw", "create_batch", "declare_and_accept", "decline",
    "edit_expert", "enrol", "enter_value", "expire_invitations", "extend_due", "find_recusals", "invite", "open_draw", "order_audits", "pause",
    "problems_before_rank", "problems_of", "rank_batch", "remind", "remove", "reopen_batch", "report_conflict", "resume", "save_draft", "set_due", "submit_sheet", "tell_due", "void",
]
