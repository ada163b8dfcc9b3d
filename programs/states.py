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
    HIGHER = "HIGHER", _("Higher-level document")


#: What a guide may rest on (clause R13); a higher-level document gives the context and is never enough.
GUIDE_BASES = (PolicyKind.MEASURES, PolicyKind.SCHEME)


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
    #: Never public, so not WITHDRAWN, which everybody sees with its notice.
    DISCARDED = "DISCARDED", _("Draft discarded")


#: Visible to everyone; whether filing is possible is asked of the clock, not of these.
PUBLIC_STATUSES = (
    GuideStatus.PUBLISHED,
    GuideStatus.OPEN,
    GuideStatus.CLOSED,
    GuideStatus.WITHDRAWN,
    GuideStatus.SUPERSEDED,
)
#: Nothing rests on these any more.
GONE_STATUSES = (GuideStatus.WITHDRAWN, GuideStatus.SUPERSEDED, GuideStatus.DISCARDED)
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


# --- adjustment of programmes (clause R3) ----------------------------------------------------------------------------


class AdjustmentKind(TextChoices):
    CREATE = "CREATE", pgettext_lazy("adjustment", "New")
    CHANGE = "CHANGE", pgettext_lazy("adjustment", "Adjust")
    SUSPEND = "SUSPEND", pgettext_lazy("adjustment", "Suspend")
    RESUME = "RESUME", pgettext_lazy("adjustment", "Resume")
    CANCEL = "CANCEL", pgettext_lazy("adjustment", "Cancel")


#: Kinds after which a special opens no guide.
CLOSING_KINDS = (AdjustmentKind.SUSPEND, AdjustmentKind.CANCEL)


