"""Plain decisions (`decisions`) and the names under which answers travel (`codec`). No database."""

from applications.rules.codec import (
    SPARE_ROWS,
    apply,
    flat,
    known_names,
    sent_from,
    typed,
    without_empty_rows,
)
from applications.rules.decisions import (
    Held,
    LimitRule,
    Merge,
    Verdict,
    application_ref,
    blank,
    canonical,
    caps,
    changed_parts,
    counted,
    digest,
    digest_of,
    end_date,
    halves,
    limit_problem,
    merge,
    partner_problem,
    phone_tail,
    quota_problem,
    ratio,
    receipt_number,
    region_problem,
    too_big,
    unexplained,
    verdict,
    whole,
)
from applications.rules.overlap import (
    Passage,
    Plain,
    common_passages,
    covered,
    fingerprints,
    likeness,
    plain,
)

__all__ = [
    "Passage", "Plain", "common_passages", "covered", "fingerprints", "likeness", "plain",
    "SPARE_ROWS", "Held", "LimitRule", "Merge", "Verdict", "application_ref", "apply", "blank", "canonical", "caps", "changed_parts",
    "counted", "digest", "digest_of", "end_date", "halves", "whole", "flat", "known_names", "limit_problem", "merge", "phone_tail", "quota_problem",
    "ratio", "unexplained", "receipt_number", "sent_from", "too_big", "typed", "verdict", "without_empty_rows",
    "partner_problem", "region_problem",
]
