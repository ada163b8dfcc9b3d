"""Who may do what on the programmes floor, and whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Employment, Organisation
from accounts.states import UNIT_ROLES, Role
from core import clock
from programs import states
from programs.models import (
    Adjustment,
    AdvisoryBody,
    AdvisoryReport,
    AnnualPlan,
    CallSearch,
    Entitlement,
    EntitlementList,
    Guide,
    GuideUpload,
    Need,
    ParameterChange,
    PlanChange,
    PlanTree,
    PolicyDocument,
    Portfolio,
    Recommendation,
    Special,
    TopicCall,
)


def holds_for(actor: Any, role: str, special: Special) -> bool:
    """A role for all programmes, for the special itself, or for its plan (which is read only when it decides)."""
    return actor.holds(role, scope=special.code) or (actor.holds(role) and actor.holds(role, scope=special.plan.code))


def holds_everywhere(actor: Any, *roles: str) -> bool:
    """One of the roles for all programmes: the answer of `holds_for` whatever the special, so that it need not be read."""
    return actor.holds(*roles, scope="")


def is_planner(actor: Any, obj: Any = None) -> str | None:
    """Resource division: tree, policy documents, annual plan."""
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division may do this.")


def is_bureau_leader(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau may do this.")


def is_system(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_staff(actor: Any, obj: Any = None) -> str | None:
    """Any desk of the bureau, agencies and auditors read plans and guides."""
    roles = (
        Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AGENCY, Role.AUDITOR,
        Role.DISCIPLINE,
    )
    return None if any(actor.holds(role) for role in roles) else _("Only staff of the bureau may see this.")


def may_write_guides(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.DIVISION) else _("Only a division of the bureau may write guides.")


def owns_guide(actor: Any, guide: Guide) -> str | None:
    """The division that owns the special writes, corrects and publishes its guides."""
    if holds_for(actor, Role.DIVISION, guide.special):
        return None
    return _("Only the division in charge of this special may do this.")


def checks_guide(actor: Any, guide: Guide) -> str | None:
    return None if holds_for(actor, Role.RESOURCE, guide.special) else _("Only the resource division may do this.")


def returns_guide(actor: Any, guide: Guide) -> str | None:
    """The resource division at every step; while the guide lies before the legality check and the leader, also they: who finds a fault
    sends it back himself instead of asking somebody else to."""
    asked = [checks_guide, *([checks_law, approves_guide] if guide.status == states.GuideStatus.LEGAL_REVIEW else [])]
    return None if any(question(actor, guide) is None for question in asked) else _(
        "Only the resource division may return a guide, and while it waits for them who makes the legality check and the leader.")


def approves_guide(actor: Any, guide: Guide) -> str | None:
    return None if holds_for(actor, Role.LEADER, guide.special) else _("Only a leader of the bureau may do this.")


def discards_guide(actor: Any, guide: Guide) -> str | None:
    """Its division; a draft that corrects a published guide only a leader, because applicants wait for it."""
    return owns_guide(actor, guide) if guide.supersedes_id is None else approves_guide(actor, guide)


def withdraws_guide(actor: Any, guide: Guide) -> str | None:
    """A leader; or the system, which must name the decided case (`decided_case` in its table of moves)."""
    return None if actor.is_system else approves_guide(actor, guide)


def may_ask_extension(actor: Any, guide: Guide) -> str | None:
    if owns_guide(actor, guide) is None or checks_guide(actor, guide) is None:
        return None
    return _("Only the division in charge or the resource division may ask for a later close.")


def decides_extension(actor: Any, extension: Any) -> str | None:
    if reason := checks_guide(actor, extension.guide):
        return reason
    if actor.id == extension.requested_by_id:
        return _("The person who asked for the later close may not decide on it (two persons).")
    return None


def may_view(actor: Any, guide: Guide) -> str | None:
    if guide.status in states.PUBLIC_STATUSES or is_staff(actor) is None:
        return None
    return _("This guide is not published.")


def visible_to(actor: Any) -> QuerySet[Guide]:
    """The same truth as `may_view`, as a queryset; the only way pages fetch guides."""
    rows = Guide.objects.select_related("special__plan__tree", "version", "plan_item__plan")
    return rows if is_staff(actor) is None else rows.filter(status__in=states.PUBLIC_STATUSES)


def may_view_plan(actor: Any, plan: AnnualPlan) -> str | None:
    if plan.status == states.PlanStatus.PUBLISHED or is_staff(actor) is None:
        return None
    return _("This annual plan is not published.")


def plans_visible_to(actor: Any) -> QuerySet[AnnualPlan]:
    rows = AnnualPlan.objects.select_related("tree")
    return rows if is_staff(actor) is None else rows.filter(status=states.PlanStatus.PUBLISHED)


def documents_visible_to(actor: Any) -> QuerySet[PolicyDocument]:
    rows = PolicyDocument.objects.all()
    return rows if is_staff(actor) is None else rows.exclude(status=states.PolicyStatus.DRAFT)


# --- adjustment of programmes ------------------------------------------------------------------------------------


def may_draft_adjustments(actor: Any, obj: Any = None) -> str | None:
    """Resource and supervision divisions open cases; a business division too, for its own specials (clause R3)."""
    if any(actor.holds(role) for role in (Role.RESOURCE, Role.SUPERVISION, Role.DIVISION)):
        return None
    return _("Only a division of the bureau may open an adjustment case.")


def handles_adjustment(actor: Any, case: Adjustment) -> str | None:
    """Who drafted it, or the resource division."""
    if actor.holds(Role.RESOURCE) or (actor.id is not None and actor.id == case.drafted_by_id):
        return None
    return _("Only the drafter or the resource division may do this.")


def gives_opinion(actor: Any, case: Adjustment) -> str | None:
    if actor.id is not None and actor.id == case.drafted_by_id:
        return _("The drafter gives no opinion on the own case.")
    roles = (Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.FINANCE)
    return None if any(actor.holds(role) for role in roles) else _("Only the desks of the bureau give opinions.")


def may_view_adjustment(actor: Any, case: Adjustment) -> str | None:
    if case.status in states.PUBLIC_ADJUSTMENTS or is_staff(actor) is None:
        return None
    return _("This case is not decided.")


def adjustments_visible_to(actor: Any) -> QuerySet[Adjustment]:
    """The same truth as `may_view_adjustment`, as a queryset."""
    rows = Adjustment.objects.select_related("special__plan", "plan", "tree", "drafted_by", "decided_by")
    return rows if is_staff(actor) is None else rows.filter(status__in=states.PUBLIC_ADJUSTMENTS)


def decides_adjustment(actor: Any, case: Adjustment) -> str | None:
    """A leader of the special, or of the plan, the case is about."""
    plan = case.special.plan if case.special is not None else case.plan
    scopes = [case.special.code] if case.special is not None else []
    if any(actor.holds(Role.LEADER, scope=code) for code in (*scopes, plan.code if plan is not None else "")):
        return None
    return _("Only a leader of the bureau may do this.")


def checks_adjustment(actor: Any, case: Adjustment) -> str | None:
    if actor.holds(Role.LEADER) or actor.holds(Role.RESOURCE):
        return None
    return _("Only a leader of the bureau or the resource division may do this.")


# --- project managers and advisory bodies ------------------------------------------------------------------------


def proposes_portfolio(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(Role.RESOURCE) or actor.holds(Role.DIVISION):
        return None
    return _("Only a division of the bureau may propose a project manager.")


def manages(actor: Any, special: Special, right: str) -> str | None:
    """Clause R5: the right is delegated on this very special (guardian) and the appointment is in its time."""
    if actor.person is not None and actor.person.has_perm(f"programs.{right}", special):
        day = clock.today()
        if Portfolio.objects.filter(
            person=actor.person, specials=special, status=states.PortfolioStatus.ACTIVE, since__lte=day, until__gte=day
        ).exists():
            return None
    return _("Clause R5: this right is not delegated to you for this special now.")


def answers_recommendation(actor: Any, row: Recommendation) -> str | None:
    return owns_guide_of(actor, row.special)


def owns_guide_of(actor: Any, special: Special) -> str | None:
    if holds_for(actor, Role.DIVISION, special):
        return None
    return _("Only the division in charge of this special may do this.")


def may_view_portfolio(actor: Any, row: Portfolio) -> str | None:
    """The desks, and the person's own once appointed."""
    if is_staff(actor) is None or (actor.id == row.person_id and row.status != states.PortfolioStatus.PROPOSED):
        return None
    return _("Only staff of the bureau may see this.")


