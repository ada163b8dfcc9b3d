from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import DIGITS, capital, from_wan, in_words_of, wan, yuan


@pytest.mark.parametrize(
    ("amount", "allowed"),
    [
        ("1680.32", {"壹仟陆佰捌拾元叁角贰分", "壹仟陆佰捌拾元零叁角贰分"}),
        ("107000.53", {"壹拾万柒仟元零伍角叁分", "壹拾万零柒仟元伍角叁分"}),
        ("10000.00", {"壹万元整"}),
        ("325.04", {"叁佰贰拾伍元零肆分"}),
        ("6007.14", {"陆仟零柒元壹角肆分"}),
        ("0.05", {"伍分"}),
        ("0", {"零元整"}),
        ("100000005", {"壹亿零伍元整"}),
        ("123456000", {"壹亿贰仟叁佰肆拾伍万陆仟元整"}),
        ("10100000", {"壹仟零壹拾万元整"}),
        ("-3.50", {"负叁元伍角整"}),
    ],
)
def test_capital_by_the_bank_rule(amount, allowed):
    assert capital(amount) in allowed


def read_back(text: str) -> Decimal:
    """A second, independent reading of capital numerals."""
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = Decimal(0)
    for char in text.removesuffix("整"):
        if char in DIGITS:
            digit = Decimal(DIGITS.index(char))
        elif char in units:
            section, digit = section + digit * units[char], Decimal(0)
        elif char == "万":
            total, section, digit = total + (section + digit) * 10000, Decimal(0), Decimal(0)
        elif char == "亿":
            total, section, digit = (total + section + digit) * 100_000_000, Decimal(0), Decimal(0)
        elif char == "元":
            total, section, digit = total + section + digit, Decimal(0), Decimal(0)
        elif char == "角":
            total, digit = total + digit / 10, Decimal(0)
        elif char == "分":
            total, digit = total + digit / 100, Decimal(0)
    return total


@given(st.integers(min_value=1, max_value=99_999_999_999))
def test_capital_reads_back_to_the_same_amount(fen):
    amount = Decimal(fen) / 100
    assert read_back(capital(amount)) == amount


@given(st.integers(min_value=0, max_value=10**15))
def test_wan_and_back_loses_nothing(fen):
    amount = yuan(Decimal(fen) / 100)
    assert from_wan(wan(amount)) == amount


def test_wan_shows_what_people_write():
    assert [wan(Decimal(v)) for v in ("12345600", "5000000", "1", "0", "1234567.89")] == [
        "1,234.56", "500", "0.0001", "0", "123.456789",
    ]
    assert wan(None) == ""


def test_floats_and_nonsense_are_refused():
    with pytest.raises(TypeError):
        yuan(0.1)
    with pytest.raises(TypeError):
        from_wan(0.1)
    for text in ("", "abc", "1.2.3", "NaN万"):
        with pytest.raises(ValueError, match="not an amount"):
            yuan(text)


def test_rounding_is_half_up():
    assert [yuan(v) for v in ("0.005", "1.015", "2.345")] == [Decimal("0.01"), Decimal("1.02"), Decimal("2.35")]


@pytest.mark.parametrize(("amount", "chinese", "english"), [
    (30_000_000, "3,000 万元", "CNY 30 million"), (800_000, "80 万元", "CNY 800,000"), ("2500000", "250 万元", "CNY 2.5 million"),
    ("1234567.89", "123.456789 万元", "CNY 1,234,567.89"), (1_000_000_000, "100,000 万元", "CNY 1,000 million"),
])
def test_amounts_with_their_unit_for_readers(amount, chinese, english):
    assert (in_words_of(Decimal(amount), english=False), in_words_of(Decimal(amount), english=True)) == (chinese, english)
