"""What an expert is paid: units by days or sheets, income tax on labour remuneration, and gross from net. Decimal, half up, to the cent.

The tax table (parameter tax.labour) is that of withholding: from each taxable amount `allowance` is taken off while it is at most
`allowance_to`, beyond that the share `share`; on the rest the rate of its bracket less the quick deduction. What one taxable amount
is says parameter tax.labour_period: each payment, or all that a person gets in a month. Then the tax of a payment is that of the
whole month less what was withheld from the earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Before:
    """What a person has had earlier in the taxable month."""

    gross: Decimal = Decimal("0.00")
    tax: Decimal = Decimal("0.00")


NOTHING = Before()


@dataclass(frozen=True)
class Table:
    allowance: Decimal
    allowance_to: Decimal
    share: Decimal
    brackets: tuple[tuple[Decimal | None, Decimal, Decimal], ...]  # (taxable up to, rate, quick deduction)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Table:
        def number(value: Any) -> Decimal:
            return Decimal(str(value))

        rows = tuple((number(top) if str(top) != "" else None, number(rate), number(quick)) for top, rate, quick in data["brackets"])
        return cls(number(data["allowance"]), number(data["allowance_to"]), number(data["share"]), rows)

    def taxable(self, gross: Decimal) -> Decimal:
        """What is left after the allowance."""
        off = self.allowance if gross <= self.allowance_to else gross * self.share
        return max(Decimal(0), gross - off)

    def tax_beside(self, gross: Decimal, before: Before) -> Decimal:
        """What is withheld from a payment after earlier ones that are taxed together with it; never more than the payment."""
        return min(gross, max(Decimal("0.00"), self.tax(before.gross + gross) - before.tax))

    def gross_beside(self, net: Decimal, before: Before) -> Decimal:
        """The payment before tax that leaves `net` after earlier ones."""
        if net <= 0 or self.tax(before.gross + net) <= before.tax:
            return cents(max(net, Decimal(0)))
        return self.gross_of(net + before.gross - before.tax) - before.gross

    def tax(self, gross: Decimal) -> Decimal:
        rest = self.taxable(gross)
        for top, rate, quick in self.brackets:
            if top is None or rest <= top:
                return cents(max(Decimal(0), rest * rate - quick))
        raise ValueError("the last bracket has no end")

    def gross_of(self, net: Decimal) -> Decimal:
        """The payment before tax that leaves `net`: each piece of the table is a straight line, turned round; to the cent."""
        if net <= 0:
            return Decimal("0.00")
        found = []
        for top, rate, quick in self.brackets:
            for keep, fixed, low, high in ((Decimal(1), self.allowance, Decimal(0), self.allowance_to),
                                           (Decimal(1) - self.share, Decimal(0), self.allowance_to, None)):
                gross = (net - quick - fixed * rate) / (Decimal(1) - keep * rate)
                rest = gross * keep - fixed
                within = gross > low and (high is None or gross <= high) and rest >= 0 and (top is None or rest <= top)
                if within and abs(gross - self.tax(gross) - net) <= CENT:
                    found.append(gross)
        gross = cents(min(found)) if found else cents(net)
        while gross - self.tax(gross) < net:  # rounding to the cent
            gross += CENT
        while gross - CENT - self.tax(gross - CENT) >= net:
            gross -= CENT
        return gross


def day_units(days: Decimal, half: Decimal, later_from: int, later_share: Decimal) -> Decimal:
    """Full days count one each, from the day `later_from` on less; half a day has its own share."""
    whole = int(days)
    units = sum((Decimal(1) if day < later_from else later_share for day in range(1, whole + 1)), Decimal(0))
    if days > whole:
        units += half * (Decimal(1) if whole + 1 < later_from else later_share)
    return cents(units)


@dataclass(frozen=True)
class Amount:
    gross: Decimal
    tax: Decimal
    net: Decimal


def amount(rate: Decimal, units: Decimal, table: Table, basis: str, before: Before = NOTHING) -> Amount:
    """`basis` NET: the rate is what arrives; GROSS: what is taxed."""
    value = cents(rate * units)
    gross = table.gross_beside(value, before) if basis == "NET" else value
    tax = table.tax_beside(gross, before)
    return Amount(gross, tax, gross - tax)


def sums(amounts: Sequence[Amount]) -> Amount:
    return Amount(*(sum((getattr(one, name) for one in amounts), Decimal("0.00")) for name in ("gross", "tax", "net")))
