"""The verbs of the applications floor; the only writers of its tables."""

from applications.actions.batch import ACCEPT, ASK, REFUSE, note_hits, note_missing_hits, order_batch, run_batch
from applications.actions.blinding import blind_copy, blind_titles
from applications.actions.clockwork import AT_ONCE, expire, expire_guide, go_on, let_go_on, plan_late_filing
from applications.actions.deputies import appoint_deputy, end_deputy
from applications.actions.duplicates import (
    ask_comparison,
    call_duplicate,
    call_partly,
    clear_duplicate,
    compare_text,
    keep_prints,
    keep_text,
    order_comparison,
)
from applications.actions.filing import (
    Saved,
    answer,
    closed_now,
    editable,
    hand_in,
    mark_done,
    opened_parts,
    recall,
    save_section,
    start,
    take_back,
)
from applications.actions.following import follow, follow_guide
from applications.actions.formality import (
    accept,
    ask_correction,
    lapse,
    open_check,
    refuse,
    tick,
    verdict_of,
)
from applications.actions.guide_news import tell_of_following, tell_of_guide, tell_of_late_filing
from applications.actions.handing_over import (
    expire_handover,
    hand_over,
    resume_handover,
    suspend_handover,
    suspend_of_institution,
    take_check_back,
)
from applications.actions.imports import (
    apply_import,
    check_import,
    discard_import,
    keep_import,
    map_import,
    order_import,
    read_import,
    sweep_tables,
)
from applications.actions.inspections import file_inspection, order_audit, order_audits, order_visit
from applications.actions.materials import attach, detach, limit_of
from applications.actions.pieces import PIECE, append_piece, begin_upload, cancel_upload, finish_upload, sweep_uploads
from applications.actions.preparing import prepare, prepare_due
from applications.actions.reminding import Reminded, remind_leader, remind_leaders
from applications.actions.taking import Taken, take_files, take_offers
from applications.actions.team import (
    add_member,
    add_partner,
    attach_letter,
    change_member,
    change_partner,
    confirm_member,
    detach_letter,
    remove_member,
    remove_partner,
    tell_of_number,
)
from applications.actions.telling import (
    keep_pdf,
    keep_receipt,
    may_track,
    order_papers,
    order_preview,
    plan_reminder,
    remind,
    tell_of,
)
from applications.actions.together import (
    accept_seat,
    change_rights,
    decline_seat,
    end_seat,
    end_seats_of,
    invite_coauthor,
    know_address,
    leave_seat,
    stay,
    tell_of_seat,
    withdraw_seat,
)
from applications.actions.unit import (
    Outcome,
    bulk_endorse,
    decline,
    endorse,
    endorse_numbered,
    hold_limits,
    pass_on,
    recommend,
    send_back,
    withdraw,
)
from applications.actions.upper import (
    award,
    close_review,
    end_with_reason,
    hold,
    not_select,
    propose,
    publicise,
    put_in_review,
    rank,
    reject,
    release_hold,
)
from applications.actions.voices import answer_voice, ask_voices, hand_in_voice, reopen_voice, send_back_voice

__all__ = [
    "apply_import", "check_import", "discard_import", "keep_import", "map_import", "order_import", "read_import", "sweep_tables", "ACCEPT", "ASK",
    "REFUSE", "expire_handover", "hand_over", "note_hits", "note_missing_hits", "order_batch", "resume_handover", "run_batch", "blind_copy",
    "blind_titles",
    "suspend_handover", "suspend_of_institution", "take_check_back",
    "AT_ONCE", "Outcome", "Saved", "accept", "add_member", "add_partner", "answer", "ask_correction", "attach", "attach_letter", "detach_letter",
    "award", "bulk_endorse", "change_member", "change_partner", "close_review", "closed_now", "confirm_member",
    "decline", "detach", "editable", "end_with_reason", "endorse", "endorse_numbered", "expire", "expire_guide", "file_inspection", "go_on", "hand_in", "let_go_on", "plan_late_filing", "hold", "hold_limits", "may_track",
    "keep_pdf", "keep_receipt", "lapse", "limit_of", "mark_done", "not_select", "open_check", "opened_parts",
    "order_audit", "order_audits", "order_papers", "order_preview", "order_visit", "pass_on", "plan_reminder", "propose", "publicise",
    "put_in_review", "rank", "recall", "recommend", "refuse", "reject", "release_hold", "remind", "remove_member",
    "remove_partner", "tell_of_number", "save_section", "send_back", "start", "take_back", "tell_of", "tick", "verdict_of", "withdraw",
    "ask_comparison", "call_duplicate", "call_partly", "clear_duplicate", "compare_text", "keep_prints", "keep_text", "order_comparison",
    "follow", "follow_guide", "tell_of_following", "tell_of_guide", "tell_of_late_filing",
    "PIECE", "append_piece", "begin_upload", "cancel_upload", "finish_upload", "sweep_uploads",
    "prepare", "prepare_due", "Reminded", "appoint_deputy", "end_deputy", "remind_leader", "remind_leaders",
    "answer_voice", "ask_voices", "hand_in_voice", "reopen_voice", "send_back_voice",
    "Taken", "take_files", "take_offers", "accept_seat", "change_rights", "decline_seat", "end_seat", "end_seats_of", "invite_coauthor", "know_address", "leave_seat", "stay", "tell_of_seat",
    "withdraw_seat",
]
