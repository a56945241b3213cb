"""Every real JSON file: recognized without being told, and read as an independent reading of it says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs, Products
from tests.adapters.jsonfeed.reading import BY_NAME, JSON_FORMATS, Reading, knowing, read, recognized_as

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
FLUXC = "woocommerce/wordpress-mobile__WordPress-FluxC-Android__"
VEMID = "woocommerce/vemid__bambini__woocommerce_"
#: file -> format, currency, items, variants, and what the others are refused for.
FILES: dict[str, tuple[str, str, int, int, dict[str, int]]] = {
    "brand_json/marwoodmakes__fb-ads-static__products-data.json": ("json", "INR", 280, 280, {}),
    "large/akakraz__thai-products-vercel__products.json.gz": ("json", "INR", 38413, 0, {"FS-415": 38413}),
    "shopify/NickHMetzler__Shopify-To-Square__products_page_1.json":
        ("shopify-json", "CAD", 659, 654, {"FS-403 image_link": 5}),
    "shopify/jmikh__ecom__shopify_products.json": ("shopify-json", "USD", 96, 96, {}),
    "shopify/yamanjacoo__test__outdoor.json": ("shopify-json", "GBP", 509, 504, {"FS-403 image_link": 5}),
    f"{VEMID}products.json": ("woocommerce-json", "RSD", 581, 0, {"FS-407": 497, "FS-403 price": 84}),
    f"{FLUXC}product_reliability_booleans.json": ("woocommerce-json", "USD", 1, 1, {}),
    f"{FLUXC}wc-fetch-parent-product-id-exceeding-integer.json": ("woocommerce-json", "USD", 1, 1, {}),
    f"{FLUXC}wc-fetch-product-variations-response-success.json": ("woocommerce-json", "USD", 3, 0, {"FS-403 title": 3}),
    f"{FLUXC}wc-fetch-products-response-success.json": ("woocommerce-json", "USD", 1, 1, {}),
}  # fmt: skip


def content(name: str) -> bytes:
    data = (FOLDER / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def reading_of(name: str) -> Reading:
    data = content(name)
    assert recognized_as(data) == FILES[name][0]
    return read(data, location="https://shop.example/products.json")


def independent_ids(name: str) -> list[str]:
    """The ids of all that is offered, by the standard library and by the counting rules of the format alone."""
    found: Any = json.loads(content(name))
    if isinstance(found, dict):
        found = found.get("products") or found.get("data") or found
    records: list[dict[str, Any]] = found if isinstance(found, list) else [found]
    ids: list[str] = []
    for record in records:
        if FILES[name][0] == "shopify-json":
            ids += [str(one["id"]) for one in record["variants"] if record.get("status", "active") == "active"]
        elif record.get("status", "publish") == "publish":
            nested = record.get("variations") if record.get("type") == "variable" else None
            ids += [str(one["id"]) for one in nested] if nested else [str(record.get("id"))]
    return ids


@pytest.mark.parametrize("name", FILES)
def test_items_variants_and_reasons(name: str) -> None:
    _, currency, items, variants, reasons = FILES[name]
    reading = reading_of(name)
    assert reading.faults == []
    assert len(reading.items) == items
    assert [str(one) for one in reading.ids] == independent_ids(name)
    normalizer = Normalizer(Products(currency=currency), Catalogs(), UTC)
    results = [normalizer(attributes) for attributes in reading.attributes]
    assert sum(one.variant is not None for one in results) == variants
    problems = [one.problem for one in results if one.problem]
    assert Counter(" ".join((one.code, *one.parts.values())) for one in problems) == Counter(reasons)


@pytest.mark.parametrize("name", FILES)
def test_skipping_equals_reading_everything(name: str) -> None:
    data, adapter = content(name), BY_NAME[FILES[name][0]]
    whole = read(data, adapter)
    assert read(data, adapter, known=knowing(whole)).items == []
    part = read(data, adapter, known=knowing(whole, lambda index: index % 3 > 0))
    results = {one.hash: parsed for one, parsed in zip(whole.items, whole.parsed, strict=True)}
    assert part.hashes == whole.hashes
    assert [results[one.hash] for one in part.items] == part.parsed


def others() -> list[Path]:
    if "FEEDSYNC_REAL_FEEDS" not in os.environ:
        return []
    return sorted(path for path in FOLDER.rglob("*") if path.suffix in (".xml", ".csv", ".tsv", ".txt"))


@pytest.mark.parametrize("path", others(), ids=lambda path: path.name)
def test_nothing_else_is_taken_for_json(path: Path) -> None:
    head = path.read_bytes()[: 1 << 16]
    assert [adapter.name for adapter in JSON_FORMATS if adapter.recognizes(head)] == []


def test_the_large_xml_is_not_taken_for_json() -> None:
    head = content("large/diegojosequintero__python_junior_parsing_test-master__feed.gz")[: 1 << 16]
    assert recognized_as(head) is None


def test_a_mapped_id_makes_the_large_file_whole() -> None:
    """Its records have no id, but a SKU that some of them share; everything else of theirs is read."""
    reading = reading_of("large/akakraz__thai-products-vercel__products.json.gz")
    normalizer = Normalizer(Products(missing_availability="in_stock"), Catalogs(), UTC)
    results = [normalizer({**one, "id": one.get("sku", "")}) for one in reading.attributes]
    codes = Counter(one.problem.code if one.problem else None for one in results)
    assert codes == {None: 37982, "FS-415": 224, "FS-403": 134, "FS-406": 73}
    assert {one.variant.currency for one in results if one.variant} == {"THB"}


def test_prices_keep_the_digits_of_the_file() -> None:
    name = "shopify/NickHMetzler__Shopify-To-Square__products_page_1.json"
    told = {str(one["id"]): one for one in reading_of(name).attributes}
    counted: Counter[str] = Counter()
    for product in json.loads(content(name))["products"]:
        for variant in product["variants"]:
            old, price, found = variant["compare_at_price"], variant["price"], told[str(variant["id"])]
            reduced = old is not None and float(old) > float(price)
            counted["reduced" if reduced else "not"] += 1
            assert (found["price"], found.get("sale_price")) == ((old, price) if reduced else (price, None))
    assert counted == {"reduced": 292, "not": 367}


def _table(name: str) -> list[dict[str, str]]:
    with io.StringIO((FOLDER / f"{VEMID}{name}.csv").read_text(encoding="utf-8-sig"), newline="") as file:
        return list(csv.DictReader(file))


def test_vemids_json_and_its_two_tables_tell_the_same_prices() -> None:
    """A variation that has no price in the table has none in the JSON, either."""
    products = {row["id"]: row for row in _table("products")}
    rows = _table("variations")
    simple = [row for row in products.values() if row["type"] == "simple"]
    prices = {row["id"]: row["price"] for row in rows if row["price"]}
    prices |= {row["id"]: row["regular_price"] or row["price"] for row in simple}
    assert (len(rows), len(simple), sum(not row["price"] for row in rows)) == (577, 4, 84)
    attributes = reading_of(f"{VEMID}products.json").attributes
    assert {str(one["id"]): one["price"] for one in attributes if "price" in one} == prices
    groups = {row["id"]: row["parent_id"] for row in rows}
    assert {str(one["id"]): str(one["item_group_id"]) for one in attributes if "item_group_id" in one} == groups
    normalizer = Normalizer(Products(currency="RSD", missing_availability="in_stock"), Catalogs(), UTC)
    results = [normalizer(one) for one in attributes]
    messages = Counter(one.problem.message if one.problem else None for one in results)
    assert messages == Counter({None: 497, "price is missing": 84})
    assert {one.id: one.variant.price_minor for one in results if one.variant} == {
        key: 100 * int(price) for key, price in prices.items()
    }
