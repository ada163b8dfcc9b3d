"""One list of everything that is wrong, each linked to its field; the same list stops hand-in and endorsement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Organisation
from applications import rules, states
from applications.models import Application
from applications.queries import ethics, parts, relations
from applications.queries import facts as known
from applications.queries.voices import mode_caps
from core import clock
from core.models import StoredFile
from core.money import wan
from programs.engine import amounts, conditions, kinds, targets, voices
from programs.engine import budget as budgets
from programs.engine.conditions import PASS, Outcome
from programs.engine.facts import lookup
from programs.engine.forms import Field, clean_section, row_errors
from programs.queries import held, register

MOST_TARGET = Decimal(10) ** 15
SECRET_YES = ("yes", "true", True)


@dataclass(frozen=True)
class Item:
    """Something to put right. `part` and `anchor` name the page and the box; `clause` the rule of the guide."""

    text: str
    part: str = ""
    anchor: str = ""
    clause: str = ""
    found: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.clause} {self.text}（{self.found}）" if self.clause and self.found else self.text


@dataclass
class CheckList:
    """`wrong` blocks; `human` is passed on to the formality check; `outcomes` are all conditions of the guide."""

    wrong: list[Item] = field(default_factory=list)
    human: list[Item] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    cleaned: dict[str, Any] = field(default_factory=dict)
    amount: amounts.Amount | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many things are wrong, by part."""
        return Counter(item.part for item in self.wrong)

    @property
    def passed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.result == PASS]

    def add(self, part: str, text: str, anchor: str = "", **more: str) -> None:
        self.wrong.append(Item(str(text), part, anchor, **more))


def check_list(application: Application) -> CheckList:
    """Everything at once (一次性告知): form, documents, conditions, money, targets, team, limits, secrecy."""
    found = CheckList()
    form = parts.form_of(application)
    _check_form(application, form, found)
    case = known.facts_of(application, form, found.cleaned)
    _check_secret(found)
    if application.status in states.BEFORE_SUBMISSION:  # the guide or the register may have changed since it was begun
        for problem in unit_problems(application.version.data, application.unit):
            found.add("basic", problem)
    _check_documents(application, found)
    found.human += [Item(text, section, f"f-{field}", ethics.MEASURES) for section, field, text in ethics.to_look_at(application)]
    found.human += [Item(text, section, f"f-{field}") for section, field, text in relations.to_look_at(application)]
    _check_conditions(application, case, found)
    _check_money(application, case, found)
    _check_targets(application, found)
    _check_team(application, found)
    _check_limits(application, case, found)
    return found


def wrong_by_part(application: Application) -> dict[str, int]:
    """How much is wrong in each part said to be finished, by what stands in it alone: for the task list beside every page.
    The conditions of the guide, which ask the register, are left to the check list of overview and check page."""
    found, done = CheckList(), application.done
    _check_form(application, parts.form_of(application), found)
    if done.get(parts.FILES):
        _check_documents(application, found)
    if done.get(parts.BUDGET) and parts.has_grid(scheme := parts.scheme_of(application)):
        _check_grid(application, scheme, found)
    if done.get(parts.TARGETS):
        _check_targets(application, found)
    if done.get(parts.TEAM) or done.get(parts.PARTNERS):
        _check_team(application, found)
    return found.counts


def unit_problems(data: Mapping[str, Any], unit: Organisation) -> list[str]:
    """Why a unit may not apply by this text of a guide at all: its kind, its region, units named or shut out (clauses R4, R6)."""
    wanted = data.get("applicants") or []
    found = [_("Units of this kind may not apply in this guide.")] if wanted and unit.kind not in wanted else []
    found += [rules.region_problem(data.get("eligibility") or {}, unit.region), voices.filer_problem(data, unit.uscc or "")]
    return [text for text in found if text]


def blockers(application: Application) -> list[Item]:
    return check_list(application).wrong


def part_errors(application: Application, part: parts.Part, final: bool = True) -> dict[str, list[str]]:
    """Errors of one section as at submission, by field; used when the person says the section is finished. A draft
    (not `final`) is told what is wrong only, not what is still missing; it is kept all the same."""
    if part.section is None:
        return {}
    values = application.answers.get(part.code) or {}
    if part.kind == "form":
        return parts.form_of(application).clean(values, section=part.code, final=final, answers=application.answers)[1]
    if part.code == parts.BUDGET:
        return clean_section(part.section, values, final, {})[1]
    return {
        f"rows-{index}-{code}": [text]
        for index, row in enumerate(values.get("rows") or [])
        for code, text in _target_gaps(part.section.fields[0], row, final)
    }


