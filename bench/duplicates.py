"""Duplicate check (查重): one new application against many stored ones, the index already built.

`python -m bench.duplicates [--documents 50000] [--probes 40]` starts a PostgreSQL of its own. Texts are made of characters as
often and as seldom as in Chinese, with the same boilerplate in each; into some of the new ones passages of stored ones are
planted, copied or with an edit about every twelve characters. Last line: one JSON object.

`cpu_s` is the CPU of worker and database for one new application (median of the probes), `recall_10` and `recall_30` the share
of planted sources that are told when a tenth or three tenths of a text are copied, `precision` the share of what is told that
was planted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench import harness

LETTERS, SEED = 3000, 20261129
BOILERPLATE = "本项目拟解决的关键科学问题和技术难题包括以下几个方面。项目组织管理规范，经费使用严格执行有关规定。"


def prose(chance: random.Random, letters: int) -> str:
    return "".join([chr(0x4E00 + int(chance.paretovariate(0.6)) % 3000) for _one in range(letters)])


def edited(chance: random.Random, text: str) -> str:
    found, place = [], 0
    while place < len(text):
        size = chance.randint(8, 16)
        found.append(text[place:place + size])
        place += size + chance.choice((0, 1))
        found.append(chance.choice(("", chr(0x4E00 + chance.randrange(3000)))))
    return "".join(found)


def document(number: int) -> str:
    chance = random.Random(SEED + number)  # noqa: S311 (no secret)
    body = prose(chance, LETTERS)
    return f"{BOILERPLATE}{body[:1500]}\n{BOILERPLATE}{body[1500:]}"


def planted(number: int, share: float, sources: int) -> tuple[str, int]:
    """A new text with three blocks of a stored one; every other is edited."""
    chance = random.Random(-number - 1)  # noqa: S311 (no secret)
    source = chance.randrange(sources)
    size = int(LETTERS * share / 3)
    stored, own, parts = document(source), prose(chance, int(LETTERS * (1 - share))), []
    for block in range(3):
        at = 100 + block * 1000 + chance.randrange(400)
        piece = stored[at:at + size]
        parts.append(own[block * len(own) // 3:(block + 1) * len(own) // 3] + (edited(chance, piece) if number % 2 else piece))
    return BOILERPLATE + "".join(parts), source


# --- in the process that knows the product ------------------------------------------------------------------------


def setup() -> None:
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 (after the set-up)

    call_command("load_reference", verbosity=0)


def build(documents: int) -> dict[str, Any]:
    """Store the texts and their fingerprints, as the product's own actions do, but by COPY."""
    import io  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from applications import queries, rules  # noqa: PLC0415 (after the set-up)
    from applications.models import CheckedText  # noqa: PLC0415 (after the set-up)

    began = time.monotonic()
    for first in range(0, documents, 2000):
        texts = [document(number) for number in range(first, min(first + 2000, documents))]
        rows = CheckedText.objects.bulk_create(
            CheckedText(source="bench", ref=str(first + place), title=text[50:80], text=text, sha256=rules.digest(text))
            for place, text in enumerate(texts))
        lines = io.StringIO("".join(f"{value}\t{row.pk}\n" for row in rows for value in queries.prints_of(row.text, ())))
        with connection.cursor() as cursor:
            cursor.copy_from(lines, "applications_textprint", columns=("value", "text_id"))
        if first % 10_000 == 0:
            harness.say(f"{first + len(texts)} texts, {time.monotonic() - began:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE applications_textprint")
        cursor.execute("SELECT pg_total_relation_size('applications_textprint')")
        size = cursor.fetchone()[0]
    return {"build_s": round(time.monotonic() - began, 1), "index_mb": round(size / 1048576)}


def database_cpu() -> float:
    """CPU seconds of this connection's server process so far."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def probe(text: str, title: str) -> tuple[list[int], float]:
    """The stored texts that a person would be told of (by number), and what finding them cost."""
    from applications import queries, rules  # noqa: PLC0415 (after the set-up)
    from applications.models import CheckedText  # noqa: PLC0415 (after the set-up)

    own = CheckedText(pk=0, source="bench", ref="new", title=title, text=text, sha256=rules.digest(text))
    began = time.process_time() + database_cpu()
    met = queries.candidates(own)
    others = CheckedText.objects.in_bulk([pk for pk, _values in met])
    told = [others[pk] for pk, values in met if queries.is_worth_telling(queries.compare(own, others[pk], values))]
    return [int(row.ref) for row in told], time.process_time() + database_cpu() - began


def measure(documents: int, probes: int) -> dict[str, Any]:
    costs, right, told_in_all, found = [], 0, 0, {0.1: 0, 0.3: 0}
    for share in (0.1, 0.3):
        for number in range(probes):
            text, source = planted(number + int(share * 1_000_000), share, documents)
            told, cost = probe(text, f"题目{number}{share}")
            costs.append(cost)
            found[share] += source in told
            right += source in told
            told_in_all += len(told)
    for number in range(probes):  # and texts in which nothing is planted
        told, cost = probe(document(-number - 1_000_000), f"另题{number}")
        costs.append(cost)
        told_in_all += len(told)
    return {"cpu_s": round(statistics.median(costs), 3), "cpu_most_s": round(max(costs), 3),
            "recall_10": round(found[0.1] / probes, 3), "recall_30": round(found[0.3] / probes, 3),
            "precision": round(right / told_in_all, 3) if told_in_all else 0.0}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--documents", type=int, default=50_000)
    ask.add_argument("--probes", type=int, default=100)
    ask.add_argument("--inside", action="store_true")
    given = ask.parse_args()
    if given.inside:
        setup()
        result = {"documents": given.documents, **build(given.documents), **measure(given.documents, given.probes)}
        harness.say(json.dumps(result))
        return
    with harness.database("duplicates") as env:
        harness.again("bench.duplicates", env, "--inside", "--documents", str(given.documents), "--probes", str(given.probes))


if __name__ == "__main__":
    sys.exit(main())
