"""Prices and sales: what went up or down, and what began, changed or ended."""

from __future__ import annotations

import pytest

from tests.diff.support import changes, told
from tests.records import combination, product

Prices = tuple[int, int]


def _told(before: Prices, after: Prices) -> list[tuple[str, str | None, str | None, str | None]]:
    old, new = (product(combination(price_minor=p * 100, selling_minor=s * 100)) for p, s in (before, after))
    found = told(changes(old, new))
    assert {klass for *_, klass in found} <= {"price"}
    return [(kind, field, old_text, new_text) for kind, field, old_text, new_text, _ in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((100, 100), (120, 120), [("price_up", "price", "100.00 INR", "120.00 INR")]),
        ((100, 100), (90, 90), [("price_down", "price", "100.00 INR", "90.00 INR")]),
        ((100, 100), (0, 0), [("price_down", "price", "100.00 INR", "0.00 INR")]),
        ((100, 100), (100, 80), [("sale_started", "sale_price", "100.00 INR", "80.00 INR")]),
        ((100, 80), (100, 100), [("sale_ended", "sale_price", "80.00 INR", "100.00 INR")]),
        ((100, 80), (100, 70), [("sale_changed", "sale_price", "80.00 INR", "70.00 INR")]),
        ((100, 80), (120, 80), [("price_up", "price", "100.00 INR", "120.00 INR")]),
        ((100, 100), (120, 100),
         [("price_up", "price", "100.00 INR", "120.00 INR"), ("sale_started", "sale_price", "100.00 INR", "100.00 INR")]),
        ((120, 100), (100, 100),
         [("price_down", "price", "120.00 INR", "100.00 INR"), ("sale_ended", "sale_price", "100.00 INR", "100.00 INR")]),
        ((100, 80), (120, 90),
         [("price_up", "price", "100.00 INR", "120.00 INR"), ("sale_changed", "sale_price", "80.00 INR", "90.00 INR")]),
        ((100, 80), (100, 80), []),
    ],
)  # fmt: skip
def test_what_is_told(before: Prices, after: Prices, expected: list[tuple[str, str, str, str]]) -> None:
    assert _told(before, after) == expected


def test_another_currency_is_one_change_of_the_class_price_and_no_price_up() -> None:
    old, new = (
        product(combination(), currency="INR"),
        product(combination(currency="USD", price_minor=1), currency="USD"),
    )
    assert told(changes(old, new)) == [
        ("content", "currency", "INR", "USD", "price"),
        ("content", "currency", "100.00 INR", "100.00 USD", "price"),
    ]


def test_amounts_are_told_with_the_currencys_own_digits() -> None:
    old, new = (product(combination(currency="JPY", price_minor=p, selling_minor=p)) for p in (1299, 1300))
    assert told(changes(old, new)) == [("price_up", "price", "1299 JPY", "1300 JPY", "price")]
