"""From the accepted application to the evaluated project: review, award, contract, money, acceptance, evaluation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import actions as accounts
from accounts.models import Person
from accounts.policies import Actor, system
from applications import actions as applications
from applications.models import Inspection
from core import clock
from funding import actions as funding
from funding.models import Disbursement
from performance import actions as performance
from performance.models import Acceptance, Evaluation, Result
from portal.demo import cycle, hands, texts
from portal.demo.people import World
from programs.models import Guide
from projects import actions as projects
from projects import queries as project_queries
from projects.models import Contract, Project, Publicity
from reviews import actions as reviews
from reviews.models import Assignment, Batch, Expert, Plan

DISCIPLINES = (("510", "520"), ("460",), ("520", "413"), ("140", "430"), ("790",))
CONSTITUENCIES = ("SCIENCE", "INDUSTRY", "INDUSTRY", "SCIENCE", "ECONOMY")


LEVELS = (("FULL", "教授"), ("FULL", "正高级工程师"), ("DEPUTY", "高级工程师"), ("DEPUTY", "副教授"), ("MIDDLE", "高级会计师"))


def pool(world: World) -> None:
    """The experts of the world enter the pool."""
    for index, person in enumerate(world.experts):
        (level, title), kind = LEVELS[index % len(LEVELS)], index % len(CONSTITUENCIES)
        reviews.enrol(
            world.actor("he"), person, constituency=CONSTITUENCIES[kind], pool="MAJOR" if index % 6 == 0 else "GENERAL",
            tier="2" if index % 6 == 0 and CONSTITUENCIES[kind] == "SCIENCE" else "", level=level, title=title, disciplines=DISCIPLINES[kind],
            languages=["zh", "en"] if index % 2 else ["zh"], keywords=world.dice.dice.sample(texts.KEYWORDS, 3), yearly_max=None,
        )


def confirm_pool() -> None:
    """Every expert looks through his data, as once a year; otherwise nobody would be drawn in the next cycle."""
    for row in Expert.objects.filter(status="ACTIVE").select_related("person"):
        if (clock.today() - (row.confirmed_on or row.created_at.date())).days > 300:
            reviews.confirm(Actor.of(row.person), row)


def joining(world: World) -> None:
    """The pool of today: confirmed, with an application to decide, a recommendation, a table before it is taken over, a relation and an account."""
    confirm_pool()
    li, wang = (Actor.of(Person.objects.get(email=f"{key}@demo.keguan.example")) for key in ("li", "wang"))
    he = world.actor("he")
    reviews.apply_to_join(li, pool="GENERAL", constituency="INDUSTRY", title="高级工程师", level="DEPUTY", tier="", is_manager=True, disciplines=["510"],
                          clusters=[], keywords=["端侧芯片", "可靠性"], languages=["zh", "en"], yearly_max=6, statement="十五年集成电路研发与量产经验。")
    for name, contact, constituency in (("周研究员", "zhou", "SCIENCE"), ("吴总工", "wuzg", "INDUSTRY")):
        reviews.recommend(wang, name=name, contact=f"{contact}@pool.demo.example", pool="GENERAL", constituency=constituency,
                          reason="所在领域的学科带头人。", for_unit=True)
    table = "姓名,邮箱,界别,职称级别,学科\n吴工,wu@pool.demo.example,产业界,正高,520\n郑某,,体育界,正高,\n"
    for name in ("外部专家.csv", "高校专家.csv"):
        reviews.keep_table(he, upload=SimpleUploadedFile(name, table.encode()))
    row = reviews.keep_table(he, upload=SimpleUploadedFile("原系统专家.csv", table.encode()))
    reviews.map_table(he, row, mapping={"name": "姓名", "email": "邮箱", "constituency": "界别", "level": "职称级别", "disciplines": "学科"}, job=False)
    reviews.check_table(he, row, lambda done, total: None)
    expert = Expert.objects.select_related("person").get(person=world.experts[0])
    own = Actor.of(expert.person)
    reviews.declare_tie(own, expert, code="RC2", name="陈博士", note="博士研究生导师")
    reviews.set_account(own, expert, holder=expert.person.name, bank="演示银行深圳分行", number="6222000011112222")


def after_review(world: World) -> None:
    """What follows the newest ranked review: experts evaluated, a fee list handed to finance, comments that are being edited."""
    batch, chen = Batch.objects.filter(status="RANKED").latest("pk"), world.actor("chen")
    reviews.evaluate_rest(chen, batch)
    for earlier in Batch.objects.filter(status="RANKED").exclude(pk=batch.pk).order_by("-pk")[:2]:
        reviews.make_fees(chen, earlier)
    fees = reviews.make_fees(chen, batch)
    for number, line in enumerate(fees.lines.select_related("expert__person")):
        reviews.set_account(Actor.of(line.expert.person), line.expert, holder=line.expert.person.name, bank="演示银行深圳分行", number=f"62220000{number:08d}")
    reviews.confirm_fees(chen, fees)
    item = batch.items.filter(withdrawn=False).order_by("rank").first()
    running = Assignment.objects.filter(batch__status="SCORING", batch__due_at__gt=clock.now(), status__in=["ACCEPTED", "SUBMITTED"])
    if late := running.exclude(expert__person__email="zhao@demo.keguan.example").select_related("batch").order_by("-pk").first():
        reviews.uphold(chen, late, code="RC5", note="近三年曾为申报单位提供有偿咨询")  # and the next alternate is invited
    reviews.edit_comments(chen, item, text="一、目标明确，技术路线可行。\n二、请补充可靠性验证数据，并在合同中写明考核指标。")


def review(world: World, guide: Guide, start: datetime, *, until: str = "RANKED") -> Batch:
    """A whole review; `until` names the state of the batch where the demo leaves it."""
    organiser, drawer = world.actor("chen"), world.actor("he")
    batch = reviews.create_batch(organiser, guide)
    if not Plan.objects.exists():
        reviews.order_plan(drawer, batch)
        reviews.solve_plan(Plan.objects.get(batch=batch), lambda _done, _total: None)
    confirm_pool()
    if until == "DRAFT":
        return batch
    draw = reviews.commit_draw(drawer, batch, public_source="次日深证成份指数收盘点位（演示）")
    cycle.move_to(start + timedelta(days=1, hours=6))
    draw = reviews.enter_value(drawer, draw, value=f"{10_000 + world.dice.dice.randint(0, 99_999) / 100:.2f}", at=clock.now())
    reviews.open_draw(drawer, draw)
    batch.refresh_from_db()
    batch = reviews.set_due(organiser, batch, due_at=cycle.days(clock.now(), 15, 18))
    batch = reviews.invite(organiser, batch)
    cycle.move_to(start + timedelta(days=3))
    answer(world, batch)
    batch = reviews.begin(organiser, batch)
    cycle.move_to(start + timedelta(days=9))
    score(world, batch, share=Decimal("0.4") if until == "SCORING" else Decimal(1))
    if until == "SCORING":
        meet(organiser, batch)
        return batch
    batch = reviews.close_batch(organiser, batch)
    cycle.settle()
    inspect(world, batch)
    batch = reviews.rank_batch(organiser, batch)
    cycle.settle()
    reviews.analyse(system("figures"), batch)
    return batch


def meet(organiser: Actor, batch: Batch) -> None:
    """A meeting of the panel that is called and still ahead."""
    meeting = reviews.plan_meeting(
        organiser, batch, kind="DEFENCE", title=f"{batch.name[:80]}答辩评审会", starts_at=cycle.days(clock.now(), 10, 9), minutes_per_item=20,
        place="市民中心C区会议室（演示）", elect_chair=True)
    reviews.call_meeting(organiser, meeting)


def inspect(world: World, batch: Batch) -> None:
    """Between review and ranking: the audits the guide asks for, else a visit to the two best; one audit allows less."""
    organiser = world.actor("chen")
    items = list(batch.items.select_related("application").order_by("-mean", "pk"))
    if not reviews.order_audits(organiser, batch):
        for item in items[:2]:
            applications.order_visit(organiser, item.application, why="核实研发场地和主要设备")
    open_ones = Inspection.objects.filter(application__in=[item.application_id for item in items], filed_at=None).order_by("pk")
    for number, row in enumerate(open_ones.select_related("application__guide__special__plan")):
        is_audit = row.kind == "AUDIT"
        applications.file_inspection(
            organiser, row, passed=True, amount=_audited(row.application.requested, number) if is_audit else None,
            finding="审计核实近两年服务成本和财政资助，数据与申请书基本一致。" if is_audit else "场地、设备和人员与申请书一致。",
            upload=texts.pdf("专项审计报告.pdf" if is_audit else "现场考察报告.pdf"))


def _audited(requested: Decimal, number: int) -> Decimal:
    return (requested * (Decimal("0.9") if number == 1 else Decimal(1))).quantize(Decimal(100))


def answer(world: World, batch: Batch) -> None:
    """Everybody answers: one has no time, one declares a conflict, the others accept."""
    for turn in range(3):
        waiting = Expert.objects.filter(assignments__batch=batch, assignments__status="INVITED").distinct().select_related("person")
        experts = list(waiting.order_by("pk"))
        if turn == 0:
            _not_everybody(batch, experts[1:3])
            del experts[1:3]
        _done, refusals = hands.share(experts, lambda expert: len(reviews.declare_and_accept(Actor.of(expert.person), batch)), by=lambda expert: expert.pk)
        world.refusals += refusals
        cycle.settle()


def _not_everybody(batch: Batch, experts: list[Expert]) -> None:
    for index, expert in enumerate(experts):
        actor = Actor.of(expert.person)
        if index == 0:
            reviews.decline(actor, batch, reason_code="BUSY", note="评审期间在外地出差")
            continue
        seat = Assignment.objects.filter(batch=batch, expert=expert, status="INVITED").select_related("item__application").first()
        reviews.declare_and_accept(actor, batch, conflicts={seat.item.application.ref: ("RC5", "曾为该单位提供有偿技术咨询")})


def score(world: World, batch: Batch, *, share: Decimal = Decimal(1)) -> None:
    """Sheets with plausible points: each application has its quality, each expert their strictness."""
    dice = world.dice.dice
    quality: dict[int, float] = {}
    strict: dict[int, float] = {}
    sheets: list[tuple[Assignment, dict[str, Any]]] = []
    seats = Assignment.objects.filter(batch=batch, status="ACCEPTED").select_related("expert__person", "item").order_by("pk")
    for seat in seats:
        if Decimal(str(dice.random())) > share:
            continue
        level = quality.setdefault(seat.item_id, dice.gauss(0.79, 0.06)) + strict.setdefault(seat.expert_id, dice.gauss(0, 0.025))
        values = {}
        for criterion in batch.sheet["criteria"]:
            most = float(criterion["weight"])
            points = max(0.0, min(most, most * (level + dice.gauss(0, 0.04))))
            values[criterion["code"]] = f"{round(points * 2) / 2:.1f}"
        mark = sum(map(float, values.values()))
        sheets.append((seat, {"values": values, "comment": texts.comment(dice, mark),
                              "recommendation": "A" if mark >= 88 else "B" if mark >= 78 else "C" if mark >= 68 else "D"}))

    def one(job: tuple[Assignment, dict[str, Any]]) -> int:
        seat, values = job
        return reviews.submit_sheet(Actor.of(seat.expert.person), seat, values=values).pk

    _done, refusals = hands.share(sheets, one, by=lambda job: job[0].expert_id)
    world.refusals += refusals


def propose(world: World, guide: Guide, start: datetime) -> Publicity | None:
    """List, decision, public notice; None when nothing is proposed."""
    cycle.move_to(start)
    row = projects.create_list(world.actor("chen"), guide)
    row = projects.submit_list(world.actor("chen"), row)
    cycle.move_to(start + timedelta(days=4))
    row = projects.decide(world.actor("lead"), row, minutes="局长办公会审议通过拟立项清单。")
    if not row.items.filter(selected=True).exists():
        return None
    notice = projects.prepare_publicity(world.actor("he"), row)
    return projects.open_publicity(world.actor("he"), notice)


def award(world: World, notice: Publicity | None, *, objection: str = "") -> list[Project]:
    """After the notice: an objection is handled first, the rest is awarded."""
    if notice is None:
        return []
    if objection:
        _objection(world, notice, objection)
    cycle.move_to(notice.closes_at + timedelta(days=1, hours=10))
    notice.refresh_from_db()
    projects.prepare_award(world.actor("he"), notice)
    rows = projects.award(world.actor("lead"), notice)
    cycle.settle()
    return rows


def hand_over(world: World, batch: Batch) -> None:
    """Somebody who still has sheets to write gets the address of the demo's expert account."""
    seat = Assignment.objects.filter(batch=batch, status="ACCEPTED").select_related("expert__person").order_by("pk").first()
    holder = Person.objects.filter(email="zhao@demo.keguan.example").first()
    if seat is not None and holder is not None and seat.expert.person_id != holder.pk:
        accounts.edit_profile(Actor.of(holder), email="e0@demo.keguan.example")
        accounts.edit_profile(Actor.of(seat.expert.person), email="zhao@demo.keguan.example")


