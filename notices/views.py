"""Pages of official documents, the verify page, the inbox."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import policies as people
from core import files, typed
from core.web import lists
from core.web.access import access, public, signed_in
from core.web.steps import buttons
from notices import actions, queries, rendering, texting
from notices.forms import CodeForm, MatrixForm
from notices.listings import Documents
from notices.models import Document
from notices.workflow import DOCUMENT

PAGE = 20


@access(people.is_bureau_staff)
def documents(request: HttpRequest) -> HttpResponse:
    rows = queries.policies.visible_to(request.actor)
    return lists.page(request, Documents(), rows)


@access(people.is_bureau_staff)
def document(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_for(request.actor, uid)
    urls = {verb: f"/desk/documents/{row.uid}/{verb}/" for verb in ("proof", "return", "sign", "issue", "withdraw")}
    return render(request, "notices/document.html", {
        "document": row, "title": row.title, "deliveries": queries.deliveries(row), "text": _text(row),
        "missing": rendering.missing_characters(rendering.all_texts(row.context)),
        "buttons": buttons(DOCUMENT, request.actor, row, urls, needs_why=("return", "withdraw")),
        "crumbs": [(_("Official documents"), "/desk/documents/"), (row.number or row.title, None)],
    })


@access(people.is_bureau_staff)
@require_POST
def document_step(request: HttpRequest, uid: Any, verb: str) -> HttpResponse:
    row = queries.get_for(request.actor, uid)
    why = request.POST.get("why", "")
    match verb:
        case "proof" | "sign" | "issue":
            getattr(actions, verb)(request.actor, row)
        case "return":
            actions.return_draft(request.actor, row, why=why)
        case "withdraw":
            actions.withdraw(request.actor, row, why=why)
        case _unknown:
            raise Http404
    messages.success(request, _("Done."))
    return redirect("notices:desk:document", uid=row.uid)


@access(public)
def read_document(request: HttpRequest, uid: Any) -> HttpResponse:
    """The recipient's page; opening it is the proof of delivery."""
    row = queries.get_for(request.actor, uid)
    if request.actor.is_signed_in:
        actions.open_delivery(request.actor, row)
    if row.pdf is None and row.issued_at:
        actions.hurry_pdf(row)
    return render(request, "notices/read.html", {"document": row, "title": row.title, "text": _text(row)})


@access(public)
def pdf(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_for(request.actor, uid)
    return _pdf(request, row)


def _text(row: Document) -> Any:
    """What the document says, also before its PDF is made or while it is a draft."""
    known = {"title": row.title, "addressee": row.addressee, "issuer": row.series.issuer, "is_demo": row.is_demo,
             "number": row.number, "date": "", "verify_code": row.verify_code or ""}
    return rendering.page(row.template, known | row.context)


def _pdf(request: HttpRequest, row: Document) -> HttpResponse:
    if row.pdf is None:
        if row.issued_at:
            actions.hurry_pdf(row)
        return render(request, "notices/waiting.html", {"document": row, "title": row.title}, status=202)
    return files.serve(row.pdf, request.actor, row.number or str(row.uid), inline=True)


@access(public)
def verify(request: HttpRequest) -> HttpResponse:
    code = request.GET.get("code", "").strip()
    if code:
        try:
            return redirect("notices:public:verified", code=queries.public_document(code).verify_code)
        except Http404:
            messages.error(request, _("There is no document with this code. Please compare it with the paper."))
    return render(request, "notices/verify.html", {"title": _("Verify a document"), "code": code})


@access(public)
def verified(request: HttpRequest, code: str) -> HttpResponse:
    row = queries.public_document(code)
    return render(request, "notices/verified.html", {"document": row, "title": _("Verified document")})


@access(signed_in)
def inbox(request: HttpRequest) -> HttpResponse:
    rows = queries.inbox(request.actor)
    if request.GET.get("unread"):
        rows = rows.filter(read_at=None)
    before = typed.whole(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    items = list(rows[: PAGE + 1])
    return render(request, "notices/inbox.html", {
        "messages_": items[:PAGE], "more": items[PAGE - 1].pk if len(items) > PAGE else None, "title": _("Inbox")})


@access(signed_in)
def message(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.message_for(request.actor, uid)
    actions.read(request.actor, row)
    safe = row.link and url_has_allowed_host_and_scheme(row.link, {request.get_host()})
    return render(request, "notices/message.html", {"message": row, "title": row.heading, "safe": safe})


@access(signed_in)
def settings(request: HttpRequest) -> HttpResponse:
    """What is mailed and texted how. A locked group is refused with its reason, should it be posted all the same."""
    matrix, number = queries.matrix(request.actor), queries.proven_number(request.actor.person) if texting.is_on() else None
    texted = queries.texted_groups(request.actor) if number else None
    form = MatrixForm(request.POST or None, matrix=matrix, texted=texted)
    if request.method == "POST" and form.is_valid():
        forged = {group.code: request.POST[group.code] for group, _mode in matrix if group.locked and group.code in request.POST}
        chosen = dict(form.cleaned_data)
        texts = chosen.pop("texts", None)
        actions.choose(request.actor, chosen | forged)
        if texts is not None:
            actions.choose_texts(request.actor, texts)
        messages.success(request, _("Saved."))
        return redirect("notices:public:settings")
    ticked = set(request.POST.getlist("texts")) if form.is_bound else texted or set()
    return render(request, "notices/settings.html", {
        "title": _("What is mailed to you"), "form": form, "hours": queries.hours(), "texting": texting.is_on(), "number": number,
        "rows": [(group, form[group.code] if group.code in form.fields else None, group.code in ticked) for group, _mode in matrix],
        "crumbs": [(_("Inbox"), "/inbox/"), (_("What is mailed to you"), None)],
    }, status=422 if form.is_bound else 200)


@access(signed_in)
def phone(request: HttpRequest) -> HttpResponse:
    """The number of the account is confirmed by a code that is sent to it and typed back."""
    form = CodeForm(request.POST if request.POST.get("code") is not None else None)
    if request.method == "POST" and not form.is_bound:
        actions.send_code(request.actor)
        messages.success(request, _("The code is on its way; it may take a minute or two."))
        return redirect("notices:public:phone")
    if request.method == "POST" and form.is_valid():
        if actions.prove_phone(request.actor, form.cleaned_data["code"]):
            messages.success(request, _("Your mobile number is confirmed. Choose of what you want text messages."))
            return redirect("notices:public:settings")
        form.add_error("code", _("The code is not right."))
    proof = queries.phone_proof(request.actor)
    return render(request, "notices/phone.html", {
        "title": _("Confirm the mobile number"), "form": form, "number": request.actor.person.phone,
        "asked": proof is not None and bool(proof.code_print), "proven": queries.proven_number(request.actor.person), "texting": texting.is_on(),
        "crumbs": [(_("Inbox"), "/inbox/"), (_("What is mailed to you"), "/inbox/settings/"), (_("Confirm the mobile number"), None)],
    }, status=422 if form.is_bound else 200)


@access(signed_in)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    actions.read_all(request.actor)
    return redirect("notices:public:inbox")
