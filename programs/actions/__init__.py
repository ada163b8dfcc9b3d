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
from programs.actions.entry import enter_guide_from_data, import_guide
from programs.actions.guides import (
    agree_guide,
    approve_guide,
    create_guide,
    publish_guide,
    return_guide,
    submit_guide,
    supersede_guide,
    withdraw_guide,
)
from programs.actions.money import (
    commit_award,
    release_award,
    release_payment,
    reserve_payment,
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
from programs.actions.policies import FIELDS as POLICY_FIELDS
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
from programs.actions.reference import load_reference
from programs.actions.specials import cancel_special, resume_special, suspend_special
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
    materialise_guide,
    refuse_extension,
    request_extension,
)

__all__ = [
    "accept_report", "answer_recommendation", "appoint", "decline_portfolio", "end_body", "end_portfolio", "expire_portfolio",
    "file_report", "propose_portfolio", "recommend", "register_body", "return_report", "set_advisory_money",
    "apply_adjustment", "approve_adjustment", "ask_opinions", "ask_overlap", "change_adjustment", "cite", "give_opinion",
    "make_overlap", "open_adjustment", "refuse_adjustment", "return_adjustment", "revoke_adjustment", "submit_adjustment",
    "uncite", "withdraw_adjustment",
    "ITEM_FIELDS", "POLICY_FIELDS",
    "add_item", "agree_guide", "approve_extension", "approve_guide", "approve_plan", "cancel_special", "change_item",
    "change_policy", "commit_award", "create_guide", "create_policy", "draft_plan", "enact_policy",
    "enter_guide_from_data", "enter_policies_from_data", "import_guide", "load_reference", "materialise_guide",
    "publish_guide", "publish_plan", "refuse_extension", "release_award", "release_payment", "remove_item",
    "repeal_policy", "request_extension", "reserve_payment", "resume_special", "return_guide", "return_plan",
    "save_guide", "save_part", "save_parts", "set_plan_money", "set_policies", "set_windows", "submit_guide", "submit_plan",
    "supersede_guide", "suspend_special", "watch_annual_plan", "withdraw_guide",
    # versions of the tree, policy basis, parameters
    "PLAN_FIELDS", "SPECIAL_FIELDS", "TREE_FIELDS", "apply_table", "approve_parameter", "ask_parameter", "attach_text",
    "change_tree", "check_tree", "create_tree", "enact_tree", "end_former_trees", "keep_upload", "map_same_codes",
    "map_special", "move_in_list", "refuse_parameter", "remove_plan", "remove_special", "replace_policy", "return_tree",
    "save_category", "save_special", "take_back_parameter",
    # plan: changes during the year, the whole draft at once
    "add_change_line", "approve_change", "ask_change", "check_change", "edit_change", "refuse_change", "remove_change_line",
    "return_change", "save_plan", "submit_change", "withdraw_change",
]

# demand solicitation
from programs.actions.need_desk import (  # noqa: E402
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
from programs.actions.needs import (  # noqa: E402
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
from programs.actions.topic_calls import (  # noqa: E402
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

__all__ += [
    "adopt_need", "approve_call", "attach_file", "change_call", "close_call", "create_call", "decline_need", "detach_file",
    "endorse_need", "finish_call", "hand_in_need", "invite_experts", "keep_need", "link_topic", "merge_need", "publish_call",
    "recall_need", "reopen_need", "return_call", "return_need", "save_need", "score_need", "screen_in", "set_asks",
    "set_call_windows", "set_criteria", "set_quotas", "set_streams", "split_need", "start_need", "submit_call",
    "topic_from_need", "unlink_topic", "withdraw_call", "withdraw_need",
]
