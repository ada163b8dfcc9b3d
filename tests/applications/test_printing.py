"""Everything that was answered stands in the PDF of the application: a field of every kind, and the parts every form has."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pdfplumber
import pytest

from applications import actions, queries
from applications.documents.printing import application_pdf
from applications.models import Application
from programs.engine import form_schema
from tests.applications.conftest import build
from tests.factories import applications as make
from tests.factories import programs as programme

CHOICES = [{"value": value, "label": f"选项{value}"} for value in ("甲子", "乙丑", "丙寅", "丁卯")]
LONG = "W" * 160  # no place to break it: it would run out of the paper


def asked(kind: str, name: str) -> dict[str, Any]:
    choices = {"choices": CHOICES} if kind in form_schema.CHOICE_KINDS else {}
    return {"code": kind, "kind": kind, "label": f"{name}{kind}问", **choices, **({"places": 2} if kind == "number" else {})}


def everything() -> dict[str, Any]:
    """A section with a field of every kind; a kind that is new comes in by itself and has no answer yet."""
    inside = {"table": {"columns": [asked(kind, "列") for kind in form_schema.COLUMN_KINDS]},
              "group": {"fields": [asked(kind, "组") for kind in form_schema.GROUP_KINDS]}}
    return {"code": "every", "title": "每一种", "group": "项目内容",
            "fields": [{**asked(kind, "问"), **inside.get(kind, {})} for kind in form_schema.KINDS]}


#: kind -> (what is answered, what a reader reads) at the top, in a row of the table, in the group.
TOP = {
    "text": (LONG, LONG), "textarea": ("龙行第一句\n虎步第二句", "龙行第一句虎步第二句"), "number": ("31415.92", "31,415.92"), "money": ("2718281.82", "2,718,281.82 元"),
    "date": ("2031-07-19", "2031-07-19"), "select": ("甲子", "选项甲子"), "multi": (["乙丑", "丙寅"], "选项乙丑、选项丙寅"), "radio": ("丁卯", "选项丁卯"),
    "bool": (True, "是"),
}
ROWS = (
    {"text": ("列文一", "列文一"), "number": ("161.80", "161.80"), "money": ("577", "577.00 元"), "date": ("2032-01-02", "2032-01-02"), "select": ("甲子", "选项甲子"),
     "bool": (True, "是")},
    {"text": ("列文二", "列文二"), "number": ("-3.50", "-3.50"), "money": ("12345.6", "12,345.60 元"), "date": ("2033-03-04", "2033-03-04"), "select": ("丙寅", "选项丙寅"),
     "bool": (False, "否")},
)
GROUP = {
    "text": ("组文", "组文"), "textarea": ("组内第一句\n组内第二句", "组内第一句组内第二句"), "number": ("141.42", "141.42"), "money": ("66260.7", "66,260.70 元"),
    "date": ("2034-05-06", "2034-05-06"), "select": ("丁卯", "选项丁卯"), "multi": (["甲子", "丁卯"], "选项甲子、选项丁卯"), "radio": ("乙丑", "选项乙丑"), "bool": (False, "否"),
}
MEMBER = {"name": "诸葛测", "title": "正高级", "degree": "博士后", "duty": "可靠性试验", "person_months": Decimal("7.5"), "role": "MEMBER", "full_time": False,
          "organisation_name": "外地计量院", "organisation": None, "id_kind": "PASSPORT", "id_number": "E12345678", "birth_date": None, "gender": ""}
PARTNER = {"name": "合作方甲公司", "uscc": "", "country": "新加坡", "region": "裕廊", "task": "封装测试任务", "share": Decimal(123_400), "contact": "联系人乙",
           "phone": "0755-12345678", "is_related": True}
TARGET = {"kind": "", "name": "独有指标", "direction": "QUAL", "baseline": "2.5", "value": "达到国际先进", "unit": "等级", "weight": "0", "evidence": "第三方证书"}


def answered() -> dict[str, Any]:
    values = {kind: given for kind, (given, _read) in TOP.items()}
    for index, row in enumerate(ROWS):
        values |= {f"table.{index}.{kind}": given for kind, (given, _read) in row.items()}
    return values | {f"group.0.{kind}": given for kind, (given, _read) in GROUP.items()}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture
def paper(db, monkeypatch) -> tuple[str, list[list[str]], Application]:
    """The text of the PDF without line breaks, and the rows of its tables."""
    real = programme.data_of

    def with_every_kind(name: str) -> dict[str, Any]:
        data = real(name)
        if name == "g2":
            data["data"]["form"]["sections"].insert(3, everything())
        return data

    monkeypatch.setattr(programme, "data_of", with_every_kind)
    town = build()
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    make.save(town.li, row, "every", answered())
    actions.add_member(town.li, row, **{key: value for key, value in MEMBER.items() if value not in (None, "")} | {"organisation": None})
    actions.add_partner(town.li, row, **PARTNER)
    kind = queries.template_of(row).kinds[-1]
    count = row.targets.count()
    make.save(town.li, row, queries.TARGETS, {f"rows.{count}.{key}": value for key, value in {**TARGET, "kind": f"{kind.l1}/{kind.l2}"}.items()})
    row.refresh_from_db()
    with pdfplumber.open(io.BytesIO(application_pdf(row))) as pdf:
        outside = [char for page in pdf.pages for char in page.chars if char["x1"] > page.width - 40]
        assert not outside, f"cut off at the edge of the paper: {''.join(char['text'] for char in outside)[:60]}"
        text = "".join(page.extract_text() for page in pdf.pages)
        rows = [[squeezed(cell or "") for cell in line] for page in pdf.pages for table in page.extract_tables() for line in table]
    return squeezed(text), rows, row


def test_every_answer_is_printed(paper):
    text, rows, row = paper
    assert set(TOP) | set(form_schema.ROW_KINDS) == set(form_schema.KINDS) and set(GROUP) == set(form_schema.GROUP_KINDS)
    assert all(set(line) == set(form_schema.COLUMN_KINDS) for line in ROWS), "a kind of field without an answer here"
    missing = [kind for kind, (_given, read) in TOP.items() if squeezed(f"问{kind}问{read}") not in text]
    missing += [f"row {read}" for read in ([squeezed(read) for _given, read in line.values()] for line in ROWS) if read not in rows]
    missing += [f"in group {kind}" for kind, (_given, read) in GROUP.items() if not any(line[-2:] == [f"组{kind}问", squeezed(read)] for line in rows)]
    assert not missing, missing


def test_the_parts_every_form_has_are_printed(paper):
    text, rows, row = paper
    flat = ["".join(line) for line in rows]
    wanted = {
        "member": ("诸葛测", "正高级", "博士后", "可靠性试验", "7.5", "外地计量院", "否"),
        "partner": ("合作方甲公司", "新加坡", "裕廊", "封装测试任务", "12.34", "联系人乙", "0755-12345678", "是"),
        "target": ("独有指标", "达到国际先进", "等级", "2.5", "第三方证书"), "budget": ("高温合金与测试",),
    }
    missing = [f"{name}: {part}" for name, parts in wanted.items() for part in parts
               if not any(parts[0] in line and part in line for line in flat)]
    assert not missing, missing
    for annex in row.annexes.select_related("file"):
        assert any(squeezed(annex.file.name) in line for line in flat), annex.file.name
    assert row.unit.name in text and row.leader.name in text and squeezed("300 万元") in text
