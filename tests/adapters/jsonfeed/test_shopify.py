"""Shopify's products as Google's attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feedsync.adapters.base import ReadOptions
from tests.adapters.jsonfeed.reading import SHOPIFY, Reading, lines, read, read_json, recognized_as
from tests.adapters.jsonfeed.shop import Record, admin, shopify, variant


def one(product: Record, **more: Any) -> Record:
    """The attributes of the only item."""
    (found,) = read_json([product], SHOPIFY, **more).attributes
    return dict(found)


def test_a_variant_is_an_item_with_what_its_product_says() -> None:
    assert one(shopify()) == {
        "id": "11",
        "item_group_id": "1",
        "title": "Shirt",
        "description": "<p>A shirt</p>",
        "brand": "Brand",
        "product_type": "Shirts",
        "mpn": "S11",
        "tags": ["a", "b"],
        "variant_option": [{"name": "Size", "value": "S"}],
        "link": "https://shop.example/products/shirt?variant=11",
        "image_link": "https://cdn.example/7.jpg",
        "additional_image_link": ["https://cdn.example/8.jpg"],
        "price": "10.00",
        "availability": "in_stock",
    }


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([shopify(), shopify(variant(12))]),
        json.dumps({"products": [shopify(), shopify(variant(12))]}, indent=2),
        lines(shopify(), shopify(variant(12))),
        json.dumps({"product": shopify(variant(11), variant(12))}),
        json.dumps(shopify(variant(11), variant(12))),
        json.dumps({"data": {"products": [shopify(variant(11), variant(12, option1="M"))]}}),
    ],
)
def test_every_form_is_recognized(data: str | bytes) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    assert recognized_as(raw) == "shopify-json"
    reading: Reading = read(raw)
    assert (reading.ids, reading.faults) == (["11", "12"], [])


def test_a_description_may_hide_what_is_behind_it() -> None:
    record = {"id": 1, "handle": "a", "body_html": "x" * 100_000, "variants": []}
    assert recognized_as(json.dumps([record]).encode()) == "shopify-json"
    del record["variants"]
    assert recognized_as(json.dumps([{**record, "body_html": ""}]).encode()) == "json"
    assert recognized_as(json.dumps([{"id": 1, "body_html": "x", "price": 2}]).encode()) == "json"


@pytest.mark.parametrize(
    ("price", "old", "told"),
    [
        ("8.00", "10.00", ("10.00", "8.00")),
        ("8.00", "8.00", ("8.00", None)),
        ("8.00", "7.00", ("8.00", None)),
        ("8.00", "0.00", ("8.00", None)),
        ("8.00", None, ("8.00", None)),
        ("8.00", "", ("8.00", None)),
        ("9.90", "10", ("10", "9.90")),
        (8, 10.5, ("10.5", "8")),
        (None, "10.00", (None, None)),
        ("8,00", "10,00", ("8,00", None)),
        ("8.00", "NaN", ("8.00", None)),
    ],
)
def test_the_compare_at_price_is_the_old_price_only_above_the_price(price: Any, old: Any, told: Any) -> None:
    found = one(shopify(variant(11, price=price, compare_at_price=old)))
    assert (found.get("price"), found.get("sale_price")) == told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ("in_stock", "5")),
        ({"inventory_quantity": 0}, ("out_of_stock", "0")),
        ({"inventory_quantity": -3}, ("out_of_stock", "-3")),
        ({"inventory_quantity": 0, "inventory_policy": "continue"}, ("in_stock", None)),
        ({"inventory_quantity": -3, "inventory_policy": "continue"}, ("in_stock", None)),
        ({"inventory_quantity": 3, "inventory_policy": "continue"}, ("in_stock", "3")),
        ({"inventory_quantity": 0, "inventory_management": None}, ("in_stock", None)),
        ({"inventory_quantity": None, "inventory_management": None}, ("in_stock", None)),
        ({"inventory_quantity": "7"}, ("in_stock", "7")),
        ({"available": False}, ("out_of_stock", "5")),
        ({"available": "true", "inventory_quantity": 0}, ("in_stock", None)),
    ],
)
def test_stock_is_read_with_who_counts_it(more: Record, told: Any) -> None:
    found = one(shopify(admin(**more)))
    assert (found.get("availability"), found.get("quantity")) == told
    assert found["gtin"] == "0123456789012"


def test_stock_that_nobody_tells_is_not_made_up() -> None:
    found = one(shopify({"id": 11, "price": "1"}))
    assert (found.get("availability"), found.get("quantity")) == (None, None)
    found = one(shopify({"id": 11, "price": "1", "inventory_quantity": 4}))
    assert (found.get("availability"), found.get("quantity")) == ("in_stock", "4")
    assert one(shopify(variant(11, available=False)))["availability"] == "out_of_stock"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"option1": "S", "option2": "Red"}, ["Size", "Option 2"]),
        ({"option1": "Default Title"}, []),
        ({"option1": None}, []),
    ],
)
def test_options_have_the_products_names(more: Record, told: list[str]) -> None:
    assert [option["name"] for option in one(shopify(variant(11, **more))).get("variant_option", [])] == told


def test_odd_lists_do_no_harm() -> None:
    found = one(
        shopify(
            options="Size", images="x", tags="a, b,, c", image={"src": "https://cdn.example/1.jpg", "updated_at": "1"}
        )
    )
    assert (found["variant_option"], found["tags"]) == ([{"name": "Option 1", "value": "S"}], ["a", "b", "c"])
    assert (found["image_link"], "additional_image_link" in found) == ("https://cdn.example/1.jpg", False)
    found = one(shopify(options=["Size", 5], images=["https://cdn.example/2.jpg", None, {"alt": "x"}], tags=None))
    assert (found["image_link"], found["variant_option"][0]["name"]) == ("https://cdn.example/2.jpg", "Size")


def test_the_variants_own_picture_is_the_main_one() -> None:
    own = {"src": "https://cdn.example/9.jpg", "updated_at": "x"}
    found = one(shopify(variant(11, featured_image=own)))
    assert found["image_link"] == "https://cdn.example/9.jpg"
    assert found["additional_image_link"] == ["https://cdn.example/7.jpg", "https://cdn.example/8.jpg"]
    found = one(shopify(admin(image_id=8)))
    assert (found["image_link"], found["additional_image_link"]) == (
        "https://cdn.example/8.jpg",
        ["https://cdn.example/7.jpg"],
    )
    assert one(shopify(admin(image_id=99)))["image_link"] == "https://cdn.example/7.jpg"


@pytest.mark.parametrize(
    ("site", "location", "link"),
    [
        ("https://brand.example/", "https://x.myshopify.com/products.json", "https://brand.example/products/shirt?variant=11"),
        (None, "https://user:secret@shop.example:8443/a/products.json?page=2", "https://shop.example:8443/products/shirt?variant=11"),
        (None, "exports/products.json", None),
        (None, "sftp://shop.example/products.json", None),
    ],
)  # fmt: skip
def test_the_link_is_on_the_shops_site(site: str | None, location: str, link: str | None) -> None:
    assert one(shopify(), options=ReadOptions(site=site), location=location).get("link") == link


def test_a_handle_is_written_into_the_address_as_addresses_are() -> None:
    assert one(shopify(handle="čaj & co"))["link"].endswith("/products/%C4%8Daj%20%26%20co?variant=11")
    assert "link" not in one(shopify(handle=None))


@pytest.mark.parametrize(
    "more", [{"status": "draft"}, {"status": "archived"}, {"published_at": None}, {"status": "ARCHIVED"}]
)
def test_what_is_not_offered_is_no_item(more: Record) -> None:
    assert read_json([shopify(**more), shopify(variant(12))], SHOPIFY).ids == ["12"]
    assert read_json([shopify(status="active")], SHOPIFY).ids == ["11"]


def test_a_status_that_is_not_known_leaves_its_variants_as_they_were() -> None:
    reading = read_json(
        [shopify(variant(11), {"price": "1"}, status="drat"), shopify(variant(12), status="unlisted")], SHOPIFY
    )
    assert (reading.ids, reading.codes) == (["11", None, "12"], ["FS-405", "FS-304", None])
    assert reading.parsed[0].problem is not None
    assert reading.parsed[0].problem.message == "status 'drat' is not known"


def test_a_product_that_says_nothing_of_being_published_is_offered() -> None:
    record = shopify()
    del record["published_at"]
    assert read_json([record], SHOPIFY).ids == ["11"]


@pytest.mark.parametrize("variants", [[], None, "x", [11], [{"id": 11}, None]])
def test_a_product_without_its_variants_is_in_doubt(variants: Any) -> None:
    """Whose items are missing nobody knows."""
    reading = read_json([shopify(variants=variants), shopify(variant(12))], SHOPIFY)
    assert (reading.ids, reading.codes) == ([None, "12"], ["FS-304", None])
    assert reading.parsed[0].problem is not None
    assert "lists none of its variants" in reading.parsed[0].problem.message


def test_a_record_that_is_no_product_is_in_doubt() -> None:
    reading = read(json.dumps([shopify()])[:-1] + ', 5, {"a": tru}]', SHOPIFY)
    assert (reading.ids, reading.codes, reading.faults) == (["11", None, None], [None, "FS-304", "FS-304"], [])


def test_mappings_get_the_product_with_the_variant_inside() -> None:
    first, second = read_json([shopify(variant(11), variant(12))], SHOPIFY).parsed
    assert first.record is not None
    assert second.record is not None
    assert (first.record["variant"]["id"], second.record["variant"]["id"]) == ("11", "12")
    assert first.record["vendor"] == "Brand"
    assert "variants" not in first.record
