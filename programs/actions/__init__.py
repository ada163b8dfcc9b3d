"""The verbs of the programmes floor; the only writers. Each module holds the verbs of one noun."""

from programs.actions.content import (
    save_guide,
    save_part,
    save_parts,
    set_policies,
    set_windows,
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
from programs.actions.plans import (
    ITEM_FIELDS,
    add_item,
    approve_plan,
    change_item,
    draft_plan,
    publish_plan,
    remove_item,
    return_plan,
    set_plan_money,
    submit_plan,
    watch_annual_plan,
)
from programs.actions.policies import FIELDS as POLICY_FIELDS
from programs.actions.policies import (
    change_policy,
    create_policy,
    enact_policy,
    enter_policies_from_data,
    repeal_policy,
)
from programs.actions.reference import load_reference
from programs.actions.review import (
    answer_comment,
    check_guide_law,
    comment_guide,
    reopen_comment,
    settle_comment,
)
from programs.actions.specials import cancel_special, resume_special, suspend_special
from programs.actions.timers import materialise_guide
from programs.actions.windows import (
    approve_extension,
    refuse_extension,
    request_extension,
)

__all__ = [
    "ITEM_FIELDS", "POLICY_FIELDS",
    "add_item", "agree_guide", "approve_extension", "approve_guide", "approve_plan", "cancel_special", "change_item",
    "change_policy", "commit_award", "create_guide", "create_policy", "draft_plan", "enact_policy",
    "enter_guide_from_data", "enter_policies_from_data", "import_guide", "load_reference", "materialise_guide",
    "publish_guide", "publish_plan", "refuse_extension", "release_award", "release_payment", "remove_item",
    "repeal_policy", "request_extension", "reserve_payment", "resume_special", "return_guide", "return_plan",
    "save_guide", "save_part", "save_parts", "set_plan_money", "set_policies", "set_windows", "submit_guide", "submit_plan",
    "supersede_guide", "suspend_special", "watch_annual_plan", "withdraw_guide",
    # guide editor
    "answer_comment", "check_guide_law", "comment_guide", "confirm_upload", "read_guide_file", "reopen_comment", "settle_comment",
]
