from types import SimpleNamespace

from accounts import actions, rules
from accounts.policies import Actor, system
from accounts.states import Role
from core import files
from tests.factories import programs as programme
from tests.kept import kept

PASSWORD = "long-enough-2026"  # noqa: S105
SYSTEM = system("test")


def person(key: str, **more):
    row = actions.create_person(SYSTEM, name=more.pop("name", key), email=f"{key}@accounts.example", **more)
    return actions.change_password(SYSTEM, row, password=PASSWORD)


def licence():
    return files.store_bytes(b"%PDF-1.4 licence %%EOF", "licence.pdf", "application/pdf", actor=SYSTEM)


def uscc(head: str, body: str) -> str:
    """A code with both check digits right."""
    inner = rules.org_code_check(body)
    return head + body + inner + rules.uscc_check(head + body + inner)


def build():
    """The bureau's staff and one verified unit with its administrator wang and its member li."""
    staff = programme.staff()
    unit = actions.register_organisation(SYSTEM, name="甲单位", kind="ENTERPRISE", uscc=uscc("91440300", "MA5DA123"),
                                         licence=licence())
    actions.verify(staff.he, unit)
    wang, li = person("wang", phone="13900000001"), person("li", phone="13900000002")
    actions.grant_role(SYSTEM, wang, unit, Role.ORG_ADMIN)
    actions.grant_role(SYSTEM, li, unit, Role.MEMBER)
    return SimpleNamespace(**vars(staff), unit=unit, wang_person=wang, li_person=li, wang=Actor.of(wang), li=Actor.of(li))


house = kept(build)

