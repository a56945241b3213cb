"""Which formats there are, and which one a document is in: told by its bytes, never by its name."""

from __future__ import annotations

from feedsync.adapters.base import Adapter
from feedsync.adapters.google_xml import GoogleXml
from feedsync.errors import Fatal

ADAPTERS: tuple[Adapter, ...] = (GoogleXml(),)
HEAD_BYTES = 64 * 1024


def adapter_for(head: bytes, location: str, name: str | None = None) -> Adapter:
    """The adapter of that name, or the one that recognizes the document's first bytes.

    Raises:
        Fatal: FS-301, when no format fits.
    """
    for adapter in ADAPTERS:
        if adapter.name == name or (name is None and adapter.recognizes(head)):
            return adapter
    if not head.strip():
        reason = "it is empty"
    elif b"<html" in head[:2048].lower() or b"<!doctype html" in head[:2048].lower():
        reason = "it is a web page, not a feed; does the address need a login, or has it moved?"
    else:
        shown = head[:40].decode("utf-8", "replace").strip()
        reason = f"it begins with {shown!r}; this version reads " + ", ".join(a.name for a in ADAPTERS)
    raise Fatal("FS-301", location=location, reason=reason)
