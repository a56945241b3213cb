"""``[[rules]]``: in order, over attributes; what one sets the next one sees, and what is excluded is gone."""

from __future__ import annotations

import pytest

from feedsync.errors import Problem
from feedsync.model import Attributes
from feedsync.normalize.rules import Rules
from feedsync.settings_map import Rule


def rules(*written: tuple[str, dict[str, str] | None], currency: str | None = None) -> Rules:
    made = [
        Rule.model_validate({"when": when, "exclude": True} if to_set is None else {"when": when, "set": to_set})
        for when, to_set in written
    ]
    return Rules(made, currency)


def applies(when: str, attributes: Attributes) -> bool:
    """Whether an item with these attributes is the rule's."""
    result = rules((when, None))(attributes)
    assert not isinstance(result, Problem)
    return result is None


def test_without_rules_the_attributes_are_what_they_were() -> None:
    attributes: Attributes = {"id": "1"}
    assert Rules([])(attributes) is attributes


def test_a_rule_that_does_not_apply_changes_nothing() -> None:
    attributes: Attributes = {"brand": "Y", "price": "1"}
    assert rules(("brand == 'X'", {"color": "red"}))(attributes) is attributes


def test_a_rule_sets_attributes_without_touching_what_it_was_given() -> None:
    attributes: Attributes = {"brand": "X"}
    assert rules(("brand == 'X'", {"color": "red", "size": "L"}))(attributes) == {
        "brand": "X",
        "color": "red",
        "size": "L",
    }
    assert attributes == {"brand": "X"}


def test_a_rule_sees_what_those_before_it_have_set() -> None:
    both = rules(("brand == 'X'", {"x_kind": "ours"}), ("x_kind == 'ours'", {"brand": "Acme"}), ("brand == 'X'", None))
    assert both({"brand": "X"}) == {"brand": "Acme", "x_kind": "ours"}


def test_an_empty_text_takes_an_attribute_away() -> None:
    taken = rules(("sale_price", {"sale_price": ""}), ("sale_price", None))
    assert taken({"id": "1", "sale_price": "5"}) == {"id": "1"}


def test_an_excluded_item_is_none_whatever_comes_after() -> None:
    excluded = rules(("brand == 'X'", None), ("starts_with(color, 'a')", {"size": "S"}))
    assert excluded({"brand": "X", "color": ["red"]}) is None


@pytest.mark.parametrize(
    "spelling", ["out of stock", "OUT_OF_STOCK", " OutOfStock ", "sold out", "http://schema.org/OutOfStock"]
)
def test_the_availability_is_in_googles_words_however_it_is_spelled(spelling: str) -> None:
    assert applies("availability == 'out_of_stock'", {"availability": spelling})


def test_an_availability_that_is_not_known_is_as_the_feed_has_it() -> None:
    assert applies("availability == 'Promo'", {"availability": "Promo "})


def test_the_spelling_of_the_feed_is_kept() -> None:
    result = rules(("availability == 'in_stock'", {"x_a": "1"}))({"availability": "In Stock"})
    assert result == {"availability": "In Stock", "x_a": "1"}


def test_white_space_around_a_text_does_not_count() -> None:
    assert applies("brand == 'X'", {"brand": "\n X "})


@pytest.mark.parametrize(
    ("when", "attributes", "holds"),
    [
        ("brand", {"brand": "X"}, True),
        ("brand", {}, False),
        ("brand", {"brand": " "}, False),
        ("!brand", {}, True),
        ("brand != 'X'", {}, True),
        ("`0`", {}, True),
        ("brand == `null`", {}, True),
        ("contains(title, 'Sale')", {"title": "Big Sale"}, True),
        ("contains(title, 'Sale')", {}, False),
        ("!contains(title, 'Sale')", {}, True),
        ("contains(title, 'Sale') || brand == 'X'", {"brand": "X"}, True),
        ("contains(product_type, 'Shoes')", {"product_type": ["Sale", "Shoes"]}, True),
        ("contains(product_type, 'Sho')", {"product_type": ["Sale", "Shoes"]}, False),
        ("lower(brand) == 'acme'", {"brand": "ACME"}, True),
        ("length(title) > `5`", {"title": "abcdef"}, True),
        ("shipping.country == 'IN'", {"shipping": {"country": "IN"}}, True),
        ("shipping[?country == 'IN']", {"shipping": [{"country": "US"}]}, False),
        ("shipping[?country == 'IN']", {"shipping": [{"country": "US"}, {"country": "IN"}]}, True),
        ("expiration_date < '2026-12-01'", {"expiration_date": "2026-11-30T10:00Z"}, True),
        ("expiration_date < '2026-12-01'", {"expiration_date": "2027-01-01"}, False),
    ],
)
def test_conditions(when: str, attributes: Attributes, *, holds: bool) -> None:
    assert applies(when, attributes) is holds


def test_a_condition_without_an_answer_refuses_the_item() -> None:
    """It might have to be excluded, or not: invalid is never missing."""
    doubtful = rules(("brand == 'Y'", None), ("starts_with(product_type, 'A')", None))
    assert doubtful({"product_type": ["A", "B"]}) == Problem(
        "FS-421",
        {"field": "rule 2", "transform": "when", "value": "starts_with(product_type, 'A')",
         "reason": "starts_with() cannot take array"},
    )  # fmt: skip


def test_it_tells_what_it_reads() -> None:
    assert rules(("brand == 'X' && shipping.country", {"color": "a"}), ("price < `5`", None)).reads == {
        "brand",
        "shipping",
        "price",
    }
