"""Tables of the programmes floor. Rules about them live in rules, policies and workflow."""

from programs.models.guides import Extension, Guide, GuideVersion, GuideWindow, Topic
from programs.models.lists import ReferenceEntry
from programs.models.parameters import ParameterChange
from programs.models.plans import AnnualPlan, AnnualPlanItem, ControlFigure
from programs.models.policies import PolicyDocument
from programs.models.tree import Plan, PlanTree, Special
from programs.models.versions import SpecialMapping, TreeUpload

__all__ = [
    "AnnualPlan", "AnnualPlanItem", "ControlFigure", "Extension", "Guide", "GuideVersion", "GuideWindow",
    "ParameterChange", "Plan", "PlanTree", "PolicyDocument", "ReferenceEntry", "Special", "SpecialMapping", "Topic",
    "TreeUpload",
]
