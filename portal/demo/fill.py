"""Fills in an application as its leader would: every section of whatever form the guide has, then team and files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Organisation, Person
from accounts.policies import Actor
from applications import actions, queries
from applications.models import Application
from core import clock
from core.money import wan
from portal.demo.people import World
from programs.models import Guide

SENTENCES = (
    "本项目面向{cluster}产业的实际需求，针对关键环节受制于人、验证周期长、成本偏高的问题开展研究。",
    "团队在前期工作中完成了原理验证，取得发明专利多项，并在合作企业的产线上完成了小批量试用。",
    "拟突破核心材料、关键工艺和系统集成三个方面的技术难点，形成自主可控的整套方案。",
    "研究采用理论建模、仿真优化、样机研制、场景验证相结合的技术路线，分阶段设置考核节点。",
    "与国内外同类方案相比，预期在性能、可靠性和成本上均有明显优势，主要指标达到国内领先水平。",
    "项目完成后将在深圳形成示范应用，带动上下游企业协同发展，并形成可推广的标准和规范。",
    "主要风险在于样品一致性和供应链波动，项目组制定了备选工艺和双供应商方案予以应对。",
)
KNOWN: dict[str, Any] = {
    "is_secret": "no", "full_time": "yes", "insurance_months": 36, "new_team": "no", "in_scope": "no", "recheck": None,
    "scope": None, "committee": None, "years": 4, "area": 1200, "staff": 18, "clients": 26, "trl": "4",
    "avoid": None, "partners_role": None, "has_relations": "no", "relations": None,
}
TOLD: dict[str, str] = {
    "role": "负责总体方案与关键技术攻关", "contact_phone": "0755-8600 1200", "model": "KV-2000", "client": "湾区智造有限公司",
    "project": "关键工艺概念验证", "result": "完成样机验证，形成测试报告",
}
EQUIPMENT = ("高低温循环验证平台", "可靠性测试系统", "精密检测工作站")
STEPS = ("方案论证与关键技术攻关", "样机研制与性能测试", "场景验证与工艺定型", "示范应用与总结验收")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj " \
      b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Filler:
    """One application: `Filler(world, application, actor).everything()`."""

    def __init__(self, world: World, application: Application, actor: Actor) -> None:
        self.row, self.actor = application, actor
        self.inventor = world.dice.own(application.ref, application.pk)
        self.title, self.cluster = self.inventor.title()
        self.topic = application.topic or self.inventor.dice.choice(list(application.guide.topics.all()) or [None])
        cap = application.guide.cap_per_project or Decimal(3_000_000)
        if self.topic is not None and self.topic.cap:
            cap = min(cap, self.topic.cap)
        if application.guide.funding_mode == "POST" and application.unit.kind in ("ENTERPRISE", "SOCIAL"):
            cap = min(cap, Decimal(2_800_000))  # half of the net cost that every demo applicant states
        self.amount = Decimal(self.inventor.money(int(cap * Decimal("0.2")), int(cap), 50_000))
        self.names: list[str] = [application.leader.name]

    def text(self, limit: int) -> str:
        picked = self.inventor.dice.sample(SENTENCES, 4)
        return "\n".join(s.format(cluster=self.cluster) for s in picked)[: max(limit - 10, 20)]

    def value(self, field: Any) -> Any:
        code = field.code
        if code == "title":
            return self.title[:40]
        if code == "topic" and self.topic is not None:
            return self.topic.code
        if code == "requested":
            return str(self.amount)
        if code == "cluster":
            return next((c.value for c in field.choices if c.label == self.cluster), field.choices[0].value)
        if code in ("cost", "aid"):
            return "6000000" if code == "cost" else "400000"
        if code in ("starts_on", "started_on"):
            day = clock.today() + timedelta(days=150)
            return str(day.replace(day=1) if code == "starts_on" else date(day.year - 4, 3, 1))
        if code == "year":
            return clock.today().year - 1
        if code == "months":
            return self.inventor.dice.choice((12, 12, 12, 12, 12, 12, 18, 24))
        if code in KNOWN:
            return KNOWN[code]
        return self.told(code) or self.of_kind(field)

    def told(self, code: str) -> str:
        """Short texts that a reader would find odd if they were invented."""
        if code in ("contact_name", "contact_email"):
            person = self.actor.person
            return person.name if code == "contact_name" else person.email
        return f"{self.cluster}概念验证中心" if code == "name" else TOLD.get(code, "")

    def step(self, number: int) -> dict[str, Any]:
        """Half a year of the schedule."""
        start = (clock.today() + timedelta(days=150 + 183 * number)).replace(day=1)
        return {"from": str(start), "to": str(start + timedelta(days=180)), "work": STEPS[number % len(STEPS)],
                "result": "阶段报告和测试记录"}

    def of_kind(self, field: Any) -> Any:
        limit = int(field.data.get("max_length") or 200)
        match field.kind:
            case "bool":
                return True
            case "textarea":
                return self.text(min(limit, 400))
            case "number":
                return int(Decimal(str(field.data.get("min") or 3))) or 3
            case "money":
                return "1000000"
            case "date":
                return str(clock.today())
            case "select" | "radio":
                return self.inventor.dice.choice(field.choices).value
            case "multi":
                return [choice.value for choice in self.inventor.dice.sample(field.choices, 2)]
            case _:
                return "演示内容"[:limit]

    def table(self, field: Any) -> list[dict[str, Any]]:
        if field.code in ("report_names", "insurance_names"):
            return [{"name": name} for name in self.names]
        if field.code == "keywords":
            return [{"word": word} for word in (self.cluster, "关键技术", "示范应用")]
        count = max(int(field.data.get("min_rows") or 1), 2)
        if field.code == "steps":
            return [self.step(number) for number in range(count)]
        rows = [{column.code: self.value(column) for column in field.columns} for _row in range(count)]
        if field.code == "equipment":
            for row, name in zip(rows, EQUIPMENT, strict=False):
                row["name"] = name
        return rows

    def flat(self, section: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in section.fields:
            if field.kind not in ("table", "group"):
                value = self.value(field)
                if value is not None:
                    found[field.code] = value
                continue
            if field.code in KNOWN:
                continue
            for index, line in enumerate(self.table(field)):
                found |= {f"{field.code}.{index}.{name}": cell for name, cell in line.items()}
        return found

    def budget(self, section: Any) -> dict[str, Any]:
        """Headings that add up to the amount asked for, with own money of the same size where it is asked."""
        own = [field.code for field in section.fields if field.code.endswith(":OWN")]
        city = [field.code for field in section.fields if field.code.endswith(":CITY")]
        found: dict[str, Any] = {}
        for names, total in ((city, self.amount), (own, self.amount)):
            if not names:
                continue
            shares = {name: Decimal("0.08") if "INDIRECT" in name else None for name in names}
            rest = total - sum((total * share for share in shares.values() if share), Decimal(0))
            plain = [name for name, share in shares.items() if share is None]
            for name in names:
                part = total * shares[name] if shares[name] else rest / len(plain)
                found[name] = wan(part.quantize(Decimal(100)))
            drift = total - sum((Decimal(found[name].replace(",", "")) * 10000 for name in names), Decimal(0))
            found[plain[0]] = wan(Decimal(found[plain[0]].replace(",", "")) * 10000 + drift)
        return found

    def targets(self, section: Any) -> dict[str, Any]:
        kinds = {c.label: c.value for c in section.fields[0].columns[0].choices}

        def kind(word: str) -> str:
            return next((value for label, value in kinds.items() if word in label), next(iter(kinds.values())))

        rows = (
            (kind("数量"), "申请发明专利", "GE", "6", "件", 20), (kind("质量"), "关键技术指标达成率", "GE", "95", "%", 20),
            (kind("时效"), "按期完成率", "GE", "100", "%", 10), (kind("经济"), "新增销售收入", "GE", "3000", "万元", 30),
            (kind("社会"), "服务企业数", "GE", "10", "家", 10), (kind("满意"), "用户单位满意度", "GE", "90", "%", 10),
        )
        found: dict[str, Any] = {}
        for index, (kind_, name, direction, value, unit, weight) in enumerate(rows):
            line = {"kind": kind_, "name": name, "direction": direction, "value": value, "unit": unit, "weight": weight,
                    "baseline": 0, "evidence": "验收时提供证明材料"}
            found |= {f"rows.{index}.{key}": cell for key, cell in line.items()}
        return found

    def team(self) -> None:
        """Colleagues of the unit; the leader's own line is completed."""
        leader = self.row.team.get(order=0)
        actions.change_member(self.actor, leader, duty="总体负责", person_months=10, full_time=True)
        for _number in range(self.inventor.dice.randint(3, 5)):
            drawn = self.inventor.person()
            actions.add_member(
                self.actor, self.row, role="MAIN", name=drawn.name, id_kind="RESIDENT", id_number=drawn.resident_id,
                organisation=self.row.unit, organisation_name=self.row.unit.name, title="工程师", degree="硕士",
                duty="研发", person_months=12, full_time=True)
            self.names.append(drawn.name)

    def files(self) -> None:
        for document in self.row.version.data["documents"]:
            if document["required"]:
                upload = SimpleUploadedFile(f"{document['name']}.pdf", PDF, content_type="application/pdf")
                actions.attach(self.actor, self.row, code=document["code"], upload=upload)

    def everything(self, finished: bool = True) -> Application:
        self.team()
        for part in queries.parts_of(self.row):
            if part.section is not None:
                values = {"budget": self.budget, "targets": self.targets}.get(part.code, self.flat)(part.section)
                if not finished and self.inventor.dice.random() < 0.4:
                    continue
                actions.save_section(self.actor, self.row, section=part.code, values=values, base=10_000, whole=True)
        if finished:
            self.files()
        self.row.refresh_from_db()
        return self.row


def begin(world: World, guide: Guide, unit: Organisation, person: Person) -> Application:
    """An empty draft by one person; the rest is `Filler`'s."""
    topics = list(guide.topics.all())
    return actions.start(Actor.of(person), guide, unit=unit, topic=world.dice.dice.choice(topics) if topics else None)
