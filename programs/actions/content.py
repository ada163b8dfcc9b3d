"""What a guide says. Every save makes a new version; nothing half-good is kept: a part is right or absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, ledger, search
from core.workflow import Refused
from programs import policies, queries, rules, states
from programs.actions import guide_files
from programs.engine import modes, schema
from programs.models import Guide, GuideVersion, GuideWindow, PolicyDocument, Topic
from programs.rules import Window


def editable(actor: Any, guide: Guide) -> Guide:
    """The locked guide, when this person may change it now."""
    row = Guide.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "special__plan", "version", "plan_item").get(
        pk=guide.pk
    )
    if reason := policies.owns_guide(actor, row):
        raise Refused([reason])
    if row.status not in states.EDITABLE_STATUSES:
        raise Refused([_("The guide can only be changed while it is a draft; now it is “%(state)s”.")
                       % {"state": states.GuideStatus(row.status).label}])
    return row


def add_version(
    actor: Any, guide: Guide, data: Mapping[str, Any], *, note: str = "", demo_notes: Sequence[str] = ()
) -> GuideVersion:
    """Append a version and bring the guide's columns, topics and search text in line with it."""
    digest = rules.digest(data)
    last = guide.versions.order_by("-number").first()
    if last is not None and last.sha256 == digest:
        return last
    version = GuideVersion.objects.create(
        guide=guide, number=(last.number if last else 0) + 1, data=data, sha256=digest, note=note[:200],
        demo_notes=list(demo_notes) or (last.demo_notes if last else []), created_by=actor.person,
    )
    columns = {key: value for key, value in rules.guide_columns(data).items() if value not in ("", None)}
    header = data.get("header") or {}
    title, title_en = header.get("title") or guide.title, header.get("title_en") or guide.title_en
    Guide.objects.filter(pk=guide.pk).update(
        version=version, title=title[:200], title_en=title_en[:300],
        search=search.vector(guide.ref, title, title_en, guide.special.name, guide.special.name_en,
                             guide.special.plan.name, *[section.get("text", "") for section in data.get("sections", ()) if schema.is_shown(section)]),
        **columns,
    )
    _sync_topics(guide, data.get("topics") or [])
    guide.refresh_from_db()
    ledger.record(
        "programs.guide.save", guide, actor, why=note, version=version.number, sha256=digest,
        changed=rules.changed_parts(last.data if last else {}, data),
    )
    return version


def _sync_topics(guide: Guide, rows: Sequence[Mapping[str, Any]]) -> None:
    gone = guide.topics.exclude(code__in=[row["code"] for row in rows])
    if sourced := list(gone.filter(need_links__isnull=False).distinct().values_list("code", flat=True)):
        raise Refused([_("Topic %(code)s comes from adopted needs; take these off it first.") % {"code": code} for code in sourced])
    gone.delete()
    for order, row in enumerate(rows):
        Topic.objects.update_or_create(
            guide=guide, code=row["code"],
            defaults={
                "title": row["title"][:200], "title_en": str(row.get("title_en", ""))[:300], "order": order,
                "cap": Decimal(str(row["cap"])), "note": str(row.get("note", "")),
            },
        )


@transaction.atomic
def save_parts(
    actor: Any, guide: Guide, parts: Mapping[str, Any], *, base: int | None = None, note: str = ""
) -> GuideVersion:
    """Save parts of the content (sections, conditions, amount, form ...) as one new version.

    A wrong part is refused with every problem (a formula with the position of its error). An uploaded file in a part is
    kept with the guide and stands in the version by its key. `base` is the version the
    person started from; when somebody changed the same part meanwhile it is refused instead of overwriting.
    """
    row = editable(actor, guide)
    parts = guide_files.kept(actor, row, parts)
    if unknown := [part for part in parts if part not in schema.PARTS]:
        raise Refused([_("“%(part)s” is not a part of a guide.") % {"part": part} for part in unknown])
    if base is not None and row.version is not None and base != row.version.number:
        _refuse_overwrite(row, parts, base)
    if problems := [problem for part, value in parts.items() for problem in schema.check_part(part, value)]:
        raise Refused([queries.said(problem) for problem in problems])
    if "form" in parts and row.version is not None:
        _refuse_without_needed(row.version.data, parts)
    if "quota" in parts:
        _refuse_beyond_item(row, parts["quota"])
    return add_version(actor, row, {**(row.version.data if row.version else {}), **parts}, note=note)


