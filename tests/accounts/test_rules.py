"""Identifiers, over thousands of invented ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from accounts.states import EXPERT_ROLES, OPERATOR_ROLES, STAFF_ROLES, UNIT_ROLES, WATCH_ROLES, Role

BODY = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)
HEAD = st.text("0123456789", min_size=6, max_size=6).map(lambda digits: f"91{digits}")


def code_of(head: str, body: str) -> str:
    inner = rules.org_code_check(body)
    return head + body + inner + rules.uscc_check(head + body + inner)


@given(HEAD, BODY)
def test_uscc_with_both_check_digits_is_right(head, body):
    assert rules.why_not_uscc(code_of(head, body)) is None


@given(HEAD, BODY, st.integers(0, 17), st.sampled_from(rules.USCC_ALPHABET))
def test_uscc_with_one_wrong_character_is_found(head, body, place, char):
    """The outer check (weights are powers of 3, 31 is a prime) finds every single wrong character."""
    code = code_of(head, body)
    spoiled = code[:place] + char + code[place + 1:]
    assert (rules.why_not_uscc(spoiled) is None) == (spoiled == code)


@pytest.mark.parametrize(("code", "reason"), [
    ("91350100M000100Y4", "length"), ("91350100M000100Y4O", "alphabet"), ("91350100M000100Y53", "inner"),
    ("91350100M000100Y44", "outer"), ("91350100M000100Y43", None),
])
def test_uscc_says_what_is_wrong(code, reason):
    assert rules.why_not_uscc(code) == reason


@pytest.mark.parametrize(("number", "born"), [
    ("11010519900307123" + "8", None), ("4403051985061245", None), ("440305198513124512", None), ("", None),
])
def test_resident_number_that_is_wrong_is_none(number, born):
    assert rules.read_resident_id(number) is born


@given(st.text("０１２３４５６７８９ -１２", max_size=12))
def test_pasted_full_width_digits_become_plain(text):
    assert rules.plain(text).isascii()


@pytest.mark.parametrize(("held", "wanted", "reason"), [
    ({Role.DIVISION}, Role.MEMBER, "staff_and_unit"), ({Role.MEMBER}, Role.LEADER, "staff_and_unit"),
    ({Role.SYSADMIN}, Role.AUDITADMIN, "two_operators"), ({Role.SECADMIN}, Role.FINANCE, "operator_and_staff"),
    ({Role.SYSADMIN}, Role.MEMBER, "watch_and_unit"), ({Role.AUDITOR}, Role.ORG_ADMIN, "watch_and_unit"),
    ({Role.MEMBER}, Role.DISCIPLINE, "watch_and_unit"), ({Role.EXPERT}, Role.MEMBER, None),
    ({Role.AUDITOR}, Role.LEADER, "watch_and_staff"), ({Role.FINANCE}, Role.AUDITOR, "watch_and_staff"),
    ({Role.EXPERT}, Role.DIVISION, "expert_and_desk"), ({Role.RESOURCE}, Role.EXPERT, "expert_and_desk"),
    ({Role.AUDITOR}, Role.EXPERT, "expert_and_desk"),
    ({Role.MEMBER}, Role.EXPERT, None), ({Role.DIVISION}, Role.RESOURCE, None),
])
def test_separation_of_duties(held, wanted, reason):
    assert rules.why_not_roles(held, wanted, staff=STAFF_ROLES, unit=UNIT_ROLES, operators=OPERATOR_ROLES, watch=WATCH_ROLES, experts=EXPERT_ROLES) == reason
