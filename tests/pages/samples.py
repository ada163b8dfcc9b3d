"""One example for every page of the product: who opens it, and with what.

A page without arguments needs no line here, unless the person of its desk (`DESK_PERSON`) may not open it. A page with
arguments needs one: add `@sample("app:desk:name")` below. The world is the small demo world plus `conftest.more_to_see`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Membership, Organisation, Person
from accounts.policies import Actor
from accounts.states import Role
from applications.models import Application
from core.models import Job, LedgerRow
from funding.models import Disbursement
from notices.models import Delivery, Document, Message
from performance.models import Acceptance, Evaluation, Report
from programs import (
    policies as programmes,
)
from programs.models import (
    Adjustment,
    AdvisoryBody,
    AdvisoryReport,
    AnnualPlanItem,
    CallSearch,
    Entitlement,
    EntitlementList,
    Guide,
    GuideUpload,
    Need,
    NeedFile,
    OverlapPair,
    PlanChange,
    PlanTree,
    PolicyDocument,
    Portfolio,
    TopicCall,
    TreeUpload,
)
from programs.queries import stop_token
from projects.models import Contract, ContractTarget, Objection, Project, ProposalList, Publicity
from reviews.models import Assignment, Batch, Candidacy, Draw, Expert, ExpertImport, FeeList, Meeting, Plan, PlanItem
from reviews.queries import link_of

PUBLIC = ""
#: Who opens the pages of a desk when no line says otherwise; keys are those of the demo accounts.
DESK_PERSON = {"public": PUBLIC, "my": "li", "review": "zhao", "desk": "chen", "audit": "qian"}
#: Pages without arguments that the person of the desk may not open.
PERSON = {
    "portal:desk:pauses": "he", "accounts:public:me": "li", "accounts:public:password": "li", "accounts:public:join": "li",
    "accounts:public:registered": PUBLIC, "accounts:my:unit": "wang", "accounts:my:people": "wang",
    "accounts:desk:units": "he", "accounts:desk:people": "admin", "accounts:desk:merge": "admin",
    "accounts:desk:grant": "admin", "notices:public:inbox": "li", "notices:public:settings": "li", "notices:public:phone": "li", "applications:desk:imports": "he", "applications:desk:import_new": "he", "applications:desk:old_projects": "he", "applications:my:unit_list": "wang",
    "programs:desk:plan_new": "he", "programs:desk:adjustment_new": "he", "programs:desk:advisory_new": "he", "programs:desk:policy_new": "he", "reviews:desk:expert_new": "he",
    "reviews:desk:experts": "he", "reviews:desk:candidacies": "he", "reviews:desk:expert_imports": "he", "reviews:desk:expert_import_new": "he", "funding:my:payments": "wang", "funding:desk:payments": "fin",
    "funding:desk:figures": "fin", "funding:desk:ledger": "fin", "projects:desk:objections": "sun",
    "programs:desk:version_new": "he", "programs:my:entitlements": "wang", "applications:my:unit_voices": "wang", "applications:my:deputies": "wang",
}
#: Pages that lead elsewhere by design (they answer with a redirect, a file or a part of a page when all is well).
NO_SCREEN = {"healthz", "job_file", "applications:desk:import_errors", "reviews:desk:expert_import_errors", "reviews:review:calendar", "reviews:review:meeting_calendar", "accounts:public:reset", "accounts:public:consent", "programs:desk:guide_reach_count"}


@dataclass(frozen=True)
class Visit:
    who: str | Person
    args: tuple[Any, ...] = ()
    query: str = ""


SAMPLES: dict[str, Callable[[], list[Visit]]] = {}


def sample(*names: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """`@sample("app:desk:name", ...)` over a function that gives one Visit, or several."""

    def keep(make: Callable[[], Any]) -> Callable[[], Any]:
        for name in names:
            SAMPLES[name] = lambda: found if isinstance(found := make(), list) else [found]
        return make

    return keep


def same(*names: str, who: str, key: Callable[[], Any]) -> None:
    for name in names:
        sample(name)(lambda: Visit(who, (key(),)))


def guide(status: str = "OPEN") -> Guide:
    return Guide.objects.filter(status=status).order_by("-pk").first()


def application(*states: str) -> Application:
    return Application.objects.filter(status__in=states).exclude(coauthors__status="ACTIVE").order_by("-pk").first()


# --- shared pages ---------------------------------------------------------------------------------------------------


@sample("job")
def job() -> Visit:
    row = Job.objects.exclude(actor_id=None).order_by("-pk").first() or Job.objects.order_by("-pk").first()
    return Visit(Person.objects.filter(pk=row.actor_id).first() or "admin", (row.uid,))


same("accounts:desk:unit", who="he", key=lambda: Organisation.objects.order_by("-pk").first().uid)


@sample("accounts:desk:licence")
def licence() -> list[Visit]:
    row = Organisation.objects.exclude(licence=None).first()
    return [Visit("he", (row.uid,))] if row else []  # invented units bring no licence


same("accounts:desk:person", who="admin", key=lambda: Person.objects.get(email="li@demo.keguan.example").uid)


@sample("notices:public:verified")
def verified() -> Visit:
    return Visit(PUBLIC, (Document.objects.filter(status="ISSUED").order_by("-pk").first().verify_code,))


@sample("notices:public:document", "notices:public:pdf")
def delivered() -> Visit:
    row = Delivery.objects.exclude(person=None).order_by("-pk").first()
    return Visit(row.person, (row.document.uid,))


@sample("notices:public:message")
def message() -> Visit:
    row = Message.objects.filter(person__email="li@demo.keguan.example").order_by("-pk").first()
    return Visit(row.person, (row.uid,))


same("notices:desk:document", who="lead", key=lambda: Document.objects.order_by("-pk").first().uid)
# --- programmes -----------------------------------------------------------------------------------------------------


@sample("programs:public:guide")
def guide_pages() -> list[Visit]:
    return [Visit(PUBLIC, (row.year, row.slug)) for row in (guide(), guide("CLOSED"))]


@sample("programs:public:calendar")
def guide_calendar() -> Visit:
    return Visit(PUBLIC, (guide().year, guide().slug))


same("programs:public:annual_plan", who=PUBLIC, key=lambda: guide().year)
same("programs:public:policy", who=PUBLIC, key=lambda: guide().policies.first().number)
same("programs:desk:policy", "programs:desk:policy_edit", who="he", key=lambda: guide().policies.first().number)


@sample("programs:public:special")
def special() -> Visit:
    return Visit(PUBLIC, (guide().special.tree.code, guide().special.code))


@sample("programs:desk:special")
def desk_special() -> Visit:
    return Visit("lead", (guide().special.tree.code, guide().special.code))


def draft_item() -> AnnualPlanItem:
    return AnnualPlanItem.objects.filter(plan__status="DRAFT").first()


same("programs:desk:plan", "programs:desk:plan_money", "programs:desk:item_new", who="he",
     key=lambda: draft_item().plan.year)
same("programs:desk:item", who="he", key=lambda: draft_item().pk)


@sample("programs:desk:guide")
def desk_guides() -> list[Visit]:
    return [Visit("chen", (guide("DRAFT").ref,)), Visit("chen", (guide().ref,)), Visit("he", (guide("CLOSED").ref,))]


same("programs:desk:guide_preview", "programs:desk:guide_windows", "programs:desk:guide_policies",
     "programs:desk:guide_export", "programs:desk:conditions", "programs:desk:form_parts", who="chen",
     key=lambda: guide("DRAFT").ref)
same("programs:desk:amount_try", who="chen", key=lambda: guide("DRAFT").ref)
same("programs:desk:guide_extend", "programs:desk:guide_extend_begun", who="chen", key=lambda: guide().ref)


@sample("programs:desk:guide_version")
def guide_version() -> Visit:
    return Visit("chen", (guide().ref, guide().version.number))


@sample("programs:desk:condition")
def condition() -> list[Visit]:
    row = guide("DRAFT")
    return [Visit("chen", (row.ref, code)) for code in ("new", row.version.data["conditions"][0]["code"])]


@sample("programs:desk:form_field")
def form_field() -> list[Visit]:
    return [Visit("chen", (guide("DRAFT").ref, "basic", code)) for code in ("title", "new")]


@sample("programs:desk:edit")
def guide_parts() -> list[Visit]:
    parts = ("header", "sections", "money", "topics", "documents", "formality_items", "review", "criteria", "payment_plan",
             "contacts", "support", "mode", "applicants", "limits", "contract", "annexes", "ethics", "budget", "targets")
    return [Visit("chen", (guide("DRAFT").ref, part)) for part in parts]


# plan: the editor and changes during the year


def change(*states: str) -> PlanChange:
    return PlanChange.objects.filter(status__in=states).order_by("-pk").first()


same("programs:desk:plan_edit", who="he", key=lambda: draft_item().plan.year)
same("programs:desk:change_new", who="chen", key=lambda: guide().year)
same("portal:desk:plan_actual", who="he", key=lambda: guide().year)
same("programs:desk:change_edit", who="chen", key=lambda: change("DRAFT").ref)
sample("programs:desk:plan_change")(lambda: [
    Visit("lead", (change("APPLIED").ref,)), Visit("lead", (change("CHECKED").ref,)), Visit("chen", (change("DRAFT").ref,))])
sample("programs:desk:line_new")(lambda: [Visit("chen", (change("DRAFT").ref, kind)) for kind in ("ADD", "SET", "MOVE", "CANCEL")])
sample("programs:public:feed")(lambda: [Visit(PUBLIC, (kind,)) for kind in ("atom", "rss")])
sample("programs:public:expected_feed")(lambda: [Visit(PUBLIC, (kind,)) for kind in ("atom", "ics")])
sample("portal:public:figures_table")(lambda: [Visit(PUBLIC, ("money", "csv")), Visit(PUBLIC, ("clusters", "xlsx"))])


# --- reviews --------------------------------------------------------------------------------------------------------


def seat() -> Assignment:
    return Assignment.objects.filter(status__in=("ACCEPTED", "SUBMITTED")).order_by("-pk").first()


def fee_list() -> FeeList:
    return FeeList.objects.select_related("batch").get(status="CONFIRMED")


same("reviews:public:receipt", who=PUBLIC, key=lambda: Draw.objects.order_by("-pk").first().uid)
same("reviews:desk:draw", who="he", key=lambda: Draw.objects.order_by("-pk").first().uid)
sample("reviews:desk:seats")(lambda: [Visit("chen", (row.ref,)) for row in Batch.objects.order_by("-pk") if row.status in ("SCORING", "RANKED")][:2])
sample("reviews:desk:expert")(lambda: Visit("he", (Expert.objects.get(person__email="zhao@demo.keguan.example").uid,)))
same("reviews:desk:candidacy", who="he", key=lambda: Candidacy.objects.get(status="SUBMITTED").uid)
same("reviews:desk:expert_import", "reviews:desk:expert_import_errors", who="he", key=lambda: ExpertImport.objects.latest("pk").uid)
same("reviews:desk:batch", "reviews:desk:recusals", "reviews:desk:disagreements", who="chen", key=lambda: Batch.objects.order_by("-pk").first().ref)
same("reviews:desk:plan", "reviews:desk:plan_experts", "reviews:desk:plan_table", "reviews:desk:plan_certificate", who="he",
     key=lambda: Plan.objects.order_by("pk").first().uid)
same("reviews:desk:planning", "reviews:desk:groups", who="chen", key=lambda: Plan.objects.order_by("pk").first().batch.ref)
sample("reviews:desk:plan_panel")(lambda: Visit("he", (Plan.objects.order_by("pk").first().uid, PlanItem.objects.order_by("pk").first().panel)))
sample("reviews:review:task", "reviews:review:paper")(lambda: Visit(seat().expert.person, (seat().uid,)))
same("reviews:desk:comments", "reviews:desk:merits", who="chen", key=lambda: fee_list().batch.ref)
sample("reviews:desk:comment")(lambda: [Visit("chen", (item.batch.ref, item.application.ref)) for item in fee_list().batch.items.order_by("rank")[:2]])
same("reviews:desk:fee_list", who="fin", key=lambda: fee_list().uid)
sample("reviews:public:invitation")(lambda: [Visit(PUBLIC, (link_of(row).split("/")[2],)) for row in Assignment.objects.filter(status="INVITED")[:1]])
sample("reviews:review:calendar")(lambda: Visit(seat().expert.person, (seat().batch.ref,)))
sample("reviews:review:batch")(lambda: Visit(seat().expert.person, (seat().batch.ref,)))
sample("reviews:review:summary", "reviews:review:offline", "reviews:review:offline_form", "reviews:review:offline_pack")(lambda: Visit(seat().expert.person, (seat().batch.ref,)))
same("reviews:desk:blind_copies", who="chen", key=lambda: seat().batch.ref)
sample("reviews:desk:blind_copy")(lambda: Visit("chen", (seat().batch.ref, seat().item_id)))
same("reviews:desk:meeting", "reviews:desk:screen", who="chen", key=lambda: Meeting.objects.latest("pk").uid)
same("reviews:desk:meeting_new", who="chen", key=lambda: Meeting.objects.latest("pk").batch.ref)
same("reviews:desk:analysis", "reviews:desk:analysis_table", who="chen", key=lambda: Batch.objects.filter(status="RANKED").latest("pk").ref)
sample("reviews:review:meeting", "reviews:review:meeting_calendar")(
    lambda: Visit((one := Meeting.objects.latest("pk")).attendees.first().expert.person, (one.uid,)))
# --- projects, money, performance -----------------------------------------------------------------------------------


def publicity() -> str:
    return Publicity.objects.order_by("-pk").first().proposal.ref


same("projects:public:publicity", "projects:public:objection_new", who=PUBLIC, key=publicity)
same("projects:public:objection", who=PUBLIC, key=lambda: Objection.objects.order_by("-pk").first().uid)
same("projects:desk:proposal", who="chen", key=lambda: ProposalList.objects.order_by("-pk").first().ref)
same("projects:desk:notice", who="chen", key=publicity)
same("projects:desk:objection", "projects:desk:objection_file", who="sun",
     key=lambda: Objection.objects.order_by("-pk").first().number)


def contract() -> Contract:
    return Contract.objects.order_by("-pk").first()


sample("projects:my:project")(lambda: [
    Visit(row.leader, (row.number,)) for row in (contract().project, Project.objects.filter(contract=None).first()) if row
])
sample("projects:my:contract")(lambda: Visit(contract().project.leader, (contract().project.number,)))
same("projects:desk:project", "projects:desk:contract", who="chen", key=lambda: contract().project.number)


@sample("projects:desk:contract_target")
def contract_target() -> Visit:
    row = ContractTarget.objects.order_by("-pk").first()
    return Visit("chen", (row.project.number, row.order))


same("funding:desk:payment", who="fin", key=lambda: Disbursement.objects.order_by("-pk").first().ref)


def report() -> Report:
    return Report.objects.order_by("-pk").first()


sample("performance:my:report", "performance:my:file")(lambda: Visit(report().project.leader, (report().uid,)))
same("performance:desk:acceptance", who="chen", key=lambda: Acceptance.objects.order_by("-pk").first().uid)
same("performance:desk:evaluation", who="chen", key=lambda: Evaluation.objects.order_by("-pk").first().uid)
# --- adjustment of programmes
def case_with(*states: str) -> Adjustment:
    return Adjustment.objects.filter(status__in=states).order_by("-pk").first()


sample("programs:desk:adjustment")(lambda: [Visit("he", (case_with(state).ref,)) for state in ("IN_FORCE", "APPROVED", "OPINIONS")])
same("programs:desk:adjustment_edit", who="he", key=lambda: case_with("OPINIONS").ref)
sample("programs:public:adjustment")(lambda: Visit(PUBLIC, (case_with("APPROVED").ref,)))
same("programs:desk:overlap_pair", who="he", key=lambda: OverlapPair.objects.first().pk)
same("programs:desk:portfolio", who="he", key=lambda: Portfolio.objects.first().uid)
sample("programs:my:portfolio")(lambda: Visit(Portfolio.objects.get(status="ACTIVE").person, (Portfolio.objects.get(status="ACTIVE").uid,)))
same("programs:desk:advisory_body", who="he", key=lambda: AdvisoryBody.objects.first().uid)
sample("programs:my:advisory_body")(lambda: Visit(
    Membership.objects.filter(organisation=AdvisoryBody.objects.first().organisation, role=Role.ORG_ADMIN).first().person,
    (AdvisoryBody.objects.first().uid,)))
sample("programs:public:advisory_file")(lambda: Visit(PUBLIC, (AdvisoryReport.objects.filter(is_public=True).first().uid,)))
# --- versions of the tree, policy basis, numbers that decide --------------------------------------------------------


def draft_tree() -> PlanTree:
    return PlanTree.objects.filter(status="DRAFT").exclude(base=None).first()


sample("programs:public:special_lineage")(lambda: [Visit(PUBLIC, ("2024", "HK-A")), Visit("he", (draft_tree().code, "POC"))])
sample("programs:public:policy_file")(lambda: Visit(PUBLIC, (PolicyDocument.objects.exclude(file=None).first().number,)))
sample("programs:desk:version")(lambda: [Visit("he", (draft_tree().code,)), Visit("lead", ("2024",))])
same("programs:desk:version_edit", "programs:desk:version_table", "programs:desk:version_upload", "programs:desk:version_mapping",
     who="he", key=lambda: draft_tree().code)
sample("programs:desk:version_plan")(lambda: [Visit("he", (draft_tree().code, code)) for code in ("BASIC", "new")])
sample("programs:desk:version_special")(lambda: [Visit("he", (draft_tree().code, code)) for code in ("POC", "new")])
sample("programs:desk:version_map")(lambda: Visit("he", (draft_tree().code, "2024:PILOT")))


@sample("programs:desk:version_preview", "programs:desk:version_errors")
def table_preview() -> Visit:
    row = TreeUpload.objects.first()
    return Visit("he", (row.tree.code, row.uid))


sample("programs:desk:year_report")(lambda: Visit("he", (guide().year,)))
same("programs:desk:policy_replace", "programs:desk:policy_attach", who="he", key=lambda: guide().policies.first().number)
same("programs:desk:parameter", "programs:desk:parameter_ask", who="he", key=lambda: "guide.min_open_days")
# --- audit ----------------------------------------------------------------------------------------------------------
same("portal:audit:case", who="qian", key=lambda: Project.objects.exclude(application=None).order_by("-pk").first().number)
same("portal:audit:row", who="qian", key=lambda: LedgerRow.objects.order_by("-id").first().pk)

# --- demand solicitation --------------------------------------------------------------------------------------------
PERSON |= {"programs:my:unit_needs": "wang"}


def topic_call(*statuses: str) -> TopicCall:
    """The call with filed needs that is closed, or one in a state."""
    rows = TopicCall.objects.filter(status__in=statuses) if statuses else TopicCall.objects.filter(needs__status="ADOPTED")
    return rows.order_by("-pk").first()


def need_in(*statuses: str) -> Need:
    return Need.objects.filter(status__in=statuses).order_by("pk").first()


sample("programs:public:topic_call", "programs:public:topic_call_calendar")(
    lambda: [Visit(PUBLIC, (row.ref,)) for row in (topic_call(), topic_call("PUBLISHED"))])
same("programs:my:need_start", who="li", key=lambda: topic_call("PUBLISHED").ref)


@sample("programs:my:need")
def own_needs() -> list[Visit]:
    rows = [Need.objects.filter(proposer__email="li@demo.keguan.example", status="DRAFT").first()]
    rows += [need_in(state) for state in ("FILED", "ADOPTED", "MERGED", "DECLINED", "WITHDRAWN", "EXPIRED")]
    return [Visit(row.proposer, (row.ref,), "?show=errors" if row.status == "DRAFT" else "") for row in rows]


@sample("programs:my:need_file")
def need_file() -> Visit:
    row = NeedFile.objects.filter(is_current=True).order_by("pk").first()
    return Visit(row.need.proposer, (row.need.ref, row.pk))


@sample("programs:my:unit_need")
def unit_needs() -> list[Visit]:
    found = []
    for row in (need_in("UNIT_PENDING"), need_in("FILED")):
        admin = Membership.objects.filter(organisation=row.unit, role=Role.ORG_ADMIN, status="ACTIVE").first()
        found.append(Visit(admin.person, (row.ref,)))
    return found




@sample("programs:review:need")
def need_to_score() -> Visit:
    person = topic_call().experts.order_by("pk").first().person
    return Visit(person, (programmes.needs_to_score(Actor.of(person)).order_by("pk").first().ref,))


same("programs:desk:topic_call_edit", "programs:desk:topic_call_windows", "programs:desk:topic_call_streams", "programs:desk:topic_call_quotas",
     "programs:desk:topic_call_asks", "programs:desk:topic_call_criteria", who="chen", key=lambda: topic_call("DRAFT").ref)
same("programs:desk:topic_ranking", "programs:desk:topic_call_experts", who="chen", key=lambda: topic_call().ref)
sample("programs:desk:topic_call")(lambda: [Visit("chen", (topic_call().ref,)), Visit("chen", (topic_call("DRAFT").ref,))])
sample("programs:desk:need")(lambda: [Visit("chen", (need_in(s).ref,)) for s in ("SHORTLISTED", "FILED", "ADOPTED", "MERGED", "KEPT", "DECLINED")])


@sample("programs:desk:need_compare")
def compare() -> Visit:
    one, two = Need.objects.filter(call=topic_call(), status="SHORTLISTED").order_by("pk")[:2]
    return Visit("chen", (one.ref, two.ref))


sample("programs:desk:guide_sources")(lambda: [Visit("chen", (guide("DRAFT").ref,)), Visit("chen", (guide().ref,))])


def printable(args: tuple[Any, ...]) -> list[str]:
    return [str(arg) if isinstance(arg, UUID) else arg for arg in args]


# --- guide editor ---------------------------------------------------------------------------------------------------

same("programs:desk:guide_compare", "programs:desk:guide_clauses", "programs:desk:comments", "applications:desk:form_preview", who="chen",
     key=lambda: guide("DRAFT").ref)


@sample("programs:desk:guide_opinion")
def opinions() -> list[Visit]:
    return [Visit("sun", (guide().ref,)), Visit("chen", (guide("DRAFT").ref,))]


@sample("programs:desk:clause_history")
def clause_history() -> list[Visit]:
    row = guide("DRAFT")
    return [Visit("chen", (row.ref, "conditions", row.version.data["conditions"][0]["code"])), Visit("chen", (row.ref, "header", "title"))]


@sample("programs:desk:form_section")
def form_section() -> list[Visit]:
    return [Visit("chen", (guide("DRAFT").ref, code)) for code in ("basic", "new")]


@sample("programs:desk:guide_import_check")
def guide_upload() -> list[Visit]:
    row = GuideUpload.objects.select_related("sent_by").order_by("-pk").first()
    return [Visit(row.sent_by, (row.uid,))] if row else []


@sample("programs:public:guide_file")
def guide_file() -> list[Visit]:
    return []  # a file, not a page; the demo's guides name their annexes without files


# Mergers of duplicate units.
same("accounts:desk:unit_merge", who="he", key=lambda: Organisation.objects.order_by("-pk").first().uid)

# --- matching and entitlement ---------------------------------------------------------------------------------------


@sample("programs:public:self_check")
def self_check() -> list[Visit]:
    rows = Guide.objects.filter(status="OPEN").order_by("-pk")[:2]
    return [Visit(PUBLIC, (row.year, row.slug)) for row in rows]


@sample("programs:public:search_stop")
def search_stop() -> Visit:
    row = CallSearch.objects.order_by("pk").first()
    return Visit(PUBLIC, (stop_token(row),))


@sample("programs:public:search_feed")
def search_feed() -> list[Visit]:
    row = CallSearch.objects.order_by("pk").first()
    return [Visit(PUBLIC, (row.token, kind)) for kind in ("rss", "ics")]


@sample("programs:desk:guide_reach")
def guide_reach() -> list[Visit]:
    return [Visit("chen", (guide(status).ref,)) for status in ("OPEN", "DRAFT")]


same("programs:desk:entitlement_list", who="he", key=lambda: EntitlementList.objects.order_by("-pk").first().ref)


@sample("programs:desk:entitlement")
def desk_entitlement() -> list[Visit]:
    rows = [Entitlement.objects.filter(status=status).first() for status in ("CONFIRMED", "OFFERED", "DECLINED")]
    return [Visit("chen", (row.uid,)) for row in rows if row]


@sample("programs:my:entitlement")
def my_entitlement() -> list[Visit]:
    found = []
    for status in ("OFFERED", "CONFIRMED", "DECLINED"):
        row = Entitlement.objects.filter(status=status).first()
        admin = row and Membership.objects.filter(organisation=row.organisation, role=Role.ORG_ADMIN, status="ACTIVE").first()
        if admin:
            found.append(Visit(admin.person, (row.uid,)))
    return found

from tests.pages import samples_applications  # noqa: E402, F401 (adds its own to the same table)
