"""Which currency a price is in: its own code or sign, else the default one, never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.currencies import EXPONENTS, LOCAL_SIGNS, SIGNS
from feedsync.normalize.money import NotAPrice, parse_price


@pytest.mark.parametrize(("sign", "code"), sorted(SIGNS.items()))
def test_an_unmistakable_sign_is_enough(sign: str, code: str) -> None:
    expected = (12 * 10 ** EXPONENTS[code], code)
    assert parse_price(f"{sign}12", None) == parse_price(f"12 {sign}", "INR") == expected


@pytest.mark.parametrize(("sign", "codes"), sorted(LOCAL_SIGNS.items()))
def test_a_sign_of_several_countries_means_the_default_currency_where_that_is_one_of_theirs(
    sign: str, codes: frozenset[str]
) -> None:
    for code in codes:
        assert parse_price(f"{sign} 12", code) == (12 * 10 ** EXPONENTS[code], code)
    for other in (None, "EUR"):
        with pytest.raises(NotAPrice, match="products"):
            parse_price(f"{sign} 12", other)


def test_without_a_currency_the_default_one_is_meant() -> None:
    assert parse_price("12.50", "USD") == (1250, "USD")
    with pytest.raises(NotAPrice, match="set \\[products\\] currency"):
        parse_price("12.50", None)


def test_the_stated_currency_is_stronger_than_the_default_one() -> None:
    assert parse_price("12.50 EUR", "USD") == (1250, "EUR")


@pytest.mark.parametrize("default", [None, "USD", "CAD", "INR"])
def test_a_code_beside_a_sign_says_which_one_the_sign_means(default: str | None) -> None:
    assert parse_price("$12.00 USD", default) == parse_price("usd 12 $", default) == (1200, "USD")
    with pytest.raises(NotAPrice):
        parse_price("$12.00 EUR", default)


@pytest.mark.parametrize("text", ["€12 INR", "INR 12 EUR", "₹12 €"])
def test_two_currencies_are_refused(text: str) -> None:
    with pytest.raises(NotAPrice, match="two currencies"):
        parse_price(text, None)


@pytest.mark.parametrize("text", ["12 XYZ", "12 EURO", "R 12", "12 Dollar", "12 EUR/USD"])
def test_a_word_that_is_no_currency_is_refused_even_with_a_default(text: str) -> None:
    with pytest.raises(NotAPrice, match="no currency"):
        parse_price(text, "EUR")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3).filter(lambda code: code not in EXPONENTS))
@settings(deadline=None)
def test_three_letters_that_are_no_code_are_refused(code: str) -> None:
    if code in SIGNS:
        return
    with pytest.raises(NotAPrice):
        parse_price(f"12 {code}", "INR")
