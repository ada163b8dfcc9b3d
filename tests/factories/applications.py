"""Applications for tests and the demo's figures: made by the same verbs the desks use, filled in completely."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import actions as accounts
from accounts.models import Organisation, Person
from accounts.policies import Actor, system
from accounts.states import OrgKind, Role
from applications import actions, queries
from applications.models import Application
from core import clock, files
from programs.engine.forms import Field, Section

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
#: Valid resident numbers of invented people (date and check digit agree).
NUMBERS = ("11010519900307123", "44030519850612451", "44030519920815382", "44030519881123217", "44030519950404106")


def resident(body17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body17 + "10X98765432"[sum(int(c) * w for c, w in zip(body17, weights, strict=True)) % 11]


def uscc(body: str) -> str:
    """A valid code: eight characters of an organisation code with both check digits."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    rest = 11 - sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    first = "91440300" + body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + alphabet[(31 - total % 31) % 31]


def unit(name: str, body: str, kind: str = OrgKind.ENTERPRISE, **facts: Any) -> Organisation:
    year = clock.today().year
    row = accounts.register_organisation(
        system("test"), name=name, kind=kind, uscc=uscc(body), region="深圳市南山区", legal_representative="贺一",
        licence=files.store_bytes(PDF, "营业执照.pdf", "application/pdf", actor=system("test")),
        facts={"rd_spend": {str(year - 1): "80000000", str(year - 2): "60000000"},
               "hnte": {"number": "GR202444200001", "valid_from": f"{year - 1}-01-01", "valid_to": f"{year + 2}-12-31"},
               **facts},
    )
    return accounts.verify(system("test"), row)


def member(name: str, organisation: Organisation, *roles: str, number: str = "", phone: str = "", email: str = ""
           ) -> Actor:
    key = email or f"{name}-{organisation.pk}@applications.example"
    known: Person = accounts.create_person(system("test"), name=name, email=key, phone=phone or None,
                                           id_number=resident(number) if number else "")
    for role in roles:
        accounts.grant_role(system("test"), known, organisation, role)
    return Actor.of(known)


def people() -> SimpleNamespace:
    """Unit A with li (leader) and wang (administrator), rival unit B with its leader and administrator."""
    a, b = unit("深圳先导芯科技有限公司", "MA5KEGUA"), unit("深圳对岸机器人有限公司", "MA5KEGUB")
    return SimpleNamespace(
        a=a, b=b,
        li=member("李明远", a, Role.MEMBER, number=NUMBERS[0], phone="13800138001"),
        wang=member("王静", a, Role.ORG_ADMIN, number=NUMBERS[1], phone="13800138002"),
        stranger=member("周外", b, Role.MEMBER, number=NUMBERS[2], phone="13800138003"),
        badm=member("吴管", b, Role.ORG_ADMIN, number=NUMBERS[3], phone="13800138004"),
    )


def value_for(item: Field, words: str = "") -> Any:
    """A right answer to any field."""
    if item.data.get("fact") == "application.is_secret" or item.code == "in_scope":
        return "no"
    if item.code == "full_time":
        return "yes"
    if item.kind in ("text", "textarea"):
        text = f"{words}{item.label}：围绕指南方向，说明现状、做法与结果。"
        return text[: item.max_length or 400]
    if item.kind in ("number", "money"):
        return str(max(int(float(item.data.get("min", 0))), min(24, int(float(item.data.get("max", 24))))))
    if item.kind == "date":
        return (clock.today() + timedelta(days=60)).isoformat()
    if item.kind in ("select", "radio"):
        return item.choices[-1].value if item.code != "cluster" else item.choices[0].value
    if item.kind == "multi":
        return [choice.value for choice in item.choices[: item.data.get("min_items") or 1]]
    if item.kind == "bool":
        return True
    rows = max(int(item.data.get("min_rows") or 0), 1)
    return [{column.code: value_for(column, f"{number}") for column in item.columns} for number in range(1, rows + 1)]


def answers_for(section: Section, **given: Any) -> dict[str, Any]:
    """Flat names of a whole section, right everywhere; `given` replaces fields."""
    from applications import rules

    values = {item.code: given.get(item.code, value_for(item)) for item in section.fields}
    return rules.flat(section, values)


