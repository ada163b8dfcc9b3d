"""Closed lists of the reviews floor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExpertStatus(TextChoices):
    ACTIVE = "ACTIVE", pgettext_lazy("expert", "Active")
    PAUSED = "PAUSED", pgettext_lazy("expert", "Paused")
    REMOVED = "REMOVED", pgettext_lazy("expert", "Removed from the pool")


class Pool(TextChoices):
    """Two pools by level (Shenzhen 科技专家库管理办法, art. 5)."""

    GENERAL = "GENERAL", _("General pool")
    MAJOR = "MAJOR", _("Major pool")


class Constituency(TextChoices):
    SCIENCE = "SCIENCE", _("Science")
    INDUSTRY = "INDUSTRY", _("Industry")
    ECONOMY = "ECONOMY", _("Economy and finance")


class TitleLevel(TextChoices):
    """Level of the professional title; the conditions of the pools ask for it in this order."""

    ACADEMICIAN = "ACADEMICIAN", _("Academician")
    FULL = "FULL", _("Full senior title")
    DEPUTY = "DEPUTY", _("Deputy senior title")
    MIDDLE = "MIDDLE", _("Middle title")
    NONE = "NONE", pgettext_lazy("title", "None")


#: From the highest down.
LEVELS = tuple(TitleLevel.values)


class Tier(TextChoices):
    """Levels of the science constituency of the major pool."""

    ONE = "1", _("Level 1: academicians and winners of the highest prizes")
    TWO = "2", _("Level 2: leaders of central programmes, first finishers of national prizes")
    THREE = "3", _("Level 3: leaders of tasks of central programmes and the like")


class Language(TextChoices):
    """In which an expert can read an application and write a comment."""

    ZH = "zh", pgettext_lazy("language", "Chinese")
    EN = "en", pgettext_lazy("language", "English")
    JA = "ja", pgettext_lazy("language", "Japanese")
    DE = "de", pgettext_lazy("language", "German")
    FR = "fr", pgettext_lazy("language", "French")
    RU = "ru", pgettext_lazy("language", "Russian")


class Origin(TextChoices):
    OWN = "OWN", _("Own application")
    PERSON = "PERSON", _("Recommended by a person")
    UNIT = "UNIT", _("Recommended by a unit")
    DESK = "DESK", _("Taken in by the resource division")
    IMPORT = "IMPORT", _("Taken over from a table")


class CandidacyStatus(TextChoices):
    ASKED = "ASKED", _("Recommended, waiting for the person")
    SUBMITTED = "SUBMITTED", _("To be decided")
    RETURNED = "RETURNED", pgettext_lazy("candidacy", "Sent back to be completed")
    ADMITTED = "ADMITTED", pgettext_lazy("candidacy", "In the pool")
    REFUSED = "REFUSED", pgettext_lazy("candidacy", "Not taken in")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("candidacy", "Withdrawn")


class ImportStatus(TextChoices):
    UPLOADED = "UPLOADED", pgettext_lazy("import", "To be mapped and checked")
    CHECKED = "CHECKED", pgettext_lazy("import", "Checked, to be taken over")
    APPLIED = "APPLIED", pgettext_lazy("import", "Taken over")
    DISCARDED = "DISCARDED", pgettext_lazy("import", "Discarded")


class BatchStatus(TextChoices):
    DRAFT = "DRAFT", _("Being prepared")
    DRAWN = "DRAWN", _("Experts drawn")
    INVITING = "INVITING", _("Inviting experts")
    SCORING = "SCORING", _("Scoring")
    CLOSED = "CLOSED", pgettext_lazy("review batch", "Closed")
    RANKED = "RANKED", pgettext_lazy("review batch", "Ranked")


class Mode(TextChoices):
    """How experts sit: REMOTE draws a panel per application, PANEL one per group that reviews all of the group."""

    REMOTE = "REMOTE", _("Remote review")
    PANEL = "PANEL", _("Panel meeting")


class Blind(TextChoices):
    SINGLE = "single", _("Single blind")
    DOUBLE = "double", _("Double blind")


class DrawStatus(TextChoices):
    COMMITTED = "COMMITTED", _("Committed, waiting for the public value")
    DRAWN = "DRAWN", _("Drawn and sealed")
    OPENED = "OPENED", pgettext_lazy("draw", "Opened")
    CANCELLED = "CANCELLED", pgettext_lazy("draw", "Cancelled")


class AssignmentStatus(TextChoices):
    DRAWN = "DRAWN", _("Drawn, not invited")
    INVITED = "INVITED", _("Invited")
    ACCEPTED = "ACCEPTED", pgettext_lazy("invitation", "Accepted")
    DECLINED = "DECLINED", pgettext_lazy("invitation", "Declined")
    SUBMITTED = "SUBMITTED", _("Score submitted")
    VOID = "VOID", _("Void")


#: Holds a seat of the panel now or may still fill it.
SEATED = (AssignmentStatus.INVITED, AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED)
#: The expert still has something to write.
OPEN = (AssignmentStatus.ACCEPTED,)


class RecusalCode(TextChoices):
    """Rules RC1 to RC10 of the review regulations' recusal list."""

    RC1 = "RC1", _("Same employer now or within the look-back years")
    RC2 = "RC2", _("Supervisor and student, or the same team")
    RC3 = "RC3", _("Spouse, kin or in-law")
    RC4 = "RC4", _("Co-applicant within the look-back years")
    RC5 = "RC5", _("Shares, paid advice or another economic interest")
    RC6 = "RC6", _("Dispute or lawsuit within the look-back years")
    RC7 = "RC7", _("Leader or member of an application under the same guide")
    RC8 = "RC8", _("Named by the applicant as to be avoided")
    RC9 = "RC9", _("Helped to write the guide")
    RC10 = "RC10", _("Drawn too often this year")


