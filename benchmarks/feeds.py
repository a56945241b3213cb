"""Feeds of invented items, as files: ``python -m benchmarks.feeds FORMAT ITEMS FILE [--day 1] [--seed 2] [--shuffled]``.

Written in one pass and flat memory; a million items are 2.2 GB of XML.
"""

from __future__ import annotations

import argparse
import csv
import mmap
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import NamedTuple

import msgspec

from benchmarks.items import Item, items

_COLUMNS = """
    id item_group_id title description link image_link additional_image_link availability price sale_price brand
    gtin mpn condition color size gender age_group material product_type google_product_category quantity
    shipping_weight custom_label_0 custom_label_1"""
_NAMES = tuple(_COLUMNS.split())
_STAMP = "Thu, 05 Nov 2026 06:00:00 GMT"  # as lastBuildDate has it (RFC 822)
_SHIPPING = (
    "<g:shipping><g:country>IN</g:country><g:service>Standard</g:service><g:price>49.00 INR</g:price></g:shipping>"
)
_XML_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">
<channel>
<title>Invented shop</title>
<link>https://shop.example</link>
<description>Feed of invented products</description>
<lastBuildDate>{_STAMP}</lastBuildDate>
"""
_JSON = msgspec.json.Encoder()


class Form(NamedTuple):
    """How a format writes a feed: an item as bytes, and what stands before, between and behind the items."""

    suffix: str
    item: Callable[[Item], bytes]
    head: bytes = b""
    between: bytes = b""
    tail: bytes = b""


def _xml(item: Item) -> bytes:
    lines = ["<item>"]
    for name, value in item.items():
        for text in (value,) if isinstance(value, str) else value:
            if "&" in text or ">" in text:
                text = text.replace("&", "&amp;").replace(">", "&gt;")
            lines.append(f"  <g:{name}>{text}</g:{name}>")
    lines.append(f"  {_SHIPPING}\n</item>\n")
    return "\n".join(lines).encode()


class _Echo:
    """A file that gives back what is written to it; csv's ``writerow`` returns that."""

    def write(self, text: str) -> str:
        return text


_ROW = csv.writer(_Echo(), lineterminator="\n").writerow


def _csv(item: Item) -> bytes:
    cells = [item.get(name, "") for name in _NAMES]
    row: object = _ROW([cell if isinstance(cell, str) else ",".join(cell) for cell in cells])
    return str(row).encode()


def _json(item: Item) -> bytes:
    """As brands' own APIs have it: amounts and their currency apart, null for what an item has not."""
    price, sale = (str(item.get(name, "")).removesuffix(" INR") or None for name in ("price", "sale_price"))
    rest = {"item_group_id": item.get("item_group_id"), "price": price, "sale_price": sale, "currency": "INR"}
    return _JSON.encode(item | {"quantity": int(str(item["quantity"]))} | rest)


def _json_line(item: Item) -> bytes:
    return _JSON.encode(item) + b"\n"


FORMS = {
    "google-xml": Form("xml", _xml, _XML_HEAD.encode(), b"", b"</channel>\n</rss>\n"),
    "csv": Form("csv", _csv, (",".join(_NAMES) + "\n").encode()),
    "json": Form("json", _json, b'{"status":"ok","generated":"%s","products":[\n' % _STAMP.encode(), b",\n", b"\n]}\n"),
    "jsonl": Form("jsonl", _json_line),
}


def write_feed(path: Path, form: Form, count: int, *, seed: int = 1, day: int = 0) -> Counter[str]:
    """Write a day's feed; what the counts are, :func:`benchmarks.items.items` tells."""
    done: Counter[str] = Counter()
    _write(path, form, map(form.item, items(count, seed=seed, day=day, done=done)))
    return done


def write_shuffled(path: Path, form: Form, count: int, *, seed: int = 1, day: int = 0) -> Counter[str]:
    """The items that :func:`write_feed` writes, byte for byte, in another order."""
    done: Counter[str] = Counter()
    ends = array("Q", [0])
    with TemporaryFile(dir=path.parent) as scratch:
        for item in items(count, seed=seed, day=day, done=done):
            ends.append(ends[-1] + scratch.write(form.item(item)))
        scratch.flush()
        order = list(range(len(ends) - 1))
        Random(seed).shuffle(order)
        with mmap.mmap(scratch.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _write(path, form, (data[ends[at] : ends[at + 1]] for at in order))
    return done


def write_restamped(path: Path, feed: Path, form: Form) -> None:
    """The same feed made an hour later: another head, of JSON Lines, which have none, one more empty line; the same items."""
    with feed.open("rb") as source, path.open("wb") as file:
        head = source.read(len(form.head))
        file.write(head.replace(b" 06:", b" 07:").replace(b"id,item_group_id,", b'"id",item_group_id,'))
        copyfileobj(source, file, 1 << 20)
        if not head:
            file.write(b"\n")


class Feeds:
    """The documents of one format and size that programs are measured with: one for each operation, written when asked for."""

    def __init__(self, folder: Path, name: str, items: int, *, seed: int) -> None:
        self.name, self.items, self._folder, self._seed = name, items, folder, seed
        self._form = FORMS[name]
        self._next_day: Counter[str] = Counter()
        folder.mkdir(parents=True)

    def path(self, operation: str) -> Path:
        """The document that a program is given; ``read`` and ``first`` are given the same."""
        operation = "first" if operation == "read" else operation
        path = self._folder / f"{operation}.{self._form.suffix}"
        if not path.exists():
            self._write(path, operation)
        return path

    def next_day(self, operation: str) -> Counter[str]:
        """What the operation's document has ``changed``, ``added`` and ``removed`` of the first one's items."""
        return self._next_day if operation.startswith("next") else Counter()

    def _write(self, path: Path, operation: str) -> None:
        form, items, seed = self._form, self.items, self._seed
        day = 1 if operation.startswith("next") else 0
        if operation == "same":
            write_restamped(path, self.path("first"), form)
            return
        write = write_shuffled if operation.endswith("shuffled") else write_feed
        done = write(path, form, items, seed=seed, day=day)
        if day:
            self._next_day = done


def _write(path: Path, form: Form, raws: Iterable[bytes]) -> None:
    with path.open("wb", buffering=1 << 20) as file:
        file.write(form.head)
        for number, raw in enumerate(raws):
            if number:
                file.write(form.between)
            file.write(raw)
        file.write(form.tail)


def main() -> None:
    """Write one feed, and say what it has."""
    parser = argparse.ArgumentParser(description="Write an invented feed.")
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("items", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--day", type=int, default=0, help="0, or a next day: 2 %% changed, 0.5 %% added, 0.5 %% removed"
    )
    parser.add_argument("--shuffled", action="store_true", help="the same items in another order")
    given = parser.parse_args()
    form = FORMS[given.form]
    write = write_shuffled if given.shuffled else write_feed
    done = write(given.file, form, given.items, seed=given.seed, day=given.day)
    print(f"{given.file.stat().st_size:,} bytes; " + ", ".join(f"{count:,} {name}" for name, count in done.items()))


if __name__ == "__main__":
    main()
