"""One XML item's bytes to attributes in Google's vocabulary.

Items are parsed in wrapped chunks, since a parser's start costs more than an item. An item that is not well-formed is
parsed alone, then with the repairs that cannot change its meaning, and is else refused with its id where that is sure.
Only an element's own children count: the price inside of ``shipping`` is not the item's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lxml import etree

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Parsed, RawItem
from feedsync.adapters.xml_head import local
from feedsync.adapters.xml_plain import PlainItems
from feedsync.adapters.xml_repair import PREFIX, mend, parser, sure_id
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

GOOGLE = "http://base.google.com/ns/1.0"
_GOOGLE = re.compile(r"https?://base\.google\.com/ns/")
_UNBOUND = "urn:feedsync:unbound:"
_CHUNK_BYTES = 1 << 18
_REPLACEMENT = "\ufffd".encode()
#: Other names for Google's attributes, used where the item has none of that name: Meta's vehicle feeds, old shops.
_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("vehicle_id", "@id"),
    "link": ("url",),
    "image_link": ("image",),
    "color": ("colour",),
    "item_group_id": ("@group_id",),
}
_ALIASED = frozenset(other for others in _ALIASES.values() for other in others)
_RESERVED = ("xml", "xmlns")
#: Of a value between quotation marks. (``xml.sax.saxutils`` has this, and brings an HTTP client with it.)
_QUOTED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


class XmlItems:
    """The parser of one document's items: knows its namespaces and its item's tag."""

    def __init__(self, item: bytes, namespaces: dict[str, str], *, transcoded: bool) -> None:
        self._transcoded = transcoded
        self._google = {prefix for prefix, address in namespaces.items() if _GOOGLE.match(address)} | {"g"}
        self._item = local(item).decode()
        self._start = re.compile(rb"<" + re.escape(item) + rb"(?=[\s/>])")
        self._prefix = item.partition(b":")[0].decode() if b":" in item else None
        self._open = _root(namespaces)
        self._bound = set(namespaces) | {"xml", "xmlns"}
        self._names: dict[tuple[str, str | None], tuple[str, bool]] = {}
        self._namespaces = namespaces
        # where the parser refuses the namespaces themselves, it must be asked for every item
        self._plain = PlainItems(item.decode(), self._resolve) if self._children(self._open, []) == [] else None

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """One result an item, in order."""
        results: list[Parsed] = []
        chunk: dict[int, RawItem] = {}  # what takes the parser
        size = 0
        plain = self._plain.read if self._plain else _never
        for index, item in enumerate(items):
            if item.broken:
                parts = {"limit": str(ITEM_LIMIT_BYTES)} if item.broken == "FS-307" else {}
                results.append(Parsed(problem=Problem(item.broken, parts)))
            elif (attributes := plain(item.raw)) is not None:
                results.append(Parsed(_with_aliases(attributes)))
            else:
                results.append(_UNREAD)
                chunk[index] = item
                size += len(item.raw)
                if size > _CHUNK_BYTES:
                    self._read_into(results, chunk)
                    chunk, size = {}, 0
        self._read_into(results, chunk)
        return results

    def _read_into(self, results: list[Parsed], chunk: dict[int, RawItem]) -> None:
        for index, parsed in zip(chunk, self._chunk(chunk.values()), strict=True):
            results[index] = parsed

    def well_formed(self, raw: bytes) -> bool:
        """Whether these bytes are one item of well-formed XML."""
        return self._children(self._open, [raw]) is not None

    def _chunk(self, items: Collection[RawItem]) -> list[Parsed]:
        children = self._children(self._open, [item.raw for item in items]) if items else []
        if children is None:
            return [self._alone(item.raw) for item in items]
        return [
            self._lost(item.raw) or Parsed(self._attributes(child)) for item, child in zip(items, children, strict=True)
        ]

    def _children(self, opening: bytes, raws: list[bytes]) -> list[etree._Element] | None:
        """The item elements, or None unless the bytes are exactly that many of them, well-formed."""
        try:
            root = etree.fromstring(b"".join((opening, *raws, b"</feedsync>")), parser())
        except etree.XMLSyntaxError:
            return None
        children = list(root)
        if len(children) != len(raws) or any(etree.QName(c).localname.lower() != self._item for c in children):
            return None
        return children

    def _alone(self, raw: bytes) -> Parsed:
        refused = self._lost(raw)
        if refused is not None:
            return refused
        if children := self._children(self._open, [raw]):
            return Parsed(self._attributes(children[0]))
        mended, notes = mend(raw)
        opening = self._open
        if unbound := {(a or b).decode() for a, b in PREFIX.findall(mended)} - self._bound:
            notes.append(f"the undeclared prefix {', '.join(sorted(unbound))}")
            opening = opening[:-1] + b"".join(_declaration(prefix) for prefix in sorted(unbound)) + b">"
        if notes and (children := self._children(opening, [mended])):
            return Parsed(self._attributes(children[0]), notes=tuple(Problem("FS-414", {"what": n}) for n in notes))
        return self._refused(mended, _reason(opening + mended))

    def _lost(self, raw: bytes) -> Parsed | None:
        """The refusal of an item with U+FFFD, which stands for bytes that the document's encoding does not have."""
        if not self._transcoded or _REPLACEMENT not in raw:
            return None
        return self._refused(raw, "it holds bytes that its encoding does not have")

    def _refused(self, mended: bytes, reason: str) -> Parsed:
        """An item that cannot be read: with its id where the bytes name one for sure, else as FS-304.

        One that holds a second start tag, be it in a comment, may have swallowed its neighbour, whose id is not known.
        """
        if len(self._start.findall(mended)) > 1:
            return Parsed(problem=Problem("FS-305"))
        problem = Problem("FS-401", {"reason": reason})
        if item_id := sure_id(mended, self._google, {"", self._prefix or ""}):
            return Parsed(problem=problem, id_text=item_id)
        return Parsed(problem=Problem("FS-304", {"detail": problem.message}))

    def _attributes(self, element: etree._Element) -> Attributes:
        """The element's children by name: Google's namespace wins over a plain name, repeated ones become a list."""
        found: Attributes = {}
        google: set[str] = set()
        for child in element:
            name, is_google = self._name(child)
            value = _value(child, name)
            if value is None or (name in google and not is_google):
                continue
            if is_google and name not in google:
                google.add(name)
                found.pop(name, None)
            before = found.get(name)
            if before is None:
                found[name] = value
            elif isinstance(before, list):
                before.append(value)
            else:
                found[name] = [before, value]
        for key, text in element.attrib.items():
            if text.strip():
                found.setdefault(f"@{etree.QName(key).localname.lower()}", str(text))
        return _with_aliases(found)

    def _name(self, element: etree._Element) -> tuple[str, bool]:
        """(the attribute's name, whether it is in Google's namespace). Other vocabularies keep their prefix."""
        key = element.tag, element.prefix
        known = self._names.get(key)
        if known is None:
            name = etree.QName(element)
            tag = name.localname.lower()
            known = self._named(element.prefix, tag, name.namespace)
            self._names[key] = known
        return known

    def _named(self, prefix: str | None, tag: str, address: str | None) -> tuple[str, bool]:
        if _GOOGLE.match(address or "") or prefix == "g":
            return tag, True
        if prefix is None or prefix == self._prefix:
            return tag, False
        return f"{prefix}:{tag}", False

    def _resolve(self, prefix: str, name: str) -> tuple[str, bool] | None:
        """The same for a tag that no parser has seen; None: its prefix is not declared, or is XML's own."""
        address = self._namespaces.get(prefix)
        if prefix and (not address or prefix in _RESERVED):
            return None
        return self._named(prefix or None, name.lower(), address)


