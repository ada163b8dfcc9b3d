"""A receipt is worked out again by strangers: the script of the public page (in Chromium's language) and the stand-alone one."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path

import playwright
import pytest

from reviews.rules import draw, lottery
from tests.house.source import ROOT
from tests.reviews.test_rules_lottery import FIXED, published, seed_of

NODE = Path(playwright.__file__).parent / "driver" / "node"


def receipt(data: dict, secret: str, value: str) -> dict:
    commitment, seed, result = lottery.replay(data, secret, value)
    return {"candidates": data, "secret": secret, "public_value": value, "commit_hash": commitment, "candidates_sha256": draw.sha256(data),
            "seed": seed, "result": result, "result_sha256": draw.sha256(result)}


def first_method(panels: int = 4) -> dict:
    kinds, many = ("SCIENCE", "INDUSTRY", "ECONOMY"), 18
    people = {f"E{n:03d}": {"constituency": kinds[n % 3], "employers": [f"U{n // 2:03d}"] + [f"U{n // 5 + 50:03d}"] * (n % 4 == 0)} for n in range(many)}
    return {"panels": [{"key": f"KEY-{p}甲", "seats": 3, "alternates": 4, "minimum": {"INDUSTRY": 1},
                        "candidates": [code for n, code in enumerate(people) if (n + p) % 5]} for p in range(panels)], "experts": people, "load": 2}


RECEIPTS = [receipt(FIXED, "11" * 32, "3124.55"), receipt(first_method(), "ab" * 32, " 10234.56 点")] + [
    receipt(published(seed, scale), seed_of(seed), f"{seed}.5") for seed in range(4) for scale in (2, 3)]


def spoiled() -> list[dict]:
    """Each a receipt in which one thing is another."""
    found = []
    for change in (lambda r: r.update(public_value="3124.56"), lambda r: r.update(secret="12" * 32),
                   lambda r: r["candidates"]["panels"][0]["odds"].pop("E001"), lambda r: r["result"]["panels"][0]["members"].reverse(),
                   lambda r: r.update(seed=r["seed"][:-1] + "0")):
        one = copy.deepcopy(RECEIPTS[0])
        change(one)
        found.append(one)
    return found


def in_javascript(receipts: list[dict]) -> list[dict[str, bool]]:
    code = (ROOT / "static" / "st" / "verify.js").read_text(encoding="utf-8")
    run = code + "\nconst all = JSON.parse(require('fs').readFileSync(0, 'utf8'));console.log(JSON.stringify(all.map(globalThis.keguanVerify.check)));"
    done = subprocess.run([str(NODE), "-e", run], input=json.dumps(receipts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def in_python(one: dict, place: Path) -> int:
    place.write_text(json.dumps(one), encoding="utf-8")
    return subprocess.run(["python3", "-I", str(ROOT / "script" / "verify_draw.py"), str(place)], capture_output=True).returncode


def test_the_page_works_every_draw_out_again():
    assert [set(one.values()) for one in in_javascript(RECEIPTS)] == [{True}] * len(RECEIPTS)


def test_the_page_finds_whatever_was_changed():
    assert all(not all(one.values()) for one in in_javascript(spoiled()))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_script_alone_says_the_same(place, tmp_path):
    assert in_python(RECEIPTS[place], tmp_path / "r.json") == 0


def test_the_script_finds_whatever_was_changed(tmp_path):
    assert [in_python(one, tmp_path / "r.json") for one in spoiled()] == [1] * 5
