"""One page of an API, from its bytes to its records: pure, and strict about the shape.

A page that fails must never look like an empty one, so whatever is not clearly a list of objects is a :class:`BadPage`.
Records stay the bytes that were sent (a number keeps its digits), each on one line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec
import xxhash

#: What msgspec raises on bytes that it cannot read: no JSON, names or texts that are no UTF-8, too many levels.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

#: Each value costs memory beside its bytes, so a page of nothing but tiny ones would cost a hundred times its size. Real
#: pages have a comma every 40 to 80 bytes.
_MOST_COMMAS: Final = 1_000_000
#: How much of a server's own text stands in a message.
_SHOWN: Final = 40
#: Encodings of host names, which take the square of a text's length to decode.
_FOR_NAMES: Final = frozenset({"punycode", "idna"})
_BOM: Final = b"\xef\xbb\xbf"
#: Names of lists that are no records, where the list is looked for.
_NO_RECORDS: Final = frozenset({"error", "errors", "warnings", "messages"})
#: An escape in a JSON text; group 1 is half of a surrogate pair, which a cut-off emoji leaves behind.
_ESCAPE: Final = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)

#: A JSON object whose values are still the bytes that were sent.
Fields: TypeAlias = dict[str, msgspec.Raw]


class BadPage(Exception):
    """The answer is not a page of the list; the text says what it is."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Where things stand in an answer. Places are keys joined by dots, ``""`` is the answer itself, None: nowhere."""

    #: None: the answer itself, or its only list
    records: str | None = None
    total: str | None = None
    total_header: str | None = None
    #: a cursor, or the next page's address
    pointer: str | None = None
    #: the next page's address is in the header Link
    link: bool = False
    #: an answer that calls itself HTML is refused, whatever it holds
    no_html: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says. ``records`` are lines of JSON, without the line's end."""

    records: list[bytes]
    #: where the list was found, so that the next page's is looked for there
    place: str
    #: the stated number of records in the whole list
    total: int | None = None
    #: the cursor or the address of the next page
    pointer: str | None = None
    #: the page says whether there is another one, even when it says no
    says_pointer: bool = False


def read_page(body: bytes, headers: Mapping[str, str], charset: str | None, shape: Shape) -> Page:
    """Read a page.

    Raises:
        BadPage: it is no JSON, or not of this shape.
    """
    if shape.no_html and "html" in headers.get("content-type", "").lower():
        raise BadPage("is HTML, not JSON")
    if body.count(b",") > _MOST_COMMAS:
        raise BadPage("holds more values than a page can: ask for smaller pages (size)")
    body = _utf8(body, charset)
    if body.startswith(b"<"):
        raise BadPage("is HTML or XML, not JSON")
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError:
        body = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)
    except RecursionError:
        pass  # said below
    try:
        return _read(body, headers, shape)
    except UNREADABLE as error:
        raise BadPage(f"is not JSON: {error}") from None


def _utf8(body: bytes, charset: str | None) -> bytes:
    """The body without its mark, in UTF-8 (RFC 8259, 8.1); what is in no known encoding stays, for its record's sake."""
    try:
        body.decode()
    except UnicodeDecodeError:
        with suppress(LookupError, UnicodeError):
            if codecs.lookup(charset or "utf-8").name not in _FOR_NAMES:
                body = body.decode(charset or "utf-8").encode()
    return body.removeprefix(_BOM).lstrip()


