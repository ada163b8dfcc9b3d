"""Tables of the programmes floor. Rules about them live in rules, policies and workflow."""

from programs.models.adjustments import (
    Adjustment,
    Evidence,
    Opinion,
    OverlapPair,
    OverlapReport,
)
from programs.models.changes import (
    PlanChange,
    PlanChangeLine,
    PlanVersion,
)
from programs.models.guides import Extension, Guide, GuideVersion, GuideWindow, Topic
from programs.models.lists import ReferenceEntry
from programs.models.parameters import ParameterChange
from programs.models.plans import AnnualPlan, AnnualPlanItem, ControlFigure
from programs.models.policies import PolicyDocument
from programs.models.portfolios import (
    AdvisoryBody,
    AdvisoryReport,
    AdvisoryYear,
    Portfolio,
    Recommendation,
)
from programs.models.tree import Plan, PlanTree, Special
from programs.models.versions import SpecialMapping, TreeUpload

__all__ = [
    "AdvisoryBody", "AdvisoryReport", "AdvisoryYear", "Portfolio", "Recommendation", "Adjustment", "Evidence",
    "Opinion", "OverlapPair", "OverlapReport", "AnnualPlan", "AnnualPlanItem", "ControlFigure", "Extension", "Guide",
    "GuideVersion", "GuideWindow", "Plan", "PlanTree", "PolicyDocument", "ReferenceEntry", "Special", "Topic",
    "ParameterChange", "SpecialMapping", "TreeUpload", "PlanChange", "PlanChangeLine", "PlanVersion",
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
