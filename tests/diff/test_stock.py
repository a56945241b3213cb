"""Stock: out, back, or another number; and which of it is the first step of a removal."""

from __future__ import annotations

import pytest

from feedsync.model import Change
from tests.diff.support import changes, told
from tests.records import combination, product


@pytest.mark.parametrize(
    ("before", "after", "kind", "klass"),
    [
        (5, 0, "out_of_stock", "stock_out"),
        (0, 5, "back_in_stock", "other"),
        (5, 4, "quantity", "other"),
        (4, 5, "quantity", "other"),
    ],
)
def test_a_variant_that_goes_on(before: int, after: int, kind: str, klass: str) -> None:
    old, new = (product(combination(quantity=quantity)) for quantity in (before, after))
    assert told(changes(old, new)) == [(kind, "quantity", str(before), str(after), klass)]


BOTH = product(combination("v1", title="Red"), combination("v2", title="Blue"))


def test_a_missing_variant_of_a_product_that_goes_on_is_removed() -> None:
    new = product(combination("v1", title="Red"), combination("v2", title="Blue", quantity=0))
    note = "missing from the feed"
    assert changes(BOTH, new, absent="v2") == [
        Change("variant_removed", "p1", "v2", None, "Blue", None, "feed", "removal", note)
    ]


def test_a_variant_that_moved_away_is_no_removal() -> None:
    new = product(combination("v1", title="Red"), combination("v2", title="Blue", quantity=0))
    note = "now in another product"
    assert changes(BOTH, new, left="v2") == [
        Change("variant_removed", "p1", "v2", None, "Blue", None, "feed", "other", note)
    ]


def test_a_product_of_which_all_is_missing_goes_out_of_stock_as_a_removal() -> None:
    new = product(
        combination("v1", title="Red", quantity=0), combination("v2", title="Blue", quantity=0), cart_disabled=True
    )
    found = changes(BOTH, new, absent="v1 v2")
    assert told(found) == [("out_of_stock", "quantity", "100", "0", "removal")] * 2
    assert {change.note for change in found} == {"missing from the feed"}


def test_what_was_out_of_stock_and_goes_missing_is_a_removal_all_the_same() -> None:
    old = product(combination(quantity=0))
    found = changes(old, product(combination(quantity=0), cart_disabled=True), absent="v1")
    assert [change.klass for change in found] == ["removal"]


def test_while_removals_are_held_nothing_of_a_missing_variant_changes() -> None:
    assert changes(BOTH, BOTH, absent="v2") == []


def test_a_variant_that_is_back_is_back_in_stock() -> None:
    old = product(combination(quantity=0), cart_disabled=True)
    assert told(changes(old, product())) == [("back_in_stock", "quantity", "0", "100", "other")]


def test_a_new_variant_is_an_addition_unless_it_came_from_another_product() -> None:
    old = product(combination("v1", title="Red"))
    assert changes(old, BOTH) == [Change("variant_added", "p1", "v2", None, None, "Blue", "feed", "addition")]
    assert changes(old, BOTH, moved_from={"v2": "p0"}) == [
        Change("variant_moved", "p1", "v2", None, "p0", "p1", "feed", "other")
    ]


def test_a_cart_that_closes_without_any_stock_change_is_told() -> None:
    old, new = product(combination(quantity=0)), product(combination(quantity=0), cart_disabled=True)
    assert told(changes(old, new)) == [("content", "cart", "enabled", "disabled", "other")]
    assert told(changes(new, old)) == [("content", "cart", "disabled", "enabled", "other")]
