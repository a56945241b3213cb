"""Products derived by the processes of a crew, where there are many: the next day of a large feed, other settings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

import msgspec

from feedsync.crew import Crew
from feedsync.deriving import Derived, Deriver, Given
from feedsync.pool import Pool
from feedsync.snapshot.productstate import StoredProduct

#: For so many products a process is worth its start, for so many more another one; one that is there, for fewer.
MANY = 4_000
_MANY_FOR_ONE_THAT_IS_THERE = 400

_ENCODER = msgspec.msgpack.Encoder()
_DERIVED = msgspec.msgpack.Decoder(list[Derived | None])

#: Products with what they should be, None where that is left to the planner.
Batch = Iterator[tuple[StoredProduct, Derived | None]]


def worth(crew: Crew, pending_up_to: Callable[[int], int]) -> int:
    """How many of the crew are worth it, where ``pending_up_to(n)`` tells how many products there are, up to ``n``."""
    pending = pending_up_to(MANY * crew.most)
    there = crew.there and pending >= _MANY_FOR_ONE_THAT_IS_THERE
    return max(pending // MANY, int(there))


def derived(
    batches: Iterable[list[StoredProduct]], deriver: Deriver, crew: Crew, count: int
) -> Generator[Batch, None, None]:
    """The batches in their order, with what ``deriver`` makes of them here or in so many of the crew."""
    if not count:
        for batch in batches:
            yield zip(batch, deriver.derive(map(_given, batch)), strict=True)
        return
    pool: Pool[list[StoredProduct]] = Pool(crew, deriver, count)
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