def portfolios_visible_to(actor: Any) -> QuerySet[Portfolio]:
    """The same truth as `may_view_portfolio`, as a queryset."""
    rows = Portfolio.objects.select_related("person", "proposed_by", "appointed_by").prefetch_related("specials__plan")
    if is_staff(actor) is None:
        return rows
    return rows.filter(person=actor.person).exclude(status=states.PortfolioStatus.PROPOSED) if actor.person else rows.none()


def acts_for_body(actor: Any, body: AdvisoryBody) -> str | None:
    if actor.holds(Role.ORG_ADMIN, at=body.organisation_id):
        return None
    return _("Only the unit administrator of the advisory body may do this.")


def may_view_report(actor: Any, report: AdvisoryReport) -> str | None:
    if report.is_public or is_staff(actor) is None or acts_for_body(actor, report.body) is None:
        return None
    return _("This report is not public.")


def reports_visible_to(actor: Any) -> QuerySet[AdvisoryReport]:
    """The same truth as `may_view_report`, as a queryset."""
    rows = AdvisoryReport.objects.select_related("body__organisation", "body__industry", "file", "filed_by")
    if is_staff(actor) is None:
        return rows
    return rows.filter(Q(is_public=True) | Q(body__organisation__in=actor.units(Role.ORG_ADMIN)))


