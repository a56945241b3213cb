"""Everything that the snapshot knows of one product: as it stands in the tables, and with its records read."""

from __future__ import annotations

import msgspec

from feedsync.model import Absence, Cause, Member, Outcome, ProductPayload, Variant
from feedsync.snapshot.records import Packer

_VARIANTS = msgspec.msgpack.Decoder(Variant)
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
#: The columns of :class:`StoredProduct`; ``p`` are products, ``s`` what was sent.
PRODUCT_COLUMNS = (
    "p.id, p.cause, p.sent_hash, p.attempted_hash, p.attempted, p.outcome, p.message, p.once_sent, p.looked, p.pending, "
    "p.held, p.next_change_at, s.payload"
)
#: The columns of a :data:`StoredMember`, after the product's id; ``v`` are variants.
MEMBER_COLUMNS = "v.record, v.absent_since, v.absent_documents, v.absent_counted, v.moved_from"
StoredMember = tuple[bytes, int | None, int | None, int | None, str | None]


class ProductState(msgspec.Struct):
    """Everything that is known of one product: what the feeds say and how the store stands."""

    id: str
    cause: Cause
    sent_hash: bytes | None
    attempted_hash: bytes | None
    attempted: bool
    outcome: Outcome | None
    message: str | None
    once_sent: bool
    looked: bool
    pending: bool
    held: bool
    next_change_at: int | None
    members: list[Member]
    moved_from: dict[str, str]
    sent: ProductPayload | None


class StoredProduct(msgspec.Struct):
    """A product's row, what was sent of it as it is stored, and its variants' rows."""

    id: str
    cause: Cause
    sent_hash: bytes | None
    attempted_hash: bytes | None
    attempted: int
    outcome: Outcome | None
    message: str | None
    once_sent: int
    looked: int
    pending: int
    held: int
    next_change_at: int | None
    payload: bytes | None
    members: list[StoredMember]

    def read(self, packer: Packer) -> ProductState:
        """The same with its records decoded."""
        moved_from = {}
        members = []
        for stored in self.members:
            members.append(member := member_of(stored, packer))
            if stored[4] is not None:
                moved_from[member.variant.id] = stored[4]
        payload = self.payload
        return ProductState(
            self.id, self.cause, self.sent_hash, self.attempted_hash, bool(self.attempted), self.outcome, self.message,
            bool(self.once_sent), bool(self.looked), bool(self.pending), bool(self.held), self.next_change_at, members,
            moved_from, None if payload is None else _PAYLOADS.decode(packer.unpack(payload)),
        )  # fmt: skip


def member_of(stored: StoredMember, packer: Packer) -> Member:
    """A variant, with its absence if it has one."""
    record, since, documents, counted, _ = stored
    variant = _VARIANTS.decode(packer.unpack(record))
    if since is None:
        return Member(variant)
    assert documents is not None
    assert counted is not None
    return Member(variant, Absence(since, documents, counted))
