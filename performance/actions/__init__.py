"""All that writes on this floor."""

from performance.actions.acceptance import confirm, examine, open_acceptance, propose, return_acceptance
from performance.actions.evaluation import confirm_score, open_evaluation, return_score, score
from performance.actions.reports import (
    EDITABLE,
    REPORTABLE,
    assess,
    attach,
    file_report,
    hand_in,
    remind_overdue,
    return_report,
    save_report,
    save_result,
    start_report,
)

__all__ = [
    "EDITABLE", "REPORTABLE", "assess", "attach", "confirm", "confirm_score", "examine", "file_report", "hand_in", "open_acceptance", "open_evaluation",
    "propose", "remind_overdue", "return_acceptance", "return_report", "return_score", "save_report", "save_result",
    "score", "start_report",
]
