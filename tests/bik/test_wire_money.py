"""Prices go out as exact JSON numbers in major units, whatever the currency's decimals."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.bik.client import Bik
from feedsync.bik.sandbox import Sandbox
from feedsync.currencies import EXPONENTS

from .payloads import payload, product, variant

LARGEST = 10**16 - 1


def number(minor: int, currency: str) -> str:
    """The price as it stands in the request's bytes."""
    return bytes(
        product(payload(variants=(variant(price_minor=minor, currency=currency),))).combinations[0].price
    ).decode()


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (4999900, "INR", "49999"),
        (1250, "INR", "12.5"),
        (1299, "INR", "12.99"),
        (1, "INR", "0.01"),
        (0, "INR", "0"),
        (49999, "JPY", "49999"),
        (100, "JPY", "100"),
        (1, "KWD", "0.001"),
        (12500, "KWD", "12.5"),
        (-1250, "INR", "-12.5"),
        (1234567, "KWD", "1234.567"),
        (LARGEST, "INR", "99999999999999.99"),
        (10**15, "JPY", "1000000000000000"),
    ],
)
def test_an_amount_is_written_exactly_and_short(minor: int, currency: str, text: str) -> None:
    assert number(minor, currency) == text


@given(st.integers(0, LARGEST), st.sampled_from(sorted(EXPONENTS)))
@settings(deadline=None, max_examples=200)
def test_every_amount_reads_back_as_itself(minor: int, currency: str) -> None:
    text = number(minor, currency)
    assert "e" not in text.lower()
    assert Decimal(text) * 10 ** EXPONENTS[currency] == minor
    assert isinstance(msgspec.json.decode(text), int | float)


def test_the_store_gets_the_same_digits(bik: Bik, store: Sandbox) -> None:
    variants = (variant(currency="KWD", price_minor=12345, selling_minor=12340),)
    bik.put_products([product(payload(currency="KWD", variants=variants))], 0)
    combination = store.products()["A"]["combinations"][0]
    assert (combination["price"], combination["discountedPrice"]) == (12.345, 12.34)
