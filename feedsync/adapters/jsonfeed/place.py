"""Where the records of a JSON document are: told by the schedule, or found in the document's beginning.

Found are, in this order: JSON Lines; the records of a list at the top; the outermost object or list whose keys are
those of a product, rather one under a name that lists of records have (``products``, ``items``, ``data``); a list under
such a name; the first list of objects; an empty list under such a name. Later runs of a feed may hold other lists in
front of it, so a schedule had better say where it is. An answer that says it is an error holds no records at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from feedsync.adapters.jsonfeed.outline import Found, is_lines, outline

#: ``records =`` this: the document itself is the record or the list of records.
ITSELF: Final = "."
_LIST_NAMES: Final = frozenset({
    "products", "items", "data", "results", "records", "entries", "rows", "list", "feed", "catalog",
    "catalogue", "offers", "variants", "variations", "nodes", "hits", "value", "content", "docs", "objects",
})  # fmt: skip
_ERROR_NAMES: Final = ("error", "errors", "error_description", "fault")
_WORDS: Final = ("message", "error_description", "detail", "error", "errors", "title")
_NOTHING: Final = frozenset({b"null", b"false", b'""', b"0", b"[]", b"{}"})
_NO_ERROR: Final = frozenset({b'"0"', b"0", b"200", b'"200"', b'"ok"', b'"OK"', b'"success"'})

#: Whether the keys of an object, or of a list's first object, are those of a format's records.
Fits = Callable[[Found], bool]


class Place(msgspec.Struct, frozen=True):
    """Where the records are: one a line; all values at the top; or the list or object at a path of keys."""

    form: Literal["lines", "values", "path"]
    path: tuple[str, ...] = ()


class NoPlace(msgspec.Struct, frozen=True):
    """There are no records; ``says`` is what the document says of it itself, or nothing."""

    says: str = ""


def locate(head: bytes, fits: Fits, records: str | None) -> Place | NoPlace:
    """Where the records are. ``records`` is what the schedule says: keys joined by dots, or ``.``."""
    start = head.lstrip(b" \t\r\n\x1e\xef\xbb\xbf")[:1]
    if records is not None and records != ITSELF:
        return Place("path", tuple(records.split(".")))
    if is_lines(head):
        return Place("lines")
    if records == ITSELF:
        return Place("path" if start == b"[" else "values")
    if start not in (b"[", b"{"):
        return NoPlace()
    found = outline(head)
    if found[0].is_list:
        return Place("path") if found[0].records else NoPlace()
    if (says := error_of(found[0])) is not None:
        return NoPlace(says)
    return _among(found, fits)


def _among(found: list[Found], fits: Fits) -> Place | NoPlace:
    for one in sorted(found, key=lambda one: (len(one.path), not _is_named(one))):
        if one.keys and fits(one):
            return Place("path" if one.path else "values", one.path)
    lists = [one for one in found if one.is_list and one.records]
    ways: tuple[Fits, ...] = (
        lambda one: bool(one.keys) and _is_named(one),
        lambda one: bool(one.keys),
        _is_named,
    )
    for way in ways:
        for one in lists:
            if way(one):
                return Place("path", one.path)
    return NoPlace()


def _is_named(one: Found) -> bool:
    return bool(one.path) and one.path[-1].lower() in _LIST_NAMES


def error_of(root: Found) -> str | None:
    """What an answer says went wrong, None where it says nothing of the kind.

    WordPress answers ``{"code": …, "message": …, "data": {"status": 401}}``, Shopify ``{"errors": …}``, others
    ``{"success": false, "message": …}``.
    """
    keys = {name.lower(): token for name, token in root.keys.items()}
    failed = any(keys.get(name, b"null") not in _NOTHING for name in _ERROR_NAMES)
    failed |= keys.get("success") in (b"false", b'"false"') or keys.get("ok") == b"false"
    failed |= "message" in keys and keys.get("code", b"200") not in _NO_ERROR and not root.path and len(keys) <= 4
    if not failed:
        return None
    for name in _WORDS:
        token = keys.get(name, b"")
        if token.startswith(b'"') and token != b'""':
            try:
                return " ".join(str(json.loads(token, strict=False)).split())[:200]
            except ValueError:
                continue
    return "an error"
