"""Long texts out as Word and back: by heading, with a look before, and hostile files refused in words."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches

from accounts.states import Role
from applications import actions, queries
from applications.documents import word
from applications.models import Application
from applications.states import READ, WRITE
from core import files
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082")


@kept
def desk(town):
    town.hu = make.member("胡同事", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    town.parts = [part for part in queries.parts_of(town.row) if queries.long_fields(part)]
    town.part, town.item = town.parts[0], queries.long_fields(town.parts[0])[0]
    return town


def at(name: str, row) -> str:
    return reverse(f"applications:my:{name}", args=[row.ref])


def opened(client, row, query: str = ""):
    answer = client.get(at("word_file", row) + query)
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(answer.content))


def packed(made) -> SimpleUploadedFile:
    out = io.BytesIO()
    made.save(out)
    return SimpleUploadedFile("正文.docx", out.getvalue())


def heading(made, text: str):
    return next(one for one in made.paragraphs if one.text == text and one.style.name == "Heading 2")


def below(made, text: str) -> list:
    rows = made.paragraphs
    start = next(i for i, one in enumerate(rows) if one.text == text and one.style.name == "Heading 2")
    end = next((i for i in range(start + 1, len(rows)) if rows[i].style.name.startswith("Heading")), len(rows))
    return rows[start + 1:end]


def text_of(desk) -> str:
    return Application.objects.get(pk=desk.row.pk).answers[desk.part.code][desk.item.code]


def send(client, desk, made) -> str:
    answer = client.post(at("word", desk.row), {"file": packed(made) if not isinstance(made, SimpleUploadedFile) else made})
    assert answer.status_code in (200, 422)
    return answer.content.decode()


def test_out_and_in_unchanged_is_no_difference(desk):
    client = signed_in(desk.li)
    page = send(client, desk, opened(client, desk.row))
    assert 'name="take"' not in page
    two_lines = "第一行\n\n第三行，有<标签>和&符号\t制表"
    actions.save_section(desk.li, desk.row, section=desk.part.code, values={desk.item.code: two_lines}, base=desk.row.rev)
    assert 'name="take"' not in send(client, desk, opened(client, desk.row))


def test_a_changed_text_is_shown_and_taken_when_ticked(desk):
    client = signed_in(desk.li)
    made = opened(client, desk.row)
    below(made, str(desk.item.label))[0].text = "在Word里写的新内容"
    key = f"{desk.part.code}/{desk.item.code}"
    page = send(client, desk, made)
    assert f'value="{key}"' in page and "在Word里写的新内容" in page and f'value="{key}" checked' not in page and page.count('name="take"') == 1
    before = text_of(desk)
    rev = Application.objects.get(pk=desk.row.pk).rev
    client.post(at("word_apply", desk.row), {"rev": rev, f"text/{key}": "在Word里写的新内容"})
    assert text_of(desk) == before  # not ticked
    client.post(at("word_apply", desk.row), {"rev": rev, f"text/{key}": "在Word里写的新内容\r\n第二行", "take": key})
    assert text_of(desk) == "在Word里写的新内容\n第二行"


def test_what_somebody_wrote_meanwhile_is_left_alone_and_said(desk):
    client, rev = signed_in(desk.li), desk.row.rev
    actions.save_section(desk.li, desk.row, section=desk.part.code, values={desk.item.code: "同时在网页写的"}, base=rev)
    key = f"{desk.part.code}/{desk.item.code}"
    page = client.post(at("word_apply", desk.row), {"rev": rev, f"text/{key}": "Word里的", "take": key}, follow=True).content.decode()
    assert text_of(desk) == "同时在网页写的" and str(desk.item.label) in page


def test_headings_lost_and_unknown_pictures_tables_and_length_are_said(desk):
    client = signed_in(desk.li)
    made = opened(client, desk.row)
    label = str(desk.item.label)
    rows = below(made, label)
    rows[0].text = "长" * ((desk.item.max_length or 2000) + 1)
    rows[0].add_run().add_picture(io.BytesIO(PNG), width=Inches(1))
    rows[0]._p.addnext(made.add_table(1, 1)._tbl)
    lost = next(item for part in desk.parts for item in queries.long_fields(part) if item is not desk.item)
    heading(made, str(lost.label)).text = "改了名的标题"
    page = send(client, desk, made)
    assert str(lost.label) in page and "改了名的标题" in page and str((desk.item.max_length or 2000) + 1) in page
    found = word.read(packed(made), MB * 10)
    assert len(found.dropped) == 2 and all(label in one for one in found.dropped)
    assert all(one in page for one in found.dropped)


def test_tracked_changes_are_read_as_the_final_text(desk):
    made = docx.Document()
    made.add_heading(str(desk.part.title), 1)
    made.add_heading(f"一、{desk.item.label}", 2)
    paragraph = made.add_paragraph("原文")
    for tag, inner, text in (("w:ins", "w:t", "插入"), ("w:del", "w:delText", "删除")):
        mark, run, piece = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        piece.text = text
        run.append(piece)
        mark.append(run)
        paragraph._p.append(mark)
    assert paragraph._p.find(qn("w:ins")) is not None
    found = word.matched(desk.row, desk.parts, word.read(packed(made), MB))
    assert [one.new for one in found.offers] == ["原文插入"] and found.foreign == []


def test_a_coauthor_sees_and_writes_the_shared_sections_alone(desk):
    seat = actions.invite_coauthor(desk.li, desk.row, who="hu@applications.example", rights={desk.part.code: "READ"})
    actions.accept_seat(desk.hu, seat)
    client = signed_in(desk.hu)
    titles = [one.text for one in opened(client, desk.row).paragraphs if one.style.name == "Heading 1"]
    assert titles == [str(desk.part.title)]
    assert client.get(at("word", desk.row)).status_code == 404
    key = f"{desk.part.code}/{desk.item.code}"
    before = text_of(desk)
    client.post(at("word_apply", desk.row), {"rev": 10_000, f"text/{key}": "不该写进去", "take": key})
    assert text_of(desk) == before
    actions.change_rights(desk.li, seat, rights={desk.part.code: "WRITE"})
    client.post(at("word_apply", desk.row), {"rev": 10_000, f"text/{key}": "可以写进去", "take": key})
    assert text_of(desk) == "可以写进去"
    assert signed_in(desk.stranger).get(at("word_file", desk.row)).status_code == 404


def rewritten(desk, change) -> SimpleUploadedFile:
    """The file of the portal with its parts changed: change(name, bytes) -> bytes."""
    source, out = io.BytesIO(word.written(desk.row, desk.parts)), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for row in old.infolist():
            new.writestr(row.filename, change(row.filename, old.read(row)))
    return SimpleUploadedFile("坏.docx", out.getvalue())


def doctype(body: bytes):
    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"<w:document", body + b"<w:document", 1) if name == "word/document.xml" else data
    return change


BOMB = b'<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "entities": doctype(BOMB),
    "external": doctype(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    "utf16": lambda name, data: data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16") if name == "word/document.xml" else data,
    "styles": lambda name, data: BOMB + data if name == "word/styles.xml" else data,
    "rels": lambda name, data: BOMB + data if name.endswith(".rels") else data,
    "bomb": lambda name, data: data + b" " * 70_000_000 if name == "word/document.xml" else data,
    "no xml": lambda name, data: b"\x01nonsense" if name == "word/document.xml" else data,
    "empty": lambda name, data: b"" if name == "word/document.xml" else data,
    "no types": lambda name, data: b"<x/>" if name == "[Content_Types].xml" else data,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_in_words(desk, kind):
    upload = rewritten(desk, HOSTILE[kind])
    with pytest.raises(files.BadFile) as refused:
        word.read(upload, MB * 10)
    assert str(refused.value)
    upload.seek(0)
    answer = signed_in(desk.li).post(at("word", desk.row), {"file": upload})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()


def test_the_same_file_unspoilt_is_read(desk):
    """The negative control: it is the change that is refused."""
    assert word.read(rewritten(desk, lambda name, data: data), MB * 10).texts


def test_without_the_guard_entities_would_reach_the_parser(desk, monkeypatch):
    monkeypatch.setattr(word, "_refuse_hostile", lambda raw: None)
    assert word.read(rewritten(desk, doctype(BOMB)), MB * 10).texts


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4 %%EOF", b"PK\x03\x04broken", b"text"])
def test_what_is_no_word_file_is_refused(desk, body):
    answer = signed_in(desk.li).post(at("word", desk.row), {"file": SimpleUploadedFile("a.docx", body)})
    assert answer.status_code == 422


def test_too_big_is_refused(desk):
    with pytest.raises(files.BadFile):
        word.read(rewritten(desk, lambda name, data: data), 100)


def test_a_part_that_one_may_only_read_is_not_called_unknown(desk):
    rights = {desk.parts[0].code: WRITE, desk.parts[1].code: READ}
    actions.accept_seat(desk.hu, actions.invite_coauthor(desk.li, desk.row, who=desk.hu.person.email, rights=rights))
    client = signed_in(desk.hu)
    made = opened(client, desk.row)
    made.add_heading("没有这一节", 1)
    made.add_heading("没有这一项", 2)
    page = client.post(at("word", desk.row), {"file": packed(made)})
    read_only = f"{desk.parts[1].title} / {queries.long_fields(desk.parts[1])[0].label}"
    assert read_only in page.context["matched"].shut and page.context["matched"].foreign == ["没有这一节 / 没有这一项"]
    assert "您没有填写权限" in page.content.decode()


def test_applying_nothing_says_so_and_does_not_speak_of_materials(desk):
    page = signed_in(desk.li).post(at("word_apply", desk.row), {"rev": desk.row.rev}, follow=True).content.decode()
    assert "没有勾选任何内容" in page and "份材料" not in page and "已填入" not in page
