"""Pages of log-in, registration, units, people and roles."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import actions, forms, policies, queries, reset
from accounts.listings import People, Units
from accounts.middleware import EPOCH
from accounts.policies import ANONYMOUS, Actor
from accounts.workflow import MEMBERSHIP, ORGANISATION, UNIT_CHANGE
from core import files
from core.web import lists
from core.web.access import access, public, signed_in
from core.web.once import once
from core.web.steps import buttons
from core.workflow import Refused


def _ip(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


def _home(request: HttpRequest, actor: Actor) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return f"/{policies.own_desk(actor)}/"


@access(public)
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """One answer for a wrong password, an unknown account and a locked one's content; lock-out says so by count only."""
    form = forms.LoginForm(request.POST or None, initial={"identifier": request.GET.get("as", "")[:120]})
    if request.method == "POST" and form.is_valid():
        identifier = form.cleaned_data["identifier"]
        attempt = actions.begin_attempt(identifier, _ip(request))
        if attempt is None:
            form.add_error(None, _("Too many tries. Please wait %(minutes)d minutes or reset the password.")
                           % {"minutes": queries.lock_minutes()})
        else:
            person = authenticate(request, username=identifier, password=form.cleaned_data["password"])
            if person is not None:
                actions.note_success(attempt)
                return _signed_in(request, person)
            form.add_error(None, _("E-mail, phone or password is not right."))
    return render(request, "accounts/login.html",
                  {"form": form, "title": _("Sign in"), "next": request.GET.get("next", "")},
                  status=422 if form.errors else 200)


def _signed_in(request: HttpRequest, person: Any) -> HttpResponse:
    """A session of this person begins: it knows its epoch and when it ends."""
    login(request, person)
    actor = Actor.of(person)
    request.session[EPOCH] = person.session_epoch
    request.session.set_expiry(queries.session_seconds(actor))
    return redirect(_home(request, actor))


@access(public)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


@access(public)
@once
@sensitive_post_parameters("person-password")
def register(request: HttpRequest) -> HttpResponse:
    """A unit registers with its licence and its first administrator; the bureau verifies both."""
    notice = queries.current_notice()
    unit = forms.UnitForm(request.POST or None, request.FILES or None, prefix="unit")
    person = forms.PersonForm(request.POST or None, prefix="person")
    consent = forms.ConsentForm(request.POST or None, prefix="consent")
    if request.method == "POST" and all([unit.is_valid(), person.is_valid(), consent.is_valid()]):
        try:
            _register(request, unit.cleaned_data, person.cleaned_data, notice)
            return redirect("accounts:public:registered")
        except files.BadFile as error:
            unit.add_error("licence", str(error))
        except Refused as refusal:
            for reason in refusal.reasons:
                unit.add_error(None, reason)
    if request.method == "POST":
        unit.ask_for_file_again()
    return render(request, "accounts/register.html",
                  {"unit": unit, "person": person, "consent": consent, "notice": notice, "title": _("Register a unit")},
                  status=422 if request.method == "POST" else 200)


def _register(request: HttpRequest, unit: dict[str, Any], person: dict[str, Any], notice: Any) -> None:
    """The form is open to everybody: one address tries so many an hour and no more, also when it is refused."""
    if queries.tried_too_often("register", _ip(request) or "", "register.per_address_hour"):
        raise Refused(_("Too many registrations have come from this address within an hour. Please try again later."))
    actions.note_try("register", _ip(request) or "")
    person["phone"] = person.pop("mobile")
    licence = unit.pop("licence")
    actions.register_unit_with_administrator(ANONYMOUS, unit=unit, administrator=person, licence=licence, notice=notice,
                                             ip=_ip(request))


