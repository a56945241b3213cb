"""What an item is between those who read it, here or in another process, and the snapshot that takes it."""

from __future__ import annotations

import msgspec

from feedsync.model import Attributes

#: One item that was read, as a row of the table ``incoming``: position, id, hash, offset, record, problem, notes, excerpt,
#: part (what its feed says of the id, where the schedule has supplemental feeds), product id, whether it names a group,
#: catalogs. Records, problems, notes and catalogs are msgpack; records as they are stored.
Incoming = tuple[
    int, str | None, bytes, int, bytes | None, bytes | None, bytes | None, bytes | None, bytes | None, str | None, int,
    bytes | None,
]  # fmt: skip
#: What a product should be, as a row of the table ``drafts``: of the items that it was derived from the first and the last
#: position and how many they are, when time alone will change it (Unix seconds), its id, its title, the payload's hash, and
#: the payload as it is stored.
Draft = tuple[int, int, int, int | None, str, str, bytes, bytes]
#: So much of a raw item is kept where something is wrong with it.
EXCERPT_BYTES = 2000
_PARTS = msgspec.msgpack.Encoder(order="deterministic")


def encode_part(attributes: Attributes) -> bytes:
    """Attributes as they are kept while a schedule has supplemental feeds; equal attributes give equal bytes."""
    return _PARTS.encode(attributes)
