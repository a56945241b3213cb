"""What belongs to a product as a whole: from the lowest variant id, or from all variants; never from their order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.effective import effective
from feedsync.ids import catalog_id
from feedsync.model import Member
from feedsync.settings import AbsencePolicy, Products
from tests.effective.support import POLICIES, SETTINGS, held_or_not, members, payload
from tests.records import NOW, member, missing


def test_the_lowest_id_leads() -> None:
    low = member("v1", title="Low", description="low", link="https://h/low", currency="INR")
    high = member("v2", title="High", description="high", link="https://h/high", currency="USD")
    found = payload(high, low)
    assert (found.id, found.title, found.description, found.link, found.currency) == (
        "p1",
        "Low",
        "low",
        "https://h/low",
        "INR",
    )
    assert [v.id for v in found.variants] == ["v1", "v2"]
    assert [v.currency for v in found.variants] == ["INR", "USD"]


def test_a_group_has_its_own_title_where_the_feed_gives_one() -> None:
    assert payload(member("v1", group_title="Group"), member("v2", group_title="Other")).title == "Group"


def test_pictures_tags_and_catalogs_are_those_of_all_variants() -> None:
    found = payload(
        member(
            "v1",
            image_link="https://h/1",
            additional_image_links=("https://h/x",),
            tags=("a", "b"),
            catalogs=("A > B",),
        ),
        member(
            "v2",
            image_link="https://h/2",
            additional_image_links=("https://h/x", "https://h/1"),
            tags=("b", "c"),
            catalogs=("a > b", "C"),
        ),
    )
    assert found.images == ("https://h/1", "https://h/x", "https://h/2")
    assert found.tags == ("a", "b", "c")
    assert found.catalog_ids == tuple(sorted([catalog_id("A > B"), catalog_id("C")]))


def test_metafields_have_every_value_once_in_the_order_of_the_variants() -> None:
    same = (("brand", "Acme"), ("size", "M"))
    other = (("brand", "Acme"), ("size", "L"))
    assert payload(member("v1", metafields=same), member("v2", metafields=other)).metafields == (
        ("brand", "Acme"), ("size", "M, L"),
    )  # fmt: skip
    fewer = (("size", "L"),)
    assert payload(member("v1", metafields=same), member("v2", metafields=fewer)).metafields == (
        ("brand", "Acme"), ("size", "M, L"),
    )  # fmt: skip
    others = (("brand", "Acme"), ("color", "red"))
    assert payload(member("v1", metafields=same), member("v2", metafields=others)).metafields == (
        ("brand", "Acme"), ("color", "red"), ("size", "M"),
    )  # fmt: skip
    twice = (("size", "S"), ("size", "XS"), ("size", "S"))
    assert payload(member("v1", metafields=twice), member("v2", metafields=twice)).metafields == (("size", "S, XS"),)
    assert payload(member("v1")).metafields == ()


@pytest.mark.parametrize("hold", [False, True])
def test_a_variant_that_never_was_in_the_store_and_is_missing_says_nothing(hold: bool) -> None:
    gone = missing("v0", title="Gone", image_link="https://h/gone.jpg", tags=("t",), catalogs=("A",))
    here = member("v1", title="Here")
    assert payload(gone, here, hold_removals=hold) == payload(here)


def test_a_product_may_have_no_picture() -> None:
    assert payload(member(image_link="")).images == ()


def test_metafields_are_sorted_and_different_values_joined() -> None:
    found = payload(
        member("v1", metafields=(("size", "S"), ("brand", "Acme"))),
        member("v2", metafields=(("size", "M"), ("brand", "Acme"))),
    )
    assert found.metafields == (("brand", "Acme"), ("size", "S, M"))


@given(members(), st.randoms(use_true_random=False), SETTINGS, POLICIES)
@settings(deadline=None, max_examples=50)
def test_the_order_of_variants_never_matters(
    variants: list[Member], shuffler: object, products: Products, absence: AbsencePolicy
) -> None:
    there = [Member(m.variant, None) for m in variants]
    sent = effective("p1", there, now=NOW, products=products, absence=absence, sent=None).payload
    mixed = sorted(variants, key=lambda m: m.variant.id, reverse=True)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    for before in (None, sent):
        for hold in (False, True):
            first, second = (
                held_or_not(order, now=NOW, products=products, absence=absence, sent=before, hold_removals=hold)
                for order in (variants, mixed)
            )
            assert first == second
