"""Availability and quantity: one of both is needed, and what cannot be read is never taken for in stock."""

from __future__ import annotations

import pytest

from feedsync.settings import Products
from tests.normalize.support import accepted, attributes, refused, remarks


def test_both_are_kept_as_they_are_stated() -> None:
    variant = accepted(attributes(availability="out of stock", quantity="5"))
    assert (variant.availability, variant.quantity) == ("out_of_stock", 5)


def test_a_quantity_alone_is_enough() -> None:
    variant = accepted(attributes(without="availability", quantity="-2"))
    assert (variant.availability, variant.quantity) == ("", -2)


def test_an_unknown_availability_is_refused_even_with_a_quantity() -> None:
    assert refused(attributes(availability="Promo", quantity="5")) == "FS-405 availability 'Promo' is not known"


def test_an_unreadable_quantity_is_a_remark_beside_an_availability() -> None:
    item = attributes(quantity="many")
    assert accepted(item).quantity is None
    assert remarks(item) == ["FS-405 quantity 'many' is not known"]


def test_an_unreadable_quantity_alone_is_refused_whatever_the_default() -> None:
    item = attributes(without="availability", quantity="many")
    assert refused(item, products=Products(missing_availability="in_stock")) == "FS-405 quantity 'many' is not known"


def test_with_neither_the_item_is_refused() -> None:
    assert refused(attributes(without="availability")).startswith("FS-407 ")


@pytest.mark.parametrize("word", ["in_stock", "out_of_stock"])
def test_unless_the_schedule_says_what_nothing_means(word: str) -> None:
    products = Products(missing_availability=word)  # type: ignore[arg-type]
    variant = accepted(attributes(without="availability"), products=products)
    assert (variant.availability, variant.quantity) == (word, None)