def _read(body: bytes, headers: Mapping[str, str], shape: Shape) -> Page:
    msgspec.json.decode(body, type=msgspec.Raw)
    place = _place(body) if shape.records is None else shape.records
    found = at(body, place)
    if found is None:
        raise BadPage(f"has no list at {place[:_SHOWN]!r}")
    try:
        raws = msgspec.json.decode(found, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise BadPage(f"has no list at {place[:_SHOWN]!r}" if place else "is no list") from None
    records = [line_of(bytes(raw)) for raw in raws]
    if not all(record.startswith(b"{") for record in records):
        raise BadPage("holds something that is no record (a JSON object)")
    if not records and _says_error(body):
        raise BadPage("holds an error instead of records")
    pointer, says_pointer = _pointer(body, headers, shape)
    total = headers.get(shape.total_header) if shape.total_header else scalar_at(body, shape.total)
    return Page(
        records=records,
        place=place,
        total=int(total) if total and total.isascii() and total.isdecimal() and len(total) < 16 else None,
        pointer=pointer,
        says_pointer=says_pointer,
    )


def at(raw: bytes | msgspec.Raw, place: str) -> bytes | msgspec.Raw | None:
    """The JSON at a place, or None when there is nothing."""
    for key in place.split(".") if place else ():
        try:
            fields = msgspec.json.decode(raw, type=Fields)
        except UNREADABLE:
            return None
        if key not in fields:
            return None
        raw = fields[key]
    return raw


def _place(body: bytes) -> str:
    """Where the list is when nobody says it."""
    if not body.startswith(b"{"):
        return ""
    fields = msgspec.json.decode(body, type=Fields)
    lists = [key for key, raw in fields.items() if bytes(raw)[:1] == b"[" and key not in _NO_RECORDS]
    if len(lists) != 1:
        some = f"several lists ({', '.join(repr(name[:_SHOWN]) for name in lists[:5])})" if lists else "no list"
        raise BadPage(f"has {some}: say where the records are, as in records = 'data.items'")
    return lists[0]


def _says_error(body: bytes) -> bool:
    if not body.startswith(b"{"):
        return False
    fields = msgspec.json.decode(body, type=Fields)
    said = (bytes(fields[name]) for name in ("error", "errors") if name in fields)
    failed = bytes(fields.get("success", msgspec.Raw(b""))) == b"false"
    return failed or any(raw not in (b"null", b"false", b'""', b"[]", b"{}", b"0") for raw in said)


def _pointer(body: bytes, headers: Mapping[str, str], shape: Shape) -> tuple[str | None, bool]:
    if shape.link:
        return next_link(headers.get("link", "")), "link" in headers
    if shape.pointer is None or at(body, shape.pointer) is None:
        return None, False
    return scalar_at(body, shape.pointer), True


def scalar_at(body: bytes, place: str | None) -> str | None:
    """The text or a number's digits at a place; None for anything else, and for an empty text."""
    found = at(body, place) if place else None
    return None if found is None else scalar(bytes(found))


def scalar(raw: bytes) -> str | None:
    """A JSON text or number as text; None for an empty text, null, true, false, a list or an object."""
    if raw.startswith(b'"'):
        try:
            return msgspec.json.decode(raw, type=str) or None
        except UNREADABLE:
            return None
    return raw.decode("ascii") if raw.startswith(b"-") or raw[:1].isdigit() else None


def line_of(record: bytes) -> bytes:
    """A record on one line: only between tokens can there be a line's end, so nothing of it is lost."""
    return msgspec.json.format(record, indent=-1) if b"\n" in record or b"\r" in record else record


def digest(data: bytes) -> bytes:
    """128 bits of a record or an id; no defence against the server's owner, who can only hurt the own feed."""
    return xxhash.xxh3_128_digest(data)


def key_of(record: bytes, place: str | None) -> bytes:
    """What tells a record from others: the digest of its id (a number and its text are one), else of all of it."""
    found = at(record, place) if place else None
    text = None if found is None else scalar(bytes(found))
    return digest(record) if text is None else digest(b"id " + text.encode())


_LINK: Final = re.compile(r'<([^<>]*)>((?:"[^"]*"|[^<",])*)')
_REL: Final = re.compile(r'(?:^|;)\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


def next_link(value: str) -> str | None:
    """The address that a Link header calls ``next`` (RFC 8288, 3), or None."""
    for address, parameters in _LINK.findall(value):
        relation = _REL.search(parameters)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(address).strip() or None
    return None