class AdjustmentStatus(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("adjustment", "Draft")
    OPINIONS = "OPINIONS", _("Collecting opinions")
    SUBMITTED = "SUBMITTED", pgettext_lazy("adjustment", "Awaiting decision")
    APPROVED = "APPROVED", _("Approved, not yet effective")
    IN_FORCE = "IN_FORCE", pgettext_lazy("adjustment", "In effect")
    REFUSED = "REFUSED", pgettext_lazy("adjustment", "Not approved")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("adjustment", "Withdrawn")


PENDING_ADJUSTMENTS = (
    AdjustmentStatus.DRAFT, AdjustmentStatus.OPINIONS, AdjustmentStatus.SUBMITTED, AdjustmentStatus.APPROVED,
)
#: Everybody may read these: the decision is public.
PUBLIC_ADJUSTMENTS = (AdjustmentStatus.APPROVED, AdjustmentStatus.IN_FORCE)


class OpenGuides(TextChoices):
    """What happens to guides that are open when a suspension or cancellation takes effect."""

    KEEP = "KEEP", _("Stay open to their published close")
    WITHDRAW = "WITHDRAW", _("Are withdrawn on the effective date")


class EvidenceKind(TextChoices):
    EVALUATION = "EVALUATION", _("Performance evaluation")
    INSPECTION = "INSPECTION", _("Inspection")
    POLICY = "POLICY", _("Policy document")
    OVERLAP = "OVERLAP", _("Overlap report")
    OTHER = "OTHER", pgettext_lazy("evidence", "Other")


class Stance(TextChoices):
    FOR = "FOR", pgettext_lazy("opinion", "Agree")
    AGAINST = "AGAINST", pgettext_lazy("opinion", "Disagree")
    REMARK = "REMARK", pgettext_lazy("opinion", "Remark only")


# --- project managers and advisory bodies (clause R5) ----------------------------------------------------------------


class PortfolioStatus(TextChoices):
    PROPOSED = "PROPOSED", pgettext_lazy("portfolio", "Proposed")
    ACTIVE = "ACTIVE", pgettext_lazy("portfolio", "Appointed")
    ENDED = "ENDED", pgettext_lazy("portfolio", "Ended")


class PortfolioRight(TextChoices):
    """Object permissions on a special; the codes are names of django-guardian permissions."""

    PROPOSE = "propose_topics", _("Propose topics")
    RECOMMEND = "recommend_projects", _("Recommend to start or stop projects")
    WATCH = "watch_milestones", _("Watch milestones")


#: Names of the permissions in the database: English, since they are read by administrators of the database alone.
DELEGATED = (
    (PortfolioRight.PROPOSE.value, "Propose topics"), (PortfolioRight.RECOMMEND.value, "Recommend projects"),
    (PortfolioRight.WATCH.value, "Watch milestones"),
)


class RecommendationKind(TextChoices):
    TOPIC = "TOPIC", pgettext_lazy("recommendation", "Topic")
    START = "START", pgettext_lazy("recommendation", "Start a project")
    STOP = "STOP", pgettext_lazy("recommendation", "Stop a project")


#: Which right a recommendation needs.
RIGHT_FOR = {
    RecommendationKind.TOPIC: PortfolioRight.PROPOSE, RecommendationKind.START: PortfolioRight.RECOMMEND,
    RecommendationKind.STOP: PortfolioRight.RECOMMEND,
}


class RecommendationStatus(TextChoices):
    OPEN = "OPEN", pgettext_lazy("recommendation", "Awaiting an answer")
    ADOPTED = "ADOPTED", pgettext_lazy("recommendation", "Adopted")
    DECLINED = "DECLINED", pgettext_lazy("recommendation", "Not adopted")


class AdvisoryReportStatus(TextChoices):
    FILED = "FILED", pgettext_lazy("advisory", "Filed")
    ACCEPTED = "ACCEPTED", pgettext_lazy("advisory", "Accepted")
    RETURNED = "RETURNED", pgettext_lazy("advisory", "Returned")


# --- tree versions, parameters, tags ----------------------------------------------------------------------------


class TreeStatus(TextChoices):
    """A version of the programme tree: drafted, checked by another person, in force from a day, ended by the next."""

    DRAFT = "DRAFT", pgettext_lazy("tree", "Being drafted")
    CHECKED = "CHECKED", pgettext_lazy("tree", "Checked")
    IN_FORCE = "IN_FORCE", pgettext_lazy("tree", "In force")
    ENDED = "ENDED", pgettext_lazy("tree", "Ended")


#: Versions that were or will be in force on a day; drafts are for staff only.
OFFICIAL_TREES = (TreeStatus.IN_FORCE, TreeStatus.ENDED)


class Confidence(TextChoices):
    """How well the data of a special is known."""

    SOURCED = "sourced", _("From a source")
    PARTIAL = "partial", _("Partly verified")
    MEMORY = "memory", _("Not verified")


class ParameterStatus(TextChoices):
    """A new value of a deciding number: asked by one person, decided by another."""

    REQUESTED = "REQUESTED", pgettext_lazy("parameter", "Awaiting a second person")
    APPROVED = "APPROVED", pgettext_lazy("parameter", "Approved")
    REFUSED = "REFUSED", pgettext_lazy("parameter", "Refused")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("parameter", "Taken back")


class Dimension(TextChoices):
    """What guides, applications and projects are tagged by (clauses P1, C1, C3)."""

    CLUSTER = "cluster", _("Industry cluster (20+8)")
    STREAM = "stream", _("Basic-research stream")
    STAGE = "stage", _("Stage of the innovation chain")


#: Code lists a guide may take for a dimension; of the clusters both versions stay in use side by side.
TAG_LISTS = {
    Dimension.CLUSTER: ("clusters-2024", "clusters-2022"),
    Dimension.STREAM: ("research-streams",),
    Dimension.STAGE: ("chain-stages",),
}


# --- plan: changes of a decided annual plan ---------------------------------------------------------------------------


class ChangeStatus(TextChoices):
    """A change request of an annual plan: asked, checked by another person, approved and applied by a leader."""

    DRAFT = "DRAFT", _("Change being written")
    SUBMITTED = "SUBMITTED", _("Change to be checked")
    CHECKED = "CHECKED", _("Change awaiting approval")
    APPLIED = "APPLIED", _("Change approved and applied")
    REFUSED = "REFUSED", _("Change refused")
    WITHDRAWN = "WITHDRAWN", _("Change withdrawn")


class ChangeKind(TextChoices):
    ADD = "ADD", _("Add an item")
    SET = "SET", _("Change money, number or window of an item")
    MOVE = "MOVE", _("Move money between two items")
    CANCEL = "CANCEL", _("Cancel an item")


#: A change in these states may still be taken back by the one who asked.
OPEN_CHANGES = (ChangeStatus.DRAFT, ChangeStatus.SUBMITTED, ChangeStatus.CHECKED)


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
#: What counts is what is written in it, not what was handed in before.
NEED_AS_WRITTEN = (*NEED_WRITABLE, NeedStatus.EXPIRED)
#: What a score or a decision is still waited for.
NEED_OPEN = (NeedStatus.FILED, NeedStatus.SHORTLISTED)
NEED_TONES = {
    NeedStatus.DRAFT: "warn", NeedStatus.UNIT_PENDING: "doing", NeedStatus.UNIT_RETURNED: "warn", NeedStatus.FILED: "doing",
    NeedStatus.SHORTLISTED: "doing", NeedStatus.ADOPTED: "good", NeedStatus.DECLINED: "bad", NeedStatus.WITHDRAWN: "",
}


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


# --- matching and entitlement (免申即享) ---


class EntitlementListStatus(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("entitlement list", "Computed, to be checked")
    CHECKED = "CHECKED", pgettext_lazy("entitlement list", "Checked, awaiting approval")
    APPROVED = "APPROVED", pgettext_lazy("entitlement list", "Approved, to be published")
    PUBLISHED = "PUBLISHED", pgettext_lazy("entitlement list", "Units are confirming")
    FINISHED = "FINISHED", pgettext_lazy("entitlement list", "Confirmation over")
    DISCARDED = "DISCARDED", pgettext_lazy("entitlement list", "Discarded")


#: Lists that are not yet with the units; a guide has at most one.
LIST_IN_WORK = (EntitlementListStatus.DRAFT, EntitlementListStatus.CHECKED, EntitlementListStatus.APPROVED)
LIST_SEEN = (EntitlementListStatus.PUBLISHED, EntitlementListStatus.FINISHED)
LIST_TONES = {"DRAFT": "warn", "CHECKED": "doing", "APPROVED": "doing", "PUBLISHED": "doing", "FINISHED": "good", "DISCARDED": "bad"}


class EntitlementStatus(TextChoices):
    LISTED = "LISTED", pgettext_lazy("entitlement", "On the list")
    OFFERED = "OFFERED", pgettext_lazy("entitlement", "Awaiting the unit")
    CONFIRMED = "CONFIRMED", pgettext_lazy("entitlement", "Confirmed")
    DECLINED = "DECLINED", pgettext_lazy("entitlement", "Declined by the unit")
    LAPSED = "LAPSED", pgettext_lazy("entitlement", "Lapsed, not confirmed in time")
    VOID = "VOID", pgettext_lazy("entitlement", "Void, the list was discarded")


#: What takes money of the guide.
ENTITLEMENT_COUNTING = (EntitlementStatus.LISTED, EntitlementStatus.OFFERED, EntitlementStatus.CONFIRMED)
ENTITLEMENT_TONES = {"LISTED": "warn", "OFFERED": "doing", "CONFIRMED": "good", "DECLINED": "bad", "LAPSED": "bad"}


class Reach(TextChoices):
    """How a unit or a person stands to a guide."""

    MEETS = "MEETS", pgettext_lazy("matching", "Meets the conditions")
    NEARLY = "NEARLY", pgettext_lazy("matching", "Nearly meets them")
    NOT = "NOT", pgettext_lazy("matching", "Does not meet them")
