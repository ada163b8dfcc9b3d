"""Closed lists of the programmes floor. Labels are message ids; the Chinese is in the catalogue."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SpecialStatus(TextChoices):
    """A suspended or cancelled special opens no guide; its running projects go on (clause T2)."""

    ACTIVE = "ACTIVE", _("In force")
    SUSPENDED = "SUSPENDED", _("Suspended")
    CANCELLED = "CANCELLED", pgettext_lazy("special", "Cancelled")


class PolicyKind(TextChoices):
    MEASURES = "MEASURES", _("Administrative measures")
    SCHEME = "SCHEME", _("Implementation scheme")


class PolicyStatus(TextChoices):
    DRAFT = "DRAFT", _("Draft")
    IN_FORCE = "IN_FORCE", _("In force")
    REPEALED = "REPEALED", _("Repealed")


class PlanStatus(TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Awaiting approval")
    APPROVED = "APPROVED", _("Approved")
    PUBLISHED = "PUBLISHED", _("Published")


class GuideStatus(TextChoices):
    DRAFT = "DRAFT", _("Drafting")
    INTERNAL_REVIEW = "INTERNAL_REVIEW", _("Internal review")
    LEGAL_REVIEW = "LEGAL_REVIEW", _("Legality and fair-competition check")
    BUREAU_APPROVED = "BUREAU_APPROVED", _("Approved by the bureau")
    PUBLISHED = "PUBLISHED", _("Published, not open yet")
    OPEN = "OPEN", _("Open for filing")
    CLOSED = "CLOSED", _("Filing closed")
    WITHDRAWN = "WITHDRAWN", _("Guide withdrawn")
    SUPERSEDED = "SUPERSEDED", _("Superseded by a correction")


#: Visible to everyone; whether filing is possible is asked of the clock, not of these.
PUBLIC_STATUSES = (
    GuideStatus.PUBLISHED,
    GuideStatus.OPEN,
    GuideStatus.CLOSED,
    GuideStatus.WITHDRAWN,
    GuideStatus.SUPERSEDED,
)
#: The clock decides between open and closed only for these.
RUNNING_STATUSES = (GuideStatus.PUBLISHED, GuideStatus.OPEN, GuideStatus.CLOSED)
#: Content may be changed freely.
EDITABLE_STATUSES = (GuideStatus.DRAFT,)


class ExtensionStatus(TextChoices):
    REQUESTED = "REQUESTED", _("Awaiting a second person")
    APPROVED = "APPROVED", _("Extension approved")
    REFUSED = "REFUSED", _("Extension refused")


class FundingMode(TextChoices):
    PRE = "PRE", _("Grant before the work")
    POST = "POST", _("Post-subsidy")
    REWARD = "REWARD", _("Reward")
    INTEREST = "INTEREST", _("Interest or premium subsidy")
    EQUITY = "EQUITY", _("Equity or seed fund")
    CHALLENGE = "CHALLENGE", _("Open challenge")
    STABLE = "STABLE", _("Stable support")
    OWNER_LED = "OWNER_LED", _("Owner-led scheme")
    ENTITLEMENT = "ENTITLEMENT", _("Entitlement without application")
    JOINT = "JOINT", _("Joint funding")
    MATCHING = "MATCHING", _("Matching of upper-level awards")


#: Modes that pay after the fact: no contract, no acceptance, one payment.
MODES_WITHOUT_CONTRACT = (
    FundingMode.POST,
    FundingMode.REWARD,
    FundingMode.INTEREST,
    FundingMode.ENTITLEMENT,
    FundingMode.MATCHING,
)


class ReviewMode(TextChoices):
    FORMAL = "FORMAL", _("Formality check only")
    REMOTE = "REMOTE", _("Remote review")
    PANEL = "PANEL", _("Panel meeting")
    DEFENCE = "DEFENCE", _("Defence")
    SITE = "SITE", _("Site visit")
    AUDIT = "AUDIT", _("Special audit")
    ARGUMENT = "ARGUMENT", _("Expert argument")
    POOL = "POOL", _("Pool, then selection")
    JOINT_PANEL = "JOINT-PANEL", _("Joint panel")
    CONTEST = "CONTEST", _("Contest")
    INVEST = "INVEST", _("Investment decision")


class BudgetScheme(TextChoices):
    LUMP_SUM = "LUMP_SUM", _("Lump sum")
    ITEMISED = "ITEMISED", _("Itemised budget")


class Pool(TextChoices):
    CONTROL = "CONTROL", _("Annual control figure")
    RESERVE = "RESERVE", _("Reserve for assigned major tasks")


# guide editor


class CommentStatus(TextChoices):
    OPEN = "OPEN", pgettext_lazy("comment", "Open")
    ANSWERED = "ANSWERED", pgettext_lazy("comment", "Answered")
    RESOLVED = "RESOLVED", pgettext_lazy("comment", "Settled")


class EthicsRule(TextChoices):
    """How a guide asks for ethics review; the codes are those of the guide's data."""

    NONE = "NONE", _("Not asked")
    DECLARE = "DECLARE", _("Declared in the form")
    WITH_APPLICATION = "WITH_APPLICATION", _("The approval is handed in with the application")
    BEFORE_AWARD = "BEFORE_AWARD", _("The approval is handed in before the award")


class QuotaKind(TextChoices):
    LIMITED = "LIMITED", _("Limited number, by competition")
    UNLIMITED = "UNLIMITED", _("No limit of number, within the total money")
