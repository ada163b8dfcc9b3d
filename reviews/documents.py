"""What an expert takes along (the workbook of the score sheets, the archive with every application), tables of plans, and the minutes of meetings."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import books, clock, files
from core.models import StoredFile
from core.typed import whole
from core.web import export
from notices.queries import Kind, register_kind
from programs.engine.sheets import NOTE, RECOMMENDATIONS, Sheet
from reviews import states
from reviews.models import Assignment, Batch, Meeting, Plan
from reviews.rules import draw as hashing
from reviews.rules import packs

FORM = "评分表.xlsx"
MOST_ROWS = 200
UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


def check_value(batch: Batch, seat: Assignment) -> str:
    """Whose line this is: of this seat, batch and score sheet, and which revision it was written over."""
    rev = seat.score.rev if hasattr(seat, "score") else 0
    return f"{rev}-{_mark(batch, seat)}"


def _mark(batch: Batch, seat: Assignment) -> str:
    said = f"{batch.ref}:{seat.uid}:{seat.expert_id}:{hashing.sha256(batch.sheet)}"
    return salted_hmac("reviews.offline-form", said).hexdigest()[:20]


def pdf_of(seat: Assignment) -> StoredFile | None:
    """The paper of a seat: the blind copy where the review shows no names; None while it has not been made."""
    return seat.item.blind_pdf if seat.batch.blind == states.Blind.DOUBLE else seat.item.application.pdf


def form_xlsx(batch: Batch, seats: Sequence[Assignment]) -> bytes:
    """One line for each application with what has been written so far; the second sheet explains the points."""
    buffer, sheet = io.BytesIO(), Sheet.load(batch.sheet)
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    head = book.add_format({"bold": True, "bg_color": "#eaf2fb", "border": 1, "border_color": "#d3d9e2", "text_wrap": True, "valign": "top"})
    fixed = book.add_format({"font_color": "#566173", "text_wrap": True, "valign": "top"})
    free = book.add_format({"locked": False, "text_wrap": True, "valign": "top", "num_format": "@"})
    page, columns = book.add_worksheet("评分表"), packs.columns_of(batch.sheet)
    for place, heading in enumerate(packs.headings_of(batch.sheet)):
        page.write_string(0, place, heading, head)
    for line, seat in enumerate(seats, 1):
        cells = packs.cells_of(seat.score.draft if hasattr(seat, "score") else {}, columns)
        page.write_string(line, 0, seat.item.application.ref, fixed)
        page.write_string(line, 1, seat.shown_title, fixed)
        for place, column in enumerate(columns, 2):
            page.write_string(line, place, cells[column.heading], free)
        page.write_string(line, len(columns) + 2, check_value(batch, seat), fixed)
    _frame(page, columns, len(seats), sheet)
    _explain(book.add_worksheet("评分说明"), sheet, head)
    book.close()
    return buffer.getvalue()


def _frame(page: Any, columns: Sequence[packs.Column], count: int, sheet: Sheet) -> None:
    """Widths, locked cells, and lists to choose from; the points themselves are checked when the form comes back."""
    page.freeze_panes(1, 2)
    page.set_row(0, 60)
    page.set_column(0, 0, 20)
    page.set_column(1, 1, 36)
    page.set_column(2, len(columns) + 1, 14)
    page.set_column(len(columns) + 1, len(columns) + 1, 70)
    page.set_column(len(columns) + 2, len(columns) + 2, 26)
    for place, column in enumerate(columns, 2):
        choices = {"knockout": [packs.NO, packs.YES], "recommendation": list(RECOMMENDATIONS)}.get(column.kind)
        if column.kind == "note":
            page.set_column(place, place, 36)
        if choices and count:
            page.data_validation(1, place, count, place, {"validate": "list", "source": choices, "ignore_blank": True})
    page.protect("", {"format_columns": True, "format_rows": True})


def _explain(page: Any, sheet: Sheet, head: Any) -> None:
    lines = [("评分项", "分值", "说明")]
    for one in sheet.criteria:
        lines.append((one.label, f"0–{one.weight}，步长 {sheet.step}", one.help))
        lines += [("", f"{band['min']}–{band['max']}", band["label"]) for band in one.anchors]
        lines += [("", f"说明不少于 {one.comment_min} 字", "")] * bool(one.comment_min)
        lines += [("", f"说明不少于 {one.reason_min} 字", "得分处于最低档或最高档时须说明理由")] * bool(one.reason_min)
    lines += [("一票否决事项", one["code"], one["text"]) for one in sheet.knockouts]
    lines += [("推荐意见", str(code), str(label)) for code, label in states.Recommendation.choices]
    lines.append(("评语", f"不少于 {sheet.comment_min} 字", "申报单位看到的是隐去姓名的编辑稿"))
    lines.append(("交回", "", "填写后在“离线评审”上传；先预览，再存为草稿，最后统一提交。校验码用于确认表格属于您和本批次。"))
    for row, cells in enumerate(lines):
        for place, text in enumerate(cells):
            page.write_string(row, place, text, *([head] if row == 0 else []))
    page.set_column(0, 1, 24)
    page.set_column(2, 2, 90)


def pack_zip(batch: Batch, seats: Sequence[Assignment]) -> bytes:
    """The form and every application as PDF, named by number and title; nothing in a name tells who filed it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive, translation.override("zh-hans"):
        archive.writestr(FORM, form_xlsx(batch, [seat for seat in seats if seat.status == states.AssignmentStatus.ACCEPTED]))
        for seat in seats:
            if (paper := pdf_of(seat)) is not None and files.locked(paper) is None:
                name = UNSAFE.sub("_", f"{seat.item.application.ref}_{seat.shown_title}")[:90]
                archive.writestr(f"申请书/{name}.pdf", files.read(paper))
    return buffer.getvalue()


