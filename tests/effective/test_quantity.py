"""The quantity that is sent: what the feed states, unless the variant cannot be bought."""

from __future__ import annotations

import pytest

from feedsync.settings import Products
from tests.effective.support import at, only, payload
from tests.records import NOW, member

UNBUYABLE = Products(preorder="unbuyable")


@pytest.mark.parametrize(
    ("availability", "stated", "quantity"),
    [
        ("in_stock", None, 100),
        ("in_stock", 7, 7),
        ("in_stock", 0, 0),
        ("in_stock", -3, 0),
        ("", 7, 7),
        ("", -1, 0),
        ("out_of_stock", None, 0),
        ("out_of_stock", 7, 0),
        ("discontinued", 7, 0),
        ("preorder", None, 100),
        ("backorder", 7, 7),
    ],
)
def test_availability_is_stronger_than_a_stated_quantity(availability: str, stated: int | None, quantity: int) -> None:
    assert only(member(availability=availability, quantity=stated)).quantity == quantity


def test_the_quantity_for_in_stock_is_a_setting() -> None:
    assert only(member(), products=Products(in_stock_quantity=9)).quantity == 9


@pytest.mark.parametrize("word", ["preorder", "backorder"])
def test_a_preorder_can_be_unbuyable_by_setting_until_its_date(word: str) -> None:
    item = member(availability=word, quantity=7, available_at=NOW + 10)
    early, due = payload(item, products=UNBUYABLE), payload(item, products=UNBUYABLE, now=NOW + 10)
    assert (early.variants[0].quantity, early.cart_disabled) == (0, True)
    assert (due.variants[0].quantity, due.cart_disabled) == (7, False)
    assert at(item, products=UNBUYABLE).next_change_at == NOW + 10
    assert at(item, products=UNBUYABLE, now=NOW + 10).next_change_at is None


def test_without_a_date_it_stays_unbuyable() -> None:
    item = member(availability="preorder", quantity=7)
    assert payload(item, products=UNBUYABLE).cart_disabled
    assert at(item, products=UNBUYABLE).next_change_at is None


def test_a_date_means_nothing_for_what_can_be_bought() -> None:
    assert at(member(availability="preorder", available_at=NOW + 10)).next_change_at is None
    assert at(member(available_at=NOW + 10), products=UNBUYABLE).next_change_at is None


def test_out_of_stock_alone_leaves_the_cart() -> None:
    assert not payload(member(availability="out_of_stock")).cart_disabled


def test_the_cart_stays_while_one_variant_can_be_bought() -> None:
    early = member("v1", availability="preorder")
    assert not payload(early, member("v2"), products=UNBUYABLE).cart_disabled
    assert payload(early, member("v2", availability="backorder"), products=UNBUYABLE).cart_disabled