def _with_aliases(found: Attributes) -> Attributes:
    if not _ALIASED.isdisjoint(found):
        for name, others in _ALIASES.items():
            for other in others:
                if name not in found and other in found:
                    found[name] = _alias(found[other])
    return found


#: Stands in the place of an item until the parser has read it.
_UNREAD = Parsed()


def _never(raw: bytes) -> None:
    return None


def _root(namespaces: dict[str, str]) -> bytes:
    declared = "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{address.translate(_QUOTED)}"'
        for prefix, address in namespaces.items()
        if address and prefix not in _RESERVED
    )
    return f"<feedsync{declared}>".encode()


def _declaration(prefix: str) -> bytes:
    address = GOOGLE if prefix == "g" else _UNBOUND + prefix
    return f' xmlns:{prefix}="{address}"'.encode()


def _value(element: etree._Element, name: str) -> Value | None:
    """Text, or a record of the children with its own text under ``#text``; None where there is nothing."""
    if not len(element):
        text = (element.text or "").strip()
        if not text and name == "link" and element.get("rel", "alternate") == "alternate":
            text = (element.get("href") or "").strip()  # Atom's own link
        return text or None
    record: dict[str, Value] = {}
    for child in element:
        key = etree.QName(child).localname.lower()
        value = _value(child, key)
        if value is None:
            continue
        before = record.get(key)
        if before is None:
            record[key] = value
        else:
            record[key] = [*before, value] if isinstance(before, list) else [before, value]
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        record["#text"] = "".join(str(part) for part in element.itertext()).strip()
    return record or None


def _alias(value: Value) -> Value:
    """Meta writes a picture as ``image/url``."""
    if isinstance(value, list):
        return [_alias(one) for one in value]
    return value["url"] if isinstance(value, dict) and "url" in value else value


def _reason(document: bytes) -> str:
    """The parser's own words, without its place: the line is that of a chunk, not of the feed."""
    careless = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    etree.fromstring(document + b"</feedsync>", careless)
    words = careless.error_log[0].message.partition("\n")[0]
    return re.sub(r",? ?\(?line \d+.*", "", words.replace("feedsync", "the item's end")).strip()