# --- tree versions, parameters ----------------------------------------------------------------------------------


def checks_tree(actor: Any, tree: PlanTree) -> str | None:
    """Another person of the resource division, or a leader, checks a draft version."""
    if actor.holds(Role.RESOURCE) or actor.holds(Role.LEADER):
        return None
    return _("Only the resource division or a leader may check a version of the programme tree.")


def returns_tree(actor: Any, tree: PlanTree) -> str | None:
    return checks_tree(actor, tree)


def may_view_tree(actor: Any, tree: PlanTree) -> str | None:
    """Drafts are the bureau's own business until they are decided."""
    if tree.status in states.OFFICIAL_TREES or is_staff(actor) is None:
        return None
    return _("This version of the programme tree is not decided yet.")


def trees_visible_to(actor: Any) -> QuerySet[PlanTree]:
    rows = PlanTree.objects.filter(disabled_on=None)
    return rows if is_staff(actor) is None else rows.filter(status__in=states.OFFICIAL_TREES)


def specials_visible_to(actor: Any) -> QuerySet[Special]:
    rows = Special.objects.select_related("plan", "tree")
    return rows if is_staff(actor) is None else rows.filter(tree__status__in=states.OFFICIAL_TREES)


def is_parameter_reader(actor: Any, obj: Any = None) -> str | None:
    """Numbers that decide are open to every desk, and to the system administrator."""
    return None if is_staff(actor) is None or actor.holds(Role.SYSADMIN) else _("Only staff of the bureau may see this.")


def decides_parameter(actor: Any, change: ParameterChange) -> str | None:
    """A leader who did not ask for it (two persons)."""
    if reason := is_bureau_leader(actor):
        return reason
    if actor.id == change.requested_by_id:
        return _("Whoever asked for the new value may not decide on it (two persons).")
    return None


