"""Tables of experts: which column is what, and what each line would become. Nothing is guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as accounts
from accounts.models import Employment, Membership, Organisation, Person
from accounts.states import DESK_ROLES, STAFF_ROLES, MembershipStatus, OrganisationStatus
from core import clock, parameters, typed
from core.books import Line
from reviews.models import Expert
from reviews.queries.pool import cluster_choices, discipline_choices
from reviews.states import Constituency, Language, Pool, Tier, TitleLevel

#: field: (label, needed, headings that other systems use)
FIELDS: dict[str, tuple[Any, bool, tuple[str, ...]]] = {
    "name": (gettext_lazy("Full name"), True, ("姓名", "专家姓名", "name")),
    "email": (gettext_lazy("E-mail"), False, ("邮箱", "电子邮箱", "email", "e-mail")),
    "phone": (gettext_lazy("Mobile phone"), False, ("手机", "手机号", "电话", "联系电话", "phone")),
    "id_number": (gettext_lazy("Identity number"), False, ("身份证号", "证件号码", "id number")),
    "constituency": (gettext_lazy("Constituency"), True, ("界别", "类别", "专家类别", "constituency")),
    "pool": (gettext_lazy("Which pool"), False, ("专家库", "库别", "pool")),
    "title": (gettext_lazy("Professional title"), False, ("职称", "技术职称", "title")),
    "level": (gettext_lazy("Level of the title"), False, ("职称级别", "职称等级", "level")),
    "tier": (gettext_lazy("Level in the science constituency"), False, ("科技界层级", "层级", "tier")),
    "is_manager": (gettext_lazy("Manager in an enterprise"), False, ("企业技术负责人", "企业高管", "manager")),
    "disciplines": (gettext_lazy("Disciplines"), False, ("学科", "学科代码", "专业领域", "disciplines")),
    "clusters": (gettext_lazy("Industry clusters"), False, ("产业集群", "产业", "clusters")),
    "keywords": (gettext_lazy("Keywords"), False, ("关键词", "研究方向", "keywords")),
    "languages": (gettext_lazy("Languages"), False, ("语言", "外语", "languages")),
    "yearly_max": (gettext_lazy("Reviews a year at most"), False, ("年度评审上限", "年评审次数", "yearly maximum")),
    "uscc": (gettext_lazy("Unified social credit code"), False, ("统一社会信用代码", "信用代码", "uscc")),
    "unit": (gettext_lazy("Unit (name)"), False, ("单位", "工作单位", "所在单位", "unit")),
    "since": (gettext_lazy("Employed since"), False, ("入职日期", "任职起始", "since")),
}
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "constituency": {Constituency.SCIENCE: ("科技界", "科技", "科学", "学术"), Constituency.INDUSTRY: ("产业界", "产业", "企业", "企业界"),
                     Constituency.ECONOMY: ("经济界", "经济", "财务", "金融", "投资")},
    "pool": {Pool.GENERAL: ("一般", "一般库", "一般专家库"), Pool.MAJOR: ("重大", "重大库", "重大专家库")},
    "level": {TitleLevel.ACADEMICIAN: ("院士",), TitleLevel.FULL: ("正高", "正高级", "高级"), TitleLevel.DEPUTY: ("副高", "副高级"),
              TitleLevel.MIDDLE: ("中级",), TitleLevel.NONE: ("无", "其他")},
    "tier": {Tier.ONE: ("一", "第一层级"), Tier.TWO: ("二", "第二层级"), Tier.THREE: ("三", "第三层级")},
    "languages": {Language.ZH: ("中文", "汉语"), Language.EN: ("英文", "英语"), Language.JA: ("日文", "日语"), Language.DE: ("德文", "德语"),
                  Language.FR: ("法文", "法语"), Language.RU: ("俄文", "俄语")},
}
LABELS = {"constituency": Constituency, "pool": Pool, "level": TitleLevel, "tier": Tier, "languages": Language}
WRITTEN = ("pool", "constituency", "title", "level", "tier", "is_manager", "disciplines", "clusters", "keywords", "languages", "yearly_max")
SPLIT = re.compile(r"[、,，;；\n]+")
PHONE = re.compile(r"^\+?\d{6,15}$")
MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
SHOWN = 500


@dataclass
class Read:
    """What a line would become, and what is wrong with it: then it is held back."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    written: tuple[str, ...] = ()  # columns the table has; what it does not speak of stays as it is

    def bad(self, name: str, text: str) -> None:
        self.wrong.append((name, text))


