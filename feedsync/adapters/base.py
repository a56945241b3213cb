"""What an adapter is.

An adapter *splits* a stream of inflated bytes into raw items without understanding them, tells afterwards whether the
document was whole, and *parses* the raw items that somebody asks for. It does no other I/O, keeps no more of the
document than one block in memory, and never loses a record: what cannot be read comes out as a broken item.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Protocol, runtime_checkable

import msgspec
import xxhash

from feedsync.errors import Problem
from feedsync.model import Attributes

if TYPE_CHECKING:  # a reading process does without numpy
    import numpy as np
    import numpy.typing as npt

    from feedsync.adapters.stretches import Stretches

#: Which of these hashes belong to items whose record the snapshot holds already.
Known = Callable[[list[bytes]], Sequence[bool]]

#: An item is no larger than this; a longer one is broken (its end was lost, or it is no product).
ITEM_LIMIT_BYTES = 16 * 1024 * 1024


class RawItem(msgspec.Struct, array_like=True, gc=False):
    """One item as it stands in the document: its bytes (with all else that its meaning depends on), place and hash.

    ``offset`` is a place in the document that :meth:`Split.lines` knows the line of. ``broken`` names what the splitter
    saw already (FS-305: several item starts, FS-311: cut off, FS-307: too large).
    """

    raw: bytes
    offset: int
    hash: bytes
    broken: str | None = None


class Placed(msgspec.Struct, gc=False):
    """Items in the document's order: of each its place among those that are known, -1 where it is not, and its offset."""

    places: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]


class Block(msgspec.Struct, gc=False):
    """A run of items in the document's order: the hash and offset of each, and the items that were not known.

    ``misses`` are (index, item). Where ``placed`` is given it tells what the hashes and offsets else do.
    """

    hashes: list[bytes]
    offsets: list[int]
    misses: list[tuple[int, RawItem]]
    placed: Placed | None = None


class Parsed(msgspec.Struct, gc=False):
    """What one raw item says: attributes, or the problem that keeps it from being read.

    ``id_text`` is the id of an unreadable item where it could be told for sure. ``notes`` are repairs. ``record`` is the
    raw record under its own names (columns, JSON keys), for a schedule's ``[map]``; None: it is the attributes.
    """

    attributes: Attributes | None = None
    problem: Problem | None = None
    id_text: str | None = None
    notes: tuple[Problem, ...] = ()
    record: dict[str, Any] | None = None


class ReadOptions(msgspec.Struct, frozen=True):
    """What a schedule says of a document's form, where the bytes alone would be read otherwise.

    ``records`` is where the list of records is in a JSON document: keys joined by dots, such as ``data.products``.
    ``site`` is the shop's address (``https://shop.example``), for formats whose records hold no links.
    """

    encoding: str | None = None
    delimiter: str | None = None
    records: str | None = None
    site: str | None = None


DETECTED = ReadOptions()


class ItemParser(Protocol):
    """Reads raw items."""

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes, one result an item, in order; pure."""


@runtime_checkable
class Separable(Protocol):
    """A pass whose items can be read without it, and so in another process."""

    @property
    def parser(self) -> ItemParser:
        """What reads them; it can be pickled."""


@runtime_checkable
class Recalling(Protocol):
    """A pass that can pass by what stands as it stood in the last document."""

    def recall(self, stretches: Stretches) -> None:
        """Before the first block: follow these, and tell them what is cut."""


class Split(Protocol):
    """One pass over a document."""

    #: What the meaning of a raw item depends on beside its own bytes: encoding, namespaces.
    context: bytes

    def blocks(self, known: Known) -> Iterator[Block]:
        """The document's items, block by block; may be iterated once."""

    def faults(self) -> list[Problem]:
        """After the last block: why the document is not whole (FS-303), or nothing."""

    def remarks(self) -> list[Problem]:
        """After the last block: what was odd about the document and did no harm."""

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        """The line (from 1) on which each offset stands, from a second look at the same document."""

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes, one result an item, in order; pure."""


class Adapter(Protocol):
    """One format."""

    #: The name that ``format =`` takes.
    name: ClassVar[str]
    #: Raised with every change of what a raw item is read as.
    version: ClassVar[int]

    def recognizes(self, head: bytes) -> bool:
        """Whether the first bytes (64 KiB at most) look like this format."""

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> Split:
        """Begin a pass; ``charset`` is what HTTP said of the encoding.

        Raises:
            Fatal: FS-306, FS-308: the document is not what it should be.
            Unsafe: FS-302.
        """


#: 128 bits of the raw item; xxh3 is no defence against a feed's owner, who can only hurt the own store.
item_hash: Callable[[bytes | memoryview], bytes] = xxhash.xxh3_128_digest
HASH_BYTES = 16


def hashes_in(joined: bytes | bytearray) -> list[bytes]:
    """Hashes that stand one behind the other."""
    return [bytes(joined[at : at + HASH_BYTES]) for at in range(0, len(joined), HASH_BYTES)]


def unknown(block: Block, known: Known) -> Block:
    """The block without those of its misses that are known: what is broken never is."""
    if block.misses:
        held = known([item.hash for _, item in block.misses])
        misses = zip(block.misses, held, strict=True)
        block.misses = [miss for miss, flag in misses if not flag or miss[1].broken is not None]
    return block


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """That many bytes, or all there are: a stream may give less at a time."""
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Rejoined(io.RawIOBase):
    """The first bytes of a stream put back before the rest."""

    def __init__(self, first: bytes, stream: BinaryIO) -> None:
        self._first = first
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """As any stream."""
        taken, self._first = self._first[:size], self._first[size:]
        return taken or self._stream.read(size)


def count_lines(stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
    """The line of each offset, in one more pass over the stream; memory stays flat."""
    lines: dict[int, int] = {}
    begin, done, line = 0, 0, 1  # where the chunk begins; how much of it is counted, and up to which line
    chunk = b""
    for offset in sorted(set(offsets)):
        while begin + len(chunk) < offset:
            line += chunk.count(b"\n", done)
            begin, done = begin + len(chunk), 0
            if not (chunk := stream.read(1 << 20)):
                break
        end = max(done, offset - begin)
        line += chunk.count(b"\n", done, end)
        done = end
        lines[offset] = line
    return lines