def takes_back_parameter(actor: Any, change: ParameterChange) -> str | None:
    if actor.id is not None and actor.id == change.requested_by_id:
        return None
    return _("Only the person who asked for the new value may take it back.")


def parameter_changes_visible_to(actor: Any) -> QuerySet[ParameterChange]:
    rows = ParameterChange.objects.select_related("requested_by", "decided_by")
    return rows if is_parameter_reader(actor) is None else rows.none()


# --- plan: changes of a decided annual plan ---------------------------------------------------------------------------


def may_ask_change(actor: Any, obj: Any = None) -> str | None:
    """The resource division, or a division for the programmes it is in charge of."""
    if actor.holds(Role.RESOURCE) or actor.holds(Role.DIVISION):
        return None
    return _("Only the resource division or a division of the bureau may ask for a change of the annual plan.")


def may_change_special(actor: Any, special: Special) -> str | None:
    """A division asks for its own specials; the resource division for all."""
    if actor.holds(Role.RESOURCE) or holds_for(actor, Role.DIVISION, special):
        return None
    return _("Only the division in charge of “%(name)s” or the resource division may ask for a change of it.") % {
        "name": special.label}


def asked_for_change(actor: Any, change: PlanChange) -> str | None:
    return None if actor.id is not None and actor.id == change.requested_by_id else _("Only who asked for the change may do this.")


def handles_change(actor: Any, change: PlanChange) -> str | None:
    if is_planner(actor) is None or is_bureau_leader(actor) is None:
        return None
    return _("Only the resource division or a leader may return a change.")


def may_view_change(actor: Any, change: PlanChange) -> str | None:
    if is_staff(actor) is None:
        return None
    if change.status == states.ChangeStatus.APPLIED and change.plan.status == states.PlanStatus.PUBLISHED:
        return None
    return _("This change is not published.")


def changes_visible_to(actor: Any) -> QuerySet[PlanChange]:
    """Staff see every request; the public what was applied to a published plan."""
    rows = PlanChange.objects.select_related("plan__tree", "requested_by", "checked_by", "decided_by")
    if is_staff(actor) is None:
        return rows
    return rows.filter(status=states.ChangeStatus.APPLIED, plan__status=states.PlanStatus.PUBLISHED)


# --- demand solicitation (出题, clause R1) ---

UNIT_USERS = (Role.MEMBER, Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE)


def owns_call(actor: Any, call: TopicCall) -> str | None:
    """The division in charge of the special writes its calls, screens and decides on its needs."""
    if holds_for(actor, Role.DIVISION, call.special):
        return None
    return _("Only the division in charge of this special may do this.")


def approves_call(actor: Any, call: TopicCall) -> str | None:
    """A leader, whose signature the notice of the call bears; never the drafter (the `another_person` rule)."""
    return None if holds_for(actor, Role.LEADER, call.special) else _("Only a leader of the bureau may do this.")


def may_view_call(actor: Any, call: TopicCall) -> str | None:
    if call.status in states.PUBLIC_CALLS or is_staff(actor) is None:
        return None
    return _("This topic call is not published.")


def calls_visible_to(actor: Any) -> QuerySet[TopicCall]:
    rows = TopicCall.objects.select_related("special__plan__tree")
    return rows if is_staff(actor) is None else rows.filter(status__in=states.PUBLIC_CALLS)


def may_propose(actor: Any, obj: Any = None) -> str | None:
    """Somebody who belongs to a unit; bureau staff never (separation of duties)."""
    if actor.holds(*UNIT_USERS):
        return None
    return _("Only members of a registered unit may propose topics. Join your unit first.")


def is_proposer(actor: Any, need: Need) -> str | None:
    if actor.id is not None and actor.id == need.proposer_id:
        return None
    return _("Only the person who proposes the topic may do this.")


def is_need_admin(actor: Any, need: Need) -> str | None:
    if actor.holds(Role.ORG_ADMIN, at=need.unit_id):
        return None
    return _("Only the administrator of the proposing unit may do this.")


