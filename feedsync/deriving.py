"""Products that no gate and nobody has a word about, from their rows to the payload as it is stored and its changes.

Pure but for what it was made with, so it can run in this process or in others: :mod:`feedsync.pool`. That is most of the
work of a plan. Everything that is not the plain case is left to :mod:`feedsync.planner`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from feedsync.diff import diff_product, price_moves
from feedsync.effective import effective, sealed
from feedsync.model import Cause, Change, Member, ProductPayload
from feedsync.snapshot.productstate import StoredMember, member_of
from feedsync.snapshot.records import Packer

#: Of a product its id, the cause for the look, whether the store had it once, what was sent as it is stored, its variants.
Given = tuple[str, Cause, int, bytes | None, list[StoredMember]]


class Terms(msgspec.Struct, frozen=True):
    """The settings and facts that have a say, as plain values: a worker loads no more than it needs.

    ``price_move`` is the share from which on a price moves far, None where none does; ``ignored`` are the query parameters
    that do not count; ``catalog_names`` are for people, by id; ``protects`` is whether some must not be removed. The rest
    is named as in the settings.
    """

    preorder: str
    in_stock_quantity: int
    then: str
    after_runs: int
    after: int
    price_move: float | None
    ignored: frozenset[str]
    drops_omitted: bool
    catalog_names: dict[str, str]
    protects: bool


class Derived(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a product should be: the payload as it is stored, its hash, when time alone will change it (Unix seconds), the
    changes to it, and whether a price among them moves far."""

    payload: bytes
    hash: bytes
    next_change_at: int | None
    changes: list[Change]
    moves: bool


_ENCODER = msgspec.msgpack.Encoder()
_JOBS = msgspec.msgpack.Decoder(list[Given])
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class Deriver:
    """Derives products at one moment, ``now`` (Unix seconds); ``packer`` is of the snapshot that they are from."""

    def __init__(self, now: int, terms: Terms, packer: Packer) -> None:
        self._now, self._terms = now, terms
        #: What payloads are packed with.
        self.packer = packer

    def key(self) -> bytes:
        """What a product depends on that was never sent, beside its variants and the time: the terms, but no names."""
        return msgspec.msgpack.encode(msgspec.structs.replace(self._terms, catalog_names={}), order="deterministic")

    def derive(self, given: Iterable[Given]) -> list[Derived | None]:
        """What each should be; None where more has to be known or asked."""
        return [self._one(*product) for product in given]

    def answer(self, job: bytes) -> bytes:
        """The same for another process, in and out as MessagePack."""
        return _ENCODER.encode(self.derive(_JOBS.decode(job)))

    def _one(
        self, product_id: str, cause: Cause, once_sent: int, stored: bytes | None, rows: list[StoredMember]
    ) -> Derived | None:
        packer = self.packer
        if any(row[4] is not None for row in rows):  # it moved here
            return None
        sent = None if stored is None else _PAYLOADS.decode(packer.unpack(stored))
        return self.plain(product_id, cause, once_sent, sent, [member_of(row, packer) for row in rows])

    def plain(
        self, product_id: str, cause: Cause, once_sent: int, sent: ProductPayload | None, members: list[Member]
    ) -> Derived | None:
        """What a product should be none of whose variants moved here; None where more has to be known or asked."""
        terms = self._terms
        target = effective(
            product_id,
            members,
            now=self._now,
            products=terms,
            absence=terms,
            sent=sent,
            drops_omitted=terms.drops_omitted,
        )
        payload = target.payload
        if payload is None or target.left or 0 in [v.selling_minor for v in payload.variants]:
            return None
        changes = diff_product(
            sent, target, cause=cause, ignored=terms.ignored, returned=bool(once_sent),
            catalog_name=lambda key: terms.catalog_names.get(key, key),
        )  # fmt: skip
        prices = [change for change in changes if change.klass == "price"]
        if any(c.field == "currency" for c in prices):
            return None
        if terms.protects and any(change.klass == "removal" for change in changes):
            return None
        moves = False
        if prices and sent is not None and terms.price_move is not None:
            moving = price_moves(sent, payload, terms.price_move)
            moves = any(change.variant_id in moving for change in prices)
        encoded, hashed = sealed(payload, terms.ignored)
        return Derived(self.packer.pack(encoded), hashed, target.next_change_at, changes, moves)