def _check_form(application: Application, form: Any, found: CheckList) -> None:
    found.cleaned, errors = form.clean(application.answers, final=True)
    for path, texts in errors.items():
        section, code = path.split(".", 1)
        for text in texts:
            found.add(section, text, f"f-{code}")


def _check_secret(found: CheckList) -> None:
    """Classified matter never goes through this portal (secrecy law, art. 29): stop before anything else."""
    answer = (found.cleaned.get("basic") or {}).get("is_secret")
    if answer in SECRET_YES:
        found.wrong.insert(0, Item(
            _("Content that touches state secrets may not be filed here. Contact the receiving body and file on paper."),
            "basic", "f-is_secret",
        ))


def _check_documents(application: Application, found: CheckList) -> None:
    current = {row.code: row.file for row in parts.rows_of(application, "annexes", "file") if row.is_current}
    present = set(current)
    for row in parts.documents_of(application):
        if row.get("required") and row["code"] not in present:
            text = _("Upload “%(name)s” (required of: %(kinds)s)") if row["who"] else _("Upload “%(name)s”")
            found.add(parts.FILES, text % {"name": row["name"], "kinds": row["who"]}, f"d-{row['code']}")
    for row in voices.ethics_papers(application.version.data, application.answers):
        if row["code"] not in present and not kinds.is_required(row, application.unit.kind):
            found.add(parts.FILES, ethics.needed(row), f"d-{row['code']}", clause=ethics.MEASURES)
    for code, file in current.items():  # also one that a corrected guide asks for no more: it is submitted with the others
        if problem := scan_problem(file):
            found.add(parts.FILES, problem, f"d-{code}")
    has_agreement = next((r for r in parts.documents_of(application) if "合作协议" in r["name"]), None)
    if has_agreement and application.partners.exists() and has_agreement["code"] not in present:
        found.add(parts.FILES, _("There are partners: upload “%(name)s”") % {"name": has_agreement["name"]},
                  f"d-{has_agreement['code']}")


def scan_problem(file: StoredFile) -> str:
    """Why a material cannot be submitted yet: nothing leaves the applicant that nobody looked into where somebody should."""
    if file.scan == StoredFile.Scan.INFECTED:
        return _("A virus was found in “%(name)s”. Upload a clean file in its place, or remove it.") % {"name": file.name}
    if file.scan == StoredFile.Scan.PENDING:
        return _("The virus check of “%(name)s” is not finished. It usually takes less than a minute: try again then. If it stays so, "
                 "upload the file again or call %(phone)s.") % {"name": file.name, "phone": settings.SUPPORT_PHONE}
    return ""


#: Where a person can change what a fact says.
PLACES = {"team.": parts.TEAM, "leader.": "leader", "unit.": "unit", "application.self": parts.BUDGET,
          "application.": "basic", "audit.": "service", "service.": "centre"}


def _place_of(field: str, application: Application) -> str:
    """The section of the form that asks this field."""
    return next((section.code for section in parts.form_of(application).sections
                 if any(item.code == field for item in section.fields)), "basic")


def _place(rule: Mapping[str, Any], application: Application) -> str:
    codes = {part.code for part in parts.parts_of(application)}
    for section in parts.form_of(application).sections:
        stated = {item.data.get("fact") for item in section.fields}
        if stated & conditions.fact_names(rule["test"]):
            return section.code
    for name in sorted(conditions.fact_names(rule["test"])):
        for prefix, code in PLACES.items():
            if name.startswith(prefix) and code in codes:
                return code
    return "basic"


def _check_conditions(application: Application, case: Mapping[str, Any], found: CheckList) -> None:
    rows = application.version.data.get("conditions") or []
    found.outcomes = conditions.evaluate(rows, case)
    for rule, outcome in zip(rows, found.outcomes, strict=True):
        if outcome.result == PASS:
            continue
        item = Item(outcome.text, _place(rule, application), "", outcome.clause, outcome.said, outcome.source)
        (found.wrong if outcome.blocks else found.human).append(item)


def caps_of(application: Application) -> list[tuple[str, Decimal | None]]:
    """Named caps: of the topic, of the guide."""
    pairs = []
    if application.topic_id:
        pairs.append((_("cap of the topic"), application.topic.cap))
    pairs.append((_("cap of the guide"), application.guide.cap_per_project))
    return [*pairs, *mode_caps(application)]


