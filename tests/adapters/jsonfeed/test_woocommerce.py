"""WooCommerce's products and variations as Google's attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.jsonfeed.reading import WOO, lines, read, read_json, recognized_as
from tests.adapters.jsonfeed.shop import Record, variable, variation, woo


def one(product: Record) -> Record:
    """The attributes of the only item."""
    (found,) = read_json([product], WOO).attributes
    return dict(found)


def test_a_simple_product_is_an_item() -> None:
    assert one(woo(global_unique_id="0123456789012", tags=[{"name": "Winter"}])) == {
        "id": "20",
        "title": "Beanie",
        "description": "<p>Warm</p>",
        "link": "https://shop.example/product/beanie/",
        "brand": "Acme",
        "product_type": ["Hats &amp; Caps"],
        "tags": ["Winter"],
        "mpn": "B",
        "gtin": "0123456789012",
        "image_link": "https://shop.example/3.jpg",
        "additional_image_link": ["https://shop.example/4.jpg"],
        "price": "20",
        "sale_price": "18",
        "availability": "in_stock",
    }


def test_a_variation_is_an_item_with_what_its_product_says() -> None:
    first, second = read_json(
        [variable(variation(21), variation(22, image=None, permalink="", price="", regular_price=""))]
    ).attributes
    assert first == {
        "id": "21",
        "item_group_id": "20",
        "title": "Beanie",
        "description": "<p>Warm</p>",
        "link": "https://shop.example/product/beanie/?attribute_size=21",
        "brand": "Acme",
        "product_type": ["Hats &amp; Caps"],
        "mpn": "B-21",
        "variant_option": [{"name": "Size", "value": "21"}],
        "image_link": "https://shop.example/21.jpg",
        "additional_image_link": ["https://shop.example/3.jpg", "https://shop.example/4.jpg"],
        "price": "20",
        "availability": "in_stock",
    }
    assert (second["image_link"], second["link"]) == (
        "https://shop.example/3.jpg",
        "https://shop.example/product/beanie/",
    )
    assert "price" not in second


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([woo(), woo(id=30)]),
        lines(woo(), woo(id=30)),
        json.dumps({"data": [woo(), woo(id=30)]}, indent=1),
        json.dumps({"data": variable(variation(20), variation(30))}),
        json.dumps(variable(variation(20), variation(30))),
        json.dumps([variation(20, parent_id=5), variation(30, parent_id=5)]),
        json.dumps([dict(sorted(woo().items())), woo(id=30)]),
        json.dumps([{**woo(), "id": "20"}, woo(id=30)]),
        json.dumps([variable(variations={"1": variation(20), "2": variation(30)})]),
    ],
)
def test_every_form_is_recognized(data: str | bytes) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    assert recognized_as(raw) == "woocommerce-json"
    reading = read(raw)
    assert (reading.ids, reading.faults) == (["20", "30"], [])


def test_a_description_may_hide_what_is_behind_it() -> None:
    record = {"id": 1, "permalink": "p", "date_created_gmt": "d", "description": "x" * 100_000}
    assert recognized_as(json.dumps([record]).encode()) == "woocommerce-json"
    assert recognized_as(json.dumps([{"id": 1, "permalink": "x", "title": "y"}]).encode()) == "json"


@pytest.mark.parametrize("status", ["private", "draft", "pending", "trash", "future"])
def test_only_what_is_published_is_an_item(status: str) -> None:
    assert read_json([woo(status=status), woo(id=30)], WOO).ids == ["30"]
    assert read_json([variable(variation(21), status=status)], WOO).ids == []
    assert read_json([variable(variation(21, status=status), variation(22))], WOO).ids == ["22"]
    assert read_json([variation(21, parent_id=20, status=status)], WOO).ids == []


def test_a_status_that_is_not_known_leaves_the_items_as_they_were() -> None:
    parts = [woo(status="publih"), variable(variation(21), variation(22), status="discontinued"), woo(id=30)]
    reading = read_json([*parts, variable(variation(23, status="wc-x"), variation(24))], WOO)
    assert reading.ids == ["20", "21", "22", "30", "23", "24"]
    assert reading.codes == ["FS-405", "FS-405", "FS-405", None, "FS-405", None]


def test_a_grouped_product_shows_others_that_are_items() -> None:
    assert read_json([woo(type="grouped", grouped_products=[1]), woo(id=30)], WOO).ids == ["30"]


def test_variations_that_only_their_ids_are_known_of_are_refused_by_id_and_not_missing() -> None:
    for listed in ([21, "22"], {"1": 21, "2": 22}):
        reading = read_json([variable(variations=listed), woo(id=30)], WOO)
        assert (reading.ids, reading.codes) == (["21", "22", "30"], ["FS-403", "FS-403", None])
    assert reading.parsed[0].problem is not None
    assert reading.parsed[0].problem.message == "all but the id of this variation is missing"
    assert read_json([variable(21, variation(22))], WOO).codes == ["FS-403", None]


@pytest.mark.parametrize("listed", [[None], [21, {}, []], [[1]], None, "x"])
def test_variations_that_cannot_be_told_are_in_doubt(listed: Any) -> None:
    assert read_json([variable(variations=listed), woo(id=30)], WOO).codes == ["FS-304", None]


def test_the_type_decides_what_a_product_is() -> None:
    assert read_json([woo(variations=[10, 11])], WOO).ids == ["20"]
    assert read_json([woo(type="variable-subscription", variations=[variation(21)])], WOO).ids == ["21"]
    assert read_json([woo(type=None, variations=[variation(21)])], WOO).ids == ["21"]
    assert read_json([woo(type="varible", variations=[variation(21)])], WOO).ids == ["21"]
    assert read_json([variable(), woo(id=30, type="odd", variations=None), woo(id=40, variations=None)], WOO).ids == [
        "20",
        "30",
        "40",
    ]
    assert one(woo(type="external", purchasable=False))["availability"] == "in_stock"


@pytest.mark.parametrize(
    ("record", "group"),
    [
        (variation(21, parent_id=20), "20"),
        (variation(21, parent_id=5060147738939, type="variation"), "5060147738939"),
        (variation(21, parent_id=20, type="subscription_variation"), "20"),
        (variation(21, _links={"up": [{"href": "https://shop.example/wp-json/wc/v3/products/152/"}]}), "152"),
        (variation(21, _links={"up": [{"href": "https://shop.example/"}]}), None),
        (variation(21, _links={"up": "x"}), None),
        (variation(21, _links={"up": ["x"]}), None),
        (variation(21), None),
        (woo(id=21, parent_id=5060147738939), None),
        (woo(id=21, type=None, parent_id=5), None),
    ],
)
def test_a_variation_alone_names_its_group(record: Record, group: str | None) -> None:
    found = one(record)
    assert (found["id"], found.get("item_group_id")) == ("21", group)


def test_a_variation_alone_has_its_own_words() -> None:
    found = one(variation(21, parent_id=20, name="Large", parent_name="Beanie", description="Own"))
    assert (found["title"], found["description"]) == ("Beanie", "Own")
    assert one(variation(21, parent_id=20, name="Beanie - Large"))["title"] == "Beanie - Large"
    bare = variation(21, parent_id=20)
    del bare["image"]
    assert one(bare)["item_group_id"] == "20"
    del bare["parent_id"]
    assert "item_group_id" not in one(bare)


def test_mappings_get_the_product_with_the_variation_inside() -> None:
    (nested,) = read_json([variable(variation(21))], WOO).parsed
    (alone,) = read_json([variation(21, parent_id=20)], WOO).parsed
    (simple,) = read_json([woo()], WOO).parsed
    assert nested.record is not None
    assert alone.record is not None
    assert simple.record is not None
    assert (nested.record["name"], nested.record["variant"]["id"]) == ("Beanie", "21")
    assert (alone.record["id"], simple.record["id"], "variant" in simple.record) == ("21", "20", False)
    for record in (nested.record, simple.record):
        assert not record.keys() & {"meta_data", "variations", "date_modified_gmt"}
