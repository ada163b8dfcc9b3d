"""The organisations and people of the demo world, built by the actions of accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts import actions
from accounts.models import Organisation, Person
from accounts.policies import Actor, system
from accounts.states import IdKind, Role
from core import clock
from portal.demo import hands, invented
from portal.demo.invented import Inventor

PASSWORD = "keguan-demo-2026"  # noqa: S105 (printed on the log-in page of a demo)
BUREAU = "深圳市科技创新局（演示）"
STAFF = (
    ("chen", "陈敏", Role.DIVISION, "业务处"), ("he", "何静文", Role.RESOURCE, "资源配置和管理处"),
    ("sun", "孙立诚", Role.SUPERVISION, "科技监督和诚信建设处"), ("lead", "罗致远", Role.LEADER, "局领导"),
    ("fin", "冯雅琴", Role.FINANCE, "财务"), ("admin", "安宁", Role.SYSADMIN, "信息中心"),
    ("qian", "钱守正", Role.AUDITOR, "审计"), ("ding", "丁一凡", Role.DIVISION, "业务二处"),
    ("gao", "高明哲", Role.RESOURCE, "资源配置和管理处"), ("tang", "汤怀瑾", Role.LEADER, "局领导"),
)


@dataclass
class World:
    """What the yearly cycles draw from."""

    dice: Inventor
    bureau: Organisation
    staff: dict[str, Person]
    units: list[Organisation] = field(default_factory=list)
    admins: dict[int, Person] = field(default_factory=dict)  # unit id -> administrator
    leaders: dict[int, list[Person]] = field(default_factory=dict)  # unit id -> people who may lead
    experts: list[Person] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # what an action refused while the world was built
    password: str = ""

    def actor(self, key: str) -> Actor:
        return Actor.of(self.staff[key])

    def admin(self, unit: Organisation) -> Actor:
        return Actor.of(self.admins[unit.pk])


@dataclass(frozen=True)
class Drawn:
    """A person who is yet to sign up, with the role that follows; drawn by one hand, made by any."""

    facts: dict[str, Any]
    at: Organisation
    role: str
    employer: Organisation | None = None
    more: dict[str, Any] = field(default_factory=dict)  # of the role


def _draw(world: World, name: str, email: str, at: Organisation, role: str, *, employer: Organisation | None = None,
          more: dict[str, Any] | None = None, **ages: int) -> Drawn:
    drawn = world.dice.person(**ages)
    facts = {"name": name or drawn.name, "email": email, "phone": drawn.phone, "id_number": drawn.resident_id,
             "title": world.dice.dice.choice(invented.TITLES)}
    return Drawn(facts, at, role, employer, more or {})


def _make(drawn: Drawn) -> int:
    root = system("demo")
    person = actions.create_person(root, id_kind=IdKind.RESIDENT, is_demo=True, degree="博士", **drawn.facts)
    if drawn.employer is not None:
        actions.employ(root, person, drawn.employer, since=date(2018, 1, 1))
    actions.grant_role(root, person, drawn.at, drawn.role, **drawn.more)
    return person.pk


def _people(world: World, every: list[Drawn]) -> list[Person]:
    """In the order of `every`; people of one organisation are made by one hand."""
    done, refusals = hands.share(every, _make, by=lambda drawn: (drawn.employer or drawn.at).pk)
    if refusals:
        raise RuntimeError("; ".join(refusals))  # nothing of the world can stand without its people
    Person.objects.filter(pk__in=done).update(password=world.password)  # one hash for all: hashing is slow on purpose
    found = Person.objects.in_bulk(done)
    return [found[pk] for pk in done]


def bureau() -> World:
    """The bureau and its staff; one password hash serves all demo accounts."""
    root = system("demo")
    organisation = actions.register_organisation(
        root, name=BUREAU, kind="BUREAU", uscc=invented.uscc(9001, "BUREAU"), region="深圳市", is_demo=True)
    actions.verify(root, organisation)
    probe = Person()
    probe.set_password(PASSWORD)
    world = World(Inventor(), organisation, {}, password=probe.password)
    every = [_draw(world, name, f"{key}@demo.keguan.example", organisation, role, more={"division": division})
             for key, name, role, division in STAFF]
    world.staff = dict(zip([row[0] for row in STAFF], _people(world, every), strict=True))
    return world


def units(world: World) -> None:
    """Forty-two units, each with its administrator and two to four people who may lead a project."""
    root, every = system("demo"), []
    for index, (name, name_en, kind, region) in enumerate(invented.UNITS):
        year = clock.today().year
        facts: dict[str, Any] = {"rd_spend": {str(year + n): str(world.dice.money(8_000_000, 600_000_000)) for n in range(-2, 3)}}
        if kind == "ENTERPRISE":
            facts["hnte"] = {"number": f"GR{year - 2}440{index:05d}", "valid_from": f"{year - 2}-01-01", "valid_to": f"{year + 4}-12-31"}
        unit = actions.register_organisation(
            root, name=name, name_en=name_en, kind=kind, uscc=invented.uscc(index + 1, kind), region=f"深圳市{region}",
            legal_representative=world.dice.person().name, account_name=name, bank_name="演示银行深圳分行",
            account_number=f"44200{index:014d}", facts=facts, registered_on=date(2015, 1, 1), is_demo=True,
            address=f"深圳市{region}演示路 {index + 1} 号", phone=f"0755-8{index:07d}")
        actions.verify(root, unit)
        first = unit.pk if not world.units else 0
        every.append(_draw(world, "王书瑶" if first else "", "wang@demo.keguan.example" if first else f"a{index}@demo.keguan.example",
                           unit, Role.ORG_ADMIN))
        world.units.append(unit)
        for number in range(world.dice.dice.randint(2, 4)):
            is_li = bool(first) and number == 0
            every.append(_draw(world, "李晓舟" if is_li else "", "li@demo.keguan.example" if is_li else f"p{index}-{number}@demo.keguan.example",
                               unit, Role.MEMBER))
    for drawn, person in zip(every, _people(world, every), strict=True):
        if drawn.role == Role.ORG_ADMIN:
            world.admins[drawn.at.pk] = person
        else:
            world.leaders.setdefault(drawn.at.pk, []).append(person)


def expert_people(world: World, count: int = 64) -> list[Person]:
    """People for the expert pool, employed by units of the world; the pool itself belongs to reviews."""
    every = [
        _draw(world, "赵清扬" if index == 0 else "", "zhao@demo.keguan.example" if index == 0 else f"e{index}@demo.keguan.example",
              world.bureau, Role.EXPERT, employer=world.units[(index * 5 + 3) % len(world.units)], youngest=1985, oldest=1962)
        for index in range(count)
    ]
    world.experts = _people(world, every)
    return world.experts


def join(world: World, organisation: Organisation, name: str, email: str, role: str) -> Person:
    """One more person of an organisation that came later."""
    return _people(world, [_draw(world, name, email, organisation, role)])[0]


def called(email: str) -> Person:
    return Person.objects.get(email=email)
