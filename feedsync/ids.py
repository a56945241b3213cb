"""A catalog's identity: stable over spellings, never dependent on the order of a document."""

from __future__ import annotations

from functools import lru_cache

import xxhash


@lru_cache(maxsize=8192)
def catalog_id(path: str) -> str:
    """The id of a path: a hash of its case-folded, space-collapsed text (design, section 6)."""
    return xxhash.xxh3_128_hexdigest(" ".join(path.casefold().split()).encode())