#: What an expert declares; the others are found by the system.
DECLARABLE = (RecusalCode.RC2, RecusalCode.RC3, RecusalCode.RC4, RecusalCode.RC5, RecusalCode.RC6, RecusalCode.RC1)


#: What holds whatever the batch: declared once, kept in the pool.
STANDING = (RecusalCode.RC2, RecusalCode.RC3, RecusalCode.RC5, RecusalCode.RC6)


class FoundBy(TextChoices):
    AUTO = "AUTO", _("Found by the system")
    DECLARED = "DECLARED", _("Declared by the expert")
    LATE = "LATE", _("Found late")


class DeclineReason(TextChoices):
    BUSY = "BUSY", _("No time in this period")
    FIELD = "FIELD", _("Not my field")
    CONFLICT = "CONFLICT", _("Conflict of interest")
    HEALTH = "HEALTH", _("Health")
    NO_ANSWER = "NO_ANSWER", _("No answer in time")
    OTHER = "OTHER", pgettext_lazy("decline", "Another reason")


class Recommendation(TextChoices):
    A = "A", _("A: support with priority")
    B = "B", _("B: support")
    C = "C", _("C: support if money is left")
    D = "D", _("D: do not support")


class Outcome(TextChoices):
    """Where the ranking leaves an application; the award itself is decided elsewhere."""

    NONE = "", _("Not ranked yet")
    PROPOSE = "PROPOSE", _("Within number and money")
    RESERVE = "RESERVE", _("Reserve list")
    BELOW = "BELOW", _("Below the mark for a proposal")
    FAILED = "FAILED", _("Below the pass mark")
    KNOCKED_OUT = "KNOCKED_OUT", _("Failed a knock-out question")
    UNSCORED = "UNSCORED", _("Without valid scores")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("application", "Withdrawn")


# --- after the review ------------------------------------------------------------------------------------------------


class Grade(TextChoices):
    GOOD = "GOOD", pgettext_lazy("expert grade", "Good")
    FAIR = "FAIR", pgettext_lazy("expert grade", "Fair")
    POOR = "POOR", pgettext_lazy("expert grade", "Poor")


class MeasureKind(TextChoices):
    WARN = "WARN", _("Warning")
    PAUSE = "PAUSE", pgettext_lazy("expert measure", "Paused")
    REMOVE = "REMOVE", pgettext_lazy("expert measure", "Removed")


class FeeStatus(TextChoices):
    DRAFT = "DRAFT", _("To be checked")
    CONFIRMED = "CONFIRMED", _("For finance")
    PAID = "PAID", pgettext_lazy("fees", "Paid")


class MeetingKind(TextChoices):
    REMOTE = "REMOTE", _("Video meeting")
    PANEL = "PANEL", _("Panel meeting")
    DEFENCE = "DEFENCE", _("Defence")
    VISIT = "VISIT", _("Site visit")


#: The applicants are told their time and place.
WITH_APPLICANTS = (MeetingKind.DEFENCE, MeetingKind.VISIT)


class MeetingStatus(TextChoices):
    PLANNED = "PLANNED", pgettext_lazy("meeting", "Planned")
    CALLED = "CALLED", pgettext_lazy("meeting", "Called")
    RUNNING = "RUNNING", pgettext_lazy("meeting", "In session")
    ENDED = "ENDED", pgettext_lazy("meeting", "Ended")
    CANCELLED = "CANCELLED", pgettext_lazy("meeting", "Cancelled")


class AgendaStatus(TextChoices):
    WAITING = "WAITING", pgettext_lazy("agenda", "Waiting")
    OPEN = "OPEN", pgettext_lazy("agenda", "Under discussion")
    VOTING = "VOTING", pgettext_lazy("agenda", "Secret vote")
    DECIDED = "DECIDED", pgettext_lazy("agenda", "Voted")
    SKIPPED = "SKIPPED", pgettext_lazy("agenda", "Not dealt with")


class Choice(TextChoices):
    FOR = "FOR", pgettext_lazy("vote", "For")
    AGAINST = "AGAINST", pgettext_lazy("vote", "Against")
    ABSTAIN = "ABSTAIN", pgettext_lazy("vote", "Abstain")


class LineDrawStatus(TextChoices):
    COMMITTED = "COMMITTED", _("Committed, waiting for the public value")
    DRAWN = "DRAWN", pgettext_lazy("line draw", "Drawn")


class PlanKind(TextChoices):
    """How a plan seats experts: the best assignment there is, or the odds of a lottery."""

    OPTIMUM = "OPTIMUM", _("Best assignment")
    LOTTERY = "LOTTERY", _("Lottery 1:S")


class PlanStatus(TextChoices):
    RUNNING = "RUNNING", pgettext_lazy("plan", "Being worked out")
    READY = "READY", pgettext_lazy("plan", "Ready to look at")
    APPLIED = "APPLIED", pgettext_lazy("plan", "Applied")
    FAILED = "FAILED", pgettext_lazy("plan", "Failed")
    DISCARDED = "DISCARDED", pgettext_lazy("plan", "Discarded")
