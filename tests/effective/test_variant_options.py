"""The options of combinations: as the feed names them, and never the same twice in one product."""

from __future__ import annotations

from hypothesis import given, settings

from feedsync.effective import DEFAULT_OPTIONS
from feedsync.model import Member
from tests.effective.support import members, only, payload
from tests.records import combination, member, missing, product

RED = (("Color", "Red"),)


def _options(*variants: Member) -> list[dict[str, str]]:
    return [dict(v.options) for v in payload(*variants).variants]


def test_a_product_without_variants_has_the_default_ones() -> None:
    item = only(member(options=RED))
    assert (item.options, item.title) == (DEFAULT_OPTIONS, "Default Title")
    assert only(member(group_id="p1")).options == DEFAULT_OPTIONS


def test_one_variant_of_a_group_keeps_its_options() -> None:
    item = only(member(group_id="p1", options=(("Color", "Red"), ("Size", "XL"))))
    assert (dict(item.options), item.title) == ({"Color": "Red", "Size": "XL"}, "Red / XL")


def test_variants_that_differ_keep_their_options() -> None:
    assert _options(member("v1", options=RED), member("v2", options=(("Color", "Blue"),))) == [
        {"Color": "Red"},
        {"Color": "Blue"},
    ]


def test_without_options_the_titles_tell_them_apart() -> None:
    assert _options(member("v1", title="Small"), member("v2", title="Large")) == [
        {"Title": "Small"},
        {"Title": "Large"},
    ]


def test_equal_options_are_told_apart_by_the_titles_and_then_by_the_ids() -> None:
    first, second = member("v1", options=RED, title="a"), member("v2", options=RED, title="b")
    assert _options(first, second) == [{"Color": "Red", "Title": "a"}, {"Color": "Red", "Title": "b"}]
    third = member("v3", options=RED, title="b")
    assert [o.get("Id") for o in _options(first, second, third)] == [None, "v2", "v3"]


def test_the_same_options_in_another_order_are_equal() -> None:
    first = member("v1", options=(("Color", "Red"), ("Size", "XL")))
    second = member("v2", options=(("Size", "XL"), ("Color", "Red")))
    assert len({frozenset(o.items()) for o in _options(first, second)}) == 2


def test_options_that_pretend_to_be_an_id_fool_nobody() -> None:
    forged = member("v3", options=(("Title", "x"), ("Id", "v1")))
    options = _options(member("v1", title="x"), member("v2", title="x"), forged)
    assert len({frozenset(o.items()) for o in options}) == 3


@given(members(min_size=2))
@settings(deadline=None, max_examples=50)
def test_no_two_variants_of_a_product_share_theirs(variants: list[Member]) -> None:
    there = [Member(m.variant, None) for m in variants]
    options = [frozenset(v.options) for v in payload(*there, then="keep").variants]
    assert len(set(options)) == len(options)


def test_a_variant_that_comes_with_the_options_of_a_missing_one_has_its_own() -> None:
    sent = product(combination("v1", options=RED), combination("v2", options=(("Color", "Blue"),)))
    found = payload(
        missing("v1", options=RED), member("v2", options=(("Color", "Blue"),)), member("v3", options=RED), sent=sent
    )
    assert len({v.options for v in found.variants}) == 3