@access(public)
def registered(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/registered.html", {"title": _("Registration filed")})


@access(public)
def forgot(request: HttpRequest) -> HttpResponse:
    """Always the same answer, whether the account exists or not."""
    form = forms.ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reset.send_link(form.cleaned_data["email"])
        return render(request, "accounts/forgot_sent.html", {"title": _("Password reset")})
    return render(request, "st/form_page.html", {"form": form, "title": _("Password reset"), "submit": _("Send the link"),
                  "lead": _("We send a link that is good for one hour and for one use."), "back": "/login/"})


@access(public)
@sensitive_post_parameters("password")
def reset_password(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    try:
        person = reset.person(urlsafe_base64_decode(uidb64).decode())
    except (ValueError, UnicodeDecodeError):
        person = None
    if person is None or not default_token_generator.check_token(person, token):
        return render(request, "accounts/reset_dead.html", {"title": _("This link is no longer good")}, status=410)
    form = forms.PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(Actor.of(person), person, password=form.cleaned_data["password"])
            messages.success(request, _("The password is changed. Please sign in."))
            return redirect("accounts:public:login")
        except Refused as refusal:
            form.add_error("password", refusal.reasons)
    return render(request, "st/form_page.html", {"form": form, "title": _("New password")})


@access(signed_in)
def me(request: HttpRequest) -> HttpResponse:
    person = request.actor.person
    form = forms.ProfileForm(request.POST) if request.method == "POST" else forms.ProfileForm.of(person)
    if request.method == "POST" and form.is_valid():
        actions.edit_profile(request.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:public:me")
    return render(request, "accounts/me.html", {
        "form": form, "person": person, "title": _("My account"), "owed": queries.owes_consent(request.actor),
        "memberships": queries.with_words(person.memberships.select_related("organisation").order_by("-status", "since")),
        "invitations": queries.invitations_of(request.actor),
    })


@access(signed_in)
def accept_notice(request: HttpRequest) -> HttpResponse:
    """The notice in force with its two answers: agree, or leave. What was asked for opens after the first."""
    notice = queries.owes_consent(request.actor)
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = _home(request, request.actor)
    if notice is None:
        return redirect(target)
    if request.method == "POST":
        actions.consent(request.actor, notice, ip=_ip(request))
        messages.success(request, _("Thank you; your consent is recorded."))
        return redirect(target)
    return render(request, "accounts/consent.html", {"notice": notice, "title": _("Privacy notice"), "next": target})


@access(public)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/privacy.html", {"notice": queries.current_notice(), "title": _("Privacy notice")})


@access(signed_in)
@sensitive_post_parameters("old", "password")
def password(request: HttpRequest) -> HttpResponse:
    form = forms.ChangePasswordForm(request.POST or None)
    person = request.actor.person
    if request.method == "POST" and form.is_valid():
        try:
            if not person.check_password(form.cleaned_data["old"]):
                form.add_error("old", _("The present password is not right."))
            else:
                row = actions.change_password(request.actor, person, password=form.cleaned_data["password"])
                login(request, row, backend=settings.AUTHENTICATION_BACKENDS[0])
                request.session[EPOCH] = row.session_epoch
                messages.success(request, _("The password is changed; all other sessions have ended."))
                return redirect("accounts:public:me")
        except Refused as refusal:
            form.add_error("password", refusal.reasons)
    return render(request, "st/form_page.html", {"form": form, "title": _("Change the password"), "back": "/me/"})


@access(policies.is_org_admin)
def unit(request: HttpRequest) -> HttpResponse:
    """The unit's own data, kept by its administrator."""
    organisation = queries.unit_of(request.actor)
    names = list(forms.AccountForm.base_fields)
    initial = {name: getattr(organisation, name, "") for name in names}
    form = forms.AccountForm(request.POST or None, initial=initial, unit=organisation)
    if request.method == "POST" and form.is_valid():
        actions.edit_organisation(request.actor, organisation, **form.cleaned_data)
        waits = queries.waiting_change(organisation) is not None
        messages.success(request, _("Saved. What is marked below waits for the bureau.") if waits else _("Saved."))
        return redirect("accounts:my:unit")
    change = queries.last_change(organisation)
    return render(request, "accounts/unit.html", {
        "form": form, "unit": organisation, "title": _("Our unit"), "change": change,
        "rows": queries.change_rows(change) if change else [],
    }, status=422 if request.method == "POST" else 200)


@access(signed_in)
@require_POST
def unit_change_step(request: HttpRequest, uid: Any, verb: str) -> HttpResponse:
    row = queries.change_for(request.actor, uid)
    match verb:
        case "confirm":
            actions.confirm_change(request.actor, row)
        case "refuse":
            actions.refuse_change(request.actor, row, why=request.POST.get("why", ""))
        case "withdraw":
            actions.withdraw_change(request.actor, row)
        case _unknown:
            raise Http404
    messages.success(request, _("Done."))
    if verb == "withdraw":
        return redirect("accounts:my:unit")
    return redirect("accounts:desk:unit", uid=row.organisation.uid)


@access(policies.may_verify)
def unit_merge(request: HttpRequest, uid: Any) -> HttpResponse:
    """A duplicate of a unit is merged into the record that stays."""
    row = queries.organisation_for(request.actor, uid)
    form = forms.MergeUnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep = queries.unit_to_keep(request.actor, form.cleaned_data["keep"], row)
        if keep is None:
            form.add_error("keep", _("No other verified unit has exactly this name or code."))
        else:
            actions.merge_organisations(request.actor, keep, row, why=form.cleaned_data["why"])
            messages.success(request, _("Merged; the people of the duplicate belong to this unit now."))
            return redirect("accounts:desk:unit", uid=keep.uid)
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Merge a duplicate"), "submit": _("Merge"), "back": f"/desk/organisations/{row.uid}/",
        "lead": _("“%(name)s” (%(code)s) is the duplicate: its people move, its history stays and points to the other.") % {
            "name": row.name, "code": row.ref},
    }, status=422 if request.method == "POST" else 200)


@access(policies.is_org_admin)
def unit_people(request: HttpRequest) -> HttpResponse:
    organisation = queries.unit_of(request.actor)
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reset.invite(request.actor, organisation, **form.cleaned_data)
        messages.success(request, _("Added or asked: a new account receives a mail with a link; who has an account already is asked and decides."))
        return redirect("accounts:my:people")
    rows = [{"row": row, "steps": [MEMBERSHIP.steps[verb] for verb in MEMBERSHIP.open_to(request.actor, row)]}
            for row in queries.memberships_of_unit(organisation)]
    return render(request, "accounts/people.html", {"form": form, "rows": rows, "unit": organisation, "title": _("People of the unit")})


@access(signed_in)
@require_POST
def membership_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    row = queries.membership_for(request.actor, pk)
    acts = {"confirm": actions.confirm_membership, "refuse": actions.refuse_membership, "end": actions.end_role,
            "accept": actions.accept_membership, "decline": actions.decline_membership,
            "withdraw": actions.withdraw_invitation}
    if verb not in acts:
        raise Http404
    acts[verb](request.actor, row)
    messages.success(request, _("Done."))
    back = request.headers.get("Referer", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/me/")


@access(signed_in)
def join(request: HttpRequest) -> HttpResponse:
    """A person asks to join a unit that is registered."""
    form = forms.JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_membership(request.actor, form.cleaned_data["unit"])
        except Refused as refusal:
            form.add_error("unit", refusal.reasons)
        else:
            messages.success(request, _("Asked; the administrator of the unit confirms."))
            return redirect("accounts:public:me")
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Join a unit"), "submit": _("Ask to join"), "back": "/me/",
        "lead": _("The administrator of the unit confirms that you belong to it."),
    }, status=422 if request.method == "POST" else 200)


