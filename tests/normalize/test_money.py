"""A price as text is an exact integer of minor units, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.currencies import EXPONENTS, decimal_text
from feedsync.normalize.money import NotAPrice, parse_price

CODES = st.sampled_from(sorted(EXPONENTS))
MINOR = st.integers(0, 10**12)


@given(CODES, MINOR)
@settings(deadline=None)
def test_googles_own_form_is_read_back_exactly(code: str, minor: int) -> None:
    assert parse_price(f"{decimal_text(minor, code)} {code}", None) == (minor, code)


@given(
    CODES,
    MINOR,
    st.sampled_from(["{n} {c}", "{c} {n}", "{n}{c}", "{c}{n}", " {n}  {c} ", "{c} {n} {c}", "{n}\u00a0{c}"]),
)
@settings(deadline=None)
def test_the_code_may_stand_on_either_side(code: str, minor: int, form: str) -> None:
    text = form.format(n=decimal_text(minor, code), c=code)
    assert parse_price(text, None) == parse_price(text.lower(), None) == (minor, code)


@given(CODES, MINOR)
@settings(deadline=None)
def test_zeros_after_the_last_digit_say_nothing(code: str, minor: int) -> None:
    text = decimal_text(minor, code)
    padded = f"{text}{'' if '.' in text else '.'}0000"
    assert parse_price(f"{padded} {code}", None) == (minor, code)


@given(st.text(max_size=30), st.none() | CODES)
@settings(deadline=None)
def test_no_text_gives_anything_but_an_integer_or_a_refusal(text: str, default: str | None) -> None:
    try:
        minor, code = parse_price(text, default)
    except NotAPrice:
        return
    assert type(minor) is int
    assert minor >= 0
    assert code in EXPONENTS


@given(st.text("0123456789.,'’ -+€$INR%", max_size=16))
@settings(deadline=None, max_examples=300)
def test_zero_is_read_only_where_there_is_nothing_but_zeros(text: str) -> None:
    try:
        minor, _ = parse_price(text, "INR")
    except NotAPrice:
        return
    assert minor or not set(text) & set("123456789")


@given(st.text("abcxyzäß %&-/", max_size=12))
@settings(deadline=None)
def test_text_without_a_digit_is_never_a_price(text: str) -> None:
    with pytest.raises(NotAPrice):
        parse_price(text, "INR")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "INR", "free", "from 12.00 EUR", "12.00 EUR - 15.00 EUR", "12-15 EUR", "12.00 EUR incl. VAT",
        "-5 EUR", "+5 EUR", "EUR -5", "−5 EUR", "1e5 EUR", "NaN EUR", "12.00 EUR 15.00 EUR", "12 %", "N/A", "12EUR5",
    ],
)  # fmt: skip
def test_a_range_a_sign_or_words_are_refused(text: str) -> None:
    with pytest.raises(NotAPrice):
        parse_price(text, "EUR")


@pytest.mark.parametrize("text", ["1234.567 EUR", "12.3456 EUR", "1.5 JPY", "1.2345 KWD", "0.001 INR"])
def test_more_decimals_than_the_currency_has_are_refused(text: str) -> None:
    with pytest.raises(NotAPrice, match="more decimals"):
        parse_price(text, None)


def test_a_number_that_no_price_has_is_refused() -> None:
    with pytest.raises(NotAPrice, match="too large"):
        parse_price("99999999999999 INR", None)


@pytest.mark.parametrize("tail", ["1'", "1,", "1.", "1 ", "'", "’", "a'", "€"])
def test_an_endless_text_is_refused_at_once(tail: str) -> None:
    with pytest.raises(NotAPrice):
        parse_price("1" + tail * 50_000 + "+", "EUR")