def object_to(notice: Publicity, *, accepted: bool = False) -> None:
    """An objection that waits for the supervision division, or one it has accepted and looks into."""
    items = list(project_queries.items_of(notice.proposal, selected=True))
    item = items[0] if accepted else items[-1]
    row = projects.file_objection(
        cycle.nobody(), notice, application=item.application.ref, kind="UNIT", name="鹏湾检测技术有限公司", contact="0755-80000001",
        facts="公示项目与我单位在研合作项目的研究内容存在重合，合作协议约定成果共有，请核实。", upload=texts.pdf("异议书.pdf"))
    if accepted:
        projects.accept_objection(Actor.of(Person.objects.get(email="sun@demo.keguan.example")), row)


def _objection(world: World, notice: Publicity, end: str) -> None:
    cycle.move_to(notice.opens_at + timedelta(days=2))
    item = project_queries.items_of(notice.proposal, selected=True).first()
    row = projects.file_objection(
        cycle.nobody(), notice, application=item.application.ref, kind="PERSON", name="杜衡", contact="13800000000",
        facts="该项目主要技术指标与本人所在团队已公开发表的成果高度重合，请核实。", upload=texts.pdf("异议书.pdf"))
    row = projects.accept_objection(world.actor("sun"), row)
    cycle.move_to(notice.opens_at + timedelta(days=7))
    if end == "uphold":
        projects.hand_over(world.actor("sun"), row, findings="经调阅材料并约谈当事人，异议反映的情况属实，建议认定成立。")
        projects.uphold(world.actor("lead"), row, decision="经调查，异议反映的情况属实，不予立项。")
    elif end == "dismiss":
        projects.dismiss(world.actor("sun"), row, decision="经核查，异议反映的情况不属实。")


