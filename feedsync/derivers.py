"""Products derived by processes of their own, where there are many: a first sync, or the next day of a very large feed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

import msgspec

from feedsync.deriving import Derived, Deriver, Given
from feedsync.pool import Pool
from feedsync.snapshot.productstate import StoredProduct

#: From so many products on, processes are worth their start.
MANY = 2_000

_ENCODER = msgspec.msgpack.Encoder()
_DERIVED = msgspec.msgpack.Decoder(list[Derived | None])

#: Products with what they should be, None where that is left to the planner.
Batch = Iterator[tuple[StoredProduct, Derived | None]]


def derived(batches: Iterable[list[StoredProduct]], deriver: Deriver, *, workers: int) -> Generator[Batch, None, None]:
    """The batches in their order, with what ``deriver`` makes of them here or in so many workers."""
    if not workers:
        for batch in batches:
            yield zip(batch, deriver.derive(map(_given, batch)), strict=True)
        return
    pool: Pool[list[StoredProduct]] = Pool(deriver, workers)
    try:
        for batch in batches:
            yield from _answered(pool.put(_ENCODER.encode(list(map(_given, batch))), batch), deriver)
        yield from _answered(pool.finish(), deriver)
    finally:
        pool.end()


def _given(product: StoredProduct) -> Given:
    return product.id, product.cause, product.once_sent, product.payload, product.members


def _answered(answers: Iterable[tuple[bytes | None, list[StoredProduct]]], deriver: Deriver) -> Iterator[Batch]:
    for answer, batch in answers:
        found = deriver.derive(map(_given, batch)) if answer is None else _DERIVED.decode(answer)
        yield zip(batch, found, strict=True)
