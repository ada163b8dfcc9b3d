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
from programs.models.editor import (
    GuideComment,
    GuideFile,
    GuideUpload,
    LegalOpinion,
)
from programs.models.entitlements import (
    Entitlement,
    EntitlementList,
)
from programs.models.guides import (
    Extension,
    Guide,
    GuideVersion,
    GuideWindow,
    Topic,
)
from programs.models.lists import (
    ReferenceEntry,
)
from programs.models.matching import (
    CallSearch,
    CallSearchHit,
    GuideMatch,
    GuideTold,
    MatchRun,
)
from programs.models.parameters import (
    ParameterChange,
)
from programs.models.plans import (
    AnnualPlan,
    AnnualPlanItem,
    ControlFigure,
)
from programs.models.policies import (
    PolicyDocument,
)
from programs.models.portfolios import (
    AdvisoryBody,
    AdvisoryReport,
    AdvisoryYear,
    Portfolio,
    Recommendation,
)
from programs.models.register import (
    RegisterPair,
    RegisterState,
    RegisterUnit,
)
from programs.models.topics import (
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
from programs.models.tree import (
    Plan,
    PlanTree,
    Special,
)
from programs.models.versions import (
    SpecialMapping,
    TreeUpload,
)

__all__ = [
    "Adjustment", "AdvisoryBody", "AdvisoryReport", "AdvisoryYear", "AnnualPlan", "AnnualPlanItem", "CallCriterion",
    "CallExpert", "CallQuota", "CallSearch", "CallSearchHit", "CallStream", "CallWindow", "ControlFigure",
    "Entitlement", "EntitlementList", "Evidence", "Extension", "Guide", "GuideComment", "GuideFile", "GuideMatch",
    "GuideTold", "GuideUpload", "GuideVersion", "GuideWindow", "LegalOpinion", "MatchRun", "Need", "NeedFile",
    "NeedIndicator", "NeedReview", "NeedTopic", "Opinion", "OverlapPair", "OverlapReport", "ParameterChange", "Plan",
    "PlanChange", "PlanChangeLine", "PlanTree", "PlanVersion", "PolicyDocument", "Portfolio", "Recommendation",
    "ReferenceEntry", "RegisterPair", "RegisterState", "RegisterUnit", "Special", "SpecialMapping", "Topic",
    "TopicCall", "TreeUpload",
]