def contracts(world: World, rows: list[Project], start: datetime, *, leave: int = 0) -> None:
    """Contracts offered, signed by both; the last `leave` stay at different steps."""
    cycle.move_to(start)

    def one(job: tuple[int, Project]) -> None:
        left, project = job
        contract = Contract.objects.get(project=project)
        if left <= leave and left % 3 == 0:
            return
        if project.starts_on is None or project.ends_on is None:
            today = clock.today()
            projects.edit_contract(world.actor("chen"), contract, starts_on=today, ends_on=today + timedelta(days=365))
        contract = projects.offer_contract(world.actor("chen"), contract)
        if left <= leave and left % 3 == 1:
            return
        contract = projects.sign_unit(world.admin(project.unit), contract)
        if left > leave:
            projects.sign_bureau(world.actor("lead"), contract)

    _each(world, [(len(rows) - number, project) for number, project in enumerate(rows)], one)


def _each(world: World, jobs: list[tuple[int, Any]], one: Callable[[tuple[int, Any]], None]) -> None:
    """Shared out by the row, then what follows from it; `jobs` are (how many are left, row)."""
    _done, refusals = hands.share(jobs, one, by=lambda job: job[1].pk)
    world.refusals += refusals
    cycle.settle()


def payments(world: World, rows: list[Project], start: datetime, kinds: tuple[str, ...], *, leave: int = 0) -> None:
    """Three people and the bank; the last `leave` stay at different steps."""
    cycle.move_to(start)
    waiting = Disbursement.objects.filter(project__in=rows, line__kind__in=kinds, status="CONDITION_WAIT").select_related("project__unit", "line")
    every = list(waiting)
    jobs = [(left if left <= leave else 0, row) for left, row in zip(range(len(every), 0, -1), every, strict=True)]
    _each(world, jobs, lambda job: _pay(world, job[1], job[0]))