def _check_money(application: Application, case: Mapping[str, Any], found: CheckList) -> None:
    pairs = caps_of(application)
    spec = application.version.data.get("amount") or {}
    if spec.get("formula"):
        try:
            found.amount = amounts.evaluate(spec, case)
            pairs.append((_("amount by the formula of the guide"), found.amount.total))
        except amounts.MissingFact as error:
            found.human.append(Item(_("The amount cannot be worked out yet: %(why)s") % {"why": error}, "basic"))
        except amounts.FormulaError as error:
            found.human.append(Item(str(error), "basic"))
    if problem := voices.loan_problem(application.version.data, application.answers):
        found.add(_place_of("loans", application), problem, "f-loans")
    if any(cap <= 0 for _name, cap in mode_caps(application)):
        found.add("basic", _("Clause R4: by the figures of this application nothing can be granted"), "f-requested")
    lowest = rules.caps(*pairs)
    if lowest and application.requested > lowest[1]:
        found.add(
            "basic",
            _("%(requested)s 万元 are requested; the %(name)s is %(cap)s 万元")
            % {"requested": wan(application.requested), "name": lowest[0], "cap": wan(lowest[1])},
            "f-requested",
        )
    scheme = parts.scheme_of(application)
    if parts.has_grid(scheme):
        _check_grid(application, scheme, found)


def _check_grid(application: Application, scheme: budgets.Scheme, found: CheckList) -> None:
    section = parts.budget_section(scheme)
    raw = application.answers.get(parts.BUDGET) or {}
    _values, errors = clean_section(section, raw, True, {})
    for code, texts in errors.items():
        for text in texts:
            found.add(parts.BUDGET, text, f"f-{code}")
    lines = [budgets.Line(row.heading, row.source, row.amount) for row in application.budget.all()]
    if not lines:
        found.add(parts.BUDGET, _("Fill in the budget"), "budget")
        return
    for problem in budgets.check_lines(scheme, lines, application.requested, unit_kind=application.unit.kind):
        found.add(parts.BUDGET, problem.text, "budget")


def _check_targets(application: Application, found: CheckList) -> None:
    rows = [
        {"l1": row.l1, "l2": row.l2, "name": row.name, "direction": row.direction, "value": row.value,
         "weight": row.weight}
        for row in application.targets.all()
    ]
    template = parts.template_of(application)
    typed = (application.answers.get(parts.TARGETS) or {}).get("rows") or []
    for index, row in enumerate(typed):
        for code, text in _target_gaps(parts.targets_section(template).fields[0], row):
            found.add(parts.TARGETS, _("Row %(row)d: %(text)s") % {"row": index + 1, "text": text}, f"f-rows-{index}-{code}")
    for problem in targets.check_rows(template, rows):
        if not problem.path:  # what is wrong in a row is told above, at its cell and with the number it has on the page
            found.add(parts.TARGETS, problem.text, "f-rows")


def _target_gaps(item: Field, row: Mapping[str, Any], final: bool = True) -> Iterator[tuple[str, str]]:
    """Why a line of targets is not one yet, by column. What is not a number is named: such a line is not read at all."""
    if not any(row.values()):
        return
    wrong = row_errors(item, row, final)[1]
    yield from ((code, text) for code, texts in wrong.items() for text in texts)
    for column in item.columns:
        if final and column.code in ("kind", "name", "direction", "value") and rules.blank(row.get(column.code)):
            yield column.code, _("Fill in “%(label)s”") % {"label": column.label}
    if row.get("direction") in (targets.GE, targets.LE) and not rules.blank(row.get("value")):
        try:
            fits = 0 <= conditions.number(str(row["value"]).replace(",", "").strip()) <= MOST_TARGET
        except ArithmeticError:
            fits = False
        if not fits:
            yield "value", _("The target value must be a number from 0; only a qualitative target is words.")


