"""The beginning of an XML feed: its encoding, its root, its namespaces, and which element is an item.

Works on bytes, since a head may be preceded by junk and broken in ways that no XML reader accepts. A DOCTYPE is refused
here, before any item is read.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO

import msgspec

from feedsync.adapters.encodings import codec_of, of_mark
from feedsync.errors import Unsafe

#: Local names of the elements that hold one product; SHOPITEM is Heureka's, listing Meta's for vehicles.
ITEM_NAMES = frozenset({b"item", b"entry", b"product", b"offer", b"listing", b"shopitem"})
#: Local names of roots that may hold no item at all and still be a feed.
ROOT_NAMES = frozenset({b"rss", b"feed", b"channel", b"products", b"items", b"offers", b"listings", b"shop", b"catalog",
                        b"catalogue", b"yml_catalog", b"productfeed", b"product_feed", b"rdf", b"store", b"export"})  # fmt: skip
#: An item begins within this many bytes, or the document has none.
HEAD_LIMIT_BYTES = 4 * 1024 * 1024
_JUNK_LIMIT_BYTES = 64 * 1024
#: White space, byte order marks and what else nobody sees.
_INVISIBLE = " \t\r\n\0\ufeff\ufffe\u00a0\u200b\u200c\u200d\u2060\x0b\x0c\x1a"

_DECLARATION = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]+)\s*[\"']", re.IGNORECASE)
_FIRST_TAG = re.compile(rb"<[A-Za-z_]")
#: Comments, CDATA sections and instructions; one that is not closed reaches to the end.
SECTIONS = re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
#: What may stand in a tag behind its name. An attribute's value never holds "<", so a lost quote ends at the next tag.
TAG_REST = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+"
_NAME = rb"[A-Za-z_][\w.-]*(?::[\w.-]+)?"
_START = re.compile(rb"<(" + _NAME + rb")(" + TAG_REST + rb")>")
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")(?=[\s/>])(?:(" + TAG_REST + rb")>)?")
_NAMESPACE = re.compile(rb"\bxmlns(?::([\w.-]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class Head(msgspec.Struct):
    """What the beginning says. ``item`` is the item's tag as written (``g:item``), None where there is none.

    ``namespaces`` maps a prefix ("" for none) to its address; ``start`` is where the first item begins in ``buffer``;
    ``depth`` counts how many elements of the root's name are open there.
    """

    root: bytes
    item: bytes | None
    namespaces: dict[str, str]
    start: int
    repeated_namespace: bool
    depth: int


def local(name: bytes) -> bytes:
    """A tag's name without its prefix, in lower case."""
    return name.rpartition(b":")[2].lower()


def sniff_encoding(head: bytes, charset: str | None, location: str) -> str:
    """The encoding's name: byte order mark, then declaration, then HTTP charset, then UTF-8.

    A declaration of UTF-16 that can be read as ASCII is wrong by being readable, and counts as UTF-8.

    Raises:
        Fatal: FS-306, for a name that Python does not know.
    """
    if marked := of_mark(head):
        return marked
    if re.match(rb"<\x00[!-~]\x00", head):
        return "utf-16-le"
    if re.match(rb"\x00<\x00[!-~]", head):
        return "utf-16-be"
    first = _FIRST_TAG.search(head)
    match = _DECLARATION.search(head[: first.start()] if first else head)
    declared = match[1].decode("ascii") if match else charset
    if declared is None:
        return "utf-8"
    name = codec_of(declared, location)
    if name == "iso8859-1":
        return "cp1252"  # as every browser reads it: real feeds that say Latin-1 hold curly quotes
    return "utf-8" if name == "ascii" or name.startswith(("utf-16", "utf-32")) else name


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The stream in UTF-8. Bytes that the encoding does not have become U+FFFD, which an item is refused for."""
    if encoding == "utf-8":
        return stream
    return io.BufferedReader(_Transcoder(stream, encoding), 1 << 20)


class _Transcoder(io.RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""
        self._end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._end:
            chunk = self._stream.read(1 << 18)
            self._end = not chunk
            self._left = self._decoder.decode(chunk, final=self._end).encode("utf-8", "replace")
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def find_root(buffer: bytes) -> bool:
    """Whether the first bytes are XML: a start tag, past whatever junk precedes it.

    Behind text that means something the tag must be a root that feeds have, since tables and JSON hold HTML.
    """
    text = _blank(buffer[:_JUNK_LIMIT_BYTES])
    match = _START.search(text)
    if match is None:
        return False
    before = text[: match.start()].decode("utf-8", "ignore").strip(_INVISIBLE)
    return not before or (before[0] not in "{[" and local(match[1]) in ROOT_NAMES)


def read_head(buffer: bytes, location: str, *, last: bool) -> Head | None:
    """The head, or None when ``buffer`` does not hold all of it; ``last``: there is no more than this buffer.

    Raises:
        Unsafe: FS-302, for a DOCTYPE before the first item.
    """
    text = _blank(buffer)
    repeated = False
    root: bytes | None = None
    item: bytes | None = None
    opened, start = 0, len(buffer)
    above: list[tuple[bytes, dict[str, str]]] = []  # the open elements, with the namespaces that each declares
    inside = 0  # where the innermost of them begins
    headless: dict[bytes, int] = {}
    for match in _TAG.finditer(text):
        closing, name, rest = match[1], match[2], match[3]
        if closing:
            if any(name == other for other, _ in above):
                while above.pop()[0] != name:
                    pass
            else:
                headless.setdefault(name, inside)  # the first item may have lost its start tag
            continue
        if root is not None and local(name) in ITEM_NAMES:
            item, start = name, headless.get(name, match.start())
            break
        if rest is None:
            continue  # a tag that never ends
        root = root or name
        if rest.endswith(b"/"):
            continue
        opened += name == root
        own: dict[str, str] = {}
        for prefix, double, single in _NAMESPACE.findall(rest):
            key, address = prefix.decode(), (double or single).decode("utf-8", "replace")
            repeated |= key in own
            own.setdefault(key, address)
        above.append((name, own))
        inside = match.end()
    if re.search(rb"<!DOCTYPE|<!ENTITY", text[:start], re.IGNORECASE):
        raise Unsafe("FS-302", location=location)
    if root is None or not (last or item):
        return None
    namespaces = {prefix: address for _, own in above for prefix, address in own.items()}
    depth = sum(name == root for name, _ in above) if item else opened
    return Head(root, item, namespaces, start, repeated, depth)


def _blank(buffer: bytes) -> bytes:
    """The buffer with comments, CDATA and instructions blanked, every offset kept; one that is not closed to the end."""
    return SECTIONS.sub(lambda m: b" " * len(m[0]), buffer)
