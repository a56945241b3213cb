"""``next_change_at`` is never too late: until then time changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.effective import effective
from feedsync.model import Member
from feedsync.settings import AbsencePolicy, Products
from tests.effective.support import POLICIES, SETTINGS, at, held_or_not, members
from tests.records import DAY, HOUR, NOW, member, missing, product


def test_a_product_without_a_clock_in_it_is_never_woken() -> None:
    assert at(member("v1"), member("v2")).next_change_at is None
    assert at(missing("v1", documents=2)).next_change_at is None


def test_the_nearest_of_all_moments_counts() -> None:
    first = member("v1", sale_minor=1, sale_from=NOW + 30, sale_to=NOW + 40)
    assert at(first, member("v2", expires_at=NOW + 20)).next_change_at == NOW + 20
    assert at(first, member("v2", expires_at=NOW - 20), then="keep").next_change_at == NOW + 30


def test_what_is_missing_is_due_after_its_time() -> None:
    assert at(missing("v1", since=NOW - HOUR), sent=product()).next_change_at == NOW - HOUR + DAY
    assert at(member("v1", expires_at=NOW - HOUR), sent=product()).next_change_at == NOW - HOUR + DAY


@pytest.mark.parametrize("word", ["preorder", "backorder"])
def test_the_date_of_what_is_not_sold_yet_counts(word: str) -> None:
    item = member(availability=word, available_at=NOW + 5)
    assert at(item, products=Products(preorder="unbuyable")).next_change_at == NOW + 5


@given(members(), SETTINGS, POLICIES, st.integers(0, 6 * DAY), st.booleans())
@settings(deadline=None, max_examples=50)
def test_until_then_nothing_changes(
    variants: list[Member], products: Products, absence: AbsencePolicy, later: int, hold: bool
) -> None:
    there = [Member(m.variant, None) for m in variants]
    sent = effective("p1", there, now=NOW - 3 * DAY, products=products, absence=absence, sent=None).payload
    for before in (None, sent):
        first, second = (
            held_or_not(variants, now=now, products=products, absence=absence, sent=before, hold_removals=hold)
            for now in (NOW, NOW + later)
        )
        if first.next_change_at is None or NOW + later < first.next_change_at:
            assert (second.payload, second.absent) == (first.payload, first.absent)
        else:
            assert first.next_change_at > NOW
