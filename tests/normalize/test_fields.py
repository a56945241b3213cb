"""Single attributes: text, lists, availability and quantity, as real feeds spell them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.model import Attributes, Value
from feedsync.normalize import fields

VALUES = st.recursive(
    st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("  a ", ["a"]),
        ("", []),
        (" \n", []),
        (["a", "", "b"], ["a", "b"]),
        (["", {"#text": " a "}], ["a"]),
        ({"#text": "a", "url": "x"}, ["a"]),
        ({"url": "x"}, []),
        ([], []),
    ],
)
def test_every_value_that_is_not_empty_counts_in_order(value: Value, found: list[str]) -> None:
    assert fields.texts({"x": value}, "x") == found
    assert fields.text({"x": value}, "x") == (found[0] if found else "")


def test_what_is_not_there_is_empty() -> None:
    assert fields.texts({}, "x") == []
    assert fields.text({}, "x") == ""


@given(VALUES)
@settings(deadline=None)
def test_any_shape_of_value_is_taken(value: Value) -> None:
    attributes: Attributes = {"variant_option": value, "quantity": value, "color": value}
    assert all(text.strip() == text != "" for text in fields.texts(attributes, "color"))
    fields.quantity(attributes)
    assert all(name and choice for name, choice in fields.options(attributes))


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("in_stock", ["in stock", "in_stock", "In Stock", "IN_STOCK", "InStock", "in-stock", " available ", "1", "True",
                      "https://schema.org/InStock", "http://schema.org/LimitedAvailability", "available for order"]),
        ("out_of_stock", ["out of stock", "out_of_stock", "Out Of Stock.", "OutOfStock", "sold out", "SoldOut", "0",
                          "https://schema.org/OutOfStock", "mark_as_sold", "No"]),
        ("preorder", ["preorder", "pre-order", "Pre Order", "https://schema.org/PreOrder", "PreSale"]),
        ("backorder", ["backorder", "back order", "https://schema.org/BackOrder", "onbackorder"]),
        ("discontinued", ["discontinued", "https://schema.org/Discontinued", "archived"]),
    ],
)  # fmt: skip
def test_spellings_of_availability(word: str, spellings: list[str]) -> None:
    assert {fields.availability(spelling) for spelling in spellings} == {word}


@pytest.mark.parametrize("raw", ["", "Promo", "maybe", "in stock soon", "В наличии", "2", "not in stock", "instock!"])
def test_a_word_that_is_not_known_is_never_taken_for_a_default(raw: str) -> None:
    assert fields.availability(raw) is None


@pytest.mark.parametrize(
    ("raw", "quantity"), [("0", 0), ("12", 12), ("12.0", 12), ("12.000", 12), ("-3", -3), ("+3", 3), ("1 000", 1000), ("012", 12)]
)  # fmt: skip
def test_a_stated_quantity(raw: str, quantity: int) -> None:
    assert fields.quantity({"quantity": raw}) == (quantity, None)


@pytest.mark.parametrize("raw", ["many", "InStock", "1.5", "1,000", "10+", "-", "9999999999", "1e3", ">5"])
def test_a_quantity_that_cannot_be_read_is_named_and_never_a_number(raw: str) -> None:
    assert fields.quantity({"quantity": raw}) == (None, ("quantity", raw))


def test_the_first_quantity_that_can_be_read_counts() -> None:
    assert fields.quantity({"quantity": "many", "inventory": "7"}) == (7, None)
    assert fields.quantity({"quantity": "", "quantity_to_sell_on_facebook": "5", "inventory": "7"}) == (5, None)
    assert fields.quantity({"sell_on_google_quantity": "many", "inventory": "few"})[1] == (
        "sell_on_google_quantity",
        "many",
    )
    assert fields.quantity({}) == (None, None)
