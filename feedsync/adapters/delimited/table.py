"""What the delimited formats have in common: a document becomes a header and rows, rows become items, items are read.

An item's bytes are the cells that its meaning depends on, as JSON: a list of rows, its own first. A broken item's bytes
are its problem, and its hash is made otherwise than that of a whole one, so that the two are never taken for each other.
"""

from __future__ import annotations

import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, ClassVar

import msgspec

from feedsync.adapters.base import DETECTED, Block, Known, Parsed, RawItem, ReadOptions, item_hash, read_up_to, unknown
from feedsync.adapters.delimited.encoding import SAMPLE_BYTES, sniff_encoding
from feedsync.adapters.delimited.header import Header, find_header, looks_like_text
from feedsync.adapters.delimited.lines import TextLines
from feedsync.adapters.delimited.rows import Layout, Row, Rows
from feedsync.errors import Fatal, Problem

_BLOCK_ITEMS = 512
_BLOCK_BYTES = 1 << 22
#: What cells of some columns look like, in whichever format.
ADDRESS = re.compile(r"https?://.*|/.*", re.DOTALL)
AMOUNT = re.compile(r"'?[-+]?[\d.,' ]{1,20}")
COUNT = re.compile(r"'?[-+]?\d{1,12}(?:\.0+)?")
_CELLS = msgspec.json.Decoder(list[list[str]])


class Broken(msgspec.Struct, omit_defaults=True):
    """The bytes of an item that cannot be read: why, whose it is where that is sure, and how it begins."""

    code: str
    parts: dict[str, str] = {}
    id: str | None = None
    text: str = ""


_BROKEN = msgspec.json.Decoder(Broken)


