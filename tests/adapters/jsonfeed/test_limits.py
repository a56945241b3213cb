"""However large or strange a document is, memory stays flat, and what is too large costs itself alone."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import pytest

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Adapter
from feedsync.adapters.jsonfeed import products, records, split
from feedsync.errors import Fatal
from tests.adapters.jsonfeed.reading import JSON, SHOPIFY, WOO, lines, product, read, read_json
from tests.adapters.jsonfeed.shop import shopify, variable, variant, variation
from tests.adapters.reading import nothing
from tests.adapters.test_limits import Generated

MEGABYTE = 1 << 20


def plain(number: int) -> bytes:
    return json.dumps(product(number, description="x" * 20_000)).encode()


def shop(number: int) -> bytes:
    return json.dumps(
        shopify(*[variant(10 * number + n) for n in range(4)], id=number, body_html="x" * 20_000)
    ).encode()


def woo_shop(number: int) -> bytes:
    record = variable(*[variation(10 * number + n) for n in range(4)], id=number, description="x" * 20_000)
    return json.dumps(record).encode()


def broken(number: int) -> bytes:
    return plain(number).replace(b'"price": ', b'"price" ')


@pytest.mark.parametrize(
    ("adapter", "make", "items", "form", "size"),
    [
        (JSON, plain, 1, "list", 100_000_000),
        (JSON, plain, 1, "lines", 30_000_000),
        (SHOPIFY, shop, 4, "list", 30_000_000),
        (SHOPIFY, shop, 4, "lines", 30_000_000),
        (WOO, woo_shop, 4, "list", 30_000_000),
        (JSON, broken, 1, "list", 30_000_000),
    ],
)
def test_memory_is_flat_over_a_large_document(
    adapter: Adapter, make: Callable[[int], bytes], items: int, form: str, size: int
) -> None:
    raw = make(7)  # one record again and again: it is the reader's memory and time that are looked at

    def parts() -> Iterator[bytes]:
        yield b"" if form == "lines" else b'{"products": [\n'
        yield from ((raw + (b"\n" if form == "lines" else b",\n")) for _ in range(count))
        yield b"" if form == "lines" else b"{}]}"

    count = size // len(raw) + 1
    stream = Generated(parts())
    found = 0
    tracemalloc.start()
    try:
        pass_ = adapter.split(cast(BinaryIO, stream), "https://shop.example/feed.json", None)
        for block in pass_.blocks(lambda hashes: [True] * len(hashes)):
            found += len(block.hashes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == count * items + (form == "list")
    assert pass_.faults() == []
    assert stream.size > size
    assert peak < 16 * MEGABYTE


@pytest.mark.parametrize("opening", [b"[", b""])
def test_memory_is_bounded_by_the_longest_record_allowed(opening: bytes) -> None:
    """60 megabytes without a record's end: the limit, doubled by the way a buffer grows, and copies of it."""
    one, two = (json.dumps(product(number)).encode() for number in (1, 2))
    between, end = (b",", b"]") if opening else (b"\n", b"\n")
    middle = [b'{"id": "9", "a": "', *[b"x" * MEGABYTE] * 60, b'"}']
    stream = Generated(iter([opening, one, between, one, between, *middle, between, two, end]))
    tracemalloc.start()
    try:
        pass_ = JSON.split(cast(BinaryIO, stream), "x", None)
        found = [(item.broken, len(item.raw)) for block in pass_.blocks(nothing) for _, item in block.misses]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [code for code, _ in found] == [None, None, "FS-307", None]
    assert found[2][1] == ITEM_LIMIT_BYTES
    assert peak < 8 * ITEM_LIMIT_BYTES
    assert pass_.faults() == []


@pytest.mark.parametrize("shift", range(0, 100, 7))
@pytest.mark.parametrize("on_lines", [True, False])
def test_a_record_that_is_too_long_costs_itself_alone(
    monkeypatch: pytest.MonkeyPatch, shift: int, on_lines: bool
) -> None:
    monkeypatch.setattr(records, "ITEM_LIMIT_BYTES", 20_000)
    monkeypatch.setattr(records, "_CHUNK_BYTES", 5_000)
    monkeypatch.setattr(split, "HEAD_BYTES", 4_000)
    parts = [product(1), product(2), product(9, a="x" * (100_000 + shift)), product(3), product(4)]
    reading = read(lines(*parts)) if on_lines else read_json(parts)
    assert (reading.ids, reading.codes) == (["1", "2", None, "3", "4"], [None, None, "FS-307", None, None])
    assert reading.parsed[2].problem is not None
    assert str(ITEM_LIMIT_BYTES) in reading.parsed[2].problem.message
    last = read(lines(*parts[:3]).rstrip())
    assert last.codes[:2] == [None, None]
    assert last.codes[2] in ("FS-307", None)


def test_a_product_that_its_variants_would_repeat_too_often_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "_REPEATED_BYTES", 100_000)
    large = shopify(*[variant(number) for number in range(100, 200)], body_html="x" * 5_000)
    assert read_json([large, shopify()], SHOPIFY).codes == ["FS-307", None]


@pytest.mark.parametrize(
    "part",
    [b"[]", b'"a",', b"{}", b'"\\"', b"{", b'"', b"\\", b'{"a":{"b":{}}},', b'{"id":', b'"id":1,', b"\n{", b'{"a":1}\n', b" ",
      b"\xef\xbb\xbf", b'"a":['],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("before", [b"[", b'{"a":', b'{"id":1,"price":1}\n{', b'[{"id":1,"price":1},{"a":'])
def test_hostile_bytes_take_a_time_that_grows_with_their_length(before: bytes, part: bytes) -> None:
    def seconds(size: int) -> float:
        started = time.perf_counter()
        with contextlib.suppress(Fatal):  # no records
            read(before + part * (size // len(part)), JSON)
        return time.perf_counter() - started

    short, long = min(seconds(5_000) for _ in range(2)), min(seconds(40_000) for _ in range(2))
    assert long < 8 * 5 * short + 0.5  # eight times the length; quadratic would be sixty-four times the time
