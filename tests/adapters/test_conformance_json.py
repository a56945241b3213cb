"""The JSON formats keep what is asked of every adapter."""

# ruff: noqa: E501, RUF012 (documents stand as they are; what a suite says of its format is never changed)

from __future__ import annotations

from feedsync.adapters.base import ReadOptions
from feedsync.adapters.jsonfeed.generic import Json
from feedsync.adapters.jsonfeed.shopify import ShopifyJson
from feedsync.adapters.jsonfeed.woocommerce import WooCommerceJson
from feedsync.testing import AdapterConformance, Example

_BLOCKS = (
    "feedsync.adapters.jsonfeed.split._BLOCK_ITEMS",
    "feedsync.adapters.jsonfeed.split._BLOCK_BYTES",
    "feedsync.adapters.jsonfeed.records._CHUNK_BYTES",
    "feedsync.adapters.jsonfeed.scan._CHUNK_BYTES",
)
_LIMITS = ("feedsync.adapters.jsonfeed.records.ITEM_LIMIT_BYTES",)
_SHOP = ReadOptions(site="https://shop.example")


class TestJson(AdapterConformance):
    adapter = Json()
    head = b'{"products": [\n'
    between = b",\n"
    tail = b"\n]}\n"
    kin = frozenset({"json", "json lines"})
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "no value": b'{"id": "3", "title": }',
        "a comma too many": b'{"id": "3",, "title": "Shirt"}',
        "no record": b'"Shirt"',
        "no UTF-8": b'{"id": "3", "title": "\xff"}',
        "no id": b'{"title": "Shirt", "price": "9"}',
    }
    documents = {
        "a list": Example(data=b'[{"id": 1, "price": 9.10},\n {"id": "2", "price": "7"}]', ids=("1", "2"), lines=(1, 2)),
        "lines": Example(
            data=b'{"id": "1", "price": "9"}\n\n{"id": "2", "price": "7"}\n', ids=("1", "2"), lines=(1, 3), tells_its_end=False
        ),
        "values": Example(data=b'{"id": "1", "title": "Mug", "price": "9"} {"id": "2", "price": "7"}', ids=("1", "2"),
                          tells_its_end=False),
        "an envelope": Example(data=b'{"meta": {"count": 1}, "data": {"items": [{"id": "1", "price": "9"}]}, "next": null}', ids=("1",)),
        "a path": Example(
            data=b'{"a": {"b": [{"id": "1", "t": "{]\\""}]}, "c": [1]}', ids=("1",), options=ReadOptions(records="a.b")
        ),
        "one record": Example(data=b'{"id": "1", "title": "Mug", "price": "9"}', ids=("1",)),
        "no records": Example(data=b'{"products": []}', ids=()),
        "utf-16": Example(data='[{"id": "é", "price": "9"}]'.encode("utf-16"), ids=("é",)),
        "half of a character": Example(data=b'[{"id": "1", "price": "9", "title": "\\ud83d"}]', ids=("1",)),
        "nested": Example(data=b'[{"id": "1", "price": "9", "image": [{"url": "https://a.example/1.jpg"}], "x": {"y": [1, null]}}]', ids=("1",)),
        "a broken record": Example(
            data=b'[{"id": "1", "price": "9"}, {"id": "2", "price": tru}, {"id": "3", "price": "7"}]',
            ids=("1", "2", "3"), invalid={1: "FS-417"},
        ),
        "cut off": Example(data=b'[{"id": "1", "price": "9"}, {"id": "2", "pri', ids=("1", None), invalid={1: "FS-311"}, complete=False),
    }  # fmt: skip

    def item(self, number: int, text: str = "text") -> bytes:
        address = f"https://shop.example/{number}"
        return (
            f'{{"id": {number}, "title": "Shirt {number}", "description": "{text}", "link": "{address}", '
            f'"image_link": "{address}.jpg", "price": "9.00 EUR", "availability": "in_stock"}}'
        ).encode()


