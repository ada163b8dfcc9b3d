"""Whose word a way of funding asks for before it goes on: an owner, a partner body, a fund committee, an ethics committee.

What each way asks is data (`reference/modes/modes.json`: `voices` of a mode, `ethics` for all modes). Here it is read
against one guide and one set of answers. Plain Python, no database; clauses R2, R4 and the measures on ethics review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import wan
from programs.engine import modes
from programs.engine.conditions import number
from programs.engine.forms import pick

#: Answers of the form that say yes to a question of two choices.
YES = ("yes", "true", True)
WITH_APPLICATION = "WITH_APPLICATION"


@dataclass(frozen=True)
class Figure:
    """A figure an answer must hold: money in yuan, a share 0 to 1; `most` is the limit that the guide sets, if any."""

    code: str
    kind: str
    label: str
    most: Decimal | None = None


@dataclass(frozen=True)
class Ask:
    """One word that is asked for. `gate`: what it stands before; `side`: who gives it (an owner, the bureau on record for a
    body without an account, the applicant who hands in a paper); `uscc`: the owner's code; `after`: what comes first."""

    code: str
    gate: str
    side: str
    label: str
    question: str
    clause: str
    body: str = ""
    uscc: str = ""
    after: str = ""
    sections: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    figures: tuple[Figure, ...] = ()


def label_of(code: str) -> str:
    """The name of a word by its code, without a guide."""
    every = [*(spec for entry in modes.table()["modes"].values() for spec in entry.get("voices", ())), *modes.table()["ethics"]]
    return next((pick(spec, "label") for spec in every if spec["code"] == code), code)


def details_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return (data.get("mode") or {}).get("details") or {}


def asks(data: Mapping[str, Any], answers: Mapping[str, Any], gate: str = "") -> list[Ask]:
    """Everything a guide asks of others for an application with these answers, at one gate or at all; in order."""
    code = str((data.get("mode") or {}).get("funding_mode"))
    found = [_of_mode(spec, data, code) for spec in modes.mode_of(code).get("voices", ())]
    found += _of_ethics(data, answers)
    return [ask for ask in found if not gate or ask.gate == gate]


def _of_mode(spec: Mapping[str, Any], data: Mapping[str, Any], code: str) -> Ask:
    details, fields = details_of(data), {field["code"]: field for field in modes.fields_of(code)}
    shown = [(pick(fields[name], "label"), modes.shown_detail(fields[name], details[name]))
             for name in spec.get("details", ()) if details.get(name)]
    return Ask(
        code=spec["code"], gate=spec["gate"], side=spec["side"], label=pick(spec, "label"), question=pick(spec, "question"),
        clause=spec["clause"], body=str(details.get(spec["body"], "")), uscc=str(details.get(spec.get("uscc", ""), "")),
        after=spec.get("after", ""), sections=tuple(spec.get("sections", ())), details=tuple(shown),
        figures=tuple(Figure(one["code"], one["kind"], pick(one, "label"), _most(one, details)) for one in spec.get("figures", ())),
    )


def _most(figure: Mapping[str, Any], details: Mapping[str, Any]) -> Decimal | None:
    found = details.get(figure.get("most", ""))
    return None if found in (None, "") else number(found)


def _of_ethics(data: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Ask]:
    """Where the guide asks for the approval before the award (handbook of the field, law and compliance). Where it came with the
    application already, only what a committee cannot give is left: the re-check by experts."""
    rule, given = ethics_rule(data), ethics_declared(data, answers)
    if rule not in ("BEFORE_AWARD", WITH_APPLICATION) or not given:
        return []
    return [
        Ask(code=spec["code"], gate=spec["gate"], side=spec["side"], label=pick(spec, "label"), question=pick(spec, "question"),
            clause=spec["clause"], body=str(given.get(spec["body"], "")) or _("Ethics committee"))
        for spec in modes.table()["ethics"] if (given.get(spec["when"]) if spec.get("when") else rule != WITH_APPLICATION)
    ]


def ethics_rule(data: Mapping[str, Any]) -> str:
    return str((data.get("ethics") or {}).get("rule") or "NONE")


