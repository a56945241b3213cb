"""Where a price names no currency: the schedule's, else the sale price's, else a refusal."""

from __future__ import annotations

import pytest

from feedsync.settings import Products
from tests.normalize.support import accepted, attributes, refused


def _price(price: str, sale: str = "", default: str | None = None) -> tuple[int, str]:
    variant = accepted(attributes(price=price, sale_price=sale), products=Products(currency=default))
    return variant.price_minor, variant.currency


def test_the_schedules_currency_is_the_default() -> None:
    assert _price("1299", default="INR") == (129900, "INR")
    assert _price("$1299", default="AUD") == (129900, "AUD")
    assert _price("1299 EUR", default="INR") == (129900, "EUR")


def test_without_one_the_sale_price_lends_its_own() -> None:
    assert _price("174.58", sale="150 AUD") == (17458, "AUD")
    assert _price("$174.58", sale="150 AUD") == (17458, "AUD")


def test_the_schedules_currency_is_stronger_than_the_sale_prices() -> None:
    assert _price("174.58", sale="150 AUD", default="USD") == (17458, "USD")


@pytest.mark.parametrize("sale", ["", "150", "cheap", "150 XYZ"])
def test_with_neither_the_item_is_refused_for_its_price(sale: str) -> None:
    assert refused(attributes(price="174.58", sale_price=sale)).startswith(
        "FS-404 price '174.58' is not a price: it names no"
    )


def test_a_sale_price_does_not_mend_a_price_that_is_none() -> None:
    assert refused(attributes(price="on request", sale_price="150 AUD")).startswith("FS-404 price 'on request'")