_TEE = (
    b'{"id": 1, "title": "Tee", "handle": "tee", "body_html": "<p>x</p>", "vendor": "Acme", "product_type": "Shirts", '
    b'"options": [{"name": "Size"}], "images": [{"id": 5, "src": "https://shop.example/1.jpg"}], "variants": ['
    b'{"id": 11, "option1": "M", "price": "9.00", "compare_at_price": "12.00", "available": true},'
    b'{"id": 12, "option1": "L", "price": "9.00", "compare_at_price": null, "available": false}]}'
)


class TestShopifyJson(AdapterConformance):
    adapter = ShopifyJson()
    head = b'{"products": [\n'
    between = b",\n"
    tail = b"\n]}\n"
    options = _SHOP
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "no value": b'{"id": 3, "handle": "x", "title": }',
        "no variants": b'{"id": 3, "handle": "x", "body_html": "", "variants": []}',
        "variants that are none": b'{"id": 3, "handle": "x", "body_html": "", "variants": [7]}',
        "no record": b"[7]",
        "a variant without an id": b'{"id": 3, "handle": "x", "body_html": "", "variants": [{"price": "1"}]}',
    }
    documents = {
        "storefront": Example(data=b'{"products": [' + _TEE + b"]}", ids=("11", "12"), options=_SHOP),
        "another shop": Example(data=b'{"products": [' + _TEE + b"]}", ids=("11", "12")),
        "lines": Example(data=_TEE + b"\n" + _TEE.replace(b'"id": 1', b'"id": 2') + b"\n", ids=("11", "12", "21", "22"),
                         tells_its_end=False),
        "drafts": Example(data=b'{"products": [' + _TEE.replace(b'"title"', b'"status": "draft", "title"') + b"]}", ids=()),
    }  # fmt: skip

    def item(self, number: int, text: str = "text") -> bytes:
        return (
            f'{{"id": {number}, "title": "Shirt {number}", "handle": "shirt-{number}", "body_html": "{text}", '
            '"vendor": "Acme", "options": [{"name": "Title"}], '
            f'"images": [{{"id": 5, "src": "https://shop.example/{number}.jpg"}}], "variants": ['
            f'{{"id": {1000 + number}, "option1": "Default Title", "price": "9.00", "available": true}}]}}'
        ).encode()


_MUG = (
    b'{"id": 1, "name": "Mug", "type": "simple", "status": "publish", "permalink": "https://shop.example/mug", '
    b'"regular_price": "9.00", "price": "9.00", "sale_price": "", "stock_status": "instock", "manage_stock": false, '
    b'"images": [{"id": 5, "src": "https://shop.example/1.jpg"}], "variations": []}'
)


class TestWooCommerceJson(AdapterConformance):
    adapter = WooCommerceJson()
    head = b"[\n"
    between = b",\n"
    tail = b"\n]\n"
    options = _SHOP
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "no value": b'{"id": 3, "permalink": , "regular_price": "9"}',
        "variations that are none": b'{"id": 3, "type": "variable", "permalink": "x", "variations": [null]}',
        "variations that nobody fetched": b'{"id": 3, "type": "variable", "permalink": "x", "variations": [31, 32]}',
        "no record": b"7",
    }
    documents = {
        "products": Example(data=b"[" + _MUG + b"]", ids=("1",)),
        "in data": Example(data=b'{"data": [' + _MUG + b"]}", ids=("1",)),
        "variations": Example(
            data=b'[{"id": 3, "name": "Tee", "type": "variable", "status": "publish", "permalink": "https://shop.example/tee", '
            b'"regular_price": "", "stock_status": "instock", "manage_stock": false, "variations": [{"id": 31, "regular_price": "9", '
            b'"stock_status": "instock"}, {"id": 32, "regular_price": "8", "stock_status": "outofstock"}]}]',
            ids=("31", "32"),
        ),
        "private": Example(data=b"[" + _MUG.replace(b"publish", b"private") + b"]", ids=()),
    }

    def item(self, number: int, text: str = "text") -> bytes:
        return (
            _MUG.replace(b'"id": 1', b'"id": %d' % number)
            .replace(b"Mug", f"Mug {number}".encode())
            .replace(b'"variations"', f'"description": "{text}", "variations"'.encode())
        )
