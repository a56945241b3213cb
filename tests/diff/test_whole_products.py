"""A product that is new, gone or back is one change, whatever its variants are."""

from __future__ import annotations

from feedsync.diff import diff_product
from feedsync.effective import Effective
from feedsync.model import Change
from tests.diff.support import changes
from tests.records import combination, product

MANY = product(combination("v1"), combination("v2"), combination("v3", quantity=0))


def test_a_new_product_is_one_addition() -> None:
    assert changes(None, MANY) == [Change("product_added", "p1", None, None, None, "Shirt", "feed", "addition")]


def test_a_product_that_the_store_had_once_is_back() -> None:
    assert [change.kind for change in changes(None, MANY, returned=True)] == ["product_returned"]


def test_a_removed_product_is_one_removal() -> None:
    assert changes(MANY, None, absent="v1 v2 v3") == [
        Change("product_removed", "p1", None, None, "Shirt", None, "feed", "removal", "missing from the feed")
    ]


def test_what_never_was_and_should_not_be_is_no_change() -> None:
    assert changes(None, None) == []


def test_variants_that_moved_into_a_new_product_are_told_beside() -> None:
    found = changes(None, MANY, moved_from={"v2": "p0", "v9": "p0"})
    assert [change.kind for change in found] == ["product_added", "variant_moved"]
    assert found[1] == Change("variant_moved", "p1", "v2", None, "p0", "p1", "feed", "other")


def test_the_cause_is_the_callers() -> None:
    found = diff_product(product(), Effective(product(title="New"), None), cause="settings", ignored=frozenset())
    assert [change.cause for change in found] == ["settings"]
