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


# --- demand solicitation (出题) ---


class CallStatus(TextChoices):
    """A topic call (课题征集通知). Whether needs may be filed is asked of the clock, not of these."""

    DRAFT = "DRAFT", _("Drafting")
    SUBMITTED = "SUBMITTED", _("Awaiting approval")
    APPROVED = "APPROVED", _("Approved")
    PUBLISHED = "PUBLISHED", pgettext_lazy("topic call", "Published")
    FINISHED = "FINISHED", pgettext_lazy("topic call", "Settled")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("topic call", "Withdrawn")


PUBLIC_CALLS = (CallStatus.PUBLISHED, CallStatus.FINISHED, CallStatus.WITHDRAWN)


class NeedStatus(TextChoices):
    """A need (备选课题): from the proposer's draft to what became of it."""

    DRAFT = "DRAFT", _("Being filled in")
    UNIT_PENDING = "UNIT_PENDING", _("Waiting for the unit")
    UNIT_RETURNED = "UNIT_RETURNED", _("Returned by the unit")
    FILED = "FILED", pgettext_lazy("need", "Filed, to be screened")
    SHORTLISTED = "SHORTLISTED", pgettext_lazy("need", "Screened in")
    MERGED = "MERGED", pgettext_lazy("need", "Merged with a similar need")
    ADOPTED = "ADOPTED", pgettext_lazy("need", "Adopted")
    KEPT = "KEPT", pgettext_lazy("need", "Kept for later")
    DECLINED = "DECLINED", pgettext_lazy("need", "Not adopted")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("need", "Withdrawn")
    EXPIRED = "EXPIRED", _("Not submitted in time")


NEED_WRITABLE = (NeedStatus.DRAFT, NeedStatus.UNIT_RETURNED)
NEED_BEFORE_FILING = (NeedStatus.DRAFT, NeedStatus.UNIT_PENDING, NeedStatus.UNIT_RETURNED)
#: Handed to the bureau: seen at its desks, counted against the quota of the unit and in the statistics.
NEED_COUNTING = (
    NeedStatus.FILED, NeedStatus.SHORTLISTED, NeedStatus.MERGED, NeedStatus.ADOPTED, NeedStatus.KEPT, NeedStatus.DECLINED,
)
NEED_SEEN = (*NEED_COUNTING, NeedStatus.WITHDRAWN)
#: What a score or a decision is still waited for.
NEED_OPEN = (NeedStatus.FILED, NeedStatus.SHORTLISTED)
NEED_TONES = {
    NeedStatus.DRAFT: "warn", NeedStatus.UNIT_PENDING: "doing", NeedStatus.UNIT_RETURNED: "warn", NeedStatus.FILED: "doing",
    NeedStatus.SHORTLISTED: "doing", NeedStatus.ADOPTED: "good", NeedStatus.DECLINED: "bad", NeedStatus.WITHDRAWN: "",
}
