"""Products derived by processes of their own, where there are many: a first sync, or one into another store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from feedsync.deriving import Derived, Deriver
from feedsync.pool import Pool
from feedsync.snapshot.productstate import StoredProduct

#: From so many products on, processes are worth their start.
MANY = 5_000

_ENCODER = msgspec.msgpack.Encoder()
_DERIVED = msgspec.msgpack.Decoder(list[Derived | None])

#: Products with what they should be, None where that is left to the planner.
Batch = list[tuple[StoredProduct, Derived | None]]


def derived(
    batches: Iterable[list[StoredProduct]], plain: Callable[[StoredProduct], bool], deriver: Deriver, *, workers: int
) -> Iterator[Batch]:
    """The batches, in their order, with what the plain ones among their products should be.

    Args:
        batches: products as they are stored.
        plain: whether a product is left to the deriver.
        deriver: derives them here, or in workers.
        workers: how many processes there may be; 0: none.
    """
    if not workers:
        for batch in batches:
            yield _paired(batch, plain, deriver.derive([(s.id, s.members) for s in batch if plain(s)]))
        return
    pool: Pool[list[StoredProduct]] = Pool(deriver, workers)
    try:
        for batch in batches:
            job = [(s.id, s.members) for s in batch if plain(s)]
            yield from _answered(pool.put(_ENCODER.encode(job), batch), plain, deriver)
        yield from _answered(pool.finish(), plain, deriver)
    finally:
        pool.end()


def _answered(
    answers: Iterable[tuple[bytes | None, list[StoredProduct]]],
    plain: Callable[[StoredProduct], bool],
    deriver: Deriver,
) -> Iterator[Batch]:
    for answer, batch in answers:
        if answer is None:
            yield _paired(batch, plain, deriver.derive([(s.id, s.members) for s in batch if plain(s)]))
        else:
            yield _paired(batch, plain, _DERIVED.decode(answer))


def _paired(batch: list[StoredProduct], plain: Callable[[StoredProduct], bool], found: list[Derived | None]) -> Batch:
    rest = iter(found)
    return [(stored, next(rest) if plain(stored) else None) for stored in batch]
