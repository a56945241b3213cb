"""What can be saved of an XML item that is not well-formed: repairs that cannot change its meaning, and its id.

A wrong repair, or a wrong id, would be worse than none: an item that is refused keeps what the store has of it, and one
that is taken for another makes its own product look gone. So everything here is either sure or left alone.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

from lxml import etree

from feedsync.adapters.xml_head import TAG_REST, local

#: Prefixes of tags and attributes.
PREFIX = re.compile(rb"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_XML_ENTITIES = {b"amp", b"lt", b"gt", b"quot", b"apos"}
_SECTION = re.compile(rb"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_MARKUP = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|<(/?)([A-Za-z_][\w.:-]*)(?=[\s/>])" + TAG_REST + rb">", re.DOTALL
)
_OWN_TEXT = re.compile(
    rb"((?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9a-fA-F]+);|<!\[CDATA\[.*?\]\]>)*+)</([A-Za-z_][\w.:-]*)\s*>",
    re.DOTALL,
)
_ID_TAG = re.compile(rb"<(?:([\w.-]+):)?(?:vehicle_)?id(?=[\s/>])", re.IGNORECASE)
_ID_ATTRIBUTE = re.compile(rb"\s(?:[\w.-]+:)?id\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')", re.IGNORECASE)
_AMPERSAND = re.compile(rb"&(?!#\d+;|#[xX][0-9a-fA-F]+;)(?:([A-Za-z][A-Za-z0-9]*);)?")
_BARE_LESS = re.compile(rb"<(?![A-Za-z_/!?])")
_STRAY_END = re.compile(rb"\]\]>")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_REFERENCE = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")


def mend(raw: bytes) -> tuple[bytes, list[str]]:
    """The repairs that cannot change what an item says, and what they were.

    In comments and CDATA only raw control bytes are taken out, and never where that would end the section.
    """
    notes: dict[str, None] = {}

    def ampersand(match: re.Match[bytes]) -> bytes:
        name = match[1] or b""
        if name in _XML_ENTITIES:
            return match[0]
        character = html5.get(f"{name.decode()};")
        if character is not None:
            notes["an HTML entity"] = None
            return html.escape(character).encode()
        notes["a raw &"] = None
        return b"&amp;" + match[0][1:]

    def replaced(pattern: re.Pattern[bytes], by: bytes, what: str, part: bytes) -> bytes:
        part, count = pattern.subn(by, part)
        if count:
            notes[what] = None
        return part

    parts = _SECTION.split(raw)
    for index, part in enumerate(parts):
        if index % 2:  # a section
            opening, end = (9, b"]]>") if part.startswith(b"<![CDATA[") else (4, b"--")
            inner = replaced(_CONTROL, b"", "a control character", part[opening:-3])
            if inner.count(end) == part[opening:-3].count(end):
                parts[index] = part[:opening] + inner + part[-3:]
            continue
        part = _AMPERSAND.sub(ampersand, part)
        part = replaced(_CONTROL_REFERENCE, b"", "a control character", part)
        part = replaced(_BARE_LESS, b"&lt;", "a raw <", part)
        part = replaced(_CONTROL, b"", "a control character", part)
        parts[index] = replaced(_STRAY_END, b"]]&gt;", "a stray ]]>", part)
    return b"".join(parts), list(notes)


def sure_id(mended: bytes, google: set[str], plain: set[str]) -> str | None:
    """The id that a broken item's mended bytes name, when all of its own children that name one agree; else None.

    What stands before an id must be whole, so that the id can be no part of something else.

    Args:
        mended: what :func:`mend` made of the item.
        google: the prefixes that are Google's, whose id counts more than a plain one.
        plain: the prefixes that say nothing of their own.
    """
    found: list[set[str]] = [set(), set(), set(), set()]  # Google's id, a plain one, vehicle_id, the item's attribute
    open_tags: list[bytes] = []
    at = 0
    for match in _MARKUP.finditer(mended):
        if b"<" in mended[at : match.start()]:
            break  # a tag that cannot be read
        closing, name = match[1], match[2]
        if closing and (not open_tags or open_tags.pop() != name):
            break  # a tag that closes another one
        at = match.end()
        if name is None or closing or match[0].endswith(b"/>"):
            continue
        open_tags.append(name)
        prefix = name.rpartition(b":")[0].decode("utf-8", "replace")
        if len(open_tags) == 1:
            found[3] |= {_text(a or b) for a, b in _ID_ATTRIBUTE.findall(match[0])}
        elif len(open_tags) == 2 and prefix in google | plain:
            if local(name) == b"id":
                found[prefix not in google].add(_own_text(mended, at, name))
            elif local(name) == b"vehicle_id":
                found[2].add(_own_text(mended, at, name))
    rank = next((rank for rank, ids in enumerate(found) if ids), 0)
    unread = {prefix.decode("utf-8", "replace") for prefix in _ID_TAG.findall(mended[at:])}
    if len(found[rank]) != 1 or (unread & google if rank == 1 else rank and unread):
        return None  # none, several, or one that counts more may stand in what could not be read
    return found[rank].pop() or None


def parser() -> etree.XMLParser:
    """What reads untrusted XML: no entities, no network, no DTD."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _own_text(mended: bytes, at: int, name: bytes) -> str:
    """The text of an element that begins there and holds nothing but text and CDATA; "" when that is not sure."""
    match = _OWN_TEXT.match(mended, at)
    return _text(match[1]) if match is not None and match[2] == name else ""


def _text(markup: bytes) -> str:
    """What XML reads these bytes as; "" when it refuses them."""
    try:
        text = (etree.fromstring(b"<id>" + markup + b"</id>", parser()).text or "").strip()
    except etree.XMLSyntaxError:
        return ""
    return "" if "\ufffd" in text else text
