"""Which part of a web address is noise: query parameters that shops change on every export."""

from __future__ import annotations

#: Cache busters and session marks; a parameter that could choose a product or a variant is not here.
VOLATILE = frozenset({
    "v", "ver", "t", "ts", "timestamp", "_", "cb", "cachebuster", "cache", "checksum", "rev", "etag", "srsltid", "gclid",
    "fbclid", "sid", "phpsessid", "jsessionid", "x-amz-date", "x-amz-signature", "x-amz-expires", "x-amz-credential",
    "expires", "signature",
})  # fmt: skip


def without_volatile(url: str, ignored: frozenset[str]) -> str:
    """The address without the parameters named in ``ignored`` (lower case); everything else stays as it is written."""
    head, mark, query = url.partition("?")
    if not mark:
        return url
    if "&" not in query and "#" not in query:  # one parameter, as most pictures have
        return head if query.partition("=")[0].lower() in ignored else url
    query, hash_mark, fragment = query.partition("#")
    parts = query.split("&")
    kept = [part for part in parts if part.partition("=")[0].lower() not in ignored]
    if len(kept) == len(parts):
        return url
    return head + ("?" + "&".join(kept) if kept else "") + hash_mark + fragment
