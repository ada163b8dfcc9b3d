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
    work_out_fees,
)
from reviews.actions.batches import (
    answer_due,
    close_batch,
    create_batch,
    extend_due,
    figures_of,
    gaps_before_rank,
    order_audits,
    order_new_batch,
    problems_before_rank,
    problems_of,
    rank_batch,
    remind,
    reopen_batch,
    set_due,
    sheets_digest,
    tell_due,
)
from reviews.actions.draws import cancel_draw, commit_draw, enter_value, find_recusals, open_draw
from reviews.actions.expert_imports import (
    apply_table,
    check_table,
    discard_table,
    keep_table,
    map_table,
    order_table,
    read_table,
    sweep_tables,
)
from reviews.actions.grouping import order_groups, propose_groups, set_groups
from reviews.actions.joining import admit, apply_to_join, recommend, refuse_candidacy, send_back, withdraw_candidacy
from reviews.actions.late import uphold
from reviews.actions.meetings import (
    appoint_chair,
    attend,
    break_tie,
    call_meeting,
    cancel_meeting,
    count_votes,
    deal_again,
    end_meeting,
    leave_point,
    move_meeting,
    open_point,
    open_vote,
    order_agenda,
    plan_meeting,
    set_presence,
    skip_point,
    start_meeting,
    vote,
)
from reviews.actions.plans import (
    apply_by_job,
    apply_plan,
    commit_lottery,
    discard_plan,
    drop_change,
    lock_seats,
    order_apply,
    order_plan,
    order_plan_table,
    problems_of_plan,
    propose_change,
    propose_table,
    take_change,
    told,
    undo_plan,
    verdict_of,
)
from reviews.actions.pool import (
    ask_to_confirm,
    confirm,
    edit_expert,
    edit_own_profile,
    end_desks,
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
    drop_application,
    expire_invitations,
    invite,
    remind_invited,
    report_conflict,
    void,
)
from reviews.actions.sheets import apply_form, hide_words, make_copy, record_pack, save_draft, submit_all, submit_sheet
from reviews.actions.solving import fail_plan, solve_plan
from reviews.actions.worth import analyse, commit_line, compute, enter_line, extra_expert

__all__ = [
    "appoint_chair", "attend", "break_tie", "call_meeting", "cancel_meeting", "count_votes", "deal_again", "end_meeting", "leave_point", "move_meeting",
    "open_point", "open_vote", "order_agenda", "plan_meeting", "set_presence", "skip_point", "start_meeting", "vote",
    "analyse", "apply_form", "commit_line", "compute", "enter_line", "extra_expert", "figures_of", "gaps_before_rank", "hide_words", "make_copy", "sheets_digest", "record_pack", "submit_all",
    "apply_plan", "apply_by_job", "order_apply", "order_plan_table", "commit_lottery", "discard_plan", "drop_change", "lock_seats", "order_groups", "order_plan", "problems_of_plan", "propose_change",
    "propose_groups", "propose_table", "set_groups", "take_change", "told", "undo_plan", "verdict_of",
    "add_employer", "admit", "apply_table", "apply_to_join", "ask_to_confirm", "check_table", "confirm", "confirm_fees", "edit_comments", "evaluate", "evaluate_rest", "export_fees", "make_fees", "pay_fees", "reopen_fees", "send_comments", "work_out_fees",
    "declare_tie", "decline_by_link", "drop_application", "sweep_tables", "remind_invited", "discard_table", "edit_own_profile",
    "end_desks", "end_employer", "end_pauses", "end_tie", "keep_table", "map_table", "order_table", "pause_span", "read_table", "recommend", "refuse_candidacy",
    "reveal_account", "reveal_identity", "send_back", "set_account", "uphold", "warn", "withdraw_candidacy",
    "PLEDGE", "answer_due", "begin", "call_alternate", "cancel_draw", "close_batch", "commit_draw", "create_batch", "order_new_batch", "declare_and_accept", "decline",
    "edit_expert", "enrol", "enter_value", "expire_invitations", "extend_due", "find_recusals", "invite", "open_draw", "order_audits", "pause",
    "problems_before_rank", "problems_of", "rank_batch", "remind", "remove", "reopen_batch", "report_conflict", "resume", "save_draft", "set_due", "fail_plan", "solve_plan", "submit_sheet", "tell_due", "void",
]
