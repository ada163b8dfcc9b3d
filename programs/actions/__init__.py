"""The verbs of the programmes floor; the only writers. Each module holds the verbs of one noun."""

from programs.actions.adjustments import (
    apply_adjustment,
    approve_adjustment,
    ask_opinions,
    change_adjustment,
    cite,
    give_opinion,
    open_adjustment,
    refuse_adjustment,
    return_adjustment,
    revoke_adjustment,
    submit_adjustment,
    uncite,
    withdraw_adjustment,
)
from programs.actions.advisory import (
    accept_report,
    end_body,
    file_report,
    register_body,
    return_report,
    set_advisory_money,
)
from programs.actions.changes import (
    add_change_line,
    approve_change,
    ask_change,
    check_change,
    edit_change,
    refuse_change,
    remove_change_line,
    return_change,
    submit_change,
    withdraw_change,
)
from programs.actions.content import (
    save_guide,
    save_part,
    save_parts,
    set_policies,
    set_windows,
)
from programs.actions.entitlements import (
    approve_entitlements,
    check_entitlements,
    confirm_entitlement,
    decline_entitlement,
    discard_entitlements,
    draft_entitlements,
    lapse_entitlements,
    publish_entitlements,
    return_entitlements,
)
from programs.actions.entry import (
    confirm_upload,
    enter_guide_from_data,
    import_guide,
    read_guide_file,
)
from programs.actions.guides import (
    agree_guide,
    approve_guide,
    create_guide,
    discard_guide,
    publish_guide,
    return_guide,
    submit_guide,
    supersede_guide,
    withdraw_guide,
)
from programs.actions.late_filing import request_late_filing
from programs.actions.likeness import (
    ask_comparison,
    compare_needs,
)
from programs.actions.matching import (
    JOB as MATCHING_JOB,
)
from programs.actions.matching import (
    MATCHING_EVENT,
    drop_search,
    keep_search,
    renew_search,
    start_matching,
    stop_search,
    stop_search_by_link,
    take_up_search,
    tell_searches,
)
from programs.actions.matching import (
    night as match_tonight,
)
from programs.actions.matching import (
    refresh as refresh_matches,
)
from programs.actions.money import (
    commit_award,
    release_award,
    release_payment,
    reserve_payment,
)
from programs.actions.need_desk import (
    adopt_need,
    decline_need,
    keep_need,
    link_topic,
    merge_need,
    reopen_need,
    score_need,
    screen_in,
    split_need,
    topic_from_need,
    unlink_topic,
)
from programs.actions.needs import (
    attach_file,
    detach_file,
    endorse_need,
    hand_in_need,
    recall_need,
    return_need,
    save_need,
    start_need,
    withdraw_need,
)
from programs.actions.overlaps import (
    ask_overlap,
    make_overlap,
)
from programs.actions.parameters import (
    approve_parameter,
    ask_parameter,
    refuse_parameter,
    take_back_parameter,
)
from programs.actions.plans import (
    ITEM_FIELDS,
    add_item,
    approve_plan,
    change_item,
    draft_plan,
    publish_plan,
    remove_item,
    return_plan,
    save_plan,
    set_plan_money,
    submit_plan,
    watch_annual_plan,
)
from programs.actions.policies import (
    FIELDS as POLICY_FIELDS,
)
from programs.actions.policies import (
    attach_text,
    change_policy,
    create_policy,
    enact_policy,
    enter_policies_from_data,
    repeal_policy,
    replace_policy,
)
from programs.actions.portfolios import (
    answer_recommendation,
    appoint,
    decline_portfolio,
    end_portfolio,
    expire_portfolio,
    propose_portfolio,
    recommend,
)
from programs.actions.reference import (
    load_reference,
)
from programs.actions.register import (
    refresh_register,
)
from programs.actions.review import (
    answer_comment,
    check_guide_law,
    comment_guide,
    reopen_comment,
    settle_comment,
)
from programs.actions.specials import (
    cancel_special,
    resume_special,
    suspend_special,
)
from programs.actions.timers import (
    materialise_guide,
)
from programs.actions.topic_calls import (
    approve_call,
    change_call,
    close_call,
    create_call,
    finish_call,
    invite_experts,
    publish_call,
    return_call,
    set_asks,
    set_call_windows,
    set_criteria,
    set_quotas,
    set_streams,
    submit_call,
    withdraw_call,
)
from programs.actions.versions import (
    PLAN_FIELDS,
    SPECIAL_FIELDS,
    TREE_FIELDS,
    apply_table,
    change_tree,
    check_tree,
    create_tree,
    enact_tree,
    end_former_trees,
    keep_upload,
    map_same_codes,
    map_special,
    move_in_list,
    remove_plan,
    remove_special,
    return_tree,
    save_category,
    save_special,
)
from programs.actions.windows import (
    approve_extension,
    refuse_extension,
    request_extension,
)

