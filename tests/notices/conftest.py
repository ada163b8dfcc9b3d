from types import SimpleNamespace

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from notices import actions
from notices.queries import KINDS, Kind, register_kind
from tests.factories import applications as make
from tests.factories import programs as programme
from tests.kept import kept

KIND = "test_kind"


def build():
    staff = programme.staff()
    register_kind(Kind(code=KIND, series="bureau", template="notices/applications/refusal.html", title="测试", sample=dict))
    unit = make.unit("深圳收文有限公司", "MA5NTCE2")
    wang = make.member("王收", unit, Role.ORG_ADMIN)
    other = Actor.of(accounts.create_person(system("test"), name="路人", email="passer@notices.example"))
    return SimpleNamespace(**vars(staff), unit=unit, wang=wang, other=other)


office = kept(build)


def draft(office, **more):
    return actions.draft(office.chen, KIND, subject=office.unit, title="关于测试事项的通知", addressee=office.unit.name,
                         context=KINDS["refusal"].sample() | {"reason": "理由", "application": "A-1"}, recipients=[office.unit], **more)


def issued(office, **more):
    return actions.issue_now(office.chen, office.lead, draft(office, **more))
