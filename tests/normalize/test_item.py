"""One item becomes a variant, or a refusal that names the field."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.model import Attributes, Value
from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs, Products
from tests.normalize.support import WHOLE, accepted, attributes, normalize, refused, remarks

NAMES = [*WHOLE, "sale_price", "sale_price_effective_date", "item_group_id", "quantity", "product_type", "color",
         "additional_image_link", "availability_date", "expiration_date", "variant_option", "brand"]  # fmt: skip
SLOPPY = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "0", "12 INR", "https://h/p", "in stock", "2026-01-01", "<b>x</b>", "&nbsp;", "a > b", "€5"]
    ),
)
VALUES: st.SearchStrategy[Value] = st.one_of(SLOPPY, st.lists(SLOPPY, max_size=3), SLOPPY.map(lambda t: {"#text": t}))


def test_a_whole_item_becomes_a_variant() -> None:
    variant = accepted(attributes())
    assert (variant.id, variant.group_id, variant.product_id) == ("sku-1", None, "sku-1")
    assert (variant.title, variant.group_title, variant.description) == ("Shirt", None, "A shirt.")
    assert (variant.link, variant.image_link) == ("https://shop.example/shirt", "https://cdn.example/shirt.jpg")
    assert (variant.price_minor, variant.currency, variant.sale_minor) == (129900, "INR", None)
    assert (variant.availability, variant.quantity) == ("in_stock", None)
    assert remarks(attributes()) == []


@pytest.mark.parametrize("name", ["title", "link", "image_link", "price"])
@pytest.mark.parametrize("empty", ["", " \n ", None])
def test_what_every_product_needs_is_not_invented(name: str, empty: str | None) -> None:
    item = attributes(without=name) if empty is None else attributes({name: empty})
    assert refused(item) == f"FS-403 {name} is missing"


def test_a_title_of_nothing_but_markup_is_missing() -> None:
    assert refused(attributes(title="<b>&nbsp;</b>")) == "FS-403 title is missing"


@pytest.mark.parametrize("item_id", ["", "  ", None])
def test_an_item_without_an_id_is_nobodys(item_id: str | None) -> None:
    item = attributes(without="id") if item_id is None else attributes(id=item_id)
    result = normalize(item)
    assert (result.id, result.variant) == (None, None)
    assert result.problem is not None
    assert result.problem.code == "FS-415"


def test_white_space_in_an_id_is_collapsed_and_a_prefix_put_before_it() -> None:
    result = normalize(attributes(id=" a \n b ", item_group_id=" g  1 "), id_prefix="acme-")
    assert result.variant is not None
    assert (result.id, result.variant.id, result.variant.product_id) == ("acme-a b", "acme-a b", "acme-g 1")


@given(st.text(max_size=20))
@settings(deadline=None)
def test_an_id_that_was_read_past_the_parser_is_the_same_id(raw: str) -> None:
    normalizer = Normalizer(Products(), Catalogs(), ZoneInfo("UTC"), "acme-")
    assert normalizer.item_id({"id": raw}) in (None, normalizer.prefixed(raw))


def test_markup_is_undone_but_an_id_stays_as_it_is() -> None:
    variant = accepted(attributes(id="a&amp;b", title="<b>Fish</b> &amp; chips", description="<p>a</p><p>b</p>",
                                  item_group_id="g", item_group_title="Fish &amp; more"))  # fmt: skip
    assert (variant.id, variant.title, variant.group_title) == ("a&amp;b", "Fish & chips", "Fish & more")
    assert variant.description == "a\n\nb"


def test_a_missing_description_is_empty_and_no_reason() -> None:
    assert accepted(attributes(without="description")).description == ""


def test_a_bad_link_is_refused_with_the_reason() -> None:
    assert refused(attributes(link="/shirt")).startswith("FS-406 link '/shirt' is not a web address: it does not begin")


def test_a_price_that_cannot_be_read_is_refused_and_never_0() -> None:
    assert refused(attributes(price="on request")).startswith("FS-404 price 'on request' is not a price")


def test_dates_are_in_the_schedules_zone() -> None:
    item = attributes(availability_date="2026-01-01T05:30", expiration_date="2026-01-02")
    variant = accepted(item, zone="Asia/Kolkata")
    assert (variant.available_at, variant.expires_at) == (1767225600, 1767225600 + 86400 - 19800)


def test_a_date_that_is_none_is_left_out_with_a_remark() -> None:
    item = attributes(availability_date="soon", expiration_date="31.12.2026")
    variant = accepted(item)
    assert (variant.available_at, variant.expires_at) == (None, None)
    assert remarks(item) == [
        "FS-408 availability_date 'soon' is not a date",
        "FS-408 expiration_date '31.12.2026' is not a date",
    ]


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), st.booleans())
@settings(deadline=None)
def test_any_item_is_a_variant_or_a_reasoned_refusal(changed: Attributes, require_image: bool) -> None:
    result = normalize({**WHOLE, **changed}, products=Products(require_image=require_image))
    assert (result.variant is None) != (result.problem is None)
    for problem in (*result.notes, *([result.problem] if result.problem else [])):
        assert problem.message
    if result.variant is not None:
        assert result.variant.id == result.id
        assert result.variant.price_minor >= 0
        assert result.variant.sale_minor is None or 0 < result.variant.sale_minor < result.variant.price_minor


@given(st.permutations([*attributes(brand="Acme", color="Red", product_type="A > B", quantity="3").items()]))
@settings(deadline=None)
def test_the_order_of_attributes_does_not_matter(pairs: list[tuple[str, Value]]) -> None:
    ordered = normalize(attributes(brand="Acme", color="Red", product_type="A > B", quantity="3"))
    assert normalize(dict(pairs)) == ordered
