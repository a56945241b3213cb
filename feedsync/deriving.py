"""Products that the store does not have, from their records to the payload as it is stored: most of the work of a first sync.

Pure but for what it was made with, so it can run in this process or in others: :mod:`feedsync.pool`. Everything that is
not the plain case is left to :mod:`feedsync.planner`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from feedsync.effective import effective, sealed
from feedsync.settings import AbsencePolicy, Products
from feedsync.snapshot.productstate import StoredMember, member_of
from feedsync.snapshot.records import Packer

#: A product's id and its variants as they are stored.
Fresh = tuple[str, list[StoredMember]]


class Derived(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a product should be: the payload as it is stored, its hash, its title, and when time alone will change it
    (Unix seconds)."""

    payload: bytes
    hash: bytes
    title: str
    next_change_at: int | None


_ENCODER = msgspec.msgpack.Encoder()
_JOBS = msgspec.msgpack.Decoder(list[Fresh])


class Deriver:
    """Derives products at one moment.

    Args:
        now: the moment (Unix seconds).
        products, absence: the settings that have a say.
        ignored: the query parameters of addresses that do not count.
        packer: reads records and packs payloads.
    """

    def __init__(
        self, now: int, products: Products, absence: AbsencePolicy, ignored: frozenset[str], packer: Packer
    ) -> None:
        self._now, self._products, self._absence, self._ignored = now, products, absence, ignored
        self._packer = packer

    def derive(self, fresh: Sequence[Fresh]) -> list[Derived | None]:
        """What each should be; None where it is not plain: no payload, a price of 0, or a variant that moved here."""
        return [self._one(product_id, members) for product_id, members in fresh]

    def answer(self, job: bytes) -> bytes:
        """The same for another process, in and out as MessagePack."""
        return _ENCODER.encode(self.derive(_JOBS.decode(job)))

    def _one(self, product_id: str, stored: list[StoredMember]) -> Derived | None:
        members = [member_of(one, self._packer) for one in stored]
        target = effective(
            product_id, members, now=self._now, products=self._products, absence=self._absence, sent=None
        )
        payload = target.payload
        if payload is None or not all(v.selling_minor for v in payload.variants) or any(one[4] for one in stored):
            return None
        encoded, hashed = sealed(payload, self._ignored)
        return Derived(self._packer.pack(encoded), hashed, payload.title, target.next_change_at)