# --- the form comes back ---------------------------------------------------------------------------------------------


def read_form(upload: Any, batch: Batch, seats: Sequence[Assignment], most_mb: int) -> list[packs.Row]:
    """Every line of an uploaded form with its faults; raises BadFile for a form that is not this expert's of this batch."""
    stream = upload.file if hasattr(upload, "file") else upload
    headings, lines = books.read_lines(stream, upload.name, upload.size, most_mb=most_mb, most_rows=MOST_ROWS)
    if missing := [one for one in packs.headings_of(batch.sheet) if one not in headings and one != packs.TITLE]:
        raise files.BadFile(_("The form lacks columns of this review: %(names)s. Download it again.") % {"names": "、".join(missing[:5])})
    marks = {_mark(batch, seat): seat for seat in seats}
    foreign = [line.number for line in lines if not _whose(line.cells.get(packs.CHECK, ""), marks)]
    if foreign or not lines:
        raise files.BadFile(_(
            "The check value of row %(rows)s belongs to another expert, another batch or another version of the score sheet: nothing was read."
        ) % {"rows": "、".join(map(str, foreign[:5]))} if foreign else _("The form has no rows."))
    return _rows(batch, lines, marks)


def _whose(text: str, marks: Mapping[str, Assignment]) -> tuple[int, Assignment] | None:
    rev, _dash, mark = text.strip().partition("-")
    number = whole(rev)
    seat = next((seat for known, seat in marks.items() if constant_time_compare(known, mark)), None)
    return None if seat is None or number is None else (number, seat)


def _rows(batch: Batch, lines: Sequence[books.Line], marks: Mapping[str, Assignment]) -> list[packs.Row]:
    sheet, columns, seen, rows = Sheet.load(batch.sheet), packs.columns_of(batch.sheet), {}, []
    for line in lines:
        rev, seat = _whose(line.cells[packs.CHECK], marks)  # type: ignore[misc]
        row = packs.Row(line.number, seat.item.application.ref, seat.shown_title, str(seat.uid), rev)
        if line.cells.get(packs.REF, "") not in ("", row.ref):
            row.problem = _("The check value belongs to %(ref)s: do not exchange lines.") % {"ref": row.ref}
        elif seat.uid in seen:
            row.problem = _("This application stands in row %(row)d already.") % {"row": seen[seat.uid]}
        elif seat.status != states.AssignmentStatus.ACCEPTED:
            row.problem = _("The sheet is submitted or not open.")
        elif hasattr(seat, "score") and seat.score.rev != rev:
            row.problem = _("The sheet was changed on the site after this form was downloaded: download it again, or enter this line there.")
        seen.setdefault(seat.uid, line.number)
        _compare(row, line, seat, sheet, columns)
        rows.append(row)
    return rows


def _compare(row: packs.Row, line: books.Line, seat: Assignment, sheet: Sheet, columns: Sequence[packs.Column]) -> None:
    """Each cell beside what stands on the server, with what is wrong and what is still missing."""
    row.given = packs.given_of(line.cells, columns)
    _kept, faults = sheet.clean(row.given)
    _whole, missing = sheet.clean(row.given, final=True)
    before = packs.cells_of(seat.score.draft if hasattr(seat, "score") else {}, columns)
    now = packs.cells_of(row.given, columns)
    for column in columns:
        typed, key = line.cells.get(column.heading, ""), f"{column.code}{NOTE}" if column.kind == "note" else column.code or column.kind
        wrong = [_("A formula is not read; enter the value.")] if column.heading in line.formulas else list(faults.get(key, ()))
        if column.heading in line.too_long:
            wrong.append(_("The text is too long."))
        if column.kind == "knockout" and packs.knockout(typed) is None:
            wrong.append(_("Write 是 or 否."))
        if column.kind == "recommendation" and typed and not wrong and typed.strip().upper() not in RECOMMENDATIONS:
            wrong.append(_("Choose a recommendation"))
        row.cells.append({"heading": column.heading.split(" [")[0].split("[")[0], "typed": typed, "before": before[column.heading], "now": now[column.heading],
                          "wrong": wrong, "missing": [] if wrong else list(missing.get(key, ())), "long": column.kind in ("comment", "note")})