def started(actor: Actor, guide: Any, organisation: Organisation, topic: str = "") -> Application:
    chosen = guide.topics.filter(code=topic).first() if topic else guide.topics.first()
    return actions.start(actor, guide, unit=organisation, topic=chosen)


def save(actor: Actor, application: Application, section: str, values: dict[str, Any]) -> None:
    application.refresh_from_db()
    actions.save_section(actor, application, section=section, values=values, base=application.rev)


def fill(actor: Actor, application: Application, *, requested: str = "3000000", title: str = "端侧大模型稀疏推理芯片研制",
         months: str = "24") -> Application:
    """Everything a complete application needs."""
    names = _team(actor, application)
    for part in queries.parts_of(application):
        if part.kind != "form":
            continue
        given: dict[str, Any] = {}
        if part.code == "basic":
            given = {"title": title, "requested": requested, "months": months,
                     "topic": application.topic.code if application.topic_id else ""}
        if part.code == "leader":
            given = {"full_time": "yes", "insurance_months": "24", "new_team": "no"}
        if part.code == "lists":
            given = {"report_names": [{"name": n} for n in names], "insurance_names": [{"name": n} for n in names],
                     "avoid": []}
        if part.code == "service":
            given = {"cost": "6000000", "aid": "0", "clients": "20"}
        if part.code == "loan":
            loan = {item.code: value_for(item) for item in part.section.fields[0].columns}
            given = {"loans": [{**loan, "interest_paid": "20000000"}]}
        if part.code == "centre":
            given = {"years": "4", "staff": "12", "area": "900"}
        save(actor, application, part.code, answers_for(part.section, **given))
    _targets(actor, application)
    _budget(actor, application, requested)
    for row in queries.documents_of(application):
        if row.get("required"):
            actions.attach(actor, application, code=row["code"], upload=SimpleUploadedFile(f"{row['name']}.pdf", PDF))
    application.refresh_from_db()
    return application


def _team(actor: Actor, application: Application) -> list[str]:
    for index, name in enumerate(("陈思", "何川")):
        actions.add_member(
            actor, application, name=name, id_kind="RESIDENT",
            id_number=resident(f"4403051990{(application.pk + index) % 12 + 1:02d}1{index}{100 + application.pk % 800}"),
            role="MAIN", organisation=application.unit, organisation_name=application.unit.name, title="高级工程师",
            degree="硕士", duty="算法", person_months=12, full_time=True,
        )
    return sorted(row.name for row in application.team.all())


def _targets(actor: Actor, application: Application) -> None:
    template = queries.template_of(application)
    values: dict[str, Any] = {}
    kinds = list(template.kinds)[: max(template.min_rows, 5)]
    for index, kind in enumerate(kinds):
        row = {"kind": f"{kind.l1}/{kind.l2}", "name": f"{kind.l2}指标{index + 1}", "direction": "GE", "baseline": "0",
               "value": str(10 + index), "unit": "项", "weight": str(100 // len(kinds)), "evidence": "验收报告"}
        if index == len(kinds) - 1:
            row["weight"] = str(100 - 100 // len(kinds) * (len(kinds) - 1))
        values.update({f"rows.{index}.{key}": value for key, value in row.items()})
    save(actor, application, queries.TARGETS, values)


def _budget(actor: Actor, application: Application, requested: str) -> None:
    scheme = queries.scheme_of(application)
    if not queries.has_grid(scheme):
        return
    leaves = queries.budget_leaves(scheme)
    wan = int(requested) / 10000
    values = {f"{leaves[0].code}:CITY": f"{wan * 0.6:g}", f"{leaves[-2].code}:CITY": f"{wan * 0.4:g}",
              f"{leaves[-2].code}:note": "高温合金与测试"}
    if "OWN" in scheme.sources:
        values[f"{leaves[0].code}:OWN"] = f"{wan:g}"
    save(actor, application, queries.BUDGET, values)


def handed_in(actor: Actor, guide: Any, organisation: Organisation, **more: Any) -> Application:
    return actions.hand_in(actor, fill(actor, started(actor, guide, organisation), **more))


def submitted(leader: Actor, administrator: Actor, guide: Any, organisation: Organisation, **more: Any) -> Application:
    return actions.endorse(administrator, handed_in(leader, guide, organisation, **more))
