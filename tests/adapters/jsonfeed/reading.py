"""One pass over a JSON document, as plain values."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

from feedsync.adapters.base import DETECTED, Adapter, Known, Parsed, RawItem, ReadOptions
from feedsync.adapters.registry import OWN, own
from feedsync.model import Attributes
from tests.adapters.reading import collect, nothing

SHOP = "https://shop.example/products.json"
#: In the order in which a document is offered to them.
JSON_FORMATS = [own(name) for name, (module, _) in OWN.items() if module.startswith("jsonfeed.")]
SHOPIFY, WOO, JSON = JSON_FORMATS
BY_NAME: dict[str, Adapter] = {adapter.name: adapter for adapter in JSON_FORMATS}


class Reading(NamedTuple):
    """What came of one pass."""

    hashes: list[bytes]
    offsets: list[int]
    items: list[RawItem]
    parsed: list[Parsed]
    faults: list[str]
    context: bytes

    @property
    def attributes(self) -> list[Attributes]:
        """Of all items, which must have been read: their attributes."""
        assert [one.problem for one in self.parsed] == [None] * len(self.parsed)
        return [one.attributes or {} for one in self.parsed]

    @property
    def ids(self) -> list[object]:
        """Of each item: its id, also where it was refused and the id could be told."""
        return [one.attributes.get("id") if one.attributes is not None else one.id_text for one in self.parsed]

    @property
    def codes(self) -> list[str | None]:
        """Of each item: why it was refused."""
        return [one.problem.code if one.problem else None for one in self.parsed]


def recognized_as(data: bytes) -> str | None:
    """The name of the first of our formats that takes it."""
    return next((adapter.name for adapter in JSON_FORMATS if adapter.recognizes(data[: 1 << 16])), None)


def read_stream(
    stream: BinaryIO, adapter: Adapter, *, known: Known = nothing, location: str = SHOP, charset: str | None = None,
    options: ReadOptions = DETECTED,
) -> Reading:  # fmt: skip
    """Read a stream through an adapter."""
    split = adapter.split(stream, location, charset, options)
    hashes, offsets, items = collect(list(split.blocks(known)))
    assert split.remarks() == []
    return Reading(hashes, offsets, items, split.parse(items), [one.code for one in split.faults()], split.context)


def read(data: bytes | str, adapter: Adapter | None = None, **more: Any) -> Reading:
    """Read bytes through an adapter, or the one that recognizes them."""
    raw = data.encode() if isinstance(data, str) else data
    return read_stream(io.BytesIO(raw), adapter or BY_NAME[recognized_as(raw) or "json"], **more)


def read_json(value: Any, adapter: Adapter | None = None, **more: Any) -> Reading:
    """Read a value as JSON."""
    return read(json.dumps(value), adapter, **more)


def knowing(reading: Reading, keep: Callable[[int], bool] = lambda _: True) -> Known:
    """A snapshot that holds the records of those items of a reading that were read, some of them forgotten."""
    both = enumerate(zip(reading.items, reading.parsed, strict=True))
    held = {one.hash for index, (one, parsed) in both if parsed.attributes is not None and keep(index)}
    return lambda hashes: [one in held for one in hashes]


def lines(*records: Any) -> bytes:
    """JSON Lines; what is bytes already stands as it is."""
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in records)


def product(number: int, **more: Any) -> dict[str, Any]:
    """A record that any program might write."""
    return {"id": str(number), "title": f"Title {number}", "price": "1.00", **more}
