"""Wix's export: a product's row, then its variants', in both generations of headers."""

from __future__ import annotations

import pytest

from tests.adapters.delimited.support import SITE, only, read, records
from tests.adapters.reading import Reading

V1 = (
    "handleId,fieldType,name,description,productImageUrl,collection,sku,price,surcharge,visible,discountMode,discountValue,"
    "inventory,productOptionName1,productOptionType1,productOptionDescription1,productOptionName2,productOptionDescription2,"
    "brand"
)
V3 = (
    "handle,fieldType,name,visible,plainDescription,media,brand,price,strikethroughPrice,inventory,sku,barcode,"
    "productOptionName1,productOptionChoices1"
)
PRODUCT = {
    "handleId": "p1",
    "fieldType": "Product",
    "name": "Ring",
    "price": "20",
    "visible": "true",
    "inventory": "InStock",
}
VARIANT = {"handleId": "p1", "fieldType": "Variant", "productOptionDescription1": "7"}


def export(*rows: dict[str, str]) -> Reading:
    return read(records(V1, *rows), "wix-csv")


def test_a_product_without_variants() -> None:
    row = {
        **PRODUCT,
        "description": "<p>Gold</p>",
        "productImageUrl": "a~mv2.jpg;https://b.example/b.jpg; ;c.jpg",
        "collection": "Rings;Gifts",
        "sku": "R1",
        "brand": "Acme",
        "productOptionName1": "Size",
        "productOptionDescription1": "7;8",
    }
    assert only(export(row)) == {
        "id": "p1",
        "title": "Ring",
        "description": "<p>Gold</p>",
        "brand": "Acme",
        "product_type": ["Rings", "Gifts"],
        "mpn": "R1",
        "image_link": "https://static.wixstatic.com/media/a~mv2.jpg",
        "additional_image_link": [
            "https://static.wixstatic.com/media/a~mv2.jpg",
            "https://b.example/b.jpg",
            "https://static.wixstatic.com/media/c.jpg",
        ],
        "price": "20",
        "availability": "InStock",
    }


def test_variants_are_sold_instead_of_their_product() -> None:
    reading = export(
        {**PRODUCT, "productOptionName1": "Size", "productOptionName2": "Stone", "productImageUrl": "a.jpg"},
        {**VARIANT, "surcharge": "4.5", "inventory": "3"},
        {**VARIANT, "productOptionDescription1": "8", "productOptionDescription2": "Opal", "productImageUrl": "o.jpg"},
        {**PRODUCT, "handleId": "p2"},
    )
    assert reading.ids == ["p1--7", "p1--8--opal", "p2"]
    assert reading.offsets == [3, 4, 5]
    one, two, _ = (found or {} for found in reading.attributes)
    assert one == {
        "id": "p1--7",
        "item_group_id": "p1",
        "title": "Ring",
        "item_group_title": "Ring",
        "image_link": "https://static.wixstatic.com/media/a.jpg",
        "additional_image_link": ["https://static.wixstatic.com/media/a.jpg"],
        "price": "24.5",
        "quantity": "3",
        "variant_option": [{"name": "Size", "value": "7"}],
    }
    assert two["price"] == "20"
    assert two["availability"] == "InStock"
    assert two["image_link"] == "https://static.wixstatic.com/media/o.jpg"
    assert two["variant_option"] == [{"name": "Size", "value": "8"}, {"name": "Stone", "value": "Opal"}]
    assert reading.parsed[0].record is not None
    assert reading.parsed[0].record["parent"]["name"] == "Ring"


@pytest.mark.parametrize(
    ("price", "mode", "value", "sale"),
    [
        ("120.67", "PERCENT", "25", "90.50"),
        ("20", "AMOUNT", "5", "15.00"),
        ("20", "PERCENT", "0", None),
        ("20", "PERCENT", "", None),
        ("x", "PERCENT", "25", None),
        ("20", "PERCENT", "x", None),
    ],
)
def test_a_discount_makes_the_sale_price(price: str, mode: str, value: str, sale: str | None) -> None:
    found = only(export({**PRODUCT, "price": price, "discountMode": mode, "discountValue": value}))
    assert (found["price"], found.get("sale_price")) == (price, sale)


def test_the_newer_export_has_old_prices_addresses_and_rows_of_media() -> None:
    rows = (
        {"handle": "ring", "fieldType": "PRODUCT", "name": "Ring", "visible": "TRUE", "plainDescription": "Gold",
         "media": "a.jpg", "price": "20", "strikethroughPrice": "25", "inventory": "IN_STOCK", "productOptionName1": "Size"},
        {"handle": "ring", "fieldType": "MEDIA", "media": "b.jpg"},
        {"handle": "ring", "fieldType": "VARIANT", "productOptionChoices1": "7", "price": "18", "strikethroughPrice": "19",
         "sku": "R7", "barcode": "'4006381333931", "inventory": "OUT_OF_STOCK"},
        {"handle": "ring", "fieldType": "VARIANT", "productOptionChoices1": "8"},
        {"handle": "ring", "fieldType": "VARIANT", "productOptionChoices1": "9", "price": "30"},
    )  # fmt: skip
    seven, eight, nine = (found or {} for found in read(records(V3, *rows), "wix-csv").attributes)
    assert seven["link"] == f"{SITE}/product-page/ring"
    assert seven["additional_image_link"] == [f"https://static.wixstatic.com/media/{one}.jpg" for one in "ab"]
    assert (seven["price"], seven["sale_price"]) == ("19", "18")
    assert (seven["gtin"], seven["mpn"], seven["availability"]) == ("4006381333931", "R7", "OUT_OF_STOCK")
    assert (eight["price"], eight["sale_price"], eight["availability"]) == ("25", "20", "IN_STOCK")
    assert (nine["price"], nine.get("sale_price")) == ("30", None)


@pytest.mark.parametrize("word", ["false", "FALSE", "FALSO", "no"])
def test_what_is_not_visible_is_left_out(word: str) -> None:
    assert export({**PRODUCT, "visible": word}, VARIANT).ids == []
    assert export(PRODUCT, {**VARIANT, "visible": word}, {**VARIANT, "productOptionDescription1": "8"}).ids == ["p1--8"]


def test_a_word_that_is_not_known_leaves_the_product_as_it_was() -> None:
    reading = export({**PRODUCT, "visible": "soon"}, VARIANT)
    assert (reading.codes, reading.ids) == (["FS-405"], ["p1--7"])


def test_so_does_a_missing_row() -> None:
    reading = export(VARIANT)
    assert (reading.codes, reading.ids) == (["FS-418"], ["p1--7"])
    text = records(V1, PRODUCT, VARIANT, {**VARIANT, "productOptionDescription1": "8"}) + ",x\n"
    reading = read(text, "wix-csv")
    assert (reading.codes, reading.ids) == (["FS-304", "FS-418", "FS-418"], [None, "p1--7", "p1--8"])


def test_a_file_of_media_alone_names_a_product_that_it_lacks() -> None:
    reading = export({"handleId": "p1", "fieldType": "Media", "productImageUrl": "a.jpg"})
    assert (reading.codes, reading.ids) == (["FS-418"], ["p1"])
