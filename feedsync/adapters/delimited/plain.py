"""Delimited feeds with a row for each variant: Google's and Meta's, and any other for a schedule's ``[map]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from feedsync.adapters.base import Parsed, RawItem
from feedsync.adapters.delimited.columns import attributes_of
from feedsync.adapters.delimited.header import Header
from feedsync.adapters.delimited.rows import Layout, Rows
from feedsync.adapters.delimited.rowwise import RowSplit, item_of
from feedsync.adapters.delimited.table import ADDRESS, DelimitedAdapter, Shape, TableSplit
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

#: What a product cannot do without (design, section 6), so far as its row may not end before it.
_NEEDED = ("id", "title", "link", "image_link", "price", "availability")
_PRICE = re.compile(r"[^\d]{0,9}\d.{0,40}")
_WORDS = re.compile(r"[^\d:]{1,40}")
_SIGNS = {"link": ADDRESS, "image_link": ADDRESS, "price": _PRICE, "sale_price": _PRICE, "availability": _WORDS}
_IMAGES = ("additional_image_link", "image_link")
_ADDRESS = re.compile(r"https?://")


class PlainCsv(DelimitedAdapter):
    """The adapter ``csv``."""

    name: ClassVar[str] = "csv"
    version: ClassVar[int] = 3

    def fits(self, header: Header) -> bool:
        """Two known names, or rows that are alike."""
        return header.known >= 2 or (len(header.names) > 2 and header.alike > 0)

    def shape(self, header: Header, location: str, site: str | None) -> Shape:
        """Any header will do."""
        return _PlainShape(header.names, location, site)

    def reading(self, rows: Rows, shape: Shape, context: bytes) -> TableSplit:
        """A pass that does not read again what is known."""
        return RowSplit(rows, shape, context)


class _PlainShape(Shape):
    def __init__(self, header: tuple[str, ...], location: str, site: str | None) -> None:
        super().__init__(header, location, site)
        self._names = attributes_of(header)
        self._images = [name for name in _IMAGES if name in self._names]
        self._shared = len(set(self._names)) < len(self._names)
        places = {name: place for place, name in reversed(list(enumerate(self._names)))}
        needed = [places[name] for name in _NEEDED if name in places]
        reach = 1 + max(needed) if len(needed) > 2 else len(header)
        self.layout = Layout(reach, places.get("id"), {places[n]: sign for n, sign in _SIGNS.items() if n in places})

    def items(self, rows: Rows) -> Iterator[RawItem]:
        """A row, an item."""
        return map(item_of, rows)

    def read(self, rows: list[list[str]]) -> Parsed:
        """The cells that are not empty; of columns of one name a list."""
        cells, *notes = rows
        named = zip(self._names, map(str.strip, cells), strict=True)
        found: Attributes
        if self._shared:
            found = _gathered(named)
        else:
            texts = {name: cell for name, cell in named if cell}
            found = {**texts, **{name: _pictures(name, texts[name]) for name in self._images if name in texts}}
        if isinstance(found.get("image_link"), list):
            _spread(found)
        mended = tuple(Problem("FS-414", {"what": note}) for [note] in notes)
        return Parsed(found, record=self.record(cells), notes=mended)


def _gathered(named: Iterable[tuple[str, str]]) -> Attributes:
    """The cells that are not empty, those of one name as a list."""
    found: Attributes = {}
    for name, cell in named:
        if cell:
            value, before = _pictures(name, cell) if name in _IMAGES else cell, found.get(name)
            found[name] = value if before is None else [*_each(before), *_each(value)]
    return found


def _each(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _spread(found: Attributes) -> None:
    """Of several main images the first is one, and the others stand before the further ones."""
    main, *more = _each(found["image_link"])
    found["image_link"] = main
    if more := [*more, *_each(found.get("additional_image_link", []))]:
        found["additional_image_link"] = more


def _pictures(name: str, cell: str) -> Value:
    """The cell, or a list where it holds several addresses of images; no other cell is taken apart."""
    if cell[0] in "[{":
        return _json_images(cell)
    if name == "image_link":
        return cell
    # where an address begins behind one of the separators that Meta allows: comma, semicolon, space, bar
    found = [match.start() for match in _ADDRESS.finditer(cell)]
    starts = [at for at in found if not at or cell[at - 1] in ",;|" or cell[at - 1].isspace()]
    if len(starts) < 2:
        return cell
    parts = (cell[a:b].strip(" \t\r\n,;|") for a, b in zip(starts, [*starts[1:], None], strict=True))
    return [*([head] if (head := cell[: starts[0]].strip(" ,;|")) else []), *parts]


def _json_images(cell: str) -> Value:
    """Meta's nested form: ``[{"url": …, "tag": […]}]``."""
    try:
        found = msgspec.json.decode(cell)
    except msgspec.DecodeError:
        return cell
    images = [
        one.get("url") if isinstance(one, dict) else one for one in (found if isinstance(found, list) else [found])
    ]
    addresses: list[Value] = [one for one in images if isinstance(one, str) and one]
    return addresses if addresses else cell
