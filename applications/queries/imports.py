"""Tables of old projects: which column is what, and what each line would become. Nothing is guessed (clause T1)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Membership, Organisation, Person
from accounts.states import MembershipStatus, OrganisationStatus
from applications import policies, states
from applications.models import ImportBatch, OldProject
from core import clock, crypt, money, parameters, typed
from core.books import Line
from programs import queries as programme
from programs.models import Special

#: field: (label, needed, headings that other systems use)
FIELDS: dict[str, tuple[Any, bool, tuple[str, ...]]] = {
    "number": (pgettext_lazy("old project", "Number"), True, ("编号", "项目编号", "申报编号", "立项编号", "number")),
    "title": (gettext_lazy("Title"), True, ("名称", "项目名称", "题目", "title")),
    "year": (gettext_lazy("Year"), True, ("年度", "立项年度", "申报年度", "年份", "year")),
    "state": (gettext_lazy("State"), True, ("状态", "项目状态", "state")),
    "special": (gettext_lazy("Class (old code or name)"), False, ("专项", "计划类别", "类别", "专项代码", "class")),
    "uscc": (gettext_lazy("Unified social credit code"), False, ("统一社会信用代码", "信用代码", "uscc")),
    "unit": (gettext_lazy("Unit (name)"), False, ("单位", "承担单位", "申报单位", "单位名称", "unit")),
    "leader": (gettext_lazy("Leader (name)"), False, ("负责人", "项目负责人", "姓名", "leader")),
    "leader_id": (gettext_lazy("Identity number of the leader"), False, ("身份证号", "证件号码", "负责人证件号", "id number")),
    "leader_email": (gettext_lazy("E-mail of the leader"), False, ("邮箱", "电子邮箱", "负责人邮箱", "e-mail")),
    "amount": (gettext_lazy("Amount"), False, ("金额", "资助金额", "经费", "amount")),
    "starts_on": (pgettext_lazy("old project", "Begin"), False, ("开始日期", "起始日期", "开始时间", "start")),
    "ends_on": (pgettext_lazy("old project", "End"), False, ("结束日期", "截止日期", "结束时间", "end")),
    "targets": (gettext_lazy("Targets"), False, ("指标", "绩效目标", "考核指标", "targets")),
    "abstract": (gettext_lazy("Abstract"), False, ("摘要", "内容摘要", "主要内容", "abstract")),
}
MOST = {"number": 40, "title": 200, "special": 120, "unit": 160, "leader": 80}
WRITTEN = ("title", "special_text", "special_id", "klass", "year", "unit_text", "unit_id", "leader_text", "leader_id", "amount", "starts_on",
           "ends_on", "state", "targets", "abstract", "unclear")
DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?$")
SHOWN = 500


@dataclass
class Read:
    """What a line would become: the columns, what is wrong (it is held back) and what stays text."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def bad(self, name: str, text: str) -> None:
        self.wrong.append((name, text))


