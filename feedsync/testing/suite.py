"""What a suite is told of a format, and the documents that it makes from that."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from feedsync.adapters.base import DETECTED, Adapter, ReadOptions
from feedsync.settings import Products
from feedsync.testing.reading import Reading, read


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A document and what it says.

    ``ids`` has one for each item in order, None where it cannot be known. ``invalid`` names the items that cannot be
    read: place (from 0) -> code. ``complete``: nothing is in doubt about what the document holds. ``lines`` (from 1) are
    where the items begin. ``detected``: the format can be told from the bytes; else a schedule must name it.
    ``tells_its_end`` is the class' own, where the document's shape is no other one.
    """

    data: bytes
    ids: tuple[str | None, ...]
    invalid: Mapping[int, str] = {}
    complete: bool = True
    lines: tuple[int, ...] | None = None
    detected: bool = True
    tells_its_end: bool | None = None
    charset: str | None = None
    options: ReadOptions = DETECTED


_PRODUCTS = (("1", "Shirt", "9.00 EUR"), ("2", "Mug, blue", "4.50 EUR"), ("3", "Lamp", "30.00 EUR"))
#: Documents of other formats. An adapter recognizes none of them, unless its class says so in ``kin``.
FOREIGN: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "zeros": bytes(2048),
    "web page": b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>id, title</p></body></html>",
    "prose": b"Dear customer,\n\nour list, with title and price, is out of date; please call us.\n\nYours,\nthe shop\n",
    "xml": b'<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
    + b"".join(
        f"<item><g:id>{i}</g:id><g:title>{t}</g:title><g:price>{p}</g:price></item>".encode() for i, t, p in _PRODUCTS
    )
    + b"</channel></rss>",
    "json": msgspec.json.encode({"products": [{"id": int(i), "title": t, "price": p} for i, t, p in _PRODUCTS]}),
    "json lines": b"".join(msgspec.json.encode({"id": i, "title": t, "price": p}) + b"\n" for i, t, p in _PRODUCTS),
    "csv": b"id,title,price\n" + b"".join(f'{i},"{t}",{p}\n'.encode() for i, t, p in _PRODUCTS),
    "tsv": b"id\ttitle\tprice\n" + b"".join(f"{i}\t{t}\t{p}\n".encode() for i, t, p in _PRODUCTS),
    "gzip": gzip.compress(b"id,title,price\n1,Shirt,9.00 EUR\n", mtime=0),
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00",
    "noise": random.Random(7).randbytes(4096),  # noqa: S311 (the same noise each time)
}


class Suite:
    """What a class of tests says of its format. ``adapter``, ``documents`` and :meth:`item` are needed, the rest as it fits.

    The suite makes documents of its own: ``head``, items with ``between`` between them, ``tail``. A format whose end
    tells of its items (how many there are, a sum) overrides :meth:`parts`.
    """

    #: The adapter, as its entry point gives it.
    adapter: ClassVar[Adapter]
    #: Documents of the format, each small (a few KiB): every shape that it comes in, with good items and bad ones.
    documents: ClassVar[Mapping[str, Example]]
    head: ClassVar[bytes] = b""
    between: ClassVar[bytes] = b""
    tail: ClassVar[bytes] = b""
    #: Items that are broken, by what is wrong with them: each is put between two good ones, and costs itself alone.
    damaged: ClassVar[Mapping[str, bytes]] = {}
    #: Whether a document says where it ends. A table does not: one that was cut between two rows is a table, too.
    tells_its_end: ClassVar[bool] = True
    #: How many items at its end a document that was cut between two rows may tell otherwise: those of the last product.
    unclosed: ClassVar[int] = 1
    #: How the made documents are read.
    options: ClassVar[ReadOptions] = DETECTED
    #: The names of documents in :data:`FOREIGN` that the adapter recognizes, since they are of its kind.
    kin: ClassVar[frozenset[str]] = frozenset()
    #: Constants (``"package.module.NAME"``) that say how many bytes the adapter holds at once: made small by some tests.
    block_sizes: ClassVar[tuple[str, ...]] = ()
    #: Constants that say how large an item may be; without them the tests of size use the real limit, and take longer.
    item_limits: ClassVar[tuple[str, ...]] = ()
    #: How many documents each kind of random damage is tried on.
    rounds: ClassVar[int] = 600
    #: What one pass may hold, however long the document is.
    memory_bytes: ClassVar[int] = 24 << 20
    #: The settings under which the made items become variants.
    products: ClassVar[Products] = Products(currency="EUR")

    def item(self, number: int, text: str = "text") -> bytes:
        """One good item with an id of its own and all that a product needs; ``text`` (letters) stands in some field."""
        raise NotImplementedError

    def parts(self, items: Iterable[bytes]) -> Iterator[bytes]:
        """A whole document of these items, in parts."""
        yield self.head
        for index, one in enumerate(items):
            yield self.between + one if index else one
        yield self.tail

    def made(self, items: Iterable[bytes]) -> bytes:
        """The same in one piece."""
        return b"".join(self.parts(items))

    def read(self, example: Example | bytes, **how: Any) -> Reading:
        """One pass over an example, or over a made document."""
        if isinstance(example, bytes):
            return read(self.adapter, example, **{"options": self.options, **how})
        return read(self.adapter, example.data, charset=example.charset, options=example.options, **how)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Each test of ``example``, ``foreign``, ``damage`` or ``seed`` once for each that the class has."""
        values: dict[str, Mapping[str, object]] = {
            "example": self.documents,
            "foreign": {name: data for name, data in FOREIGN.items() if name not in self.kin},
            "damage": self.damaged,
            "seed": {str(seed): seed for seed in range(4)},
        }
        for name, choices in values.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, list(choices.values()), ids=list(choices))


def mutated(data: bytes, chance: random.Random, edits: int) -> bytes:
    """The bytes with that many places deleted, doubled, swapped or overwritten, and now and then cut short."""
    for _ in range(edits):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        piece = data[at : min(end, at + chance.choice((1, 1, 1, 8, 64)))]
        after = data[at + len(piece) :]
        data = data[:at] + chance.choice((b"", piece * 2, piece[::-1], chance.randbytes(len(piece)), after[:9])) + after
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.1 else data