# --- the table of a plan ---------------------------------------------------------------------------------------------


def plan_table(plan: Plan, kind: str) -> bytes:
    """Seats and reserves by code, as XLSX or CSV; the same table, changed, comes back as a proposal."""
    columns = [
        export.Column("panel", _("Panel"), _("Reference of the application, or code of the group")),
        export.Column("expert", _("Expert"), _("Code of this plan; names are known after the assignment is applied")),
        export.Column("seat", _("Seat or reserve"), _("Rows marked as seat are read when the table comes back")),
        export.Column("constituency", _("Constituency")), export.Column("affinity", _("Affinity"), _("0 to 1,000,000")),
        export.Column("locked", _("Locked")),
    ]
    kinds, words = {code: str(label) for code, label in states.Constituency.choices}, {True: _("Seat"), False: _("Reserve expert")}
    whose = {code: kinds.get(facts.get("constituency"), "") for code, facts in plan.people.items()}
    rows = [(panel, code, words[seat], whose.get(code, ""), near, locked)
            for panel, code, seat, near, locked in plan.items.values_list("panel", "code", "seat", "affinity", "locked")]
    return export.to_csv(columns, rows) if kind == "csv" else export.to_xlsx(columns, rows, title=_("Plan of %(ref)s") % {"ref": plan.batch.ref})


# --- minutes ---------------------------------------------------------------------------------------------------------

MINUTES = "review_minutes"


def minutes_title(meeting: Meeting) -> str:
    return f"{meeting.title}会议纪要"[:200]


def minutes_context(meeting: Meeting) -> dict[str, Any]:
    """Who was there (by alias), who left which point and why, every count. Chinese, as documents are."""
    with translation.override("zh-hans"):
        members = list(meeting.attendees.all())
        points = [_minute(point, number) for number, point in enumerate(
            meeting.agenda.select_related("item__application", "item__batch").prefetch_related("ballots__attendee"), 1)]
        return {
            "plain": True, "batch": f"{meeting.batch.name}（{meeting.batch.ref}）", "kind": str(meeting.get_kind_display()),
            "where": "；".join(filter(None, (meeting.place, meeting.link))),
            "started": f"{clock.local(meeting.started_at):%Y-%m-%d %H:%M}" if meeting.started_at else "", "ended": f"{clock.local(meeting.ended_at):%Y-%m-%d %H:%M}" if meeting.ended_at else "",
            "present": "、".join(one.alias for one in members if one.present), "absent": "、".join(one.alias for one in members if not one.present),
            "chair": meeting.chair.alias if meeting.chair else "", "elected": meeting.chair_elected, "points": points,
            "chair_tie": bool(meeting.rules.get("chair_tie")),
        }


def _minute(point: Any, number: int) -> dict[str, Any]:
    ballots = list(point.ballots.all())
    left = [f"{one.attendee.alias}（{states.RecusalCode(one.code).label}）" for one in ballots if one.recused]
    title = "选举组长" if point.item is None else (
        point.item.blind_title or point.item.application.ref if point.item.batch.blind == states.Blind.DOUBLE else point.item.application.title)
    labels = {str(code): str(label) for code, label in states.Choice.choices}
    return {
        "number": number, "title": title, "ref": point.item.application.ref if point.item else "", "left": "、".join(left),
        "eligible": sum(not one.recused for one in ballots), "voted": sum(one.voted for one in ballots), "why": point.why.rstrip("。.； "),
        "tally": "，".join(f"{labels.get(name, name)} {count} 票" for name, count in point.tally.items()), "result": result_text(point),
    }


def result_text(point: Any) -> str:
    """What came of a point, in the words of the minutes."""
    if point.status == states.AgendaStatus.SKIPPED:
        return "未审议"
    if point.chair_choice:
        return f"{'通过' if point.outcome == 'PASSED' else '未通过'}（票数相同，组长未参加该项投票，按本批次规则由组长决定）"
    return {"PASSED": "通过", "FAILED": "未通过", "TIE": "票数相同", "": ""}.get(point.outcome, f"{point.outcome}当选")


def _sample_minutes() -> dict[str, Any]:
    points = [{"number": n, "title": f"面向第{n}类场景的关键技术研发与验证", "ref": f"KEY-2026-{n:05d}", "left": "专家03（亲属关系）" if n % 7 == 0 else "",
               "eligible": 7, "voted": 7, "why": "", "tally": "同意 5 票，反对 1 票，弃权 1 票", "result": "通过"} for n in range(1, 41)]
    return {"plain": True, "batch": "重点产业研发计划2026年度第一批（样张）", "kind": "会议评审", "where": "市民中心会议室", "started": "2026-06-01 09:00",
            "ended": "2026-06-01 17:30", "present": "专家01、专家02、专家03", "absent": "", "chair": "专家01", "elected": True, "points": points}


register_kind(Kind(MINUTES, "bureau", "notices/reviews/minutes.html", gettext_lazy("Minutes of a review meeting"), _sample_minutes, has_imprint=False))
