"""The table of ISO 4217 and amounts as text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.currencies import _THREE, _TWO, _ZERO, EXPONENTS, LOCAL_SIGNS, SIGNS, decimal_text


def test_every_code_is_three_capitals_and_stands_in_one_list() -> None:
    codes = f"{_TWO} {_ZERO} {_THREE}".split()
    assert len(codes) == len(set(codes)) == len(EXPONENTS)
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in codes)


@pytest.mark.parametrize(
    ("code", "digits"), [("INR", 2), ("EUR", 2), ("IDR", 2), ("HUF", 2), ("JPY", 0), ("VND", 0), ("ISK", 0), ("KWD", 3)]
)
def test_digits_as_iso_4217_states_them(code: str, digits: int) -> None:
    assert EXPONENTS[code] == digits


def test_signs_mean_codes_that_there_are() -> None:
    assert set(SIGNS.values()) <= EXPONENTS.keys()
    assert frozenset().union(*LOCAL_SIGNS.values()) <= EXPONENTS.keys()


def test_no_sign_is_a_code_and_none_is_both_sure_and_shared() -> None:
    assert not SIGNS.keys() & LOCAL_SIGNS.keys()
    assert not (SIGNS.keys() | LOCAL_SIGNS.keys()) & EXPONENTS.keys()


@pytest.mark.parametrize(
    ("minor", "code", "text"),
    [
        (129900, "INR", "1299.00"),
        (5, "EUR", "0.05"),
        (1299, "JPY", "1299"),
        (1, "KWD", "0.001"),
        (-5, "EUR", "-0.05"),
        (0, "INR", "0.00"),
    ],
)
def test_an_amount_in_major_units(minor: int, code: str, text: str) -> None:
    assert decimal_text(minor, code) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_the_text_is_exact(minor: int, code: str) -> None:
    assert Decimal(decimal_text(minor, code)).scaleb(EXPONENTS[code]) == minor