def ethics_declared(data: Mapping[str, Any], answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers on ethics of an application that says it lies within the scope of review; {} for any other."""
    given = ethics_answers(data, answers) if ethics_rule(data) != "NONE" else {}
    return given if given.get("in_scope") in YES else {}


def ethics_papers(data: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Documents of the guide's list that the declared activity needs with the application."""
    if ethics_rule(data) != WITH_APPLICATION or not ethics_declared(data, answers):
        return []
    return [row for row in data.get("documents") or () if is_ethics_paper(row)]


def is_ethics_paper(row: Mapping[str, Any]) -> bool:
    return "伦理" in str(row.get("name", ""))


def ethics_answers(data: Mapping[str, Any], answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers of the section that asks whether ethics review applies (field “in_scope”); {} where none does."""
    for section in (data.get("form") or {}).get("sections", ()):
        if any(field["code"] == "in_scope" for field in section["fields"]):
            return answers.get(section["code"]) or {}
    return {}


def figure_problems(ask: Ask, given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the figures of a favourable answer: missing, not positive, above what the guide allows."""
    found = []
    for one in ask.figures:
        value = given.get(one.code)
        if value is None or value <= 0:
            found.append(_("Give “%(label)s”.") % {"label": one.label})
        elif one.most is not None and value > one.most:
            found.append(_("Clause %(clause)s: “%(label)s” is %(value)s; the guide allows at most %(most)s.") % {
                "clause": ask.clause, "label": one.label, "value": shown_figure(one, value), "most": shown_figure(one, one.most)})
    return found


def shown_figure(figure: Figure, value: Any) -> str:
    amount = number(value)
    return wan(amount) if figure.kind == "money" else f"{(amount * 100).normalize():f}%"


def filer_problem(data: Mapping[str, Any], uscc: str) -> str | None:
    """Some ways are open to named units only (stable support, owner-led), and who posts a challenge does not bid on it."""
    named, shut = filers(data)
    if named and uscc not in named:
        return _("Clause R4: in this way of funding only the units that the guide names may apply.")
    if shut and uscc in shut:
        return _("Clause R4: the owner of a challenge does not bid on it.")
    return None


def filers(data: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """(codes of the units that alone may file, or none named; codes of those that never may) by the way of funding."""
    entry, details = modes.mode_of(str((data.get("mode") or {}).get("funding_mode"))), details_of(data)
    return _codes(details.get(entry.get("filers", ""))), _codes(details.get(entry.get("never_filers", "")))


def _codes(value: Any) -> set[str]:
    if not value:
        return set()
    return set(value) if isinstance(value, Iterable) and not isinstance(value, str) else {str(value)}


# --- the amount --------------------------------------------------------------------------------------------------


def amount_caps(data: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    """(name, yuan): what the details of the way of funding allow one application at most. `budget`: the sum of its budget
    lines, 0 without. Answers that cannot be read bound nothing here: the form has refused them."""
    code, details = str((data.get("mode") or {}).get("funding_mode")), details_of(data)
    rule = CAPS.get(code)
    return rule(details, _flat(answers), budget) if rule and details else []


def loan_problem(data: Mapping[str, Any], answers: Mapping[str, Any]) -> str | None:
    """Interest subsidy: more loans than the guide counts (handbook 2.6)."""
    most = details_of(data).get("max_loans")
    count = len(_flat(answers).get("loans") or [])
    if most in (None, "") or count <= number(most):
        return None
    return _("Clause R4: %(count)d loans are named; the guide counts at most %(most)d.") % {"count": count, "most": int(number(most))}


def _flat(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for section in answers.values() if isinstance(section, Mapping) for key, value in section.items()}


def _sum(value: Any) -> Decimal:
    try:
        found = number(str(value or 0).replace(",", "").replace("，", "").replace(" ", ""))
    except (ArithmeticError, TypeError, ValueError):
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _challenge(details: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    return [(_("price of the challenge less the owner's money"), number(details["price"]) - number(details["owner_money"]))]


def _stable(details: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    return [(_("yearly money times years"), number(details["yearly"]) * number(details["years"]))]


def _joint(details: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    return [(_("share of the city in the budget"), number(details["city_share_max"]) * budget)] if budget else []


def _interest(details: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    loans = [row for row in answers.get("loans") or [] if isinstance(row, Mapping)]
    paid = sum((_sum(row.get("interest_paid")) for row in loans), Decimal(0))
    return [(_("share of the interest paid"), number(details["interest_share"]) * paid),
            (_("cap per unit and year"), number(details["unit_year_cap"]))]


def _matching(details: Mapping[str, Any], answers: Mapping[str, Any], budget: Decimal) -> list[tuple[str, Decimal]]:
    """Money that has arrived times the ratio, less what the city matched before (就高不重复)."""
    left = number(details["ratio"]) * _sum(answers.get("arrived_amount")) - _sum(answers.get("already_matched"))
    return [(_("arrived money times the ratio, less what was matched before"), max(left, Decimal(0)))]


CAPS = {"CHALLENGE": _challenge, "STABLE": _stable, "JOINT": _joint, "INTEREST": _interest, "MATCHING": _matching}