def guessed(headings: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Which heading is which field: as it was mapped last for this source, else by its name."""
    known = list(headings)
    plain = {heading.strip().lower(): heading for heading in known}
    found = {}
    for name, (label, _needed, words) in FIELDS.items():
        if remembered.get(name) in known:
            found[name] = remembered[name]
        elif not remembered:
            found[name] = next((plain[word] for word in (str(label).lower(), *words) if word in plain), "")
    return {name: heading for name, heading in found.items() if heading}


class Reader:
    """Lines of one table into columns; what it asks the database it asks once for all of them."""

    def __init__(self, lines: Iterable[Line], mapping: Mapping[str, str], in_wan: bool) -> None:
        self.mapping, self.in_wan, self.today = mapping, in_wan, clock.today()
        self.lines = list(lines)
        self.times = Counter(self._get(line, "number") for line in self.lines)
        codes, names = {self._get(line, "uscc").upper() for line in self.lines}, {self._get(line, "unit") for line in self.lines}
        live = Organisation.objects.exclude(status__in=(OrganisationStatus.MERGED, OrganisationStatus.REFUSED))
        self.by_code = {row.uscc: row.pk for row in live.filter(uscc__in=codes - {""})}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for pk, name in live.filter(name__in=names - {""}).values_list("pk", "name"):
            self.by_name[name].append(pk)
        self._people()
        self._classes()

    def _get(self, line: Line, name: str) -> str:
        return line.cells.get(self.mapping.get(name, ""), "")

    def _people(self) -> None:
        prints = {line.number: crypt.fingerprint(f"RESIDENT:{self._get(line, 'leader_id')}") for line in self.lines if self._get(line, "leader_id")}
        mails = {self._get(line, "leader_email").lower() for line in self.lines} - {""}
        self.prints = prints
        live = Person.objects.filter(merged_into=None)
        self.by_print = dict(live.filter(id_print__in=set(prints.values())).values_list("id_print", "pk"))
        self.by_mail = dict(live.filter(email__in=mails).values_list("email", "pk"))
        names = {self._get(line, "leader") for line in self.lines} - {""}
        self.of_unit: dict[tuple[int, str], set[int]] = defaultdict(set)
        rows = Membership.objects.filter(person__name__in=names, person__merged_into=None, status__in=(MembershipStatus.ACTIVE, MembershipStatus.ENDED))
        for unit, name, person in rows.values_list("organisation", "person__name", "person"):
            self.of_unit[unit, name].add(person)

    def _classes(self) -> None:
        self.heirs = programme.heirs_now()
        self.trees = {}
        rows = Special.objects.filter(disabled_on=None).values_list("pk", "tree", "code", "name")
        self.codes = {pk: code for pk, _tree, code, _name in rows}
        self.classes = {(tree, word): pk for pk, tree, code, name in rows for word in (name, code)}

    def read(self, line: Line) -> Read:
        found = Read(line)
        for heading in (*line.formulas, *line.too_long):
            name = next((one for one, mapped in self.mapping.items() if mapped == heading), "")
            if name:
                found.bad(name, _("formulas are not read; put in the value itself") if heading in line.formulas else _("the text is too long"))
        for name, most in MOST.items():
            if len(self._get(line, name)) > most:
                found.bad(name, _("the text is too long"))
        for name, (_label, needed, _words) in FIELDS.items():
            if needed and not self._get(line, name):
                found.bad(name, _("is missing"))
        number = self._get(line, "number")
        if number and self.times[number] > 1:
            found.bad("number", _("“%(key)s” stands twice in the table") % {"key": number})
        unclear: list[str] = []
        year = self._year(found)
        found.values = {
            "number": number, "title": self._get(line, "title"), "year": year, "state": self._state(found), "amount": self._amount(found),
            "starts_on": self._day(found, "starts_on"), "ends_on": self._day(found, "ends_on"), "targets": self._get(line, "targets"),
            "abstract": self._get(line, "abstract"), **self._unit(line, unclear)}
        found.values |= {**self._leader(line, found.values["unit_id"], unclear), **self._class(line, year, unclear), "unclear": unclear}
        starts, ends = found.values["starts_on"], found.values["ends_on"]
        if starts and ends and ends < starts:
            found.bad("ends_on", _("the end lies before the beginning"))
        return found

    def _year(self, found: Read) -> int | None:
        text = self._get(found.line, "year").removesuffix("年")
        if not text:
            return None
        if not (text.isdecimal() and 1980 <= int(text[:5]) <= self.today.year + 1):
            found.bad("year", _("“%(text)s” is no year") % {"text": self._get(found.line, "year")[:20]})
            return None
        return int(text)

    def _state(self, found: Read) -> str:
        text = self._get(found.line, "state")
        code = next((code for code, words in states.OLD_WORDS.items() if text.lower() in words or text.upper() == code), "")
        if text and not code:
            found.bad("state", _("“%(text)s” is no known state") % {"text": text[:20]})
        return code

    def _amount(self, found: Read) -> Decimal | None:
        text = self._get(found.line, "amount").replace(",", "").replace("，", "")
        if not text:
            return None
        try:
            value = money.from_wan(text) if self.in_wan else money.yuan(text)
            if value < 0 or value >= Decimal(10) ** 14:
                raise ValueError
        except (ArithmeticError, ValueError, TypeError):
            found.bad("amount", _("“%(text)s” is no amount") % {"text": text[:20]})
            return None
        return value

    def _day(self, found: Read, name: str) -> date | None:
        text = self._get(found.line, name)
        if not text:
            return None
        match = DAY.match(text.split(" ")[0])
        try:
            if match is None:
                raise ValueError
            return typed.day(f"{int(match[1]):04d}-{int(match[2]):02d}-{int(match[3] or 1):02d}")
        except ValueError:
            found.bad(name, _("“%(text)s” is no day") % {"text": text[:20]})
            return None

    def _unit(self, line: Line, unclear: list[str]) -> dict[str, Any]:
        code, name = self._get(line, "uscc").upper(), self._get(line, "unit")
        pk, named = self.by_code.get(code), self.by_name.get(name, [])
        if code and pk is None:
            unclear.append(_("no unit has the code %(code)s") % {"code": code[:18]})
        elif not code and name:
            pk = named[0] if len(named) == 1 else None
            if pk is None:
                unclear.append((_("%(count)d units are called “%(name)s”") if named else _("no unit is called “%(name)s”")) % {
                    "count": len(named), "name": name[:160]})
        return {"unit_text": name or code[:18], "unit_id": pk}

    def _leader(self, line: Line, unit: int | None, unclear: list[str]) -> dict[str, Any]:
        """By identity number or e-mail; a name alone only where exactly one person of that name belongs to the unit."""
        name, mail, pk = self._get(line, "leader"), self._get(line, "leader_email").lower(), None
        if line.number in self.prints:
            pk = self.by_print.get(self.prints[line.number])
        elif mail:
            pk = self.by_mail.get(mail)
        elif name and unit is not None and len(found := self.of_unit.get((unit, name), set())) == 1:
            pk = next(iter(found))
        if pk is None and (name or mail or line.number in self.prints):
            unclear.append(_("who “%(name)s” is cannot be told for certain") % {"name": (name or mail)[:80]})
        return {"leader_text": name or mail[:80], "leader_id": pk}

    def _class(self, line: Line, year: int | None, unclear: list[str]) -> dict[str, Any]:
        """The class in the version of that year, and the code it is counted under now, where the mappings say exactly one."""
        text = self._get(line, "special")
        if not text or year is None:
            return {"special_text": text, "special_id": None, "klass": text[:40]}
        if year not in self.trees:
            self.trees[year] = programme.tree_as_of(date(year, 12, 31))
        tree = self.trees[year]
        pk = self.classes.get((tree.pk, text)) if tree else None
        if pk is None:
            unclear.append(_("the version of %(year)d has no class “%(text)s”") % {"year": year, "text": text[:120]})
            return {"special_text": text, "special_id": None, "klass": text[:40]}
        heirs = self.heirs(pk)
        if len(heirs) > 1:
            unclear.append(_("“%(text)s” is continued as several classes: %(codes)s") % {
                "text": text[:120], "codes": "、".join(sorted(self.codes.get(one, "") for one in heirs))})
        return {"special_text": text, "special_id": pk, "klass": self.codes[heirs[0]] if len(heirs) == 1 else self.codes[pk]}


def changes(batch: ImportBatch, reads: Iterable[Read]) -> dict[int, str]:
    """NEW, CHANGED or SAME by the number of the line, for lines without fault."""
    sound = [one for one in reads if not one.wrong]
    stored = {row["number"]: row for row in OldProject.objects.filter(
        source=batch.source_id, number__in=[one.values["number"] for one in sound]).values("number", *WRITTEN)}
    return {one.line.number: "NEW" if (old := stored.get(one.values["number"])) is None else
            "SAME" if all(old[name] == one.values[name] for name in WRITTEN) else "CHANGED" for one in sound}


def limits() -> dict[str, int]:
    """How large a table may be; parameters."""
    return {"most_mb": int(parameters.value("import.table_mb", default=10)), "most_rows": int(parameters.value("import.rows", default=5000))}


def told(reads: Iterable[Read], mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every fault and every doubt beside its row and column, those that hold a row back first."""
    found = [{"row": one.line.number, "column": mapping.get(name, str(FIELDS[name][0])), "text": text, "held": True}
             for one in reads for name, text in one.wrong]
    return found + [{"row": one.line.number, "column": "", "text": text, "held": False}
                    for one in reads if not one.wrong for text in one.values["unclear"]]


def batches(actor: Any) -> QuerySet[ImportBatch]:
    return policies.imports_visible_to(actor)


def batch_for(actor: Any, uid: Any) -> ImportBatch:
    row = batches(actor).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def old_projects(actor: Any) -> QuerySet[OldProject]:
    return policies.old_projects_visible_to(actor)
