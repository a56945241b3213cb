"""While removals are held, what is missing keeps everything that was sent of it."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.effective import effective
from feedsync.model import Absence, Member
from feedsync.settings import AbsencePolicy, Products
from tests.effective.support import POLICIES, SETTINGS, at, held_or_not, members, payload, quantities
from tests.records import DAY, HOUR, NOW, combination, member, missing, product


def test_a_missing_variant_stays_buyable() -> None:
    sent = product(combination("v1"), combination("v2", quantity=5))
    target = at(member("v1", quantity=3), missing("v2", documents=9), sent=sent, hold_removals=True)
    assert quantities(target) == {"v1": 3, "v2": 5}
    assert target.absent == {"v2"}


def test_a_missing_product_stays_exactly_as_it_was_sent() -> None:
    sent = product(title="As sent", cart_disabled=False)
    assert at(missing("v1", documents=9), sent=sent, hold_removals=True).payload is sent
    assert at(missing("v1", documents=9), hold_removals=True).payload is None


def test_a_removed_variant_keeps_its_pictures_tags_and_catalogs_too() -> None:
    both = [member("v2"), member("v1", title="Lead", image_link="https://h/v1.jpg", tags=("t",), catalogs=("A",))]
    sent = payload(*both)
    held = payload(both[0], Member(both[1].variant, Absence(NOW, 9, NOW)), sent=sent, hold_removals=True)
    assert msgspec.structs.replace(held, variants=()) == msgspec.structs.replace(sent, variants=())


def test_the_cart_of_a_held_variant_stays_open() -> None:
    sent = product(combination("v1"), combination("v2"))
    early, gone = member("v1", availability="preorder"), missing("v2")
    settings = Products(preorder="unbuyable")
    assert not payload(early, gone, sent=sent, products=settings, hold_removals=True).cart_disabled
    assert payload(early, gone, sent=sent, products=settings).cart_disabled


def test_a_variant_that_moved_away_is_no_removal_and_is_not_held() -> None:
    sent = product(combination("v1"), combination("v2"))
    assert quantities(at(member("v1"), sent=sent, hold_removals=True)) == {"v1": 100, "v2": 0}


def test_it_is_looked_at_again_when_its_time_has_come() -> None:
    item = missing("v1", since=NOW - HOUR)
    assert at(item, sent=product(), hold_removals=True).next_change_at == NOW - HOUR + DAY


@given(members(), st.integers(NOW, NOW + 3 * DAY), SETTINGS, POLICIES)
@settings(deadline=None, max_examples=50)
def test_nothing_that_was_buyable_and_is_missing_becomes_unbuyable(
    variants: list[Member], now: int, products: Products, absence: AbsencePolicy
) -> None:
    there = [Member(m.variant, None) for m in variants]
    sent = effective("p1", there, now=NOW, products=products, absence=absence, sent=None).payload
    target = held_or_not(variants, now=now, products=products, absence=absence, sent=sent, hold_removals=True)
    if sent is None:
        return
    assert target.payload is not None
    after = {v.id: v.quantity for v in target.payload.variants}
    kept = {v.id: v.quantity for v in sent.variants if v.id in target.absent}
    assert {variant_id: after[variant_id] for variant_id in kept} == kept
    if any(kept.values()):
        assert target.payload.cart_disabled == sent.cart_disabled
