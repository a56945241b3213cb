"""Mappings over real feeds: home-made formats become what the same shop says in a known one, or what was counted."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from feedsync.adapters.google_xml import GoogleXml
from feedsync.model import Attributes, Variant
from feedsync.normalize.item import Normalizer
from feedsync.normalize.mapping import Mapping
from feedsync.settings import Catalogs, Products
from feedsync.settings_map import MapSettings

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
SETTINGS: TypeAdapter[Any] = TypeAdapter(MapSettings)
BOOPIN = "google/boopin__joyco-product-scraper-crawler-v1-cgpt__"
SAME_NAMES = ("id", "title", "description", "link", "image_link", "additional_image_link", "availability", "price",
              "brand", "condition", "google_product_category")  # fmt: skip


def xml(name: str) -> Iterable[tuple[Attributes, dict[str, Any]]]:
    data = (FOLDER / name).read_bytes()
    split = GoogleXml().split(io.BytesIO(gzip.decompress(data) if name.endswith(".gz") else data), name, None)
    for block in split.blocks(lambda hashes: [False] * len(hashes)):
        for parsed in split.parse([item for _, item in block.misses]):
            assert parsed.attributes is not None
            yield parsed.attributes, parsed.attributes


def rows(name: str) -> Iterable[tuple[Attributes, dict[str, Any]]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        yield from (({}, row) for row in csv.DictReader(file))


def objects(name: str) -> Iterable[tuple[Attributes, dict[str, Any]]]:
    data = (FOLDER / name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    yield from (({}, one) for one in json.loads(text, parse_float=str, parse_int=str))


def read(
    records: Iterable[tuple[Attributes, dict[str, Any]]], fields: dict[str, Any]
) -> tuple[dict[str, Variant], int]:
    """The variants by id, and how many records were refused."""
    mapping, normalizer = Mapping(SETTINGS.validate_python(fields)), Normalizer(Products(), Catalogs(), UTC)
    variants: dict[str, Variant] = {}
    refused = 0
    for found, record in records:
        attributes, problems = mapping(found, record)
        assert problems == ()
        variant = normalizer(attributes).variant
        if variant is None:
            refused += 1
        else:
            variants.setdefault(variant.id, variant)
    return variants, refused


def test_one_shops_four_formats_are_the_same_products() -> None:
    rss, refused = read(xml(f"{BOOPIN}facebook_product_feed.xml"), {"condition": {"default": "new"}})
    assert (len(rss), refused) == (328, 0)
    same = {name: name for name in SAME_NAMES}
    assert read(rows(f"{BOOPIN}google_merchant_feed.csv"), same) == (rss, 0)
    assert read(rows(f"{BOOPIN.replace('google/', 'meta/')}facebook_product_feed.csv"), same) == (rss, 0)
    assert read(xml(f"{BOOPIN}product_feed.xml"), {"mpn": {"value": ""}}) == (rss, 0)


def test_a_large_feed_of_a_shops_own_words_has_all_its_groups() -> None:
    variants, refused = read(
        xml("large/diegojosequintero__python_junior_parsing_test-master__feed.gz"),
        {
            "id": "productid", "item_group_id": "groupid", "link": "url", "image_link": "image", "color": "colors",
            "size": "sizes", "product_type": "categories", "availability": "inStock",
            "price": "join(' ', [oldPrice || price, currency])", "sale_price": "join(' ', [price, currency])",
        },
    )  # fmt: skip
    assert (len(variants), refused) == (53_878, 0)
    assert len({variant.product_id for variant in variants.values()}) == 21_007


def test_a_brands_json_is_read() -> None:
    variants, refused = read(
        objects("brand_json/marwoodmakes__fb-ads-static__products-data.json"),
        {
            **{name: name for name in ("id", "title", "link", "availability", "color", "size")},
            "description": {"from": "description", "transforms": ["html_to_text"]},
            "price": "join(' ', [price, currency])", "image_link": "image", "product_type": "categories",
            "additional_image_link": "additional_images",
        },
    )  # fmt: skip
    assert (len(variants), refused) == (280, 0)
    assert {variant.currency for variant in variants.values()} == {"GBP"}


def test_a_large_json_with_holes_is_read() -> None:
    """224 records have no number; others no picture or no price, or an address with spaces in its name."""
    variants, refused = read(
        objects("large/akakraz__thai-products-vercel__products.json.gz"),
        {
            "id": "sku", "title": {"any": ["name_en", "name_th", "name_zh"]}, "link": "url", "image_link": "image_url",
            "price": "price && join(' ', [price, currency])", "availability": {"value": "in_stock"}, "brand": "brand",
            "product_type": {"any": ["category", "category_zh"]},
        },
    )  # fmt: skip
    assert len(variants) + refused == 38_413 - 5
    assert refused == 426
