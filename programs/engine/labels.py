"""The words for the keys of a guide's content, for problems, comparisons and histories alike."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

LABELS = {
    "cluster": gettext_lazy("Industry cluster (20+8)"), "stream": gettext_lazy("Basic-research stream"),
    "stage": gettext_lazy("Stage of the innovation chain"), "title": gettext_lazy("Title"), "title_en": gettext_lazy("Title in English"),
    "issuer": gettext_lazy("Issued by"), "issuer_en": gettext_lazy("Issued by, in English"), "notice_line": gettext_lazy("Notice on top"),
    "notice_line_en": gettext_lazy("Notice on top, in English"), "receiving_body": gettext_lazy("Receiving body"),
    "receiving_body_en": gettext_lazy("Receiving body, in English"), "deciding_body": gettext_lazy("Deciding body"),
    "deciding_body_en": gettext_lazy("Deciding body, in English"), "annexes": gettext_lazy("Annexes"),
    "annexes_en": gettext_lazy("Annexes, in English"), "funding_mode": gettext_lazy("Way of funding"),
    "contract_required": gettext_lazy("A contract is signed"), "audit_required": gettext_lazy("A special audit is made before the list"),
    "recommenders": gettext_lazy("Recommending bodies"), "kind": gettext_lazy("Limit of number"),
    "max_projects": gettext_lazy("Awards at most"), "budget_control": gettext_lazy("Money of the whole guide"),
    "per_unit": gettext_lazy("Applications per unit at most"), "per_leader": gettext_lazy("Applications per leader at most"),
    "cap": gettext_lazy("At most per project"), "formula": gettext_lazy("Formula of the amount"), "note": gettext_lazy("Note"),
    "note_en": gettext_lazy("Note in English"), "not_before": gettext_lazy("Not before the date"), "min": gettext_lazy("At least"), "max": gettext_lazy("At most"),
    "regions": gettext_lazy("Regions"), "partners_max": gettext_lazy("Partners at most"),
    "partner_transfer": gettext_lazy("Money may be passed on to partners"), "partners_anywhere": gettext_lazy("Partners from anywhere"),
    "clusters": gettext_lazy("Clusters"), "list": gettext_lazy("Code list"), "lines_en": gettext_lazy("Directions in English"),
    "lines": gettext_lazy("Directions supported"), "rule": gettext_lazy("Requirement"), "file": gettext_lazy("File"),
    "scheme": gettext_lazy("Budget"), "sources": gettext_lazy("Sources of money"),
    "self_raised_min_ratio": gettext_lazy("Own money per yuan asked for, at least"),
    "self_raised_for": gettext_lazy("Own money is asked of these kinds of units only"),
    "indirect_bands": gettext_lazy("Limit of indirect costs"), "note_equipment_from": gettext_lazy("Equipment listed one by one from"),
    "min_rows": gettext_lazy("Rows at least"), "max_rows": gettext_lazy("Rows at most"), "weight_total": gettext_lazy("Weights add up to"),
    "required_l1": gettext_lazy("Kinds that must be there"), "panel_size": gettext_lazy("Experts per application"),
    "industry_min": gettext_lazy("of them from industry at least"), "blind": gettext_lazy("Who sees whom"),
    "draw_ratio": gettext_lazy("Candidates drawn from for each seat (1:S)"), "chair_tie": gettext_lazy("In a meeting, the chair decides when votes are equal"),
    "due_days": gettext_lazy("Days for the review"), "pass_mark": gettext_lazy("Points to be eligible"),
    "range_flag": gettext_lazy("Spread that needs a talk (points)"), "mode": gettext_lazy("Way of review"),
    "comment_min": gettext_lazy("Characters a comment needs"), "reason_min": gettext_lazy("Characters of a reason for lowest or highest points"), "step": gettext_lazy("Step of the points"), "code": gettext_lazy("Code"),
    "name": gettext_lazy("Name"), "name_en": gettext_lazy("Name in English"), "text": gettext_lazy("Text"),
    "text_en": gettext_lazy("Text in English"), "label": gettext_lazy("Label"), "label_en": gettext_lazy("Label in English"),
    "help": gettext_lazy("Hint"), "help_en": gettext_lazy("Hint in English"), "why": gettext_lazy("Why it is asked"),
    "why_en": gettext_lazy("Why it is asked, in English"), "required": gettext_lazy("Required"), "must_be": gettext_lazy("Must be ticked"),
    "max_length": gettext_lazy("Characters at most"), "min_length": gettext_lazy("Characters at least"),
    "unit": gettext_lazy("Unit of measure"), "unit_en": gettext_lazy("Unit of measure in English"),
    "places": gettext_lazy("Decimal places"), "choices": gettext_lazy("Answers"), "choices_from": gettext_lazy("Code list"),
    "fact": gettext_lazy("Answers this fact of the conditions"), "visible_if": gettext_lazy("Shown when"),
    "columns": gettext_lazy("Columns"), "group": gettext_lazy("Stage in the task list"), "group_en": gettext_lazy("Stage in English"),
    "required_for": gettext_lazy("Required of these kinds of units only"), "mimes": gettext_lazy("Kinds of file"),
    "max_mb": gettext_lazy("At most MB"), "signed_by": gettext_lazy("Signed or sealed by"), "omit": gettext_lazy("Not in this guide"),
    "clause": gettext_lazy("Clause"), "hard": gettext_lazy("Blocks the submission when it fails"), "test": gettext_lazy("Test"),
    "exempt": gettext_lazy("Exemption"), "exempt_result": gettext_lazy("When the exemption applies"), "share": gettext_lazy("Share"),
    "condition": gettext_lazy("Condition"), "condition_en": gettext_lazy("Condition in English"), "parent": gettext_lazy("Heading above"),
    "rate": gettext_lazy("Rate"), "upto": gettext_lazy("Up to"), "weight": gettext_lazy("Points"),
    "anchors": gettext_lazy("Anchored bands"), "knockouts": gettext_lazy("Knock-out questions"), "examples": gettext_lazy("Examples"),
    "examples_en": gettext_lazy("Examples in English"), "l1": gettext_lazy("First level"), "l2": gettext_lazy("Second level"),
    "phone": gettext_lazy("Telephone"), "hours": gettext_lazy("Hours"), "hours_en": gettext_lazy("Hours in English"),
    "preset": gettext_lazy("Fixed by the guide"), "base": gettext_lazy("Base"), "limits": gettext_lazy("Rules of limitation"),
    "value": gettext_lazy("Value"), "size": gettext_lazy("Size"), "template": gettext_lazy("Template file"),
    "auto": gettext_lazy("Ticked beforehand when this condition is met"), "l1_en": gettext_lazy("First level in English"),
    "l2_en": gettext_lazy("Second level in English"), "l1_code": gettext_lazy("Code of the first level"),
    "min_items": gettext_lazy("Choices at least"), "max_items": gettext_lazy("Choices at most"), "sha256": gettext_lazy("Hash"),
    "uid": gettext_lazy("Key of the file"), "labels": gettext_lazy("Names of the steps"), "op": gettext_lazy("Comparison"),
    "headings": gettext_lazy("Budget headings"), "criteria": gettext_lazy("Criteria"), "kinds": gettext_lazy("Kinds of targets"),
    "fields": gettext_lazy("Fields of the group"),
}
#: Of a field of the form some keys mean other things than elsewhere.
IN_FORM = {
    "kind": gettext_lazy("Kind of field"),
    "min_rows": gettext_lazy("Rows or blocks at least"),
    "max_rows": gettext_lazy("Rows or blocks at most"),
    "lines": gettext_lazy("Empty rows shown"),
}


def of(key: str, part: str = "") -> str:
    """The words for a key in a part; a key without words stands as it is."""
    found = (IN_FORM.get(key) if part == "form" else None) or LABELS.get(key)
    return str(found) if found else key
