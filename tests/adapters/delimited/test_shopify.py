"""Shopify's export: rows of one product become its variants, in both generations of headers."""

from __future__ import annotations

import io

import pytest

from feedsync.model import Attributes
from tests.adapters.delimited.support import SITE, adapter, only, read, records
from tests.adapters.reading import Reading

OLD = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Variant Compare At Price,Variant Barcode,Image Src,Image Position,Variant Image,"
    "Google Shopping / Google Product Category,Google Shopping / Gender,Google Shopping / MPN,"
    "Google Shopping / Custom Label 0,Material (product.metafields.custom.material),Status"
)
NEW = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Option2 name,Option2 value,Price,Compare-at price,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Product image URL,Image position,Variant image URL,"
    "Google Shopping / Google product category,Google Shopping / Gender,"
    "Google Shopping / Manufacturer part number (MPN),Google Shopping / Custom label 0,Status"
).removesuffix(",Status")
#: the old header's name -> the new one's
RENAMED = {
    "Handle": "URL handle",
    "Body (HTML)": "Description",
    "Product Category": "Product category",
    "Published": "Published on online store",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Option2 Name": "Option2 name",
    "Option2 Value": "Option2 value",
    "Variant SKU": "SKU",
    "Variant Barcode": "Barcode",
    "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Variant Inventory Policy": "Continue selling when out of stock",
    "Image Src": "Product image URL",
    "Image Position": "Image position",
    "Variant Image": "Variant image URL",
    "Google Shopping / Google Product Category": "Google Shopping / Google product category",
    "Google Shopping / MPN": "Google Shopping / Manufacturer part number (MPN)",
    "Google Shopping / Custom Label 0": "Google Shopping / Custom label 0",
}
CUP = {
    "Handle": "cup",
    "Title": "Cup",
    "Option1 Name": "Title",
    "Option1 Value": "Default Title",
    "Variant Price": "9.00",
}
TEE = {"Handle": "tee", "Title": "Tee", "Option1 Name": "Size", "Option1 Value": "M", "Variant Price": "9.00"}


def export(*rows: dict[str, str]) -> Reading:
    return read(records(OLD, *rows), "shopify-csv")


def cup(**cells: str) -> Attributes:
    return only(export({**CUP, **{name.replace("_", " "): cell for name, cell in cells.items()}}))


def test_a_product_with_all_that_a_row_holds() -> None:
    row = {
        **TEE,
        "Body (HTML)": "<p>Soft</p>",
        "Vendor": "Acme",
        "Type": "Shirts",
        "Published": "true",
        "Option2 Name": "Color",
        "Option2 Value": "Red",
        "Variant SKU": "'0012",
        "Variant Barcode": "'4006381333931",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "7",
        "Variant Inventory Policy": "deny",
        "Variant Compare At Price": "12.00",
        "Image Src": "https://i/1.jpg",
        "Image Position": "1",
        "Variant Image": "https://i/red.jpg",
        "Google Shopping / Google Product Category": "Apparel",
        "Google Shopping / Gender": "female",
        "Google Shopping / Custom Label 0": "summer",
        "Status": "active",
    }
    old = only(export(row))
    assert old == {
        "id": "tee--m--red",
        "item_group_id": "tee",
        "title": "Tee",
        "item_group_title": "Tee",
        "description": "<p>Soft</p>",
        "brand": "Acme",
        "product_type": "Shirts",
        "google_product_category": "Apparel",
        "gender": "female",
        "custom_label_0": "summer",
        "mpn": "0012",
        "gtin": "4006381333931",
        "link": f"{SITE}/products/tee",
        "image_link": "https://i/red.jpg",
        "additional_image_link": ["https://i/1.jpg"],
        "price": "12.00",
        "sale_price": "9.00",
        "quantity": "7",
        "variant_option": [{"name": "Size", "value": "M"}, {"name": "Color", "value": "Red"}],
    }
    renamed = {RENAMED.get(name, name): cell for name, cell in row.items()}
    assert only(read(records(NEW, renamed), "shopify-csv")) == old


def test_variants_share_what_the_first_row_says_and_all_images_in_their_order() -> None:
    reading = export(
        {**TEE, "Vendor": "Acme", "Image Src": "https://i/2", "Image Position": "2"},
        {"Handle": "tee", "Image Src": "https://i/1", "Image Position": "1"},
        {"Handle": "tee", "Option1 Value": "L", "Variant Price": "10", "Variant Image": "https://i/1"},
        {"Handle": "tee", "Image Src": "https://i/10", "Image Position": "10"},
        {**CUP, "Image Src": "https://i/cup"},
    )
    assert reading.ids == ["tee--m", "tee--l", "cup"]
    assert reading.offsets == [2, 4, 6]
    first, second, third = (one or {} for one in reading.attributes)
    assert [one["title"] for one in (first, second, third)] == ["Tee", "Tee", "Cup"]
    assert second["brand"] == "Acme"
    assert second["variant_option"] == [{"name": "Size", "value": "L"}]
    assert (first["image_link"], second["image_link"]) == ("https://i/1", "https://i/1")
    assert first["additional_image_link"] == ["https://i/1", "https://i/2", "https://i/10"]
    assert third["image_link"] == "https://i/cup"
    assert "item_group_id" not in third