def _pay(world: World, row: Disbursement, stop: int) -> None:
    why = "中期检查已通过（演示）" if row.line.kind == "MIDTERM" else ""
    row = funding.request(world.actor("chen"), row, why=why)
    if stop and stop % 4 == 0:
        return
    row = funding.check(world.actor("he"), row)
    if stop and stop % 4 == 1:
        return
    row = funding.approve(world.actor("lead"), row)
    if stop and stop % 4 == 2:
        return
    row = funding.send(world.actor("fin"), row, reference=f"ZL{clock.today():%Y%m%d}{row.pk:06d}")
    if stop:
        return
    row = funding.pay(world.actor("fin"), row, receipt=f"HD{row.pk:08d}")
    funding.confirm_receipt(world.admin(row.project.unit), row)


def finish(world: World, rows: list[Project], *, leave: int = 0) -> None:
    """Final reports, acceptance, evaluation; the last `leave` stay at different steps."""
    jobs = [(left if left <= leave else 0, row) for left, row in zip(range(len(rows), 0, -1), rows, strict=True)]
    _each(world, jobs, lambda job: _finish_one(world, job[1], job[0]))


def _finish_one(world: World, project: Project, stop: int) -> None:
    dice = world.dice.own(project.number, project.pk).dice
    leader, admin = Actor.of(Person.objects.get(pk=project.leader_id)), world.admin(project.unit)
    report = performance.start_report(leader, project, kind="FINAL")
    reached = dice.gauss(0.96, 0.16)
    for result in Result.objects.filter(report=report).select_related("target", "report__project"):
        if result.target.direction == "QUAL":
            performance.save_result(leader, result, band="MET" if reached > 0.85 else "PARTLY", evidence="详见总结报告第 3 章")
        else:
            performance.save_result(leader, result, actual=_reached(result.target, reached, dice), evidence="证明材料见附件")
    paid = sum((row.amount for row in Disbursement.objects.filter(project=project, status="PAID")), Decimal(0))
    performance.save_report(leader, report, done=texts.done(project.title), problems="", outlook="成果已在生产线验证，后续推广应用。",
                            spent=(paid * Decimal(str(min(1, max(0.6, dice.gauss(0.95, 0.06)))))).quantize(Decimal(100)))
    performance.attach(leader, report, texts.pdf("总结报告.pdf"))
    report.refresh_from_db()
    if stop == 1:
        return
    report = performance.hand_in(leader, report)
    if stop == 2:
        return
    report = performance.file_report(admin, report)
    _conclude(world, project, report, reached, stop)


