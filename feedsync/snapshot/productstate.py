"""Everything that the snapshot knows of one product, from the rows of one query."""

from __future__ import annotations

import msgspec

from feedsync.model import Absence, Cause, Member, Outcome, ProductPayload, Variant

_VARIANTS = msgspec.msgpack.Decoder(Variant)
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
#: The columns of a row that :func:`state_of` takes; ``p`` are products, ``v`` their variants.
STATE_QUERY = (
    "select p.id, p.cause, p.sent_hash, p.attempted_hash, p.attempted, p.outcome, p.message, p.once_sent, p.looked, "
    "(select unpacked(payload) from sent where product_id = p.id), unpacked(v.record), v.absent_since, "
    "v.absent_documents, v.absent_counted, v.moved_from"
)


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
    members: list[Member]
    moved_from: dict[str, str]
    sent: ProductPayload | None


def state_of(rows: list[tuple[object, ...]]) -> ProductState:
    """One product, from a row for each of its variants."""
    product_id, cause, sent_hash, attempted_hash, attempted, outcome, message, once, looked, sent = rows[0][:10]
    members, moved_from = [], {}
    for row in rows:
        record, since, documents, counted, moved = row[10:]
        if record is not None:
            variant = _VARIANTS.decode(record)  # type: ignore[arg-type]
            members.append(Member(variant, Absence(since, documents, counted) if since is not None else None))  # type: ignore[arg-type]
            if moved is not None:
                moved_from[variant.id] = str(moved)
    return ProductState(
        product_id, cause, sent_hash, attempted_hash, bool(attempted), outcome, message, bool(once), bool(looked),  # type: ignore[arg-type]
        members, moved_from, _PAYLOADS.decode(sent) if sent is not None else None,  # type: ignore[arg-type]
    )  # fmt: skip
