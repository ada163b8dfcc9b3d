"""The policy basis: the chain a guide rests on, documents that run out, the articles of a text (clause R13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from core import clock, parameters
from programs import policies, rules, states
from programs.models import Guide, PolicyDocument

ARTICLE = re.compile(r"^(第[一二三四五六七八九十百零〇\d]+条)[ \u3000]*")
CHAPTER = re.compile(r"^(第[一二三四五六七八九十百零〇\d]+章)[ \u3000]*(.*)$")


@dataclass
class Article:
    """A paragraph group of a text: `anchor` is empty for what stands before the first article."""

    anchor: str
    number: str
    lines: list[str]
    is_chapter: bool = False


def articles(text: str) -> list[Article]:
    """The text of a document cut at its articles (第…条) and chapters (第…章), each with an anchor for links."""
    found, count, chapters = [], 0, 0
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        if match := CHAPTER.match(line):
            chapters += 1
            found.append(Article(f"chapter-{chapters}", line, [], is_chapter=True))
        elif match := ARTICLE.match(line):
            count += 1
            found.append(Article(f"article-{count}", match[1], [line[match.end():]]))
        elif found and not found[-1].is_chapter:
            found[-1].lines.append(line)
        else:
            found.append(Article("", "", [line]))
    return found


def state_of(document: PolicyDocument, on: date) -> str:
    return rules.document_state(document.status, document.valid_from, document.valid_to, document.replaced_by_id is not None, on)


#: What a document is on a day, for a choice: its status alone does not know that its time is over.
DOCUMENT_STATES = (
    ("IN_FORCE", gettext_lazy("Valid today")), ("COMING", gettext_lazy("In force later")), ("EXPIRED", gettext_lazy("Expired or replaced")),
    ("REPEALED", gettext_lazy("Repealed")), ("DRAFT", gettext_lazy("Not in force yet")),
)


def documents_that_are(rows: QuerySet[PolicyDocument], state: str, on: date | None = None) -> QuerySet[PolicyDocument]:
    """The same truth as `state_of`, as a queryset."""
    day, decided = on or clock.today(), rows.filter(status=states.PolicyStatus.IN_FORCE)
    return {
        "IN_FORCE": lambda: decided.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day),
        "COMING": lambda: decided.filter(valid_from__gt=day),
        "EXPIRED": lambda: decided.filter(valid_from__lte=day, valid_to__lt=day),
    }.get(state, lambda: rows.filter(status=state))()


def state_tag(document: PolicyDocument, on: date) -> tuple[str, str]:
    """(words, tone) short enough for a list; `state_words` says by what and when."""
    state = state_of(document, on)
    short = {"REPLACED": _("Expired, replaced"), "EXPIRED": _("Expired")}
    words, tone = state_words(document, on)
    return short.get(state, words), tone


def state_words(document: PolicyDocument, on: date) -> tuple[str, str]:
    """(words, tone) of a document on a day: “replaced by …”, with the day it ended."""
    state = state_of(document, on)
    given = {"day": document.valid_to.isoformat() if document.valid_to else "",
             "name": str(document.replaced_by.title) if document.replaced_by else ""}
    words = {
        "DRAFT": _("not in force yet"), "COMING": _("in force from %(day)s") % {"day": document.valid_from.isoformat()},
        "VALID": _("valid today"), "REPLACED": _("replaced by “%(name)s”") % given, "REPEALED": _("repealed"),
        "EXPIRED": _("expired on %(day)s") % given,
    }
    return words[state], {"VALID": "good", "DRAFT": "", "COMING": "doing"}.get(state, "bad")


@dataclass
class ChainLink:
    """One line of the chain on the guide page: what it is, its name, address, facts beneath and its state today."""

    what: str
    name: str
    url: str
    facts: list[str]
    state: str = ""
    tone: str = ""
    then: str = ""


def basis_chain(guide: Guide) -> list[ChainLink]:
    """上位文件 → 管理办法 / 实施方案 → 年度计划项 → 本指南, each linked, with its state when the guide was published and
    today (clause R13). Three queries, however many documents."""
    today = clock.today()
    published = timezone.localdate(guide.published_at) if guide.published_at else None
    rests = Prefetch("rests_on", PolicyDocument.objects.select_related("replaced_by"))
    bases = list(guide.policies.select_related("replaced_by").prefetch_related(rests))
    higher = {doc.pk: doc for base in bases for doc in base.rests_on.all()}
    own = [doc for doc in bases if doc.kind == states.PolicyKind.HIGHER]
    higher |= {doc.pk: doc for doc in own}
    chain = [_document_link(doc, today, published) for doc in higher.values()]
    chain += [_document_link(doc, today, published) for doc in bases if doc.pk not in higher]
    item = guide.plan_item
    public = item.plan.status == states.PlanStatus.PUBLISHED
    chain.append(ChainLink(
        _("Item of the annual plan"), _("%(year)d · %(title)s") % {"year": item.plan.year, "title": item.title},
        reverse("programs:public:annual_plan", args=[item.plan.year]) if public else "", [item.plan.tree.label],
    ))
    facts = [_("published on %(day)s") % {"day": published.isoformat()}] if published else []
    chain.append(ChainLink(_("This guide"), guide.title, "", [guide.ref, *facts]))
    return chain


def _document_link(document: PolicyDocument, today: date, published: date | None) -> ChainLink:
    state, tone = state_words(document, today)
    facts = [document.number, document.issuer]
    if document.kind == states.PolicyKind.SCHEME and document.government_approval:
        day = document.government_approved_on
        facts.append(_("approved by the municipal government: %(number)s") % {
            "number": f"{document.government_approval}{'，' + day.isoformat() if day else ''}"})
    facts.append(f"{document.valid_from.isoformat()} – {document.valid_to.isoformat() if document.valid_to else '—'}")
    then = ""
    if published is not None and document.kind in states.GUIDE_BASES:
        held = was_valid(document, published)
        then = _("valid on the day of publishing") if held else _("not valid on the day of publishing")
    return ChainLink(document.kind_label, document.title, reverse("programs:public:policy", args=[document.number]), facts,
                     state, tone, then)


def was_valid(document: PolicyDocument, on: date) -> bool:
    """Whether a document held on a day that is past: a later repeal or replacement does not reach back."""
    if document.status == states.PolicyStatus.DRAFT or on < document.valid_from:
        return False
    if document.repealed_on is not None and on >= document.repealed_on:
        return False
    return document.valid_to is None or on <= document.valid_to


def replaced_by_chain(document: PolicyDocument) -> list[PolicyDocument]:
    """The documents that followed one another after this one."""
    found, seen, row = [], {document.pk}, document
    while row.replaced_by_id is not None and row.replaced_by_id not in seen:
        row = PolicyDocument.objects.get(pk=row.replaced_by_id)
        seen.add(row.pk)
        found.append(row)
    return found


def replacement_choices(actor: Any, document: PolicyDocument) -> list[tuple[str, str]]:
    """Documents in force that may take the place of this one."""
    rows = policies.documents_visible_to(actor).filter(status=states.PolicyStatus.IN_FORCE, replaced_by=None).exclude(pk=document.pk)
    return [(row.number, str(row)) for row in rows.order_by("-valid_from")]


# --- what runs out ------------------------------------------------------------------------------------------------


def warn_days(on: date | None = None) -> int:
    return int(parameters.value("policy.warn_days", on, default=90))


def expiring_documents(days: int | None = None) -> list[PolicyDocument]:
    """Documents in force that end within so many days, the first to end first; `left` is the number of days."""
    today = clock.today()
    last = today + timedelta(days=warn_days() if days is None else days)
    rows = list(PolicyDocument.objects.filter(
        status=states.PolicyStatus.IN_FORCE, valid_to__gte=today, valid_to__lte=last
    ).select_related("replaced_by").order_by("valid_to", "number"))
    for row in rows:
        row.left = (row.valid_to - today).days
    return rows


def guides_losing_basis() -> list[dict[str, Any]]:
    """Published guides whose filing is not over and whose last valid basis ends before the close (clause R13)."""
    found = []
    rows = Guide.objects.filter(status__in=states.RUNNING_STATUSES, closes_at__gt=clock.now()).select_related(
        "special__plan", "drafted_by").prefetch_related("policies__specials")
    for guide in rows:
        ends = [
            doc.valid_to for doc in guide.policies.all()
            if doc.status == states.PolicyStatus.IN_FORCE and doc.kind in states.GUIDE_BASES
            and guide.special_id in {special.pk for special in doc.specials.all()}
        ]
        last = None if not ends or None in ends else max(ends)
        close = timezone.localdate(guide.closes_at)
        if not ends or (last is not None and last < close):
            found.append({"guide": guide, "ends": last, "closes": close})
    return found


def basis_owners(document: PolicyDocument) -> set[Person]:
    """Who is told of a document that runs out: who registered it and who drafted the running guides that rest on it."""
    drafters = Person.objects.filter(
        pk__in=Guide.objects.filter(policies=document, status__in=states.RUNNING_STATUSES).values("drafted_by"))
    owners = set(drafters)
    if document.created_by is not None:
        owners.add(document.created_by)
    return owners


def in_use_of(document: PolicyDocument) -> int:
    return Guide.objects.filter(Q(policies=document), status__in=states.RUNNING_STATUSES).count()


def higher_choices() -> list[tuple[str, str]]:
    """Higher-level documents a document may rest on; the value is the row's id."""
    rows = PolicyDocument.objects.filter(kind=states.PolicyKind.HIGHER).exclude(status=states.PolicyStatus.REPEALED)
    return [(str(row.pk), str(row)) for row in rows]


def documents_by_id(ids: list[str]) -> QuerySet[PolicyDocument]:
    return PolicyDocument.objects.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()])


def document_page(actor: Any, document: PolicyDocument) -> dict[str, Any]:
    """What every page of a document shows besides its columns: articles, succession, higher documents, its state today."""
    visible = policies.documents_visible_to(actor)
    words, tone = state_words(document, clock.today())
    return {
        "articles": articles(document.text), "followers": replaced_by_chain(document),
        "replaces": visible.filter(replaced_by=document), "rests_on": visible.filter(carries=document),
        "state_words": words, "state_tone": tone,
    }
