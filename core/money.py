"""Money: Decimal yuan everywhere, two places; shown in 万元; written out in capital numerals on documents.

Sums are made in yuan, never from rounded 万元. Rounding is ROUND_HALF_UP. Binary floats are refused.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db import models

FEN = Decimal("0.01")
WAN = Decimal(10000)
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


class MoneyField(models.DecimalField):
    """Decimal(18, 2) yuan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        # Migrations name Django's own field: they import nothing of the project.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


def yuan(value: Any) -> Decimal:
    """An exact amount in yuan, rounded half up to the fen. Raises TypeError for a float, ValueError for nonsense."""
    if isinstance(value, float):
        raise TypeError("money is never a float")
    try:
        return Decimal(str(value).replace(",", "").strip()).quantize(FEN, rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {value!r}") from error


def from_wan(value: Any) -> Decimal:
    """万元 as typed by a person -> yuan."""
    if isinstance(value, float):
        raise TypeError("money is never a float")
    try:
        return yuan(Decimal(str(value).replace(",", "").strip()) * WAN)
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {value!r}") from error


def in_wan(value: Decimal | int | None) -> Decimal | None:
    """Yuan -> 万元 as a number, exact and without idle zeros: what stands under a heading in 万元 outside the house."""
    if value is None:
        return None
    amount = (Decimal(value) / WAN).normalize()
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount


def wan(value: Decimal | int | None) -> str:
    """Yuan -> text in 万元, at least no and at most six places, thousands parted: 12345600 -> "1,234.56"."""
    amount = in_wan(value)
    return "" if amount is None else f"{amount:,f}"


def in_words_of(value: Decimal | int, english: bool) -> str:
    """An amount with its unit for running text: "3,000 万元"; in English "CNY 30 million", below a million "CNY 800,000"."""
    if not english:
        return f"{wan(value)} 万元"
    amount = yuan(value)
    if amount >= 1_000_000 and amount % 10_000 == 0:
        return f"CNY {(amount / 1_000_000).normalize():,f} million"
    return f"CNY {amount:,.0f}" if amount == amount.to_integral_value() else f"CNY {amount:,.2f}"


def _group(number: int) -> str:
    """Four digits at most, without leading zeros: 1080 -> 壹仟零捌拾."""
    text, pending_zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if pending_zero and text else "") + DIGITS[digit] + PLACES[place]
            pending_zero = False
        else:
            pending_zero = True
    return text


def _whole(number: int) -> str:
    parts: list[str] = []
    groups = []
    while number:
        number, rest = divmod(number, 10000)
        groups.append(rest)
    for index in range(len(groups) - 1, -1, -1):
        value = groups[index]
        if value == 0:
            continue
        # 零 stands where a group does not fill its thousands place, or where a whole group is empty.
        if parts and (value < 1000 or (index + 1 < len(groups) and groups[index + 1] == 0)):
            parts.append("零")
        parts.append(_group(value) + GROUPS[index])
    return "".join(parts)


def capital(value: Any) -> str:
    """大写金额 by the bank rule: 107000.53 -> 壹拾万柒仟元零伍角叁分, 10000 -> 壹万元整, 0.05 -> 伍分."""
    amount = yuan(value)
    sign = "负" if amount < 0 else ""
    fen_total = int(abs(amount) * 100)
    whole, jiao, fen = fen_total // 100, fen_total // 10 % 10, fen_total % 10
    if fen_total == 0:
        return "零元整"
    text = _whole(whole) + "元" if whole else ""
    if jiao:
        # A zero in the yuan place is read out before the jiao.
        text += ("零" if whole and whole % 10 == 0 else "") + DIGITS[jiao] + "角"
    elif fen and whole:
        text += "零"
    text += DIGITS[fen] + "分" if fen else ""
    return sign + text + ("" if fen else "整")
