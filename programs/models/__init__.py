"""Tables of the programmes floor. Rules about them live in rules, policies and workflow."""

from programs.models.guides import Extension, Guide, GuideVersion, GuideWindow, Topic
from programs.models.lists import ReferenceEntry
from programs.models.plans import AnnualPlan, AnnualPlanItem, ControlFigure
from programs.models.policies import PolicyDocument
from programs.models.tree import Plan, PlanTree, Special

__all__ = [
    "AnnualPlan", "AnnualPlanItem", "ControlFigure", "Extension", "Guide", "GuideVersion", "GuideWindow", "Plan",
    "PlanTree", "PolicyDocument", "ReferenceEntry", "Special", "Topic",
]

# demand solicitation
from programs.models.topics import (  # noqa: E402
    CallCriterion,
    CallExpert,
    CallQuota,
    CallStream,
    CallWindow,
    Need,
    NeedFile,
    NeedIndicator,
    NeedReview,
    NeedTopic,
    TopicCall,
)

__all__ += [
    "CallCriterion", "CallExpert", "CallQuota", "CallStream", "CallWindow", "Need", "NeedFile", "NeedIndicator", "NeedReview",
    "NeedTopic", "TopicCall",
]
