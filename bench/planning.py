"""A plan of 2,000 applications by 1,000 experts as those see it who work it: every page of it, and the job with its progress.

    .venv/bin/python -m bench.planning [--applications 2000] [--experts 1000] [--panel]

The batch is one of the demo world's real guide, with copies of an application that was accepted; fields, units and employers are
dealt out anew. Remote review (a panel for each application) unless `--panel`. Pages are asked for through the whole stack of
middleware in the process, the second time counts; the job runs in a thread of its own while its page is asked for.

Last line: one JSON object. `slowest_s` and `slowest`: the page that took longest; `over`: pages over 2 s; `largest_kb`: the
heaviest page as sent before compression, of those that are no files; `job_s`: the working-out; `silent_s`: the longest time in
which its page told nothing new; `apply_s` and `table_s`: the other jobs; `pages`: seconds, queries and kilobytes of each.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import threading
import time
from typing import Any

from bench import filed, harness

PEOPLE, POOL, SEED, LIMIT = 5_000_000, 6_000_000, 20261129, 2.0
KINDS = ("SCIENCE", "INDUSTRY", "ECONOMY")


def actor(key: str) -> Any:
    from accounts.models import Person  # noqa: PLC0415 (after the set-up)
    from accounts.policies import Actor  # noqa: PLC0415 (after the set-up)

    return Actor.of(Person.objects.get(email=f"{key}@demo.keguan.example"))


def build(applications: int, experts: int, panel: bool) -> str:
    """The world; reference of the batch."""
    from django.core.management import call_command  # noqa: PLC0415 (after the set-up)
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from applications.models import Application  # noqa: PLC0415 (after the set-up)
    from programs.models import GuideVersion  # noqa: PLC0415 (after the set-up)
    from reviews import actions  # noqa: PLC0415 (after the set-up)

    call_command("load_reference", verbosity=0)
    call_command("demo", small=True, stdout=io.StringIO())
    row = Application.objects.filter(status="ACCEPTED", guide__special__code="KEY-INDUSTRY").latest("pk")
    filed._people(row, applications)
    filed._rows(row, applications, receipt_number="'PLAN-' || lpad(n::text, 6, '0')")
    _fields_of_applications(applications)
    _experts(experts, -(-applications // filed.PER_UNIT))
    data = row.guide.version.data
    data["review"] |= {"mode": "PANEL" if panel else "REMOTE", "panel_size": 5, "industry_min": 1}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        GuideVersion.objects.filter(pk=row.guide.version_id).update(data=data)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    began = time.perf_counter()
    batch = actions.create_batch(actor("chen"), type(row.guide).objects.get(pk=row.guide_id))
    harness.say(f"{batch.ref}: {batch.items.count()} applications, made in {time.perf_counter() - began:.1f} s")
    return str(batch.ref)


def _words() -> tuple[list[str], list[str]]:
    from programs.models import ReferenceEntry  # noqa: PLC0415 (after the set-up)

    lists = {name: list(ReferenceEntry.objects.filter(list=name).order_by("code").values_list("code", flat=True)) for name in ("disciplines", "clusters")}
    return [code for code in lists["disciplines"] if len(code) >= 3], lists["clusters"]


def _topic(chance: random.Random) -> dict[str, Any]:
    """A field with words of its own; near ones share some."""
    fields, clusters = _TOPICS
    place = min(int(chance.expovariate(1 / 12)), len(fields) - 1)
    return {"disciplines": [fields[place]], "cluster": clusters[place % len(clusters)] if clusters else "",
            "keywords": [f"主题{place + chance.choice((0, 0, 0, 1))}词{int(chance.expovariate(1 / 6))}" for _n in range(4)]}


_TOPICS: tuple[list[str], list[str]] = ([], [])


def _fields_of_applications(count: int) -> None:
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from applications.models import Application  # noqa: PLC0415 (after the set-up)

    global _TOPICS  # noqa: PLW0603 (one world in a process)
    _TOPICS, chance = _words(), random.Random(SEED)  # noqa: S311 (a world that is the same in every run)
    rows = list(Application.objects.filter(pk__gte=filed.FILED, pk__lt=filed.FILED + count))
    for row in rows:
        topic = _topic(chance)
        row.disciplines, row.cluster, row.keywords = topic["disciplines"], topic["cluster"], topic["keywords"]
        row.title = f"{'与'.join(topic['keywords'][:2])}的关键技术研发 {row.pk - filed.FILED}"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Application.objects.bulk_update(rows, ["disciplines", "cluster", "keywords", "title"], batch_size=500)
        cursor.execute("SET session_replication_role = origin")


def _experts(count: int, units: int) -> None:
    from accounts.models import Employment  # noqa: PLC0415 (after the set-up)
    from core import clock  # noqa: PLC0415 (after the set-up)
    from reviews.models import Expert  # noqa: PLC0415 (after the set-up)

    one = Expert.objects.filter(status="ACTIVE").latest("pk")
    filed.copies("accounts_person", f"id = {one.person_id}", count, {
        "id": f"{PEOPLE} + n", "uid": "gen_random_uuid()", "phone": "NULL", "id_print": f"md5('{PEOPLE}' || n)", "is_demo": "false",
        "name": "t.name || n", "email": "'expert' || n || '@planning.example'"})
    filed.copies("accounts_membership", f"person_id = {one.person_id} AND role = 'EXPERT'", count, {"person_id": f"{PEOPLE} + n"})
    filed.copies("reviews_expert", f"id = {one.pk}", count, {"id": f"{POOL} + n", "uid": "gen_random_uuid()", "person_id": f"{PEOPLE} + n"})
    chance, rows = random.Random(SEED + 1), list(Expert.objects.filter(pk__gte=POOL))  # noqa: S311 (the same in every run)
    for row in rows:
        topic = _topic(chance)
        row.disciplines, row.clusters, row.keywords = topic["disciplines"], [topic["cluster"]] if topic["cluster"] else [], topic["keywords"]
        row.constituency, row.confirmed_on = chance.choices(KINDS, (6, 3, 1))[0], clock.today()
    Expert.objects.bulk_update(rows, ["disciplines", "clusters", "keywords", "constituency", "confirmed_on"], batch_size=500)
    Employment.objects.bulk_create([Employment(person_id=PEOPLE + n, organisation_id=filed.UNITS + chance.randrange(units), since="2020-01-01")
                                    for n in range(count)])


# --- pages ----------------------------------------------------------------------------------------------------------


class Pages:
    """Asks for pages as one person, and keeps what each of them cost."""

    def __init__(self, key: str, kept: dict[str, dict[str, Any]]) -> None:
        from django.conf import settings  # noqa: PLC0415 (after the set-up)
        from django.test import Client  # noqa: PLC0415 (after the set-up)

        self.client, self.kept = Client(headers={"accept-language": "zh-hans"}), kept
        self.client.cookies[settings.SESSION_COOKIE_NAME] = filed._session(actor(key).id)

    def look(self, name: str, url: str, *, file: bool = False, times: int = 2) -> Any:
        from django.db import connection  # noqa: PLC0415 (after the set-up)
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 (after the set-up)

        for _time in range(times):
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as asked:
                answer = self.client.get(url)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            took = time.perf_counter() - began
        self._keep(name, answer, took, len(asked), body, file)
        return answer

    def press(self, name: str, url: str, **values: Any) -> Any:
        began = time.perf_counter()
        answer = self.client.post(url, values)
        self._keep(name, answer, time.perf_counter() - began, 0, b"", True)
        return answer

    def _keep(self, name: str, answer: Any, took: float, queries: int, body: bytes, file: bool) -> None:
        if answer.status_code not in (200, 302):
            raise SystemExit(f"{name}: {answer.status_code} {body[:300].decode(errors='replace')}")
        self.kept[name] = {"s": round(took, 2), "queries": queries, "kb": round(len(body) / 1024), "file": file}
        harness.say(f"  {name}: {took:.2f} s, {queries} queries, {len(body) / 1024:.0f} KB")


def worked(pages: Pages, job_url: str) -> tuple[float, float, list[tuple[float, str]]]:
    """The job in a thread, its page asked for meanwhile: seconds, the longest silence, what it told when."""
    from django.db import connections  # noqa: PLC0415 (after the set-up)

    from core import jobs  # noqa: PLC0415 (after the set-up)
    from core.models import Job  # noqa: PLC0415 (after the set-up)

    row, began, told, failed = Job.objects.latest("pk"), time.perf_counter(), [], []

    def work() -> None:
        try:
            jobs.run(row.pk)
        except Exception as error:  # noqa: BLE001 (told below)
            failed.append(repr(error))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        thread.join(0.5)
        pages.client.get(job_url)
        now = Job.objects.values_list("state", "done", "total").get(pk=row.pk)
        if not told or told[-1][1] != str(now):
            told.append((round(time.perf_counter() - began, 1), str(now)))
    row.refresh_from_db()
    if failed or row.state != "DONE":
        raise SystemExit(f"the job ended as {row.state}: {row.error} {failed}")
    at = [0.0, *(moment for moment, _said in told), time.perf_counter() - began]
    return at[-1], max(late - early for early, late in zip(at, at[1:], strict=False)), told


def measure(ref: str) -> dict[str, Any]:
    from django.urls import reverse  # noqa: PLC0415 (after the set-up)

    from reviews.models import Batch, Plan  # noqa: PLC0415 (after the set-up)

    kept: dict[str, dict[str, Any]] = {}
    chen, he = Pages("chen", kept), Pages("he", kept)

    def at(name: str, *args: Any) -> str:
        return reverse(f"reviews:desk:{name}", args=args)

    chen.look("batch", at("batch", ref))
    chen.look("groups", at("groups", ref))
    he.look("planning", at("planning", ref))
    he.look("experts", at("experts"))
    ordered = he.press("order", at("plan_run", ref), scale=1, balance=1, load=15, economy_min=0)
    job_s, silent, told = worked(he, ordered["Location"])
    he.look("job", ordered["Location"])
    plan = Plan.objects.latest("pk")
    panel = plan.items.order_by("pk").first().panel
    last = plan.items.filter(panel=panel, seat=True).first().code
    reserve = plan.items.filter(panel=panel, seat=False).order_by("place").first()
    he.look("planning_with_plan", at("planning", ref))
    he.look("plan", at("plan", plan.uid))
    he.look("plan_page_20", at("plan", plan.uid) + "?page=20")
    he.look("plan_search", at("plan", plan.uid) + "?q=" + panel)
    he.look("plan_experts", at("plan_experts", plan.uid))
    he.look("plan_experts_by_load", at("plan_experts", plan.uid) + "?sort=load_down")
    he.look("plan_panel", at("plan_panel", plan.uid, panel))
    if reserve is not None:
        he.look("plan_panel_preview", at("plan_panel", plan.uid, panel) + f"?out={last}&into={reserve.code}")
    tables = {kind: worked(he, he.press(f"plan_table_{kind}", at("plan_table_order", plan.uid), format=kind)["Location"])[0] for kind in ("csv", "xlsx")}
    he.look("plan_certificate", at("plan_certificate", plan.uid), file=True, times=1)
    he.look("recusals", at("recusals", ref))
    he.press("lock", at("plan_lock", plan.uid, panel), codes=last)
    apply_s = worked(he, he.press("apply", at("plan_apply", plan.uid))["Location"])[0]
    plan.refresh_from_db()
    if plan.status != "APPLIED":
        raise SystemExit(f"not applied: {plan.error}")
    he.look("plan_applied", at("plan", plan.uid))
    chen.look("batch_applied", at("batch", ref))
    chen.look("seats", at("seats", ref))
    chen.look("groups_fixed", at("groups", ref))
    chen.look("disagreements", at("disagreements", ref))
    he.press("undo", at("plan_undo", plan.uid), why="再核对一次")
    pages = {name: one for name, one in kept.items() if not one["file"]}
    slowest = max(pages, key=lambda name: pages[name]["s"])
    return {"applications": Batch.objects.get(ref=ref).items.count(), "experts": plan.figures["experts"], "seats": plan.figures["seats"],
            "filled": plan.figures["filled"], "slowest": slowest, "slowest_s": pages[slowest]["s"],
            "over": sorted(name for name, one in kept.items() if one["s"] > LIMIT), "largest_kb": max(one["kb"] for one in pages.values()),
            "job_s": round(job_s, 1), "silent_s": round(silent, 1), "apply_s": round(apply_s, 1),
            "table_s": {kind: round(seconds, 1) for kind, seconds in tables.items()}, "told": told, "pages": kept}


def step(name: str, words: list[str]) -> None:
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    if name == "build":
        harness.say(json.dumps(build(int(words[0]), int(words[1]), words[2] == "1")))
    else:
        harness.say(json.dumps(measure(words[0])))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--applications", type=int, default=2000)
    ask.add_argument("--experts", type=int, default=1000)
    ask.add_argument("--panel", action="store_true")
    ask.add_argument("--step", default="")
    given, words = ask.parse_known_args()
    if given.step:
        step(given.step, words)
        return
    with harness.database("planning") as env:
        ref = json.loads(harness.again("bench.planning", env, "--step", "build", str(given.applications), str(given.experts), str(int(given.panel))))
        harness.again("bench.planning", env, "--step", "measure", ref)


if __name__ == "__main__":
    sys.exit(main())