def _check_team(application: Application, found: CheckList) -> None:
    team, limits = list(application.team.all()), application.version.data.get("team") or {}
    low, high = int(limits.get("min") or 1), int(limits.get("max") or 500)
    if len(team) < low:
        found.add(parts.TEAM, _("The team needs at least %(low)d members; %(count)d are named")
                  % {"low": low, "count": len(team)}, "team")
    if len(team) > high:
        found.add(parts.TEAM, _("The team may have at most %(high)d members; %(count)d are named")
                  % {"high": high, "count": len(team)}, "team")
    for member in team:
        if not member.id_print:
            found.add(parts.TEAM, _("The identity number of %(name)s is missing") % {"name": member.name},
                      f"m-{member.pk}")
        if member.letter_id and (problem := scan_problem(member.letter)):
            found.add(parts.TEAM, problem, f"m-{member.pk}")
    share = sum((partner.share for partner in application.partners.all()), Decimal(0))
    if share > application.requested:
        found.add(parts.PARTNERS, _("The partners' shares are more than the amount requested"), "partners")
    for problem in rules.partner_problem(application.version.data.get("eligibility") or {}, len(application.partners.all()), share):
        found.add(parts.PARTNERS, problem, "partners")


def _check_limits(application: Application, case: Mapping[str, Any], found: CheckList) -> None:
    """Quota per unit and leader, and the limit rules of the guide (handbook 7.1), for the leader and every member."""
    quota = application.version.data.get("quota") or {}
    per_leader = quota.get("per_leader") or known.per_leader()
    for most, used, subject, part in (
        (quota.get("per_unit"), known.led_in_guide, application.unit.name, "unit"),
        (per_leader, known.led_by_person, application.leader.name, parts.TEAM),
    ):
        problem = rules.quota_problem(most, used(application), subject=subject)
        if problem:
            found.add(part if parts.part_of(application, part) else parts.TEAM, problem)
    check_standing(application, case, found)


def check_standing(application: Application, case: Mapping[str, Any], found: CheckList) -> None:
    """What the register says against leader, team and unit: restrictions (clause R12) and the limits of the guide."""
    _check_marks(application, found)
    loaded = [rules.LimitRule.load(row) for row in application.version.data.get("limits") or ()]
    if loaded:
        _check_limit_rules(application, loaded, case, found)


def _check_marks(application: Application, found: CheckList) -> None:
    """Clause R12: an integrity restriction stops leader and unit; other members' marks are shown to the desk."""
    for subject, marks in (
        (application.leader.name, held.blocked(person=application.leader)),
        (application.unit.name, held.blocked(organisation=application.unit)),
    ):
        for mark in marks:
            until = mark.until.isoformat() if mark.until else _("without end")
            found.add(parts.TEAM, _("Clause R12: %(name)s is under an integrity restriction (until %(until)s)")
                      % {"name": subject, "until": until})


def _check_limit_rules(
    application: Application, loaded: list[rules.LimitRule], case: Mapping[str, Any], found: CheckList
) -> None:
    team = [member for member in application.team.all() if member.person_id]
    rows = known.engagements([m.person_id for m in team], [application.unit_id])
    rd = lookup(case, "unit.rd_spend_max_two_years")
    for problem in _limit_problems(application, loaded, rows, rd.value if rd else None):
        found.add(parts.TEAM, problem)


def limit_texts(application: Application, limits: Iterable[Mapping[str, Any]], held: list[Any]) -> list[str]:
    """The same by what is held already, for many applications at once. Rules that large spending on research lifts are left to the
    check list, which asks what the unit spends."""
    loaded = [rules.LimitRule.load(row) for row in limits]
    return list(_limit_problems(application, [rule for rule in loaded if rule.exempt_rd_from is None], held, None))


def _limit_problems(application: Application, loaded: list[rules.LimitRule], held: list[Any], rd_spend: Decimal | None) -> Iterator[str]:
    team = [member for member in application.team.all() if member.person_id]
    year, klass = clock.today().year, application.guide.special.code
    for rule in loaded:
        subjects = (
            [(application.unit.name, "LEAD", [r for r in held if r.organisation_id == application.unit_id])]
            if rule.scope == "unit"
            else [(m.name, m.role, [r for r in held if r.person_id == m.person_id]) for m in team]
        )
        for who, role, mine in subjects:
            if problem := rules.limit_problem(rule, known.held_by(mine), who=who, klass=klass, role=role, year=year, own=application.ref,
                                              kind=application.unit.kind, rd_spend=rd_spend):
                yield problem


def eligibility(guide: Any, leader: Any, unit: Any) -> list[Outcome]:
    """Before anything is filled in: what the register alone says about the conditions of a guide."""
    return register.outcomes_for(guide.version, unit, leader)


def failing(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.blocks]