def test_images_without_positions_stay_in_the_order_of_their_rows() -> None:
    reading = export({**CUP, "Image Src": "b", "Image Position": "2"}, {"Handle": "cup", "Image Src": "a"})
    assert only(reading)["additional_image_link"] == ["b", "a"]


def test_a_record_has_what_its_product_says_and_only_its_own_variant() -> None:
    reading = export(
        {
            **TEE,
            "Vendor": "Acme",
            "Variant SKU": "S",
            "Material (product.metafields.custom.material)": "wool",
            "Tags": "a, b",
        },
        {"Handle": "tee", "Option1 Value": "L", "Variant Price": "10"},
    )
    record = reading.parsed[1].record
    assert record is not None
    assert {name: cell for name, cell in record.items() if cell} == {
        "Handle": "tee",
        "Title": "Tee",
        "Vendor": "Acme",
        "Tags": "a, b",
        "Option1 Name": "Size",
        "Option1 Value": "L",
        "Variant Price": "10",
        "Material (product.metafields.custom.material)": "wool",
    }


@pytest.mark.parametrize(
    ("price", "compare_at", "found"),
    [
        ("9.00", "", {"price": "9.00"}),
        ("9.00", "12", {"price": "12", "sale_price": "9.00"}),
        ("9.00", "9", {"price": "9.00"}),
        ("9.00", "8.99", {"price": "9.00"}),
        ("9.00", "0.00", {"price": "9.00"}),
        ("9.00", "x", {"price": "9.00"}),
        ("10.00", "9.00", {"price": "10.00"}),
        ("", "12", {}),
    ],
)
def test_compare_at_is_the_old_price_where_it_is_higher(price: str, compare_at: str, found: dict[str, str]) -> None:
    attributes = only(export({**CUP, "Variant Price": price, "Variant Compare At Price": compare_at}))
    assert {key: value for key, value in attributes.items() if "price" in key} == found


@pytest.mark.parametrize(
    ("tracker", "policy", "quantity", "found"),
    [
        ("", "deny", "0", {"availability": "in_stock"}),
        ("shopify", "continue", "-3", {"availability": "in_stock"}),
        ("shopify", "CONTINUE", "5", {"availability": "in_stock"}),
        ("shopify", "TRUE", "0", {"availability": "in_stock"}),
        ("shopify", "deny", "5", {"quantity": "5"}),
        ("shopify", "deny", "-9", {"quantity": "-9"}),
        ("shopify", "", "0", {"quantity": "0"}),
        ("amazon", "deny", "", {}),
    ],
)
def test_stock(tracker: str, policy: str, quantity: str, found: dict[str, str]) -> None:
    attributes = cup(Variant_Inventory_Tracker=tracker, Variant_Inventory_Policy=policy, Variant_Inventory_Qty=quantity)
    assert {key: value for key, value in attributes.items() if key in ("availability", "quantity")} == found


def test_an_export_of_several_places_tells_no_quantity_and_counts_as_in_stock() -> None:
    header = "Handle,Title,Variant Inventory Tracker,Variant Inventory Policy,Variant Price"
    row = {"Handle": "cup", "Title": "Cup", "Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny"}
    assert only(read(records(header, row), "shopify-csv"))["availability"] == "in_stock"


@pytest.mark.parametrize(
    ("status", "published", "offered"),
    [
        ("active", "true", True),
        ("Active", "TRUE", True),
        ("", "", True),
        ("active", "WAHR", True),
        ("draft", "true", False),
        ("Archived", "true", False),
        ("active", "FALSE", False),
        ("", "falso", False),
        ("unlisted", "true", False),
    ],
)
def test_what_is_not_offered_is_left_out(status: str, published: str, offered: bool) -> None:
    rows = (
        {**TEE, "Status": status, "Published": published},
        {"Handle": "tee", "Option1 Value": "L", "Variant Price": "1"},
    )
    assert export(*rows).ids == (["tee--m", "tee--l"] if offered else [])


@pytest.mark.parametrize(("column", "field"), [("Status", "Status"), ("Published", "Published")])
def test_a_word_that_is_not_known_leaves_the_product_as_it_was(column: str, field: str) -> None:
    reading = export({**TEE, column: "perhaps"}, {"Handle": "tee", "Option1 Value": "L", "Variant Price": "1"})
    assert reading.codes == ["FS-405", "FS-405"]
    assert reading.ids == ["tee--m", "tee--l"]
    assert [one.problem.parts for one in reading.parsed if one.problem] == [{"field": field, "value": "perhaps"}] * 2


def test_a_product_without_any_variant_is_an_item_that_lacks_its_price() -> None:
    assert export({"Handle": "cup", "Title": "Cup"}, {"Handle": "cup", "Image Src": "x"}).ids == ["cup"]


def test_without_a_site_there_is_no_link() -> None:
    [item] = export(CUP).items
    split = adapter("shopify-csv").split(io.BytesIO(records(OLD, CUP).encode()), "feed.csv", None)
    [parsed] = split.parse([item])
    assert parsed.attributes is not None
    assert "link" not in parsed.attributes