def is_proposer_or_admin(actor: Any, need: Need) -> str | None:
    return None if is_proposer(actor, need) is None else is_need_admin(actor, need)


def is_unit_user(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.ORG_ADMIN) else _("Only the unit administrator may do this.")


def screens_need(actor: Any, need: Need) -> str | None:
    return owns_call(actor, need.call)


def may_score(actor: Any, need: Need) -> str | None:
    """Staff of the division in charge, or an expert invited to the call who has no tie to a proposing unit."""
    if owns_call(actor, need.call) is None:
        return None
    if not actor.holds(Role.EXPERT) or not need.call.experts.filter(person=actor.id).exists():
        return _("Only experts invited to this call may score its topics.")
    if has_tie(actor, need):
        return _("You belong to a proposing unit and may not score this topic.")
    return None


def has_tie(actor: Any, need: Need) -> bool:
    """Whether the person belongs to a unit that proposes the need, or one of those merged into it, alone or as a partner."""
    units = own_units(actor)
    names = set(_names_of(units))
    return any(one.unit_id in units or names & set(one.partners) for one in (need, *need.members.all()))


def _names_of(units: set[int]) -> list[str]:
    return list(Organisation.objects.filter(pk__in=units).values_list("name", flat=True)) if units else []


def is_expert(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.EXPERT) else _("Only review experts may open this.")


def own_units(actor: Any) -> set[int]:
    """Units a person belongs to or is employed by; the bureau that invites does not count."""
    day = clock.today()
    jobs = Employment.objects.filter(Q(until=None) | Q(until__gte=day), person=actor.id).values_list("organisation_id", flat=True)
    return set(jobs) | actor.units(*UNIT_USERS)


def may_view_need(actor: Any, need: Need) -> str | None:
    """One's own, those of one's unit (administrator), and the bureau's desks from the filing on. Experts have their own door."""
    if is_proposer(actor, need) is None or is_need_admin(actor, need) is None:
        return None
    if need.status in states.NEED_SEEN and is_staff(actor) is None:
        return None
    return _("You may only see topics of your own or your unit.")


def opens_need(actor: Any, need: Need) -> str | None:
    """Sealed files and how to reach the proposer: one's own, one's unit's, the division in charge, who watches. The other
    desks read what is proposed."""
    if is_proposer(actor, need) is None or is_need_admin(actor, need) is None:
        return None
    return reads_scoring(actor, need.call)


def reads_scoring(actor: Any, call: TopicCall) -> str | None:
    """Who is invited and which points were given: the division in charge, and those who watch over it."""
    if owns_call(actor, call) is None or actor.holds(Role.SUPERVISION, Role.AUDITOR, Role.DISCIPLINE):
        return None
    return _("Only the division in charge of the call, supervision, audit and discipline may see this.")


def needs_visible_to(actor: Any) -> QuerySet[Need]:
    """The same truth as `may_view_need`, as a queryset."""
    rows = Need.objects.select_related("call__special__plan", "stream", "unit", "proposer", "merged_into")
    mine = Q(proposer=actor.id) if actor.id is not None else Q(pk=None)
    mine |= Q(unit__in=actor.units(Role.ORG_ADMIN))
    if is_staff(actor) is None:
        mine |= Q(status__in=states.NEED_SEEN)
    return rows.filter(mine)


def needs_to_score(actor: Any) -> QuerySet[Need]:
    """What an invited expert may score: screened-in needs of open scoring, none of a unit of one's own (`has_tie`)."""
    rows = Need.objects.select_related("call__special__plan", "stream", "unit")
    if actor.id is None or not actor.holds(Role.EXPERT):
        return rows.none()
    open_calls = TopicCall.objects.filter(status=states.CallStatus.PUBLISHED, experts__person=actor.id)
    units = own_units(actor)
    tied = Q(unit__in=units)
    for name in _names_of(units):
        tied |= Q(partners__contains=[name])
    led = Need.objects.filter(tied, merged_into__isnull=False).values("merged_into")
    return rows.filter(call__in=open_calls, status=states.NeedStatus.SHORTLISTED).exclude(tied).exclude(pk__in=led)


