"""Which formats there are, and which one a document is in: told by its bytes, never by its name.

Our own adapters stand in :data:`OWN`, and each is loaded when it is asked; a package adds one by an entry point of the
group ``feedsync.adapters``, whose name is the format's (docs/adapters.md). A package is imported only when its format is
asked for by name, or when none of ours takes a document. Ours come first: installing a package never changes what a
document that feedsync reads already is read as. One that is broken says so when its format is asked for, and costs no
other format anything.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

import msgspec

from feedsync import logs
from feedsync.adapters.base import DETECTED, Adapter
from feedsync.adapters.guard import Guarded
from feedsync.errors import Fatal

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

#: Our formats in the order in which a document is offered to them -> the module of :mod:`feedsync.adapters` and its class.
OWN = {
    "google-xml": ("google_xml", "GoogleXml"),
    "shopify-json": ("jsonfeed.shopify", "ShopifyJson"),
    "woocommerce-json": ("jsonfeed.woocommerce", "WooCommerceJson"),
    "json": ("jsonfeed.generic", "Json"),
    "shopify-csv": ("delimited.shopify", "ShopifyCsv"),
    "woocommerce-csv": ("delimited.woocommerce", "WooCommerceCsv"),
    "wix-csv": ("delimited.wix", "WixCsv"),
    "csv": ("delimited.plain", "PlainCsv"),
}
HEAD_BYTES = 64 * 1024
#: The entry point group in which a package names its adapters.
GROUP = "feedsync.adapters"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Installed(msgspec.Struct, frozen=True):
    """What a package offers under a name: the adapter, or the reason why there is none."""

    name: str
    package: str
    adapter: Adapter | None = None
    reason: str = ""


def format_names() -> list[str]:
    """Every name that ``format =`` takes, ours first; no package is imported for it."""
    return [*OWN, *sorted(_offered().keys() - OWN.keys())]


@cache
def own(name: str) -> Adapter:
    """One of our own adapters."""
    module, kind = OWN[name]
    adapter: Adapter = getattr(import_module(f"feedsync.adapters.{module}"), kind)()
    return adapter


def candidates(name: str | None = None) -> Iterator[Adapter]:
    """The adapters a document may be read by: the one of that name, or all in the order in which they are asked."""
    if name is None:
        yield from map(own, OWN)
        yield from (one.adapter for one in installed() if one.adapter)
    elif name in OWN:
        yield own(name)
    elif name in _offered() and (adapter := _load(name).adapter):
        yield adapter


def installed() -> list[Installed]:
    """What packages offer, by name: each imported, and with the reason where it cannot be used."""
    return [_load(name) for name in sorted(_offered())]


def look_again() -> None:
    """Forget what is installed, so that it is looked up anew: for a process that installs packages itself."""
    _offered.cache_clear()
    _load.cache_clear()


def adapter_for(head: bytes, location: str, name: str | None = None) -> Adapter:
    """The adapter of that name, or the first that recognizes the document's first bytes.

    Raises:
        Fatal: FS-301, when no format fits, or the one that was named cannot be used.
    """
    if name is not None:
        return _named(name, location)
    failed = []
    for adapter in candidates():
        try:
            if adapter.recognizes(head):
                return adapter
        except Exception as error:  # a package's mistake must not cost the formats behind it
            failed.append(f"; {adapter.name} failed on it ({type(error).__name__})")
    raise Fatal("FS-301", location=location, reason=_unknown(head) + "".join(failed))


def _named(name: str, location: str) -> Adapter:
    for adapter in candidates(name):
        return adapter
    if name in _offered():
        reason = f"{name!r} cannot be used: {_load(name).reason}"
    else:
        reason = f"there is no format {name!r}; there are " + ", ".join(format_names())
    raise Fatal("FS-301", location=location, reason=reason)


def _unknown(head: bytes) -> str:
    """Why a document is in no format, in words that help."""
    if not head.strip():
        return "it is empty"
    if b"<html" in head[:2048].lower() or b"<!doctype html" in head[:2048].lower():
        return "it is a web page, not a feed; does the address need a login, or has it moved?"
    shown = head[:40].decode("utf-8", "replace").strip()
    return f"it begins with {shown!r}; this version reads " + ", ".join(format_names())


@cache
def _offered() -> dict[str, tuple[EntryPoint, ...]]:
    """Name -> the entry points that claim it, of all that is installed; looked up once a process."""
    from importlib.metadata import entry_points  # with the mail package

    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=GROUP):
        found[point.name] = (*found.get(point.name, ()), point)
    return found


@cache
def _load(name: str) -> Installed:
    points = _offered()[name]
    package = " and ".join(sorted(point.dist.name if point.dist else point.value for point in points))
    if name in OWN:
        return Installed(name, package, reason="the name is that of a format of feedsync itself, which is used")
    if len(points) > 1:
        return Installed(name, package, reason=f"several packages offer it: {package}")
    logs.be_ready()
    try:
        found = points[0].load()
        adapter = found() if isinstance(found, type) else found
        fault = adapter_fault(adapter, name)
    except (Exception, SystemExit) as error:  # whatever a stranger's module does when it is imported
        said = f": {error}" if isinstance(error, (ImportError, AttributeError, SyntaxError)) else ""
        return Installed(name, package, reason=f"{points[0].value} of {package}: {type(error).__name__}{said}")
    if fault:
        return Installed(name, package, reason=f"{points[0].value} of {package} is no adapter: {fault}")
    return Installed(name, package, cast(Adapter, Guarded(adapter)))


def adapter_fault(adapter: Adapter, name: str) -> str:
    """What keeps an object from being the adapter of that name; "" when nothing does."""
    if getattr(adapter, "name", None) != name:
        return f"its name is {getattr(adapter, 'name', None)!r}, and its entry point's is {name!r}"
    if _NAME.fullmatch(name) is None:
        return "a name is made of small letters, digits and single hyphens"
    version = getattr(adapter, "version", None)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return f"its version is {version!r}, and none of 1, 2, 3 …"
    for method, arguments in (("recognizes", (b"",)), ("split", (None, "", None, DETECTED))):
        function = getattr(adapter, method, None)
        if not callable(function):
            return f"it has no {method}()"
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError as error:
            return f"{method}(): {error}"
    return ""
