"""Items of the plainest XML, read without an XML parser in a third of its time.

Nearly every item is a run of elements without attributes that hold text alone, a few of them one level of such elements.
Of that much XML the grammar is regular, so it can be recognized whole: what is read here is well-formed, and says the same
as the parser would say. Whatever else there is (comments, instructions, attributes, deeper nesting, a character or an entity
that could be refused, a carriage return) makes an item one for the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from feedsync.adapters.xml_shapes import Shapes
from feedsync.model import Attributes, Value
from feedsync.remembered import Remembered

#: From a tag as written to (the attribute's name, whether it is in Google's namespace); None: it cannot be told.
Resolve = Callable[[str, str], tuple[str, bool] | None]

#: What is longer is left to the parser and its limits.
_LIMIT_BYTES = 1 << 20
#: Every byte but the control characters that XML refuses, and the carriage return, which it changes.
_HARMLESS = bytes(b for b in range(256) if b >= 0x20 or b in b"\t\n")
_NAME = re.compile(r"(?:([A-Za-z_][A-Za-z0-9_.-]{0,99}):)?([A-Za-z_][A-Za-z0-9_.-]{0,99})")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_PREDEFINED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
#: So many different tags are remembered, and none that is longer.
_REMEMBERED, _LONGEST = 4096, 200


class PlainItems:
    """The reader of one document's plain items: ``item`` is their tag, ``resolve`` knows the document's namespaces."""

    def __init__(self, item: str, resolve: Resolve) -> None:
        self._open, self._close = f"{item}>", f"/{item}>"
        self._resolve = resolve
        self._names = Remembered(self._name, most=_REMEMBERED, longest=_LONGEST)
        self._closings = Remembered(_closed, most=_REMEMBERED, longest=_LONGEST)
        self._shapes = Shapes(self._elements, _resolved)

    def read(self, raw: bytes) -> Attributes | None:
        """The item's children by name, as :meth:`XmlItems.parse` gives them; None: the parser must read it."""
        text = _text(raw)
        if text is None:
            return None
        found = self._shapes.read(text)
        if found is None:
            pieces = text.split("<")
            found = self._elements(pieces)
            if found is not None:
                self._shapes.met(pieces)
        return found

    def _elements(self, pieces: list[str]) -> Attributes | None:
        """The same of the text between the beginnings of tags, element by element."""
        if (
            len(pieces) < 3
            or pieces[0]
            or pieces[-1] != self._close
            or not pieces[1].startswith(self._open)
            or pieces[1][len(self._open) :].strip()
        ):
            return None
        found: Attributes = {}
        google: set[str] = set()
        names, closings = self._names, self._closings
        at, end = 2, len(pieces) - 1
        while at < end:
            tag, mark, text = pieces[at].partition(">")
            name = names[tag]
            if name is None or not mark:
                if not mark or tag[-1:] != "/" or text.strip() or names[tag[:-1].rstrip()] is None:
                    return None
                at += 1  # an empty element
                continue
            closing = pieces[at + 1]
            value: Value | None
            if closings[closing] == tag:
                at += 2
                value = text.strip()
                if "&" in value:
                    value = _resolved(text)
                    if value is None:
                        return None
            else:
                nested = self._nested(pieces, at, tag, text)
                if nested is None:
                    return None
                at, value = nested
            if not value:
                continue
            key, is_google = name
            if is_google:
                if key not in google:
                    google.add(key)
                    found.pop(key, None)
            elif key in google:
                continue
            before = found.get(key)
            if before is None:
                found[key] = value
            elif isinstance(before, list):
                before.append(value)
            else:
                found[key] = [before, value]
        return found if at == end else None  # else the item's own closing tag was taken for an inner one's

    def _nested(self, pieces: list[str], at: int, tag: str, text: str) -> tuple[int, Value] | None:
        """(place after it, record) of an element that holds elements of text alone."""
        record: dict[str, Value] = {}
        names, closings = self._names, self._closings
        if text.strip():
            return None
        at += 1
        while at < len(pieces) - 1:
            if closings[pieces[at]] == tag:
                return at + 1, record
            inner, mark, text = pieces[at].partition(">")
            if not mark or names[inner] is None or closings[pieces[at + 1]] != inner:
                return None
            at += 2
            value = _resolved(text)
            if value is None:
                return None
            if value:
                key = inner.rpartition(":")[2].lower()
                before = record.get(key)
                if before is None:
                    record[key] = value
                else:
                    record[key] = [*before, value] if isinstance(before, list) else [before, value]
        return None

    def _name(self, tag: str) -> tuple[str, bool] | None:
        match = _NAME.fullmatch(tag)
        return self._resolve(match[1] or "", match[2]) if match else None


def _closed(piece: str) -> str | None:
    """The name of the closing tag that is all of a piece but for white space."""
    tag, mark, text = piece.partition(">")
    return tag[1:] if mark and tag.startswith("/") and not text.strip() else None


def _text(raw: bytes) -> str | None:
    """The item as text, with CDATA sections as such; None where XML could refuse a character."""
    if len(raw) > _LIMIT_BYTES or raw.translate(None, _HARMLESS):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    if not text.isascii() and ("\ufffd" in text or "\ufffe" in text or "\uffff" in text):
        return None
    # a single character is found far faster than several
    if "!" in text and "<!" in text:
        if "<!--" in text or "<?" in text:
            return None
        text = _CDATA.sub(lambda match: escape(match[1], quote=False), text)
    return None if "]" in text and "]]>" in text else text


def _resolved(text: str) -> str | None:
    """The text with its entities undone and without white space around it; None where one is not XML's own."""
    references = text.count("&")
    if not references:
        return text.strip()
    if references == text.count("&amp;"):  # as in nearly every address
        return text.replace("&amp;", "&").strip()
    return _REFERENCES[text]


def _references(text: str) -> str | None:
    if _BARE.search(text):
        return None
    try:
        return _REFERENCE.sub(_character, text).strip()
    except ValueError:
        return None


_REFERENCES = Remembered(_references, most=_REMEMBERED, longest=_LONGEST)


def _character(reference: re.Match[str]) -> str:
    if reference[1]:
        return _PREDEFINED[reference[1]]
    code = int(reference[2]) if reference[2] else int(reference[3], 16)
    if code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
        return chr(code)
    raise ValueError(code)
