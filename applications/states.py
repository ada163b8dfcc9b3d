"""Closed lists of the applications floor. Every state has two labels: the desk's and the applicant's."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    DRAFT = "DRAFT", _("Being filled in")
    UNIT_PENDING = "UNIT_PENDING", _("Waiting for the unit")
    UNIT_RETURNED = "UNIT_RETURNED", _("Returned by the unit")
    RECOMMEND_PENDING = "RECOMMEND_PENDING", _("Waiting for recommendation")
    SUBMITTED = "SUBMITTED", _("Submitted")
    CORRECTION = "CORRECTION", _("Correction asked")
    NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
    ACCEPTED = "ACCEPTED", _("Accepted (formality check passed)")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("application", "Withdrawn")
    EXPIRED = "EXPIRED", _("Not submitted in time")
    IN_REVIEW = "IN_REVIEW", _("In review")
    REVIEWED = "REVIEWED", _("Review finished")
    SITE_VISIT = "SITE_VISIT", _("Site visit")
    SPECIAL_AUDIT = "SPECIAL_AUDIT", _("Special audit")
    RANKED = "RANKED", pgettext_lazy("application", "Ranked")
    NOT_SELECTED = "NOT_SELECTED", _("Not selected")
    PROPOSED = "PROPOSED", _("Proposed for award")
    PUBLICITY = "PUBLICITY", _("In public notice")
    OBJECTION_HOLD = "OBJECTION_HOLD", _("Held for an objection")
    AWARDED = "AWARDED", _("Awarded")
    REJECTED = "REJECTED", _("Award refused")


#: What the applicant reads. Steps inside the bureau that would tell a ranking before it is decided share one text.
APPLICANT_LABELS = {
    Status.DRAFT: _("You are filling it in"),
    Status.UNIT_PENDING: _("With your unit for approval"),
    Status.UNIT_RETURNED: _("Returned by your unit, please revise"),
    Status.RECOMMEND_PENDING: _("With the recommending body"),
    Status.SUBMITTED: _("Submitted, formality check running"),
    Status.CORRECTION: _("Correction needed"),
    Status.NOT_ACCEPTED: _("Not accepted"),
    Status.ACCEPTED: _("Accepted, waiting for review"),
    Status.WITHDRAWN: _("Withdrawn by your unit"),
    Status.EXPIRED: _("Deadline passed without submission"),
    Status.IN_REVIEW: _("In review"),
    Status.REVIEWED: _("In review"),
    Status.SITE_VISIT: _("In review: site visit"),
    Status.SPECIAL_AUDIT: _("In review: special audit"),
    Status.RANKED: _("In review"),
    Status.NOT_SELECTED: _("Not selected"),
    Status.PROPOSED: _("In decision"),
    Status.PUBLICITY: _("In public notice"),
    Status.OBJECTION_HOLD: _("In public notice, objection being handled"),
    Status.AWARDED: _("Awarded"),
    Status.REJECTED: _("Award refused"),
}

#: What a machine outside the bureau reads: a step that would tell a ranking is the one before.
OUTSIDE = {Status.REVIEWED: Status.IN_REVIEW, Status.RANKED: Status.IN_REVIEW}

#: The applicant may write.
EDITABLE = (Status.DRAFT, Status.UNIT_RETURNED, Status.CORRECTION)
#: With the leader: not handed in to the unit, or given back by it.
NOT_HANDED_IN = (Status.DRAFT, Status.UNIT_RETURNED)
#: Not handed to the bureau; the close of the guide ends them.
BEFORE_SUBMISSION = (Status.DRAFT, Status.UNIT_PENDING, Status.UNIT_RETURNED, Status.RECOMMEND_PENDING)
#: An end with a refusal: a reason code is a must (the database checks it).
NEEDS_REASON = (Status.NOT_ACCEPTED, Status.REJECTED, Status.NOT_SELECTED, Status.EXPIRED)
#: What a corrected guide takes along: everything that no expert has been given.
FOLLOWING = (*BEFORE_SUBMISSION, Status.SUBMITTED, Status.CORRECTION, Status.ACCEPTED)
#: Has been handed to the bureau and still counts against quotas and limits.
COUNTING = (
    Status.SUBMITTED, Status.CORRECTION, Status.ACCEPTED, Status.IN_REVIEW, Status.REVIEWED, Status.SITE_VISIT,
    Status.SPECIAL_AUDIT, Status.RANKED, Status.PROPOSED, Status.PUBLICITY, Status.OBJECTION_HOLD, Status.AWARDED,
)
#: Nothing more will happen.
ENDED = (
    Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.EXPIRED, Status.NOT_SELECTED, Status.AWARDED, Status.REJECTED,
)
#: Given up or turned away: what becomes of the guide is no news to them any more.
GONE = (Status.WITHDRAWN, Status.NOT_ACCEPTED, Status.REJECTED)
#: The bureau sees an application from its submission on, never a draft (separation from the applicant's desk).
SEEN_BY_BUREAU = tuple(status for status in Status if status not in BEFORE_SUBMISSION and status != Status.EXPIRED)


class TeamRole(TextChoices):
    LEADER = "LEADER", _("Project leader")
    MAIN = "MAIN", _("Main member")
    MEMBER = "MEMBER", _("Participant")


class Source(TextChoices):
    """Where budget money comes from; the codes are those of the budget engine."""

    CITY = "CITY", _("City science and technology funds")
    OWN = "OWN", _("Self-raised")
    OTHER = "OTHER", _("Other sources")


class Direction(TextChoices):
    GE = "GE", _("At least")
    LE = "LE", _("At most")
    QUAL = "QUAL", _("Qualitative")


class CheckOutcome(TextChoices):
    PASS = "PASS", _("Pass")
    FIX = "FIX", _("Ask for correction")
    REFUSE = "REFUSE", _("Refuse")


class ItemResult(TextChoices):
    OK = "OK", _("In order")
    FIX = "FIX", _("To be corrected")
    FAIL = "FAIL", _("Cannot be corrected")


class Reason(TextChoices):
    """Why an application ended; shown to the applicant with a text of its own in each case."""

    UNIT_INELIGIBLE = "UNIT_INELIGIBLE", _("The unit does not meet the conditions of the guide")
    LEADER_INELIGIBLE = "LEADER_INELIGIBLE", _("The leader does not meet the conditions of the guide")
    OUT_OF_SCOPE = "OUT_OF_SCOPE", _("The content does not belong to the fields of the guide")
    MATERIAL_MISSING = "MATERIAL_MISSING", _("Required material is missing")
    MATERIAL_INVALID = "MATERIAL_INVALID", _("Material is invalid or contradicts the form")
    OVER_LIMIT = "OVER_LIMIT", _("Over the limit of applications")
    INTEGRITY = "INTEGRITY", _("Under an integrity restriction")
    DUPLICATE = "DUPLICATE", _("Repeats a funded project or another application")
    CORRECTION_LATE = "CORRECTION_LATE", _("Correction not answered in time")
    CORRECTION_FAILED = "CORRECTION_FAILED", _("Still not in order after the correction")
    DEADLINE_PASSED = "DEADLINE_PASSED", _("Not submitted before the close of filing")
    GUIDE_WITHDRAWN = "GUIDE_WITHDRAWN", _("The guide was withdrawn or superseded")
    BELOW_MARK = "BELOW_MARK", _("Score below the pass mark")
    BEYOND_QUOTA = "BEYOND_QUOTA", _("Ranked beyond the number or money of the guide")
    KNOCKED_OUT = "KNOCKED_OUT", _("Failed a knock-out question of the review")
    INSPECTION = "INSPECTION", _("Failed the site visit or the special audit")
    BODY_DECLINED = "BODY_DECLINED", _("Another body that decides too has declined")
    OBJECTION_UPHELD = "OBJECTION_UPHELD", _("An objection was upheld")
    OTHER = "OTHER", _("Another reason")


class InspectionKind(TextChoices):
    VISIT = "VISIT", _("Site visit")
    AUDIT = "AUDIT", _("Special audit")


# the word of others (ways of funding)


class Gate(TextChoices):
    """What the word of another body stands before."""

    PROPOSE = "PROPOSE", pgettext_lazy("word of another body", "before the proposal")
    AWARD = "AWARD", pgettext_lazy("word of another body", "before the award")
    ACCEPTANCE = "ACCEPTANCE", pgettext_lazy("word of another body", "before the conclusion of the acceptance")


class Side(TextChoices):
    """Who gives it: an owner in its own desk, the bureau on record for a body without an account, or the applicant with a
    paper that the bureau confirms."""

    OWNER = "OWNER", _("Owner unit")
    RECORD = "RECORD", _("On record by the bureau")
    APPLICANT = "APPLICANT", _("Handed in by the applicant")


class VoiceStatus(TextChoices):
    ASKED = "ASKED", pgettext_lazy("word of another body", "Waiting for the answer")
    HANDED_IN = "HANDED_IN", pgettext_lazy("word of another body", "Handed in, to be confirmed")
    AGREED = "AGREED", pgettext_lazy("word of another body", "Agreed")
    DECLINED = "DECLINED", pgettext_lazy("word of another body", "Declined")


class DuplicateStatus(TextChoices):
    """What a person has made of two texts that share something (查重); a machine never decides it."""

    OPEN = "OPEN", pgettext_lazy("duplicate check", "To be judged")
    CLEARED = "CLEARED", pgettext_lazy("duplicate check", "No duplicate")
    PARTLY = "PARTLY", pgettext_lazy("duplicate check", "Duplicate in part")
    DUPLICATE = "DUPLICATE", pgettext_lazy("duplicate check", "Duplicate")


class HandoverStatus(TextChoices):
    ACTIVE = "ACTIVE", pgettext_lazy("handover", "Handed over")
    SUSPENDED = "SUSPENDED", pgettext_lazy("handover", "Suspended")
    ENDED = "ENDED", pgettext_lazy("handover", "Ended")


HANDOVER_TONES = {"ACTIVE": "doing", "SUSPENDED": "warn"}
#: Lies at the formality desk: to be checked, or with the applicant for the one correction.
AT_CHECK = (Status.SUBMITTED, Status.CORRECTION)
DUPLICATE_TONES = {"OPEN": "warn", "CLEARED": "good", "PARTLY": "doing", "DUPLICATE": "bad"}
VOICE_TONES = {"ASKED": "warn", "HANDED_IN": "warn", "AGREED": "good", "DECLINED": "bad"}


TONES = {
    Status.SUBMITTED: "warn", Status.CORRECTION: "warn", Status.NOT_ACCEPTED: "bad", Status.ACCEPTED: "doing",
    Status.IN_REVIEW: "doing", Status.PUBLICITY: "doing", Status.OBJECTION_HOLD: "warn", Status.AWARDED: "good",
    Status.REJECTED: "bad", Status.NOT_SELECTED: "", Status.EXPIRED: "",
}

#: What a formality check may give as the reason.
FORMALITY_REASONS = (
    Reason.UNIT_INELIGIBLE, Reason.LEADER_INELIGIBLE, Reason.OUT_OF_SCOPE, Reason.MATERIAL_MISSING,
    Reason.MATERIAL_INVALID, Reason.OVER_LIMIT, Reason.INTEGRITY, Reason.DUPLICATE, Reason.CORRECTION_FAILED,
    Reason.OTHER,
)


def applicant_label(status: str) -> str:
    return str(APPLICANT_LABELS[Status(status)])


def told_outside(status: str) -> Status:
    return OUTSIDE.get(Status(status), Status(status))


def unit_label(status: str) -> str:
    """What the unit and other bodies outside the bureau read; of what is not decided, no more than the applicant."""
    return applicant_label(status) if status in (*OUTSIDE, Status.PROPOSED) else str(Status(status).label)


class SeatStatus(TextChoices):
    """The seat of somebody who writes with the leader."""

    INVITED = "INVITED", pgettext_lazy("co-author", "Invited")
    ACTIVE = "ACTIVE", pgettext_lazy("co-author", "Writes with you")
    DECLINED = "DECLINED", pgettext_lazy("co-author", "Declined")
    ENDED = "ENDED", pgettext_lazy("co-author", "Ended")


READ, WRITE = "READ", "WRITE"
SEAT_OPEN = (SeatStatus.INVITED, SeatStatus.ACTIVE)
#: Co-authors see the draft in these: what has been submitted is followed by its leader.
WRITTEN_TOGETHER = (*BEFORE_SUBMISSION, Status.CORRECTION)


# old projects and applications from elsewhere


class OldState(TextChoices):
    APPLIED = "APPLIED", pgettext_lazy("old project", "Applied for")
    RUNNING = "RUNNING", pgettext_lazy("old project", "Running")
    DONE = "DONE", pgettext_lazy("old project", "Finished")
    STOPPED = "STOPPED", pgettext_lazy("old project", "Stopped")
    REFUSED = "REFUSED", pgettext_lazy("old project", "Not awarded")


#: How tables of other systems say it.
OLD_WORDS = {
    "APPLIED": ("申报", "申报中", "已申报", "受理", "已受理", "评审中", "待立项", "applied"),
    "RUNNING": ("在研", "执行", "执行中", "在执行", "立项", "已立项", "实施中", "进行中", "running"),
    "DONE": ("结题", "已结题", "验收", "已验收", "验收通过", "通过验收", "完成", "done", "finished"),
    "STOPPED": ("终止", "已终止", "撤销", "已撤销", "验收不通过", "stopped"),
    "REFUSED": ("未立项", "不立项", "不予立项", "不予受理", "未通过", "落选", "refused"),
}
#: What still counts for the limits.
OLD_COUNTING = (OldState.APPLIED, OldState.RUNNING)


class ImportStatus(TextChoices):
    UPLOADED = "UPLOADED", pgettext_lazy("import", "To be mapped and checked")
    CHECKED = "CHECKED", pgettext_lazy("import", "Checked, to be taken over")
    APPLIED = "APPLIED", pgettext_lazy("import", "Taken over")
    DISCARDED = "DISCARDED", pgettext_lazy("import", "Discarded")


IMPORT_TONES = {"UPLOADED": "warn", "CHECKED": "doing", "APPLIED": "good"}