# guide editor


def checks_law(actor: Any, guide: Guide) -> str | None:
    """The legality and fair-competition check: supervision or resource division, by somebody who neither drafted the
    guide nor agreed to it."""
    if not (holds_for(actor, Role.SUPERVISION, guide.special) or holds_for(actor, Role.RESOURCE, guide.special)):
        return _("Only the supervision or the resource division makes the legality check.")
    if actor.id in (guide.drafted_by_id, guide.agreed_by_id):
        return _("Who drafted the guide or agreed to it does not make its legality check (two persons).")
    return None


def may_comment(actor: Any, guide: Guide) -> str | None:
    return is_staff(actor)


def answers_comment(actor: Any, comment: Any) -> str | None:
    return owns_guide(actor, comment.guide)


def settles_comment(actor: Any, comment: Any) -> str | None:
    """Whoever made the remark says that it is settled, or the resource division."""
    if actor.id is not None and actor.id == comment.author_id:
        return None
    if checks_guide(actor, comment.guide) is None:
        return None
    return _("Only who made the remark, or the resource division, may settle it.")


def uploads_of(actor: Any) -> QuerySet[GuideUpload]:
    """Guide files of one's own that wait for a yes."""
    return GuideUpload.objects.filter(sent_by=actor.id) if actor.id else GuideUpload.objects.none()


# --- matching and entitlement (免申即享) ---


def keeps_searches(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_signed_in else _("Please sign in first.")


def owns_search(actor: Any, search: CallSearch) -> str | None:
    if actor.id is not None and actor.id == search.person_id:
        return None
    return _("Only who keeps the search may change it.")


def may_match(actor: Any, obj: Any = None) -> str | None:
    """Whoever holds a role at a unit asks which guides fit; people without a unit use the self-check of a guide."""
    return None if actor.units(*UNIT_ROLES) else _("Only people of a registered unit may see this.")


def drafts_entitlements(actor: Any, guide: Guide) -> str | None:
    return owns_guide(actor, guide)


def owns_entitlements(actor: Any, roll: EntitlementList) -> str | None:
    return owns_guide(actor, roll.guide)


def checks_entitlements(actor: Any, roll: EntitlementList) -> str | None:
    return checks_guide(actor, roll.guide)


def approves_entitlements(actor: Any, roll: EntitlementList) -> str | None:
    return approves_guide(actor, roll.guide)


def returns_entitlements(actor: Any, roll: EntitlementList) -> str | None:
    if checks_entitlements(actor, roll) is None or approves_entitlements(actor, roll) is None:
        return None
    return _("Only who checks or approves the list may return it.")


def answers_entitlement(actor: Any, row: Entitlement) -> str | None:
    if actor.holds(Role.ORG_ADMIN, at=row.organisation_id):
        return None
    return _("Only an administrator of the unit may answer.")


def is_org_admin(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.ORG_ADMIN) else _("Only an administrator of a unit may see this.")


def entitlements_visible_to(actor: Any) -> QuerySet[Entitlement]:
    """Staff see every row; a unit its own once the list is published."""
    rows = Entitlement.objects.select_related("organisation", "roll", "guide__special__plan")
    if is_staff(actor) is None:
        return rows
    return rows.filter(organisation__in=actor.units(Role.ORG_ADMIN), roll__status__in=states.LIST_SEEN)


def lists_visible_to(actor: Any) -> QuerySet[EntitlementList]:
    rows = EntitlementList.objects.select_related("guide__special__plan", "guide__plan_item", "version", "drafted_by", "checked_by", "approved_by")
    return rows if is_staff(actor) is None else rows.none()
