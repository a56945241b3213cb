"""Google Merchant feeds in XML: RSS 2.0, Atom 1.0 and the odd roots that shops publish (feed-formats, section 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, ClassVar, cast

from feedsync.adapters.base import (
    DETECTED,
    Block,
    Known,
    Parsed,
    RawItem,
    ReadOptions,
    Rejoined,
    count_lines,
    read_up_to,
)
from feedsync.adapters.xml_head import (
    HEAD_LIMIT_BYTES,
    ROOT_NAMES,
    SECTIONS,
    TAG_REST,
    Head,
    as_utf8,
    find_root,
    local,
    read_head,
    sniff_encoding,
)
from feedsync.adapters.xml_split import Splitter
from feedsync.errors import Fatal, Problem

if TYPE_CHECKING:
    from feedsync.adapters.stretches import Stretches


class GoogleXml:
    """The adapter ``google-xml``."""

    name: ClassVar[str] = "google-xml"
    version: ClassVar[int] = 1

    def recognizes(self, head: bytes) -> bool:
        """XML: a start tag within the first bytes, in any encoding that can be told, that is no web page."""
        try:
            encoding = sniff_encoding(head, None, "")
        except Fatal:
            return True  # it declares an encoding as XML does; splitting it will say that the encoding is not known
        text = head if encoding == "utf-8" else head.decode(encoding, "replace").encode()
        return find_root(text) and re.search(rb"<html[\s>]|<!doctype html", text[:4096], re.IGNORECASE) is None

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> XmlSplit:
        """Begin a pass; see :class:`feedsync.adapters.base.Adapter`."""
        first = read_up_to(stream, 1 << 16)
        encoding = options.encoding or sniff_encoding(first, charset, location)
        text = as_utf8(cast(BinaryIO, Rejoined(first, stream)), encoding)
        buffer, size = b"", 1 << 17
        head = None
        while head is None:
            size *= 2
            chunk = read_up_to(text, size - len(buffer))
            buffer += chunk
            last = not chunk or size > HEAD_LIMIT_BYTES
            head = read_head(buffer, location, last=last)
            if last:
                break
        if head is None:
            raise Fatal("FS-301", location=location, reason="no element was found in it")
        if head.item is None and local(head.root) not in ROOT_NAMES:
            raise Fatal("FS-308", location=location, root=f"<{head.root.decode('utf-8', 'replace')}>")
        return XmlSplit(head, buffer, text, encoding)


class XmlSplit:
    """One pass over one XML document; see :class:`feedsync.adapters.base.Split`."""

    def __init__(self, head: Head, buffer: bytes, stream: BinaryIO, encoding: str) -> None:
        from feedsync.adapters.xml_parse import XmlItems  # with lxml, for what is read and not for what is recognized

        self._head = head
        self._encoding = encoding
        self._rest = buffer
        self._stream = stream
        self._stretches: Stretches | None = None
        self.parser = XmlItems(head.item or b"item", head.namespaces, transcoded=encoding != "utf-8")
        bound = sorted(head.namespaces.items())
        self.context = repr((encoding, head.item, bound)).encode()

    def recall(self, stretches: Stretches) -> None:
        """See :class:`feedsync.adapters.base.Recalling`."""
        self._stretches = stretches

    def blocks(self, known: Known) -> Iterator[Block]:
        """The document's items; see the protocol."""
        if self._head.item is None:
            while chunk := self._stream.read(1 << 16):
                self._rest = self._rest[-HEAD_LIMIT_BYTES:] + chunk
            return
        parts = self._head, self._rest, self._stream, self.parser.well_formed
        self._rest = b""
        if self._stretches is None:
            splitter = Splitter(*parts)
        else:
            from feedsync.adapters.xml_follow import Follower  # with numpy, for what is followed

            splitter = Follower(*parts, self._stretches)
        for block in splitter.blocks(known):
            for _, item in block.misses:
                if item.broken == "FS-311":
                    self._rest = item.raw
            yield block
        self._rest += splitter.tail

    def faults(self) -> list[Problem]:
        """FS-303, unless the root element is closed after the last item."""
        name = re.escape(self._head.root)
        text = SECTIONS.sub(b"", self._rest)
        closed = len(re.findall(rb"</" + name + rb"\s*>", text))
        if self._head.item is not None:
            tags = re.findall(rb"<" + name + rb"(?=[\s/>])" + TAG_REST + rb">", text)
            closed -= sum(not tag.endswith(b"/>") for tag in tags)
        if closed >= self._head.depth:
            return []
        return [Problem("FS-303", {"root": f"<{self._head.root.decode('utf-8', 'replace')}>"})]

    def remarks(self) -> list[Problem]:
        """A namespace that the root declares twice, which no XML reader accepts."""
        return [Problem("FS-310")] if self._head.repeated_namespace else []

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        """The lines of these offsets in the document."""
        return count_lines(as_utf8(stream, self._encoding), offsets)

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes."""
        return self.parser.parse(items)
