"""What of one application stands in another text (查重): whom to compare with, what both share, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from applications import policies, rules, states, workflow
from applications.models import Application, CheckedText, DuplicateFinding, Version
from applications.queries.dossier import shown_target
from core import parameters
from core.models import LedgerRow

#: Whoever shares at least LEAST fingerprints that few others have is compared; the MOST alike of them.
#: `spread` is counted up to its limit only, so that a phrase that everybody writes costs as little as a rare one.
CANDIDATES = """
SELECT text_id, array_agg(value) FROM (
  SELECT mine.value, other.text_id, count(*) OVER (PARTITION BY mine.value) AS spread
  FROM unnest(%(values)s::int[]) AS mine(value)
  CROSS JOIN LATERAL (SELECT p.text_id FROM applications_textprint p WHERE p.value = mine.value LIMIT %(limit)s) AS other
) met
WHERE spread < %(limit)s AND text_id <> %(own)s
GROUP BY text_id HAVING count(*) >= %(least)s ORDER BY count(*) DESC, text_id LIMIT %(most)s
"""
LEAST, MOST = 3, 40
SHORTEST = 12  # letters of an answer that is a text and not a name or a number
AROUND = 60  # characters shown before and after a passage
MOST_PASSAGES = 200


@dataclass(frozen=True)
class Found:
    """What two texts have in common; shares are 0 to 1 with four places."""

    share: Decimal
    other_share: Decimal
    title_likeness: Decimal
    passages: list[list[int]]
    people: list[str]
    lines: list[str]


def content_of(version: Version) -> dict[str, Any]:
    """The columns of a `CheckedText` for what was submitted: title and long answers as one text, people, lines."""
    data = version.data
    title = str(data.get("title") or "")
    texts = [title, *(text for text in _strings(data.get("answers") or {}) if len(rules.plain(text).text) >= SHORTEST)]
    targets = (f"{row['name']} {shown_target(row)['shown']} {row['unit']}".strip() for row in data.get("targets") or ())
    budget = (f"{row['note']} {row['amount']}" for row in data.get("budget") or () if row["note"])
    text = "\n".join(dict.fromkeys(texts))
    lines = [*dict.fromkeys((*targets, *budget))]
    return {
        "title": title[:200], "unit": data["unit"]["name"], "people": [row["name"] for row in data.get("team") or ()], "text": text,
        "lines": lines, "sha256": rules.digest([text, lines]),
    }


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, Iterable):
        for value in node:
            yield from _strings(value)


def prints_of(text: str, lines: Iterable[str]) -> set[int]:
    """The fingerprints that are stored: of the text, and one of every line."""
    return {value for value, _place in rules.fingerprints(rules.plain(text).text)} | {line_print(line) for line in lines}


def line_print(line: str) -> int:
    return crc32(rules.plain(line).text.encode()) - (1 << 31)


def candidates(row: CheckedText) -> list[tuple[int, list[int]]]:
    """(text, the fingerprints both have), the most alike first. One query over the index."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {
            "values": sorted(prints_of(row.text, row.lines)), "own": row.pk, "least": LEAST, "most": MOST,
            "limit": int(parameters.value("duplicate.common_from")),
        })
        return cursor.fetchall()


def compare(one: CheckedText, other: CheckedText, shared: Iterable[int]) -> Found:
    mine, theirs = rules.plain(one.text), rules.plain(other.text)
    passages = rules.common_passages(mine.text, theirs.text, shared)
    here = {line_print(line) for line in other.lines}
    return Found(
        _share(rules.covered(passages, len(mine.text))), _share(rules.covered(passages, len(theirs.text))),
        _share(rules.likeness(rules.plain(one.title).text, rules.plain(other.title).text)),
        [_in_text(passage, mine, theirs) for passage in passages[:MOST_PASSAGES]],
        [name for name in one.people if name in other.people], [line for line in one.lines if line_print(line) in here],
    )


def _share(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.0001"))


def _in_text(passage: rules.Passage, mine: rules.Plain, theirs: rules.Plain) -> list[int]:
    return [mine.at[passage.start], mine.at[passage.end - 1] + 1,
            theirs.at[passage.other_start], theirs.at[passage.other_end - 1] + 1]


def is_worth_telling(found: Found) -> bool:
    """Whether a person should look (parameters duplicate.*): enough text, the same title, or enough equal lines."""
    return (
        max(found.share, found.other_share) >= parameters.value("duplicate.report_from")
        or found.title_likeness >= parameters.value("duplicate.title_from")
        or len(found.lines) >= parameters.value("duplicate.lines_from")
    )


# --- what the desk reads -----------------------------------------------------------------------------------------


def duplicates_on_desk(actor: Any) -> QuerySet[DuplicateFinding]:
    return policies.duplicates_visible_to(actor)


def duplicate_for(actor: Any, uid: Any) -> DuplicateFinding:
    found = policies.duplicates_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def duplicates_of(actor: Any, application: Application) -> list[DuplicateFinding]:
    """The findings in which the application stands on either side, the largest share first."""
    return list(policies.duplicates_visible_to(actor).filter(Q(application=application) | Q(other__application=application)))


def open_duplicates(actor: Any) -> int:
    return policies.duplicates_visible_to(actor).filter(status=states.DuplicateStatus.OPEN).count()


def compared_text(application: Application) -> CheckedText | None:
    return CheckedText.objects.filter(application=application).defer("text", "lines").first()


def side_by_side(finding: DuplicateFinding, own: CheckedText) -> list[dict[str, Any]]:
    """The passages in the order of the application, each with a little text around it on both sides; none when one of the
    two texts has changed since they were compared."""
    if finding.sha256 != rules.digest([own.sha256, finding.other.sha256]):
        return []
    return [{"mine": _cut(own.text, start, end), "theirs": _cut(finding.other.text, there, there_end), "letters": end - start}
            for start, end, there, there_end in finding.passages]


def _cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    before, after = text[max(0, start - AROUND):start], text[end:end + AROUND]
    return ("…" if start > AROUND else "") + before, text[start:end], after + ("…" if end + AROUND < len(text) else "")


def other_application(actor: Any, finding: DuplicateFinding) -> Application | None:
    """The other application, when it is on the person's desk as well."""
    if finding.other.application_id is None:
        return None
    return policies.at_desk(actor).filter(pk=finding.other.application_id).first()


def history_of_duplicate(finding: DuplicateFinding) -> list[dict[str, Any]]:
    labels = {verb: step.label for verb, step in workflow.DUPLICATE.steps.items()}
    rows = LedgerRow.objects.filter(target_type=finding._meta.label_lower, target_id=finding.pk).order_by("-pk")[:100]
    return [{"at": row.at, "who": row.who, "why": row.why, "label": labels.get(row.verb.rsplit(".", 1)[1], _("Compared"))} for row in rows]
