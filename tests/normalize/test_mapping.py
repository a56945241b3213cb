"""``[map]``: what an attribute is taken from, and what becomes of it where there is nothing or where it fails."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from feedsync.errors import Problem
from feedsync.model import Attributes
from feedsync.normalize.mapping import Mapping
from feedsync.settings_map import MapSettings

SETTINGS: TypeAdapter[Any] = TypeAdapter(MapSettings)


def mapping(currency: str | None = None, **fields: Any) -> Mapping:
    return Mapping(SETTINGS.validate_python(fields), currency)


def mapped(fields: dict[str, Any], record: dict[str, Any], found: Attributes | None = None) -> Attributes:
    attributes, problems = mapping(**fields)(found or {}, record)
    assert problems == ()
    return attributes


def test_a_word_is_an_expression_over_the_record() -> None:
    assert mapped({"brand": "vendor"}, {"vendor": " Acme "}) == {"brand": "Acme"}


def test_what_is_not_mapped_stays() -> None:
    assert mapped({"brand": "vendor"}, {"vendor": "Acme"}, {"id": "1"}) == {"id": "1", "brand": "Acme"}


def test_what_was_given_is_not_changed() -> None:
    found: Attributes = {"brand": "Old"}
    mapped({"brand": "vendor"}, {"vendor": "New"}, found)
    assert found == {"brand": "Old"}


def test_a_mapping_wins_over_what_the_format_found() -> None:
    assert mapped({"price": "mrp"}, {"mrp": "5", "price": "9"}, {"price": "9"}) == {"price": "5"}


@pytest.mark.parametrize("nothing", [{}, {"mrp": ""}, {"mrp": " \t"}, {"mrp": None}, {"mrp": []}, {"mrp": {}}])
def test_a_mapping_that_gives_nothing_leaves_nothing_of_another_column(nothing: dict[str, Any]) -> None:
    assert mapped({"price": "mrp"}, nothing, {"price": "9"}) == {}


def test_the_first_that_gives_something_is_taken() -> None:
    fields: dict[str, Any] = {"title": {"any": ["a", "b.c", "d"]}}
    assert mapped(fields, {"a": " ", "b": {"c": "two"}, "d": "three"}) == {"title": "two"}
    assert mapped(fields, {"a": "", "b": "x"}) == {}


def test_a_constant_needs_no_record() -> None:
    assert mapped({"condition": {"value": "new"}}, {}) == {"condition": "new"}


def test_an_empty_constant_takes_the_attribute_away() -> None:
    assert mapped({"brand": {"value": ""}}, {}, {"brand": "Acme"}) == {}


def test_a_default_is_for_what_is_not_there() -> None:
    fields: dict[str, Any] = {"brand": {"from": "vendor", "default": "Acme"}}
    assert mapped(fields, {"vendor": ""}) == {"brand": "Acme"}
    assert mapped(fields, {"vendor": "Other"}) == {"brand": "Other"}


def test_transforms_are_done_in_order_and_a_default_after_them() -> None:
    fields: dict[str, Any] = {
        "size": {"from": "s", "transforms": [{"regex": r"\d+"}, {"suffix": " cm"}], "default": "one size"}
    }
    assert mapped(fields, {"s": "about 42"}) == {"size": "42 cm"}
    assert mapped(fields, {"s": "none"}) == {"size": "one size"}


def test_without_a_source_it_is_what_the_format_found() -> None:
    fields: dict[str, Any] = {"brand": {"transforms": ["upper"]}, "color": {"default": "black"}}
    assert mapped(fields, {}, {"brand": "acme"}) == {"brand": "ACME", "color": "black"}
    assert mapped(fields, {}, {"brand": " ", "color": ["red", "blue"]}) == {"color": ["red", "blue"]}


def test_a_transform_that_fails_is_told_and_leaves_no_attribute() -> None:
    price = {"from": "mrp", "transforms": [{"money": "INR"}], "default": "5 INR"}
    attributes, problems = mapping(price=price)({"id": "1", "price": "9"}, {"mrp": "on request"})
    assert attributes == {"id": "1"}
    assert [problem.message for problem in problems] == [
        "price: money failed on 'on request': write one amount and its currency, such as 1299.00 INR"
    ]


def test_every_attribute_that_fails_is_told() -> None:
    strict = {"from": "s", "transforms": [{"values": {"Y": "in_stock"}, "strict": True}]}
    both = mapping(availability=strict, price={"from": "p", "transforms": ["price"]})
    assert [p.parts["field"] for p in both({}, {"s": "?", "p": "?"})[1]] == ["availability", "price"]


def test_an_id_that_fails_is_no_id() -> None:
    """The format's own is another one, and would be another product."""
    attributes, problems = mapping(id={"from": "n", "transforms": [{"minor_units": "INR"}]})({"id": "7"}, {"n": "x"})
    assert "id" not in attributes
    assert problems


def test_an_expression_that_does_not_fit_is_told_without_the_records_values() -> None:
    attributes, problems = mapping(quantity="sum(stock)")({"quantity": "1"}, {"stock": ["1", "secret"]})
    assert attributes == {}
    assert problems == (
        Problem("FS-421", {"field": "quantity", "transform": "the expression", "value": "sum(stock)",
                           "reason": "one of the values is not a number"}),
    )  # fmt: skip


def test_what_is_shown_of_a_value_is_short() -> None:
    fields = mapping(price={"from": "p", "transforms": ["price"]}, brand={"from": "b", "transforms": ["upper"]})
    texts = [p.parts["value"] for p in fields({}, {"p": "x" * 5000, "b": [{"a": "1", "c": "2"}, "d"]})[1]]
    assert texts == ["x" * 100, "2 values"]


def test_a_column_name_with_signs_stands_in_double_quotes() -> None:
    fields: dict[str, Any] = {"title": '"Product Name"', "image_link": '"image[0].url"', "color": '"Größe"'}
    record = {"Product Name": "Shoe", "image[0].url": "u", "Größe": "5", "image": [{"url": "other"}]}
    assert mapped(fields, record) == {"title": "Shoe", "image_link": "u", "color": "5"}


def test_a_name_is_looked_for_in_small_letters_where_it_is_not_there() -> None:
    """An XML feed's elements are kept so, whatever their spelling."""
    fields: dict[str, Any] = {"availability": "inStock", "price": "Offer.Price", "color": "MRP"}
    record = {"instock": "yes", "offer": {"price": "5"}, "MRP": "a", "mrp": "b"}
    assert mapped(fields, record) == {"availability": "yes", "price": "5", "color": "a"}


def test_the_schedules_currency_is_that_of_a_price() -> None:
    price = mapping("EUR", price={"from": "p", "transforms": ["price"]})
    assert price({}, {"p": "12,50"}) == ({"price": "12.50 EUR"}, ())


def test_it_tells_what_it_reads() -> None:
    fields = mapping(title={"any": ["a.b", '"C d" || e[?f].g']}, brand="join(' ', [h, i])", color={"value": "x"})
    assert fields.reads == {"a", "C d", "e", "h", "i"}


def test_a_feeds_own_mapping_goes_over_the_schedules() -> None:
    top = SETTINGS.validate_python({"brand": "a", "color": "b"})
    feed = SETTINGS.validate_python({"brand": "c"})
    assert Mapping({**top, **feed})({}, {"a": "1", "b": "2", "c": "3"}) == ({"brand": "3", "color": "2"}, ())
