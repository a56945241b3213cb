"""Many items at once are what one after the other is; what would be refused or remarked upon is left to the normalizer."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.model import Attributes, Value
from feedsync.normalize.columns import Columns
from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs, Products
from tests.normalize.support import WHOLE, attributes

_TEXTS = (
    "", " ", "Shirt", " Shirt", "Shirt ", "Two  spaces", "a^b", "a ^b", "^", "Café", "a\u00a0b", "a\nb", "A &amp; B", "A & B; C",
    "<b>x</b>", "R&D", "1 < 2", "x" * 300,
)  # fmt: skip
_ADDRESSES = (
    "https://shop.example/a", "https://shop.example/b?c=1&d=2", "/relative", "https://shop.example/a b", "ftp://shop.example",
    "https://shop.example/é", 
    "https://shop.example/\ud800", "https://shop.example/a&amp;b", "https://shop.example/a;b&c", " https://shop.example/a", "", "https://",
    "https://shop.example/a,https://shop.example/b", "https://shop.example/a,b", "https://shop.example:99/a", "https://shop.example/a\n",
    "https://shop.example/a\nhttps://shop.example/b", "http://shop.example", 'https://shop.example/"',
)  # fmt: skip
_PRICES = ("10.00 INR", "9.00 INR", "0 INR", "12 EUR", "12", "", " 10.00 INR ", "much", "11.00 INR")
_DATES = ("2026-01-01", "2026-01-01T10:00+01:00", "soon", "", " ")
_PATHS = ("A > B > C", "A", "a > b", "123", "", " A > b, c ", "B &gt; C")
_WORDS = ("Red", "red", "Red, Blue", "", " ", "L", "<i>L</i>")
_VALUES: dict[str, tuple[str, ...]] = {
    "title": _TEXTS, "description": _TEXTS, "item_group_title": _TEXTS, "item_group_id": ("g", " g  h ", "", "i"),
    "link": _ADDRESSES, "image_link": _ADDRESSES, "additional_image_link": _ADDRESSES, "price": _PRICES, "sale_price": _PRICES,
    "sale_price_effective_date": ("2026-01-01/2026-02-01", "2026-02-01/2026-01-01", "never", "", "/2026-02-01"),
    "availability": ("in_stock", "In Stock", "sold out", "perhaps", "", " ", "https://schema.org/InStock"),
    "quantity": ("5", "-3", "many", "", " 7 ", "1.0"), "inventory": ("4", "none"),
    "availability_date": _DATES, "expiration_date": _DATES,
    "product_type": _PATHS, "google_product_category": _PATHS, "brand": _WORDS, "color": _WORDS, "size": _WORDS, "gender": _WORDS,
    "custom_label_0": _WORDS, "gtin": ("890", "", " 8 "), "mpn": ("m1", "a  b"),
    "variant_option": ("Memory:128 GB", "Color:Green", "odd"),
}  # fmt: skip
_SETTINGS = (
    (Products(), Catalogs()),
    (
        Products(currency="INR", require_image=False, missing_availability="in_stock"),
        Catalogs(depth=1, names={"123": "One > Two"}),
    ),
    (Products(tags=(), metafields=()), Catalogs.model_validate({"from": "none"})),
    (
        Products(tags=("product_type", "color", "product_type"), metafields=("mpn", "brand", "gtin", "mpn", "brand")),
        Catalogs.model_validate({"from": "google_product_category"}),
    ),
)


@st.composite
def an_item(draw: st.DrawFn) -> Attributes:
    """Mostly whole, with some attributes that may be anything, seldom several times."""
    item = dict(WHOLE)
    item["none"] = "no attribute"
    for name in draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=6)):
        texts = st.sampled_from(_VALUES[name])
        values: st.SearchStrategy[Value] = st.one_of(
            texts, texts, texts, st.lists(texts, min_size=2, max_size=3), st.fixed_dictionaries({"#text": texts})
        )
        item[name] = draw(values)
    for name in draw(st.lists(st.sampled_from(sorted(item)), max_size=1)):
        del item[name]
    return item


@settings(max_examples=400, deadline=None)
@given(st.lists(an_item(), max_size=6), st.sampled_from(_SETTINGS))
@example([], _SETTINGS[0])
@example(
    [attributes(), attributes(additional_image_link=["https://cdn.example/shirt.jpg", "https://b.example"])],
    _SETTINGS[0],
)
def test_many_are_what_one_after_the_other_is(lot: list[Attributes], chosen: tuple[Products, Catalogs]) -> None:
    normalizer = Normalizer(*chosen, ZoneInfo("Asia/Kolkata"), "p-")
    columns = Columns(normalizer)
    ids = [f"p-{number}" for number in range(len(lot))]
    one_by_one = [normalizer(item, item_id) for item, item_id in zip(lot, ids, strict=True)]
    plain = [None if one.problem or one.notes else one.variant for one in one_by_one]
    for _ in range(2):  # what is remembered is the same again
        assert columns.variants(ids, lot) == plain


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"additional_image_link": "https://cdn.example/2.jpg"}, {"sale_price": "9.00 INR"}, {"color": "Red", "size": "L"},
        {"gtin": "890", "mpn": "m"}, {"product_type": "A > B", "brand": "Tea & Co"}, {"expiration_date": "2030-01-01"},
        {"additional_image_link": ["https://cdn.example/2.jpg", "https://cdn.example/2.jpg", "https://cdn.example/shirt.jpg"]},
    ],
)  # fmt: skip
def test_a_plain_item_takes_no_normalizer(changed: Attributes) -> None:
    normalizer = Normalizer(Products(), Catalogs(), ZoneInfo("UTC"))
    item = attributes(changed)
    found = Columns(normalizer).variants(["sku-1", "sku-2"], [item, attributes()])
    assert found[0] == normalizer(item).variant
    assert None not in found