def _refuse_without_needed(before: Mapping[str, Any], parts: Mapping[str, Any]) -> None:
    """Clause R4, at once: a field the way of funding needs does not leave the form unseen. One that is not there yet may wait."""
    code = str((before.get("mode") or {}).get("funding_mode", ""))
    if "mode" in parts and parts["mode"].get("funding_mode") != code:
        return
    gone = [name for name in modes.missing_fields(parts, code) if name not in modes.missing_fields(before, code)]
    if gone:
        mode = states.FundingMode(code).label
        raise Refused([_("Clause R4: “%(mode)s” must ask for “%(code)s” in the application form")
                       % {"mode": mode, "code": modes.needed_label(code, name)} for name in gone])


def _refuse_beyond_item(guide: Guide, quota: Mapping[str, Any]) -> None:
    """Clause A2, long before publishing: what the guide asks for alone must fit into its plan item."""
    item = guide.plan_item
    wanted = Decimal(str(quota.get("budget_control") or 0)), int(quota.get("max_projects") or 0)
    if problems := rules.own_limits(*wanted, item.money, item.count):
        raise Refused(problems.values())


def save_part(actor: Any, guide: Guide, part: str, value: Any, *, base: int | None = None, note: str = "") -> GuideVersion:
    """One part alone; see `save_parts`."""
    return save_parts(actor, guide, {part: value}, base=base, note=note)


def _refuse_overwrite(guide: Guide, parts: Mapping[str, Any], base: int) -> None:
    started = guide.versions.filter(number=base).first()
    before = started.data if started else {}
    now = guide.version.data
    if any(rules.canonical(before.get(part)) != rules.canonical(now.get(part)) for part in parts):
        raise Refused(
            [_("%(name)s saved version %(number)d of this part meanwhile; compare before you save again.")
             % {"name": guide.version.created_by.name, "number": guide.version.number}]
        )


@transaction.atomic
def save_guide(
    actor: Any, guide: Guide, *, data: Mapping[str, Any], note: str = "", demo_notes: Sequence[str] = ()
) -> GuideVersion:
    """Save the whole content as a new version. Missing parts are allowed in a draft, wrong ones are not."""
    row = editable(actor, guide)
    problems = schema.check_present(data)
    if problems:
        raise Refused([queries.said(problem) for problem in problems])
    return add_version(actor, row, data, note=note, demo_notes=demo_notes)


@transaction.atomic
def set_windows(actor: Any, guide: Guide, *, windows: Iterable[tuple[datetime, datetime]]) -> Guide:
    """Set the filing windows of a draft; they may not overlap. Records programs.guide.windows."""
    row = editable(actor, guide)
    wanted = sorted({Window(opens, closes) for opens, closes in windows}, key=lambda w: w.opens_at)
    if problems := rules.window_problems(wanted, clock.now()):
        raise Refused(problems)
    before = [[w.opens_at.isoformat(), w.closes_at.isoformat()] for w in row.windows.all()]
    row.windows.all().delete()
    GuideWindow.objects.bulk_create(GuideWindow(guide=row, opens_at=w.opens_at, closes_at=w.closes_at) for w in wanted)
    Guide.objects.filter(pk=row.pk).update(
        opens_at=wanted[0].opens_at, closes_at=max(w.closes_at for w in wanted)
    )
    after = [[w.opens_at.isoformat(), w.closes_at.isoformat()] for w in wanted]
    if before != after:
        ledger.record("programs.guide.windows", row, actor, before=before, after=after)
    row.refresh_from_db()
    return row


@transaction.atomic
def set_policies(actor: Any, guide: Guide, *, policies: Iterable[PolicyDocument]) -> Guide:
    """Name the policy documents the guide rests on (clause R13). Records programs.guide.policies."""
    row = editable(actor, guide)
    before = sorted(row.policies.values_list("number", flat=True))
    row.policies.set(policies)
    after = sorted(row.policies.values_list("number", flat=True))
    if before != after:
        ledger.record("programs.guide.policies", row, actor, before=before, after=after)
    return row
