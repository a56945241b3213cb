"""Real shops' products, served page by page, come back byte for byte. Reads the folder in FEEDSYNC_REAL_FEEDS."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.sources.pages_server import Api, Reply, Request, fetched, page_of, records_of, running_api

api = running_api
ROOT = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]


def raw_records(file: str) -> list[bytes]:
    data = (ROOT / file).read_bytes()
    data = gzip.decompress(data) if file.endswith(".gz") else data
    if not data.startswith(b"["):
        [data] = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).values()
    return [bytes(raw) for raw in msgspec.json.decode(data, type=list[msgspec.Raw])]


def serves(api: Api, records: list[bytes], size: int, body: str, start: Callable[[Request], int]) -> None:
    def answer(request: Request) -> Reply:
        page = b",\n".join(records[start(request) :][:size])
        return Reply(body.encode().replace(b"RECORDS", page))

    api.serves(answer)


@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("shopify/NickHMetzler__Shopify-To-Square__products_page_1.json", 184),
        ("shopify/yamanjacoo__test__outdoor.json", 214),
        ("shopify/jmikh__ecom__shopify_products.json", 25),
    ],
)
def test_shops_of_shopify(api: Api, tmp_path: Path, file: str, count: int) -> None:
    records = raw_records(file)
    serves(api, records, 50, '{"products":[RECORDS]}', lambda request: (request.page - 1) * 50)
    document = fetched(api.url, tmp_path, {"style": "shopify-storefront", "size": 50})
    assert document.short is None
    assert records_of(document) == [json.loads(record) for record in records]
    assert len(records) == count


def test_a_large_list_by_offset(api: Api, tmp_path: Path) -> None:
    records = raw_records("large/akakraz__thai-products-vercel__products.json.gz")
    serves(api, records, 5000, '{"data":{"items":[RECORDS]}}', lambda request: int(request.query["offset"]))
    document = fetched(api.url, tmp_path, {"style": "offset", "records": "data.items"})
    assert document.short is None
    lines = document.path.read_bytes().split(b"\n")
    assert (lines.pop(), lines) == (b"", records)
    assert len(records) == 38_413


def test_a_shop_of_woocommerce(api: Api, tmp_path: Path) -> None:
    """96 products and 577 variations, taken apart as the API would give them, and put together again."""
    products: list[dict[str, Any]] = json.loads(
        (ROOT / "woocommerce/vemid__bambini__woocommerce_products.json").read_bytes()
    )
    variations = {str(product["id"]): product.get("variations") or [] for product in products}

    def answer(request: Request) -> Reply:
        parts = request.path.split("/")
        if parts[-1] == "variations":
            found: list[Any] = variations[parts[-2]]
        else:
            found = [
                {**product, "variations": [variation["id"] for variation in product.get("variations") or []]}
                for product in products
            ]
        return Reply(page_of(found, request.page, 20), {"X-WP-Total": str(len(found))})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "woocommerce", "size": 20})
    assert document.short is None
    came = records_of(document)
    assert came == [{**product, "variations": variations[str(product["id"])]} for product in products]
    assert (len(came), sum(len(product["variations"]) for product in came)) == (96, 577)
