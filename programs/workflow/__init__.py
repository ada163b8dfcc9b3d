"""The tables of moves of this floor, one module per noun. One row is one verb; the engine is core.workflow."""

from programs.workflow.adjustments import (
    ADJUSTMENT,
    SPECIAL,
    case_basis,
    case_sound,
    date_reached,
    enough_opinions,
)
from programs.workflow.advisory import (
    advisory_item,
    advisory_money,
    advisory_taken,
)
from programs.workflow.asked import (
    another_person,
    with_reason,
)
from programs.workflow.basis import (
    PARAMETER_CHANGE,
    PLAN_TREE,
    POLICY_DOCUMENT,
    Cover,
    Use,
    atlas,
    coverage,
    government_approved,
    not_an_editor,
    tree_complete,
    tree_covers,
    tree_dated,
    tree_over,
    uncontinued,
    uses,
)
from programs.workflow.entitlements import (
    ENTITLEMENT,
    ENTITLEMENT_LIST,
)
from programs.workflow.guides import (
    COMMENT,
    EXTENSION,
    GUIDE,
    TAKING,
    comments_settled,
    decided_case,
    governed,
    has_windows,
    item_facts,
    late_filing,
    later_close,
    law_basis,
    lawful,
    opinion_whole,
    policy_facts,
    special_active,
    well_formed,
    window_begun,
    window_over,
    window_to_come,
    with_answer,
    within_plan,
)
from programs.workflow.plans import (
    ANNUAL_PLAN,
    PLAN_CHANGE,
    change_lines,
    change_sound,
    not_the_asker,
    not_the_checker,
    plan_after,
    plan_facts,
    plan_sound,
    reserve_bounds,
)
from programs.workflow.portfolios import (
    ADVISORY_REPORT,
    PORTFOLIO,
    RECOMMENDATION,
    not_over,
    proposed_by_another,
    with_grounds,
)
from programs.workflow.topics import (
    CALL,
    NEED,
    after_call,
    all_settled,
    answers_right,
    between_windows,
    call_closed,
    call_open,
    call_sound,
    call_stands,
    call_windows,
    good_lead,
    not_a_lead,
    with_reason_code,
    without_topics,
)

__all__ = [
    "Cover", "ENTITLEMENT", "ENTITLEMENT_LIST", "Use",
    "ADJUSTMENT", "ADVISORY_REPORT", "ANNUAL_PLAN", "CALL", "COMMENT", "EXTENSION", "GUIDE", "NEED",
    "PARAMETER_CHANGE", "PLAN_CHANGE", "PLAN_TREE", "POLICY_DOCUMENT", "PORTFOLIO", "RECOMMENDATION", "SPECIAL",
    "TAKING", "advisory_item", "advisory_money", "advisory_taken", "after_call", "all_settled", "another_person", "answers_right", "atlas", "between_windows",
    "call_closed", "call_open", "call_sound", "call_stands", "call_windows", "case_basis", "case_sound", "change_lines",
    "change_sound", "comments_settled", "coverage", "date_reached", "decided_case", "enough_opinions", "good_lead", "governed",
    "government_approved", "has_windows", "item_facts", "late_filing", "later_close", "law_basis", "lawful", "not_a_lead", "not_an_editor",
    "not_over", "not_the_asker", "not_the_checker", "opinion_whole", "plan_after", "plan_facts", "plan_sound",
    "policy_facts", "proposed_by_another", "reserve_bounds", "special_active", "tree_complete", "tree_covers",
    "tree_dated", "tree_over", "uncontinued", "uses", "well_formed", "window_begun", "window_over", "window_to_come", "with_answer", "with_grounds", "with_reason",
    "with_reason_code", "within_plan", "without_topics",
]