def _reached(target: Any, reached: float, dice: Any) -> Decimal:
    share = Decimal(str(round(max(0.4, reached + dice.gauss(0, 0.05)), 2)))
    value = target.value or Decimal(1)
    found = value * share if target.direction == "GE" else value * (Decimal(2) - min(share, Decimal("1.5")))
    if target.unit == "%":
        found = min(found, Decimal(100))
    return found.quantize(Decimal(1) if value == value.to_integral_value() else Decimal("0.01"))


def _conclude(world: World, project: Project, report: Any, reached: float, stop: int) -> None:
    acceptance = Acceptance.objects.filter(report=report).order_by("-round").first()
    examiner = world.actor("sun")
    if acceptance is not None:
        if stop == 3:
            return
        for result in Result.objects.filter(report=report).select_related("target"):
            examined = performance.examine(examiner, acceptance, result, **_found(result))
            if examined.missed:
                performance.examine(examiner, acceptance, result, **_found(result), note="未完全达到约定值，专家组核实原因后认为不影响总体目标。")
        passed = reached > 0.8
        acceptance = performance.propose(examiner, acceptance, conclusion="PASSED" if passed else "FAILED" if reached < 0.72 else "RECONSIDER",
                                         opinion="经专家组审查资料、现场核查，形成上述意见。" )
        if stop == 4:
            return
        acceptance = performance.confirm(world.actor("lead"), acceptance)
        if acceptance.conclusion == "RECONSIDER":
            return
    row = Evaluation.objects.get(project=project)
    if acceptance is None or stop == 5:
        return
    row = performance.score(examiner, row, comment="")
    if stop != 6:
        performance.confirm_score(world.actor("he"), row)


def _found(result: Result) -> dict[str, Any]:
    if result.target.direction == "QUAL":
        return {"band": result.band, "share": Decimal("0.9") if result.band == "MET" else Decimal("0.7")}
    return {"found": result.actual}