@access(policies.is_bureau_staff)
def units(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Units(), queries.organisations(request.actor),
                      context={"lead": _("Registered units; new ones are verified against their licence.")})


@access(policies.is_bureau_staff)
def unit_detail(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.organisation_for(request.actor, uid)
    urls = {verb: f"/desk/organisations/{row.uid}/{verb}/" for verb in ("verify", "refuse", "suspend", "release")}
    change = queries.waiting_change(row)
    changed = {verb: reverse("accounts:public:unit_change", args=[change.uid, verb]) for verb in ("confirm", "refuse")} if change else {}
    return render(request, "accounts/unit_detail.html", {
        "unit": row, "title": row.name, "people": queries.memberships_of_unit(row), "change": change,
        "changes": queries.change_rows(change) if change else [],
        "change_buttons": buttons(UNIT_CHANGE, request.actor, change, changed, needs_why=("refuse",)) if change else [],
        "may_merge": policies.may_verify(request.actor) is None and "merge" in ORGANISATION.open_to(request.actor, row),
        "buttons": buttons(ORGANISATION, request.actor, row, urls, needs_why=("refuse", "suspend")),
        "crumbs": [(_("Units"), "/desk/organisations/"), (row.name, None)],
    })


@access(policies.may_verify)
@require_POST
def unit_step(request: HttpRequest, uid: Any, verb: str) -> HttpResponse:
    row = queries.organisation_for(request.actor, uid)
    why = request.POST.get("why", "")
    match verb:
        case "verify" | "release":
            getattr(actions, verb)(request.actor, row, why=why)
        case "refuse" | "suspend":
            getattr(actions, verb)(request.actor, row, reason=why)
        case _unknown:
            raise Http404
    messages.success(request, _("Done."))
    return redirect("accounts:desk:unit", uid=row.uid)


@access(policies.is_bureau_staff)
def licence(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.organisation_for(request.actor, uid)
    if row.licence is None:
        raise Http404
    return files.serve(row.licence, request.actor, row.ref, inline=True)


@access(policies.is_sysadmin)
def people(request: HttpRequest) -> HttpResponse:
    return lists.page(request, People(), queries.people(request.actor), context={
        "actions": [(_("Grant a role"), "/desk/roles/"), (_("Merge two accounts"), reverse("accounts:desk:merge"))]})


@access(policies.is_sysadmin)
def person_detail(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.person_for(request.actor, uid)
    return render(request, "accounts/person.html", {"person": row, "title": row.name,
                  "memberships": queries.with_words(row.memberships.select_related("organisation").order_by("-status", "since")),
                  "merge": reverse("accounts:desk:merge"),
                  "crumbs": [(_("People"), "/desk/people/"), (row.name, None)]})


@access(policies.is_sysadmin)
@require_POST
def person_end(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.person_for(request.actor, uid)
    actions.end_account(request.actor, row, why=request.POST.get("why", ""))
    messages.success(request, _("The account is closed; its sessions have ended."))
    return redirect("accounts:desk:person", uid=row.uid)


@access(policies.is_sysadmin)
def grant(request: HttpRequest) -> HttpResponse:
    form = forms.GrantForm(request.POST or None)
    form.fields["organisation"].queryset = queries.organisations(request.actor).order_by("name")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = queries.by_identifier(data.pop("email"))
        if person is None:
            form.add_error("email", _("There is no account with this e-mail."))
        else:
            try:
                actions.grant_role(request.actor, person, data.pop("organisation"), data.pop("role"), **data)
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error("role", reason)
            else:
                messages.success(request, _("The role is granted."))
                return redirect("accounts:desk:person", uid=person.uid)
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Grant a role"), "back": "/desk/people/", "submit": pgettext("verb", "Grant"),
        "crumbs": [(_("People"), "/desk/people/"), (_("Grant a role"), None)]}, status=422 if form.errors else 200)


@access(policies.is_sysadmin)
@once
def merge(request: HttpRequest) -> HttpResponse:
    """Two accounts of one person become one."""
    if request.method == "POST":
        keep = queries.by_identifier(request.POST.get("keep", ""))
        drop = queries.by_identifier(request.POST.get("drop", ""))
        if keep is None or drop is None:
            raise Refused(_("Both accounts must exist; give their e-mail addresses."))
        actions.merge_people(request.actor, keep, drop, why=request.POST.get("why", ""))
        messages.success(request, _("The accounts are merged."))
        return redirect("accounts:desk:person", uid=keep.uid)
    dropped = request.GET.get("drop", "")
    return render(request, "accounts/merge.html", {
        "title": _("Merge two accounts"), "drop": dropped,
        "crumbs": [(_("People"), "/desk/people/"), (_("Merge two accounts"), None)]})
