"""A variant that its feed no longer names: unbuyable at once, removed later, never by mistake."""

from __future__ import annotations

import pytest

from feedsync.settings import Products
from tests.effective.support import at, payload, quantities
from tests.records import DAY, HOUR, NOW, combination, member, missing, product

BOTH = product(combination("v1"), combination("v2"))


def test_at_once_it_is_unbuyable_and_the_rest_goes_on() -> None:
    target = at(member("v1"), missing("v2"), sent=BOTH)
    assert quantities(target) == {"v1": 100, "v2": 0}
    assert target.absent == {"v2"}
    assert target.payload is not None
    assert not target.payload.cart_disabled


def test_the_whole_product_stays_with_a_disabled_cart_and_all_that_was_said_of_it() -> None:
    target = at(missing("v1", price_minor=1, tags=("t",)), sent=product())
    assert target.payload == product(combination("v1", quantity=0), cart_disabled=True, tags=("t",))


def test_an_unbuyable_variant_keeps_what_was_sent_of_it() -> None:
    red = combination("v2", price_minor=7, options=(("Color", "Red"),))
    target = payload(member("v1"), missing("v2", price_minor=9), sent=product(combination("v1"), red))
    assert target.variants[1] == combination("v2", price_minor=7, options=(("Color", "Red"),), quantity=0)


@pytest.mark.parametrize(
    ("documents", "since", "gone"), [(1, NOW, False), (2, NOW, True), (1, NOW - DAY, True), (1, NOW - DAY + 1, False)]
)
def test_it_is_removed_after_two_documents_or_a_day(documents: int, since: int, gone: bool) -> None:
    target = at(missing("v1", since, documents), sent=product())
    assert (target.payload is None) == gone


def test_the_policy_is_the_schedules() -> None:
    item = missing("v1", NOW - 2 * HOUR, 2)
    assert at(item, sent=product(), after_runs=3).payload is not None
    assert at(item, sent=product(), after_runs=3, after="1h").payload is None


@pytest.mark.parametrize("documents", [1, 2, 99])
def test_a_schedule_may_leave_it_out_of_stock_for_ever(documents: int) -> None:
    target = at(missing("v1", NOW - 9 * DAY, documents), sent=product(), then="out_of_stock")
    assert quantities(target) == {"v1": 0}


def test_a_schedule_may_keep_it_as_it_was() -> None:
    target = at(missing("v1", NOW - 9 * DAY, 99), sent=product(), then="keep")
    assert quantities(target) == {"v1": 100}
    assert (target.absent, target.payload and target.payload.cart_disabled) == (frozenset(), False)


def test_a_removed_variant_stays_at_0_in_a_product_that_goes_on() -> None:
    target = at(member("v1"), missing("v2", documents=2, tags=("t",)), sent=BOTH)
    assert quantities(target) == {"v1": 100, "v2": 0}
    assert target.payload is not None
    assert target.payload.tags == ()


def test_what_the_store_never_had_is_not_added_at_0() -> None:
    assert at(missing("v1")).payload is None
    assert quantities(at(member("v1"), missing("v2"))) == {"v1": 100}
    assert quantities(at(member("v1"), missing("v2"), sent=product(combination("v1")))) == {"v1": 100}


def test_a_product_is_removed_only_when_every_variant_is_due() -> None:
    first, second = missing("v1", documents=2), missing("v2", documents=1)
    assert quantities(at(first, second, sent=BOTH)) == {"v1": 0, "v2": 0}
    assert at(first, missing("v2", documents=2), sent=BOTH).payload is None


def test_expired_is_absent_from_the_second_it_expires() -> None:
    item = member("v1", expires_at=NOW)
    assert quantities(at(item, now=NOW - 1, sent=product())) == {"v1": 100}
    assert quantities(at(item, sent=product())) == {"v1": 0}
    assert at(item, sent=product()).absent == {"v1"}
    assert at(item, now=NOW + DAY, sent=product()).payload is None
    assert at(item).payload is None


def test_what_expired_and_is_missing_too_counts_from_when_it_was_missed() -> None:
    item = missing("v1", since=NOW - HOUR, expires_at=NOW - 9 * DAY)
    assert quantities(at(item, sent=product())) == {"v1": 0}


def test_a_variant_of_another_product_now_is_unbuyable_here() -> None:
    target = at(member("v1"), sent=BOTH)
    assert quantities(target) == {"v1": 100, "v2": 0}
    assert target.left == {"v2"}
    assert not target.absent


def test_a_product_that_all_variants_left_should_not_be_in_the_store() -> None:
    target = at(sent=BOTH)
    assert target.payload is None
    assert target.left == {"v1", "v2"}


def test_a_product_of_a_variant_that_went_missing_and_others_that_left_waits() -> None:
    target = at(missing("v1"), sent=BOTH)
    assert quantities(target) == {"v1": 0, "v2": 0}


def test_all_that_is_there_unbuyable_by_setting_disables_the_cart() -> None:
    target = payload(
        member("v1", availability="preorder"), missing("v2"), sent=BOTH, products=Products(preorder="unbuyable")
    )
    assert target.cart_disabled
