"""Items read by processes of their own, where there are many: a first sync, or one under other settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from feedsync.itemreader import ItemReader, Placed, Taken
from feedsync.pool import Pool
from feedsync.snapshot.records import Packer

#: From so many items on that had to be read, processes are worth their start; and their memory, where these are at least
#: this share of all items so far.
MANY = 10_000
_SHARE = 0.25

_ENCODER = msgspec.msgpack.Encoder()
_TAKEN = msgspec.msgpack.Decoder(Taken)


class Readers:
    """Reads items in the order in which they are given, in this process or, once there are many, in workers.

    Args:
        reader: reads them here.
        workers: how many processes there may be.
        many: from how many items on; None: from :data:`MANY` on.
    """

    def __init__(self, reader: ItemReader, *, workers: int, many: int | None = None) -> None:
        self._reader = reader
        self._count = workers
        self._many = MANY if many is None else many
        self._given = 0
        self._pool: Pool[list[Placed]] | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers, whatever they are doing."""
        if self._pool is not None:
            self._pool.end()

    def pack_with(self, packer: Packer) -> None:
        """What the records of the items that follow are packed with; processes go on with what they were given."""
        self._reader.packer = packer

    def put(self, items: list[Placed]) -> Iterator[Taken]:
        """Hand items over; what has become of them and of earlier ones, as far as it is known."""
        self._given += len(items)
        if self._count and self._given >= self._many and self._pool is None:
            seen = items[-1][0] + 1
            if self._given >= _SHARE * seen:
                self._pool = Pool(self._reader, self._count)
        if self._pool is None:
            yield self._reader.read(items)
        else:
            yield from self._taken(self._pool.put(_ENCODER.encode(items), items))

    def finish(self) -> Iterator[Taken]:
        """What has become of the rest."""
        if self._pool is not None:
            yield from self._taken(self._pool.finish())

    def _taken(self, answers: Iterable[tuple[bytes | None, list[Placed]]]) -> Iterator[Taken]:
        for answer, items in answers:
            yield self._reader.read(items) if answer is None else _TAKEN.decode(answer)
