"""The verbs of official documents, deliveries and messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.policies import Actor, system
from accounts.states import MembershipStatus, Role
from core import clock, jobs, ledger, parameters, refs
from core.clock import CoreNow
from core.models import Job
from core.workflow import Refused
from notices import policies, queries, rules, texting
from notices.models import Delivery, Document, Message, NumberSeries, Outgoing, PhoneProof, Preference
from notices.rendering import template_version
from notices.states import Channel, DocumentStatus, MailMode, MailState, OutState
from notices.workflow import DOCUMENT

Recipients = Sequence[Person | Organisation]
CODE, CODE_MINUTES, CODE_TRIES, MOST_TRIES = "phone.code", 10, 5, 8
MAILED = {MailMode.AT_ONCE: MailState.WAITING, MailMode.DAILY: MailState.DIGEST, MailMode.OFF: MailState.NONE}


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    """What is frozen is plain JSON: the document can be rebuilt without any other row."""
    return json.loads(json.dumps(context, cls=DjangoJSONEncoder, ensure_ascii=False))


@transaction.atomic
def draft(actor: Actor, kind: str, *, subject: models.Model, title: str, context: dict[str, Any], addressee: str = "",
          recipients: Recipients = (), is_public: bool = False) -> Document:
    """Draft a document of a registered kind; recipients get their delivery row now and see it when it is issued."""
    if reason := policies.may_draft(actor):
        raise Refused(reason)
    entry = queries.KINDS[kind]
    document = Document.objects.create(
        kind=kind, series=NumberSeries.objects.get(code=entry.series), title=title[:200], addressee=addressee[:200],
        subject_type=subject._meta.label_lower, subject_id=subject.pk, subject_ref=ledger.reference(subject)[:80],
        context=_plain(context), template=entry.template, drafted_by=actor.person, is_public=is_public,
        is_demo=bool(getattr(subject, "is_demo", False)),
    )
    _address(document, recipients)
    ledger.record("notices.document.draft", document, actor, kind=kind)
    return document


def _address(document: Document, recipients: Recipients) -> None:
    rows = []
    for recipient in recipients:
        key = "person" if isinstance(recipient, Person) else "organisation"
        rows.append(Delivery(document=document, **{key: recipient}))
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def address(document: Document, recipients: Recipients) -> None:
    """Add recipients to a document that is not issued yet; those it has stay."""
    if document.status == DocumentStatus.ISSUED:
        raise Refused(_("Recipients are named before a document is issued."))
    _address(document, recipients)


@transaction.atomic
def edit_draft(actor: Actor, document: Document, *, title: str, context: dict[str, Any] | None = None) -> Document:
    if reason := policies.may_draft(actor, document):
        raise Refused(reason)
    row = Document.objects.select_for_update().get(pk=document.pk)
    if row.status != DocumentStatus.DRAFT:
        raise Refused(_("Only a draft can be edited."))
    row.title = title[:200]
    if context is not None:
        row.context = _plain(context)
    row.save(update_fields=["title", "context"])
    ledger.record("notices.document.edit", row, actor)
    return row


@transaction.atomic
def proof(actor: Actor, document: Document) -> Document:
    row = DOCUMENT.move("proof", actor, document)
    row.proofed_by = actor.person
    row.save(update_fields=["proofed_by"])
    return row


def return_draft(actor: Actor, document: Document, *, why: str) -> Document:
    return DOCUMENT.move("return", actor, document, why=why, reason=why)


@transaction.atomic
def sign(actor: Actor, document: Document) -> Document:
    """签发. The signer is a leader and never the drafter (also a constraint of the table)."""
    row = DOCUMENT.move("sign", actor, document)
    row.signed_by, row.signed_at = actor.person, clock.now()
    row.save(update_fields=["signed_by", "signed_at"])
    return row


@transaction.atomic
def issue(actor: Actor, document: Document) -> Document:
    """编号、用印、印发: number, freeze, verify code, deliveries, messages; the PDF is made by a worker afterwards."""
    row = Document.objects.select_for_update(of=("self",)).select_related("series").get(pk=document.pk)
    if reasons := DOCUMENT.why_not("issue", actor, row):
        raise Refused(reasons)
    row.issued_at = clock.now()
    row.year = clock.today().year
    row.seq = refs.next_number(f"document:{row.series.code}", str(row.year))
    row.number = rules.document_number(row.series.mark, row.year, row.seq)
    row.verify_code = rules.verify_code()
    row.template_version = template_version(row.template)
    row.context = row.context | {
        "number": row.number, "date": rules.chinese_date(clock.today()), "issuer": row.series.issuer,
        "title": row.title, "addressee": row.addressee, "verify_code": row.verify_code, "is_demo": row.is_demo,
    }
    # Number and code first, the state last: an issued row without them is refused by the table.
    row.save()
    row = DOCUMENT.move("issue", actor, row)
    row.deliveries.update(sent_at=row.issued_at)
    _tell_recipients(row)
    jobs.start("notices.render", actor, {"document": row.pk}, row.title)
    return row


def _tell_recipients(document: Document) -> None:
    people: set[Person] = set()
    for delivery in document.deliveries.select_related("person", "organisation"):
        people |= {delivery.person} if delivery.person else administrators(delivery.organisation)
    tell(
        people, f"document.{document.kind}", document.title,
        lambda: _("Official document %(number)s has been issued to you. Time limits named in it count from now.")
        % {"number": document.number},
        reverse("notices:public:document", args=[document.uid]),
        dedupe=f"document:{document.pk}", statutory=True,
    )


def administrators(organisation: Organisation) -> set[Person]:
    """The people who act for a unit in the system."""
    return set(
        Person.objects.filter(
            memberships__organisation=organisation, memberships__role=Role.ORG_ADMIN,
            memberships__status=MembershipStatus.ACTIVE,
        )
    )


@transaction.atomic
def issue_now(actor: Actor, signer: Person | Actor, document: Document) -> Document:
    """Sign off and issue in one go, for acts whose decision was signed already (a published guide, a lawful refusal)."""
    who = signer if isinstance(signer, Actor) else Actor.of(signer)
    return issue(actor, sign(who, document))


@transaction.atomic
def withdraw(actor: Actor, document: Document, *, why: str) -> Document:
    return DOCUMENT.move("withdraw", actor, document, why=why, reason=why)


@transaction.atomic
def open_delivery(actor: Actor, document: Document) -> None:
    """The first opening by a recipient is the proof of delivery; later ones change nothing."""
    rows = policies.deliveries_of(actor).filter(document=document, opened_at=None)
    if rows.update(opened_at=CoreNow(), opened_by=actor.person):
        ledger.record("notices.document.open", document, actor)


def attach_pdf(document: Document, *, file: Any, sha256: str, fonts: list[str]) -> None:
    Document.objects.filter(pk=document.pk).update(pdf=file, sha256=sha256, fonts=fonts, render_state="DONE")


def hurry_pdf(document: Document) -> None:
    """Somebody waits for this PDF: its job goes before those nobody asks for; a lost one is queued again."""
    rows = Job.objects.filter(kind="notices.render", params__document=document.pk).order_by("-pk")
    job = rows.first()
    if job is None:
        job = jobs.start("notices.render", system("render"), {"document": document.pk}, document.title)
    jobs.hurry(job)


def _in_both(words: str | Callable[[], str]) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = words() if callable(words) else words
    return found


@transaction.atomic
def tell(to: Iterable[Person | Organisation], event: str, subject: str | Callable[[], str], body: str | Callable[[], str] = "",
         link: str = "", *,
         dedupe: str | None = None, statutory: bool = False) -> int:
    """站内信 to people, or to the administrators of units; mail goes out by the outbox. Returns how many were new.

    Words of the portal come as functions (`lambda: _("...")`), which are asked in each language; words a person wrote as text.
    `dedupe` names the fact: the same fact is told to the same person once, whatever runs twice.
    """
    people: set[Person] = set()
    for one in to:
        people |= {one} if isinstance(one, Person) else administrators(one)
    words = _in_both(subject), _in_both(body)
    return _write([(person, *words) for person in sorted(people, key=lambda person: person.pk)], event, link, dedupe, statutory=statutory)


@transaction.atomic
def tell_each(letters: Iterable[tuple[Person, dict[str, str], dict[str, str]]], event: str, link: str = "", *,
              dedupe: str | None = None, statutory: bool = False) -> int:
    """The same for many people at once, each with words of their own: (person, {language: subject}, {language: body})."""
    return _write(list(letters), event, link, dedupe, statutory=statutory)


def _write(letters: list[tuple[Person, dict[str, str], dict[str, str]]], event: str, link: str, dedupe: str | None, *,
           statutory: bool) -> int:
    people = [person for person, _subjects, _bodies in letters]
    group = rules.group_of(event)
    locked = statutory or bool(group.locked)
    modes = {} if locked else dict(Preference.objects.filter(person__in=people, group=group.code).values_list("person", "mode"))
    due = {mode: queries.mail_due(mode) for mode in ({modes.get(person.pk, MailMode.AT_ONCE) for person in people} if not locked else ())}
    rows = []
    for person, subjects, bodies in letters:
        mode = MailMode.AT_ONCE if locked else modes.get(person.pk, MailMode.AT_ONCE)
        rows.append(Message(
            person=person, event=event, subject=subjects[settings.LANGUAGE_CODE][:200], body=bodies[settings.LANGUAGE_CODE],
            subject_en=subjects["en"][:200], body_en=bodies["en"], link=link, statutory=statutory,
            dedupe=f"{dedupe}:{person.pk}"[:120] if dedupe else None,
            mail_state=MAILED[mode] if person.email else MailState.NONE, **({"mail_retry_at": due[mode]} if due.get(mode) else {}),
        ))
    before = Message.objects.filter(dedupe__in=[row.dedupe for row in rows if row.dedupe]).count()
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if texting.is_on():
        _text_too(rows, group.code)
    return len(rows) - before


def _text_too(rows: list[Message], group: str) -> None:
    """A text message beside each new message, for whoever wants one and has proven the number; never at night, whatever it is."""
    numbers = queries.numbers_for(group, [row.person_id for row in rows])
    if not numbers:
        return
    due, written = queries.mail_due(MailMode.AT_ONCE), Message.objects.filter(uid__in=[row.uid for row in rows if row.person_id in numbers])
    Outgoing.objects.bulk_create([
        Outgoing(channel=Channel.SMS, address=numbers[row.person_id], message=row, event=row.event, subject=row.subject, link=row.link,
                 **({"retry_at": due} if due else {})) for row in written])


@transaction.atomic
def write_to(address: str, event: str, subject: Callable[[], str], body: Callable[[], str], link: str, *, dedupe: str) -> bool:
    """A letter to an e-mail address that belongs to no account: nothing stands in an inbox, so the row is all there is. In the
    language of the bureau; `dedupe` names the fact. True when it is a new one."""
    language = settings.LANGUAGE_CODE
    row, created = Outgoing.objects.get_or_create(dedupe=dedupe[:120], defaults={
        "channel": Channel.MAIL, "address": address, "event": event, "subject": _in_both(subject)[language][:200],
        "body": _in_both(body)[language], "link": link})
    return created


@transaction.atomic
def read(actor: Actor, message: Message) -> None:
    policies.messages_of(actor).filter(pk=message.pk, read_at=None).update(read_at=CoreNow())


@transaction.atomic
def read_opened(actor: Actor, path: str, full_path: str) -> int:
    """Who opened the page that messages lead to, from wherever, has seen what they ask for."""
    rows = policies.messages_of(actor).filter(queries.leading_to(path, full_path), read_at=None)
    return rows.update(read_at=CoreNow())


@transaction.atomic
def read_all(actor: Actor) -> int:
    return policies.messages_of(actor).filter(read_at=None).update(read_at=CoreNow())


@transaction.atomic
def choose(actor: Actor, modes: Mapping[str, str]) -> None:
    """How the person wants to hear of groups of events. What the law wants told at once stays as it is, whoever asks; messages
    that wait for the daily mail follow the new choice. Records notices.preference.choose."""
    if locked := [str(rules.BY_CODE[code].label) for code in modes if code in rules.BY_CODE and rules.BY_CODE[code].locked]:
        raise Refused(_("These messages are always mailed at once: %(groups)s.") % {"groups": "；".join(locked)})
    known = {code: mode for code, mode in modes.items() if code in rules.BY_CODE and mode in MailMode.values}
    if actor.person is None or len(known) != len(modes):
        raise Refused(_("Choose one of the ways for each kind of message."))
    for code, mode in known.items():
        Preference.objects.update_or_create(person=actor.person, group=code, defaults={"mode": mode})
    for message in Message.objects.select_for_update().filter(person=actor.person, mail_state=MailState.DIGEST):
        mode = known.get(rules.group_of(message.event).code, MailMode.DAILY)
        if mode != MailMode.DAILY:
            Message.objects.filter(pk=message.pk).update(mail_state=MAILED[mode], mail_retry_at=queries.mail_due(mode) or clock.now())
    ledger.record("notices.preference.choose", actor.person, actor, modes=known)


def prefer(actor: Actor, event: str, *, mail: bool) -> None:
    """The switch beside one kind of message: mail at once or none."""
    choose(actor, {rules.group_of(event).code: MailMode.AT_ONCE if mail else MailMode.OFF})


@transaction.atomic
def choose_texts(actor: Actor, groups: Iterable[str]) -> None:
    """Of which groups the person also wants a text message; only to a number that was proven. Records notices.preference.texts."""
    wanted = set(groups)
    if actor.person is None or wanted - set(rules.BY_CODE):
        raise Refused(_("Choose one of the ways for each kind of message."))
    if wanted and queries.proven_number(actor.person) is None:
        raise Refused(_("Text messages go only to a mobile number that you have confirmed with a code."))
    Preference.objects.filter(person=actor.person).exclude(group__in=wanted).update(sms=False)
    for code in sorted(wanted):
        Preference.objects.update_or_create(person=actor.person, group=code, defaults={"sms": True})
    ledger.record("notices.preference.texts", actor.person, actor, groups=sorted(wanted))


@transaction.atomic
def send_code(actor: Actor) -> None:
    """A code to the number of the account. So many an hour, because every text costs."""
    person = actor.person
    if person is None or not person.phone:
        raise Refused(_("Your account has no mobile number."))
    if not texting.is_on():
        raise Refused(_("This portal sends no text messages."))
    PhoneProof.objects.get_or_create(person=person, defaults={"phone": person.phone})
    row, now = PhoneProof.objects.select_for_update().get(person=person), clock.now()
    within = row.sent_at is not None and now - row.sent_at < timedelta(hours=1)
    most = int(parameters.value("messages.codes_per_hour", default=5))
    if within and row.sent >= most:
        raise Refused(_("At most %(most)d codes are sent in an hour. Please try again later.") % {"most": most})
    code = rules.number_code()
    row.phone, row.code_print, row.tries, row.proven_at = person.phone, queries.code_print(person, person.phone, code), 0, None
    row.sent, row.sent_at = row.sent + 1 if within else 1, now
    row.save()
    language = settings.LANGUAGE_CODE
    Outgoing.objects.create(channel=Channel.SMS, address=person.phone, event=CODE, subject=_in_both(
        lambda: _("Code %(code)s confirms your mobile number; it is good for %(minutes)d minutes.") % {
            "code": code, "minutes": CODE_MINUTES})[language])


def prove_phone(actor: Actor, code: str) -> bool:
    """The code typed back. A wrong one counts: after some tries only a new code helps."""
    with transaction.atomic():
        row = PhoneProof.objects.select_for_update().filter(person=actor.id).first()
        if row is None or not row.code_print or row.phone != actor.person.phone or clock.now() - row.sent_at > timedelta(minutes=CODE_MINUTES):
            raise Refused(_("This code is no longer good. Ask for a new one."))
        good = constant_time_compare(row.code_print, queries.code_print(actor.person, row.phone, code))
        row.tries += 1
        if good:
            row.proven_at, row.code_print = clock.now(), ""
            ledger.record("notices.phoneproof.prove", row, actor)
        elif row.tries >= CODE_TRIES:
            row.code_print = ""
        row.save()
        return good


def out_sent(row: Outgoing, proof: str) -> None:
    """What was sent stays as its proof; a code does not stay readable."""
    hidden = {"subject": "***"} if row.event == CODE else {}
    Outgoing.objects.filter(pk=row.pk).update(state=OutState.SENT, tries=models.F("tries") + 1, proof=proof, sent_at=CoreNow(), **hidden)


def out_failed(row: Outgoing, error: str) -> None:
    """As a mail that failed: again after 1, 2, 4 ... minutes, eight times."""
    tries = row.tries + 1
    Outgoing.objects.filter(pk=row.pk).update(
        state=OutState.FAILED if tries >= MOST_TRIES else OutState.WAITING, tries=tries, error=error[:300],
        retry_at=CoreNow() + timedelta(minutes=2 ** min(tries, 6)))


def mail_sent(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(mail_state=MailState.SENT, mail_tries=models.F("mail_tries") + 1)


def mail_failed(message: Message, error: str) -> None:
    """Try again after 1, 2, 4 ... minutes; after eight tries it stands as failed for the bounce list."""
    tries = message.mail_tries + 1
    Message.objects.filter(pk=message.pk).update(
        mail_state=MailState.FAILED if tries >= MOST_TRIES else message.mail_state, mail_tries=tries, mail_error=error[:300],
        mail_retry_at=CoreNow() + timedelta(minutes=2 ** min(tries, 6)),
    )


