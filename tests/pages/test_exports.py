"""What a list exports is what it shows: money in the unit of its heading, choices by their labels."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.conf import settings

from core.money import WAN, in_wan, wan
from core.web import lists
from tests.pages.listings import context_of
from tests.pages.test_queries import every

pytestmark = pytest.mark.django_db
UNITS = ("万元", "10,000 yuan")


def exported(client, path: str) -> tuple[list[str], list[list[str]]]:
    answer = client.get(path + ("&" if "?" in path else "?") + "export=csv")
    assert answer["Content-Type"].startswith("text/csv"), path
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return table[0], table[1:]


def money_wrong(listing: lists.Listing, shown: list, head: list[str], rows: list[list[str]]) -> list[str]:
    found = []
    screen = [col for col in listing.columns if not col.export_only]
    for place, col in enumerate(listing.columns):
        if any(unit in head[place] for unit in UNITS) != (col.kind == "money"):
            found.append(f"{head[place]}: the heading and the kind of the column do not agree")
        if col.kind == "money" and not col.export_only:
            texts = [str(line["cells"][screen.index(col)].text) for line in shown]
            for text, row in zip(texts, rows, strict=False):
                if (Decimal(row[place]) if row[place] else None) != (Decimal(text.replace(",", "")) if text else None):
                    found.append(f"{head[place]}: shown {text}, exported {row[place]}")
    return found


def codes_left(listing: lists.Listing, model, rows: list[list[str]]) -> list[str]:
    """Columns whose cells hold the stored code of a choice that has another label."""
    found = []
    for place, col in enumerate(listing.columns):
        field = {one.name: one for one in model._meta.get_fields()}.get(col.name)
        codes = {str(code) for code, label in getattr(field, "choices", None) or () if str(code) != str(label)}
        if codes & {row[place] for row in rows}:
            found.append(f"{col.name}: {codes & {row[place] for row in rows}}")
    return found


def test_every_export_holds_what_the_list_shows(found_lists, monkeypatch):
    for listing in every(lists.Listing):
        monkeypatch.setattr(listing, "per_page", 50)
    wrong, money, models, real = [], 0, [], lists.exported
    monkeypatch.setattr(lists, "exported", lambda request, listing, rows: models.append(rows.model) or real(request, listing, rows))
    for name, (client, path) in found_lists.items():
        for language in ("zh-hans", "en"):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            page = context_of(client, path)
            if not page["listing"].can_export:
                continue
            head, rows = exported(client, path)
            shown = page["page"].rows
            assert len(rows) == page["page"].total, name
            money += sum(col.kind == "money" for col in page["listing"].columns)
            wrong += [f"{name}: {one}" for one in money_wrong(page["listing"], shown, head, rows)]
            wrong += [f"{name}: {one}" for one in codes_left(page["listing"], models[-1], rows)]
        client.cookies.pop(settings.LANGUAGE_COOKIE_NAME, None)
    assert not wrong, "\n".join(wrong)
    assert money >= 20


def test_money_is_exported_exactly():
    for amount in (Decimal(0), Decimal("0.01"), Decimal("26685000"), Decimal("123456789.12")):
        assert in_wan(amount) * WAN == amount
        assert Decimal(wan(amount).replace(",", "")) == in_wan(amount)
