"""Tables of the programmes floor. Rules about them live in rules, policies and workflow."""

from programs.models.editor import GuideComment, GuideFile, GuideUpload, LegalOpinion
from programs.models.guides import Extension, Guide, GuideVersion, GuideWindow, Topic
from programs.models.lists import ReferenceEntry
from programs.models.plans import AnnualPlan, AnnualPlanItem, ControlFigure
from programs.models.policies import PolicyDocument
from programs.models.tree import Plan, PlanTree, Special

__all__ = [
    "AnnualPlan", "AnnualPlanItem", "ControlFigure", "Extension", "Guide", "GuideVersion", "GuideWindow", "Plan",
    "PlanTree", "PolicyDocument", "ReferenceEntry", "Special", "Topic",
    # guide editor
    "GuideComment", "GuideFile", "GuideUpload", "LegalOpinion",
]