class Shape(ABC):
    """How one format makes items of rows and reads them; one for each pass."""

    #: What it knows of rows.
    layout: Layout
    #: Where each column that it knows is.
    _at: dict[str, int]

    def __init__(self, header: Sequence[str], location: str, site: str | None) -> None:
        self.header = [name.strip() for name in header]
        self.location = location
        self.site = site.rstrip("/") if site else None

    def _cell(self, cells: Sequence[str], key: str) -> str:
        """What stands in the column that is known as ``key``; "" without one, and of a row that there is not."""
        place = self._at.get(key)
        return cells[place].strip() if place is not None and cells else ""

    @abstractmethod
    def items(self, rows: Rows) -> Iterator[RawItem]:
        """The items of these rows, one a variant, in the document's order."""

    @abstractmethod
    def read(self, rows: list[list[str]]) -> Parsed:
        """What an item says: its own cells, and those of the rows that :meth:`items` put behind them."""

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes."""
        return [_refused(item) if item.broken else self.read(_CELLS.decode(item.raw)) for item in items]

    @cached_property
    def _repeated(self) -> bool:
        return len(set(self.header)) < len(self.header)

    def record(self, cells: Sequence[str]) -> dict[str, object]:
        """A row under its own column names; a name that several columns have holds a list."""
        if not self._repeated:
            return dict(zip(self.header, cells, strict=False))
        record: dict[str, object] = {}
        for name, cell in zip(self.header, cells, strict=False):
            before = record.get(name)
            record[name] = cell if before is None else [*before, cell] if isinstance(before, list) else [before, cell]
        return record


def whole(line: int, rows: Sequence[Sequence[str]]) -> RawItem:
    """An item of these rows, its own first."""
    raw = msgspec.json.encode(rows)
    return RawItem(raw, line, item_hash(raw))


def broken(line: int, problem: Problem, id_text: str | None = None, text: str = "") -> RawItem:
    """An item that cannot be read."""
    shown = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    raw = msgspec.json.encode(Broken(problem.code, problem.parts, id_text, shown))
    return RawItem(raw, line, item_hash(b"broken\0" + raw), problem.code)


def broken_row(row: Row) -> RawItem:
    """The item that a row would have been."""
    assert row.problem is not None
    return broken(row.line, row.problem, row.id_text, row.text)


class TableSplit:
    """One pass over a delimited document; see :class:`feedsync.adapters.base.Split`. Offsets are lines."""

    def __init__(self, rows: Rows, shape: Shape, context: bytes) -> None:
        self._rows = rows
        self.parser = shape
        self.context = context

    def blocks(self, known: Known) -> Iterator[Block]:
        """The document's items, some hundred a block."""
        batch: list[RawItem] = []
        size = 0
        for item in self.parser.items(self._rows):
            batch.append(item)
            size += len(item.raw)
            if len(batch) >= _BLOCK_ITEMS or size >= _BLOCK_BYTES:
                yield _block(batch, known)
                batch, size = [], 0
        yield _block(batch, known)

    def faults(self) -> list[Problem]:
        """FS-315, where a quoted cell is never closed."""
        return self._rows.faults

    def remarks(self) -> list[Problem]:
        """Nothing: what is odd about a document is odd about rows."""
        return []

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        """The offsets themselves."""
        return {offset: offset for offset in offsets}

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes."""
        return self.parser.parse(items)


def _block(items: list[RawItem], known: Known) -> Block:
    return unknown(Block([item.hash for item in items], [item.offset for item in items], list(enumerate(items))), known)


def _refused(item: RawItem) -> Parsed:
    found = _BROKEN.decode(item.raw)
    return Parsed(problem=Problem(found.code, found.parts), id_text=found.id)


class DelimitedAdapter(ABC):
    """One delimited format; see :class:`feedsync.adapters.base.Adapter`."""

    name: ClassVar[str]
    version: ClassVar[int] = 2

    def recognizes(self, head: bytes) -> bool:
        """Whether the first bytes are text with a header that this format has."""
        text = _decoded(head, sniff_encoding(head, None, ""))
        if not looks_like_text(text):
            return False
        header = find_header(text)
        return header is not None and self.fits(header)

    def split(
        self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED
    ) -> TableSplit:
        """Begin a pass.

        Raises:
            Fatal: FS-306, for an encoding that is none; FS-312, when there is no header that can be used.
        """
        if options.delimiter is not None and (len(options.delimiter) != 1 or options.delimiter in '"\r\n'):
            raise Fatal(
                "FS-312", location=location, reason=f"{options.delimiter!r} is no delimiter: it must be one sign"
            )
        sample = read_up_to(stream, SAMPLE_BYTES)
        encoding = sniff_encoding(sample, charset, location, options.encoding)
        text = _decoded(sample, encoding)
        header = find_header(text, options.delimiter)
        if header is None:
            reason = "none of the first rows names two columns or more"
            if options.delimiter:
                reason += f" with the delimiter {options.delimiter!r}"
            raise Fatal("FS-312", location=location, reason=reason)
        shape = self.shape(header, location, options.site)
        lines = TextLines(sample, stream, encoding, old="\n" not in text)
        for _ in range(header.lines):
            lines.read()
        rows = Rows(lines, header, shape.layout, encoding)
        context = msgspec.json.encode((encoding, header.delimiter, header.names, options.site))
        return self.reading(rows, shape, context)

    def reading(self, rows: Rows, shape: Shape, context: bytes) -> TableSplit:
        """The pass over these rows."""
        return TableSplit(rows, shape, context)

    @abstractmethod
    def fits(self, header: Header) -> bool:
        """Whether a header is this format's."""

    @abstractmethod
    def shape(self, header: Header, location: str, site: str | None) -> Shape:
        """How the rows below a header are read.

        Raises:
            Fatal: FS-312, when the format needs a column that the header lacks.
        """


def _decoded(sample: bytes, encoding: str) -> str:
    return io.TextIOWrapper(io.BytesIO(sample), encoding, "replace", newline="").read()


def required(columns: Mapping[str, int], names: Sequence[str], location: str) -> None:
    """Every one of these columns is there.

    Raises:
        Fatal: FS-312, which names those that are not.
    """
    if missing := [name for name in names if name not in columns]:
        raise Fatal("FS-312", location=location, reason=f"it has no column for {', '.join(missing)}")
