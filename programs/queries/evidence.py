"""What upper floors know about a special, offered by them: evidence for adjustment cases, titles of funded topics.

The same bargain as the slots of pages (ADR 0006): this floor names the question, apps above register who answers it in
their `urls` module. An answer is fetched through the answering app's own queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from programs import states
from programs.models import OverlapPair, PolicyDocument, Special


@dataclass(frozen=True)
class Offer:
    """One thing a case may cite; `ref` names it within its kind."""

    kind: str
    ref: str
    title: str
    url: str = ""
    figure: str = ""
    note: str = ""


Finder = Callable[[Any, list[str]], Iterable[Offer]]
Titles = Callable[[list[str]], Iterable[tuple[str, str, str]]]
FINDERS: list[Finder] = []
TITLES: list[Titles] = []


def register_evidence(finder: Finder) -> None:
    """finder(actor, codes of specials) -> offers."""
    if finder not in FINDERS:
        FINDERS.append(finder)


def register_titles(finder: Titles) -> None:
    """finder(codes of specials) -> (code of the special, reference, title) of what was funded."""
    if finder not in TITLES:
        TITLES.append(finder)


def funded_titles(codes: list[str]) -> list[tuple[str, str, str]]:
    return [row for finder in TITLES for row in finder(codes)]


def offers(actor: Any, specials: list[Special]) -> list[Offer]:
    """Everything a case about these specials may cite: what upper floors found, policy documents, the last overlap."""
    codes = [special.code for special in specials]
    found = [offer for finder in FINDERS for offer in finder(actor, codes)]
    found.extend(
        Offer(states.EvidenceKind.POLICY, row.number, f"《{row.title}》（{row.number}）", f"/plans/policies/{row.number}/")
        for row in PolicyDocument.objects.filter(specials__in=specials).distinct()
    )
    found.extend(_overlaps(specials))
    return found


def _overlaps(specials: list[Special]) -> Iterable[Offer]:
    own = {special.pk for special in specials}
    last = OverlapPair.objects.order_by("-report").values_list("report", flat=True).first()
    rows = OverlapPair.objects.filter(report=last).select_related("first", "second", "report") if last else ()
    for row in rows:
        if {row.first_id, row.second_id} & own and row.number >= row.report.flag:
            yield Offer(
                states.EvidenceKind.OVERLAP, str(row.pk), f"{row.first.name} ～ {row.second.name}",
                f"/desk/plans/overlap/pairs/{row.pk}/", f"{row.number * 100:.1f}%",
            )