__all__ = [
    "ITEM_FIELDS", "MATCHING_EVENT", "MATCHING_JOB", "PLAN_FIELDS", "POLICY_FIELDS", "SPECIAL_FIELDS", "TREE_FIELDS", "accept_report",
    "add_change_line", "add_item", "adopt_need", "agree_guide", "answer_comment", "answer_recommendation",
    "apply_adjustment", "apply_table", "appoint", "approve_adjustment", "approve_call", "approve_change",
    "approve_entitlements", "approve_extension", "approve_guide", "approve_parameter", "approve_plan", "ask_change",
    "ask_comparison", "ask_opinions", "ask_overlap", "ask_parameter", "attach_file", "attach_text", "cancel_special",
    "change_adjustment", "change_call", "change_item", "change_policy", "change_tree", "check_change",
    "check_entitlements", "check_guide_law", "check_tree", "cite", "close_call", "comment_guide", "commit_award",
    "compare_needs", "confirm_entitlement", "confirm_upload", "create_call", "create_guide", "create_policy",
    "create_tree", "decline_entitlement", "decline_need", "decline_portfolio", "detach_file", "discard_entitlements", "discard_guide",
    "draft_entitlements", "draft_plan", "drop_search", "edit_change", "enact_policy", "enact_tree", "end_body",
    "end_former_trees", "end_portfolio", "endorse_need", "enter_guide_from_data", "enter_policies_from_data",
    "expire_portfolio", "file_report", "finish_call", "give_opinion", "hand_in_need", "import_guide",
    "invite_experts", "keep_need", "keep_search", "keep_upload", "lapse_entitlements", "link_topic", "load_reference",
    "make_overlap", "map_same_codes", "map_special", "match_tonight", "materialise_guide", "merge_need",
    "move_in_list", "open_adjustment", "propose_portfolio", "publish_call", "publish_entitlements", "publish_guide",
    "publish_plan", "read_guide_file", "recall_need", "recommend", "refresh_matches", "refresh_register",
    "refuse_adjustment", "refuse_change",
    "refuse_extension", "refuse_parameter", "register_body", "release_award", "release_payment", "remove_change_line",
    "remove_item", "remove_plan", "remove_special", "renew_search", "reopen_comment", "reopen_need", "repeal_policy", "replace_policy",
    "request_extension", "request_late_filing", "reserve_payment", "resume_special", "return_adjustment", "return_call", "return_change",
    "return_entitlements", "return_guide", "return_need", "return_plan", "return_report", "return_tree",
    "revoke_adjustment", "save_category", "save_guide", "save_need", "save_part", "save_parts", "save_plan",
    "save_special", "score_need", "screen_in", "set_advisory_money", "set_asks", "set_call_windows",
    "set_criteria", "set_plan_money", "set_policies", "set_quotas", "set_streams", "set_windows", "settle_comment",
    "split_need", "start_matching", "start_need", "stop_search", "stop_search_by_link", "submit_adjustment",
    "submit_call", "submit_change", "submit_guide", "submit_plan", "supersede_guide", "suspend_special",
    "take_back_parameter", "take_up_search", "tell_searches", "topic_from_need", "uncite", "unlink_topic",
    "watch_annual_plan", "withdraw_adjustment", "withdraw_call", "withdraw_change", "withdraw_guide", "withdraw_need",
]
