"""Which part of a web address is noise: query parameters that shops change on every export."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

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

    names = "|".join(sorted(map(re.escape, ignored)))
    names_any = re.compile(f"[?&](?:{names})(?:[=&#]|$)").search

    def kept(end: str) -> str | None:
        if names_any(end.lower()) is None:  # as most: the quicker look
            return None
        query, hash_mark, fragment = end[1:].partition("#")
        parts = query.split("&")
        stay = [part for part in parts if part.partition("=")[0].lower() not in ignored]
        if len(stay) == len(parts):
            return None
        return ("?" + "&".join(stay) if stay else "") + hash_mark + fragment

    return kept
