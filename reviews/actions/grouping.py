"""Verbs of the groups: proposed from disciplines and texts, then adjusted by hand while experts are not drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import jobs, ledger
from core.workflow import Refused
from reviews import policies, queries
from reviews.actions import solving
from reviews.models import Batch, BatchItem, Draw
from reviews.states import DrawStatus

KIND = "reviews.groups"


def _held(actor: Any, batch: Batch) -> Batch:
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    if reason := policies.groups(actor, row):
        raise Refused([reason])
    if Draw.objects.filter(batch=row).exclude(status=DrawStatus.CANCELLED).exists():
        raise Refused([_("A draw of this batch is under way.")])
    return row


@transaction.atomic
def order_groups(actor: Any, batch: Batch, *, most: int) -> Any:
    """Queue the proposal of groups; returns the job."""
    row = _held(actor, batch)
    if not 1 <= most <= int(row.rules["load"]):
        raise Refused([_("A group holds at most %(most)s applications (parameter review.load_max).") % {"most": row.rules["load"]}])
    return jobs.start(KIND, actor, {"batch": row.pk, "most": most}, _("Groups by topic: %(ref)s") % {"ref": row.ref})


def propose_groups(actor: Any, batch: Batch, *, most: int) -> int:
    """Write groups by topic; how many. The organiser may move every application afterwards."""
    found, names = solving.grouped(batch, most), queries.discipline_names()
    with transaction.atomic():
        row = _held(actor, batch)
        groups, of_item = [], {}
        for number, (members, field, words) in enumerate(found, 1):
            code, about = f"G{number:02d}", "、".join(word for word in (names.get(field, ""), *words) if word)
            groups.append({"code": code, "name": f"第{number}组" + (f"（{about}）" if about else ""), "name_en": f"Group {number}"})
            of_item |= dict.fromkeys(members, code)
        _write(row, actor, groups, of_item)
    return len(found)


@transaction.atomic
def set_groups(actor: Any, batch: Batch, *, of_item: Mapping[int, str]) -> Batch:
    """Groups as the organiser wants them: {item id: code}; a code that is new makes a new group, an empty group goes."""
    row = _held(actor, batch)
    items = {item.pk: item.group for item in row.items.all()}
    wanted = {**items, **{pk: code for pk, code in of_item.items() if pk in items}}
    sizes = Counter(wanted.values())
    if large := sorted(code for code, size in sizes.items() if size > int(row.rules["load"])):
        raise Refused([_("A group holds at most %(most)s applications (parameter review.load_max): %(groups)s.") % {
            "most": row.rules["load"], "groups": "、".join(large)}])
    known = {group["code"]: group for group in row.groups}
    groups = [known.get(code) or {"code": code, "name": f"第{code.lstrip('G').lstrip('0') or code}组", "name_en": f"Group {code}"}
              for code in sorted(sizes)]
    _write(row, actor, groups, wanted)
    row.refresh_from_db()
    return row


def _write(batch: Batch, actor: Any, groups: list[dict[str, str]], of_item: Mapping[int, str]) -> None:
    changed = []
    for item in BatchItem.objects.filter(batch=batch, pk__in=of_item):
        if item.group != of_item[item.pk]:
            item.group = of_item[item.pk]
            changed.append(item)
    BatchItem.objects.bulk_update(changed, ["group"], batch_size=500)
    Batch.objects.filter(pk=batch.pk).update(groups=groups)
    ledger.record("reviews.batch.groups", batch, actor, groups=len(groups), moved=len(changed))
