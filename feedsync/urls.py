"""Which part of a web address is noise: query parameters that shops change on every export."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from feedsync.remembered import Remembered

#: No longer end of an address is remembered.
_LONGEST = 500
#: Cache busters and session marks; a parameter that could choose a product or a variant is not here.
VOLATILE = frozenset({
    "v", "ver", "t", "ts", "timestamp", "_", "cb", "cachebuster", "cache", "checksum", "rev", "etag", "srsltid", "gclid",
    "fbclid", "sid", "phpsessid", "jsessionid", "x-amz-date", "x-amz-signature", "x-amz-expires", "x-amz-credential",
    "expires", "signature",
})  # fmt: skip


def without_volatile(url: str, ignored: frozenset[str]) -> str:
    """The address without the parameters named in ``ignored`` (lower case); everything else stays as it is written."""
    at = url.find("?")
    stays = None if at < 0 else kept_queries(ignored)(url[at:])
    return url if stays is None else url[:at] + stays


@lru_cache(maxsize=16)
def kept_queries(ignored: frozenset[str]) -> Callable[[str], str | None]:
    """From an address's end, beginning with its question mark, to what stays of it; None: all."""

    def kept(end: str) -> str | None:
        query, hash_mark, fragment = end[1:].partition("#")
        parts = query.split("&")
        stay = [part for part in parts if part.partition("=")[0].lower() not in ignored]
        if len(stay) == len(parts):
            return None
        return ("?" + "&".join(stay) if stay else "") + hash_mark + fragment

    return Remembered(kept, longest=_LONGEST).__getitem__  # the pictures of a shop have few that differ
