"""Which part of a web address is noise: query parameters that shops change on every export."""

from __future__ import annotations

from functools import lru_cache

#: Cache busters and session marks; a parameter that could choose a product or a variant is not here.
VOLATILE = frozenset({
    "v", "ver", "t", "ts", "timestamp", "_", "cb", "cachebuster", "cache", "checksum", "rev", "etag", "srsltid", "gclid",
    "fbclid", "sid", "phpsessid", "jsessionid", "x-amz-date", "x-amz-signature", "x-amz-expires", "x-amz-credential",
    "expires", "signature",
})  # fmt: skip


def without_volatile(url: str, ignored: frozenset[str]) -> str:
    """The address without the parameters named in ``ignored`` (lower case); everything else stays as it is written."""
    head, mark, query = url.partition("?")
    return head + _kept(query, ignored) if mark else url


@lru_cache(maxsize=8192)
def _kept(query: str, ignored: frozenset[str]) -> str:
    """What stays of a query with what follows it, and its question mark; the pictures of a shop have few that differ."""
    query, hash_mark, fragment = query.partition("#")
    kept = [part for part in query.split("&") if part.partition("=")[0].lower() not in ignored]
    return ("?" + "&".join(kept) if kept else "") + hash_mark + fragment