def guessed(headings: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Which heading is which field: as it was mapped last, else by its name."""
    known = list(headings)
    plain = {heading.strip().lower(): heading for heading in known}
    found = {name: remembered[name] if remembered.get(name) in known else
             next((plain[word] for word in (str(label).lower(), *words) if word in plain), "") for name, (label, _needed, words) in FIELDS.items()}
    return {name: heading for name, heading in found.items() if heading}


class Reader:
    """Lines of one table into columns; what it asks the database it asks once for all of them."""

    def __init__(self, lines: Iterable[Line], mapping: Mapping[str, str]) -> None:
        self.mapping, self.lines, self.today = mapping, list(lines), clock.today()
        mails = {self._get(line, "email").lower() for line in self.lines} - {""}
        phones = {self._get(line, "phone") for line in self.lines} - {""}
        live = Person.objects.filter(merged_into=None)
        self.by_mail = {row.email: row for row in live.filter(email__in=mails)}
        self.by_phone = {row.phone: row for row in live.filter(phone__in=phones)}
        self.numbers = Counter(accounts.resident_print(self._get(line, "id_number")) for line in self.lines)
        self.by_number = {row.id_print: row for row in live.filter(id_print__in=set(self.numbers) - {""})}
        self.staff = set(Membership.objects.filter(
            person__in=[row.pk for row in (*self.by_mail.values(), *self.by_phone.values())], status=MembershipStatus.ACTIVE,
            role__in=STAFF_ROLES | DESK_ROLES).values_list("person", flat=True))
        self.written = tuple(name for name in WRITTEN if mapping.get(name))
        self.times = Counter(self._key(line) for line in self.lines)
        self.phones = Counter(self._get(line, "phone") for line in self.lines)
        units = Organisation.objects.exclude(status__in=(OrganisationStatus.MERGED, OrganisationStatus.REFUSED))
        codes, names = {self._get(line, "uscc").upper() for line in self.lines}, {self._get(line, "unit") for line in self.lines}
        self.by_code = {row.uscc: row for row in units.filter(uscc__in=codes - {""})}
        self.by_name: dict[str, list[Organisation]] = {}
        for row in units.filter(name__in=names - {""}):
            self.by_name.setdefault(row.name, []).append(row)
        self.codes = {"disciplines": _both_ways(discipline_choices()), "clusters": _both_ways(cluster_choices())}

    def _get(self, line: Line, name: str) -> str:
        return line.cells.get(self.mapping.get(name, ""), "")

    def _key(self, line: Line) -> str:
        return self._get(line, "email").lower() or self._get(line, "phone")

    def read(self, line: Line) -> Read:
        found = Read(line, written=self.written)
        for heading in (*line.formulas, *line.too_long):
            name = next((one for one, mapped in self.mapping.items() if mapped == heading), "")
            if name:
                found.bad(name, _("formulas are not read; put in the value itself") if heading in line.formulas else _("the text is too long"))
        for name, (_label, needed, _words) in FIELDS.items():
            if needed and not self._get(line, name):
                found.bad(name, _("is missing"))
        found.values = {**self._person(found), **{name: self._word(found, name) for name in ("constituency", "pool", "level", "tier")},
                        "title": self._get(line, "title")[:40], "is_manager": self._get(line, "is_manager").lower() in ("是", "yes", "1", "true", "√"),
                        **{name: self._codes(found, name) for name in ("disciplines", "clusters")},
                        "keywords": [word[:60] for word in self._parts(line, "keywords")], "languages": self._languages(found),
                        "yearly_max": self._yearly(found), **self._employer(found)}
        found.values["pool"] = found.values["pool"] or Pool.GENERAL
        found.values["level"] = found.values["level"] or TitleLevel.NONE
        return found

    def _person(self, found: Read) -> dict[str, Any]:
        line = found.line
        mail, phone, name = self._get(line, "email").lower(), self._get(line, "phone"), self._get(line, "name")[:60]
        if not mail and not phone:
            found.bad("email", _("give an e-mail or a telephone"))
        if mail and not MAIL.match(mail):
            found.bad("email", _("“%(text)s” is no e-mail address") % {"text": mail[:60]})
        if phone and not PHONE.match(phone):
            found.bad("phone", _("“%(text)s” is no telephone number") % {"text": phone[:30]})
        if (key := self._key(line)) and self.times[key] > 1:
            found.bad("email" if mail else "phone", _("“%(key)s” stands twice in the table") % {"key": key})
        elif mail and phone and self.phones[phone] > 1:
            found.bad("phone", _("“%(key)s” stands twice in the table") % {"key": phone})
        people = {one.pk: one for one in (self.by_mail.get(mail), self.by_phone.get(phone)) if one}
        if len(people) > 1:
            found.bad("phone", _("e-mail and telephone belong to two accounts"))
        person = next(iter(people.values()), None)
        if person is not None and name and person.name != name:
            found.bad("name", _("the account with this address bears another name"))
        if person is not None and person.pk in self.staff:
            found.bad("name", _("A review expert holds no role of the bureau (separation of duties)."))
        self._number(found, person)
        return {"person": person, "name": name, "email": mail, "phone": phone, "id_number": self._get(line, "id_number")}

    def _number(self, found: Read, person: Person | None) -> None:
        number = self._get(found.line, "id_number")
        mark = accounts.resident_print(number)
        if not number:
            return
        owner = self.by_number.get(mark)
        if not accounts.is_resident_number(number):
            found.bad("id_number", _("no valid number of a resident identity card"))
        elif self.numbers[mark] > 1:
            found.bad("id_number", _("the same number stands twice in the table"))
        elif owner is not None and (person is None or owner.pk != person.pk):
            found.bad("id_number", _("the number belongs to an account with another address"))

    def _word(self, found: Read, name: str) -> str:
        text = self._get(found.line, name)
        if not text:
            return ""
        code = _code_of(name, text)
        if not code:
            found.bad(name, _("“%(text)s” is none of: %(known)s") % {"text": text[:30], "known": "、".join(str(one) for one in LABELS[name].labels)})
        return code

    def _parts(self, line: Line, name: str) -> list[str]:
        return [part.strip() for part in SPLIT.split(self._get(line, name)) if part.strip()]

    def _codes(self, found: Read, name: str) -> list[str]:
        codes = []
        for part in self._parts(found.line, name):
            if code := self.codes[name].get(part.casefold()):
                codes.append(code)
            else:
                found.bad(name, _("“%(text)s” stands in no list of codes") % {"text": part[:30]})
        return list(dict.fromkeys(codes))

    def _languages(self, found: Read) -> list[str]:
        codes = []
        for part in self._parts(found.line, "languages"):
            if code := _code_of("languages", part):
                codes.append(code)
            else:
                found.bad("languages", _("“%(text)s” is none of: %(known)s") % {"text": part[:30], "known": "、".join(str(one) for one in Language.labels)})
        return list(dict.fromkeys(codes))

    def _yearly(self, found: Read) -> int | None:
        text = self._get(found.line, "yearly_max")
        if not text:
            return None
        if not text.isdecimal() or not 1 <= int(text[:4]) <= 60:
            found.bad("yearly_max", _("a whole number from 1 to 60"))
            return None
        return int(text)

    def _employer(self, found: Read) -> dict[str, Any]:
        code, name, unit = self._get(found.line, "uscc").upper(), self._get(found.line, "unit"), None
        if code:
            unit = self.by_code.get(code)
            if unit is None:
                found.bad("uscc", _("no unit has the code %(code)s") % {"code": code[:18]})
        elif name:
            named = self.by_name.get(name, [])
            unit = named[0] if len(named) == 1 else None
            if unit is None:
                found.bad("unit", (_("%(count)d units are called “%(name)s”") if named else _("no unit is called “%(name)s”")) % {
                    "count": len(named), "name": name[:60]})
        return {"employer": unit, "since": self._since(found)}

    def _since(self, found: Read) -> date:
        text = self._get(found.line, "since")
        if not text:
            return self.today
        try:
            return typed.day(text.replace("/", "-").replace(".", "-"))
        except ValueError:
            found.bad("since", _("“%(text)s” is no day") % {"text": text[:20]})
            return self.today


def _both_ways(choices: list[tuple[str, str]]) -> dict[str, str]:
    """Code and name lead to the code."""
    return {word.casefold(): code for code, label in choices for word in (code, label, label.removeprefix(f"{code} "))}


def _code_of(name: str, text: str) -> str:
    plain = text.strip().casefold()
    return next((str(code) for code, label in LABELS[name].choices
                 if plain in (code.casefold(), str(label).casefold(), *(word.casefold() for word in WORDS[name].get(code, ())))), "")


def changes(reads: Iterable[Read]) -> dict[int, str]:
    """NEW, CHANGED or SAME by the number of the line, for lines without fault."""
    sound = [one for one in reads if not one.wrong]
    stored = {row.person_id: row for row in Expert.objects.filter(person__in=[one.values["person"].pk for one in sound if one.values["person"]])}
    jobs = set(Employment.objects.filter(person__in=stored, until=None).values_list("person", "organisation"))
    found = {}
    for one in sound:
        person, unit = one.values["person"], one.values["employer"]
        old = stored.get(person.pk) if person else None
        same = old is not None and all(getattr(old, name) == one.values[name] for name in one.written) and (
            unit is None or (person.pk, unit.pk) in jobs)
        found[one.line.number] = "NEW" if old is None else "SAME" if same else "CHANGED"
    return found


def limits() -> dict[str, int]:
    """How large a table may be; parameters."""
    return {"most_mb": int(parameters.value("import.table_mb", default=10)), "most_rows": int(parameters.value("import.rows", default=5000))}


def told(reads: Iterable[Read], mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every fault beside its row and column."""
    return [{"row": one.line.number, "column": mapping.get(name, str(FIELDS[name][0])), "text": text} for one in reads for name, text in one.wrong]


