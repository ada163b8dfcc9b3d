"""Tables of the applications floor."""

from applications.models.desk import Handover, RuleHits
from applications.models.duplicates import CheckedText, DuplicateFinding, TextPrint
from applications.models.filing import (
    Annex,
    Application,
    BudgetLine,
    CheckItem,
    Content,
    Correction,
    FormalityCheck,
    Inspection,
    Partner,
    PublicTry,
    SectionSave,
    Target,
    TeamMember,
    Version,
    Voice,
)
from applications.models.imports import ImportBatch, ImportSource, OldProject
from applications.models.pieces import Upload
from applications.models.prepared import Prepared
from applications.models.together import CoAuthor, Presence

__all__ = [
    "Annex", "Application", "BudgetLine", "CheckItem", "CheckedText", "CoAuthor", "Content", "Correction", "DuplicateFinding", "FormalityCheck", "Inspection",
    "Partner", "Prepared", "Presence", "PublicTry", "SectionSave", "Target", "TeamMember", "TextPrint", "Upload", "Version", "Voice", "Handover",
    "RuleHits", "ImportBatch", "ImportSource", "OldProject",
]
