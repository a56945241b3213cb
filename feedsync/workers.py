"""Items read by processes of their own, where there are many: a first sync, or one under other settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from feedsync.crew import Crew
from feedsync.itemreader import ItemReader, Placed, Taken
from feedsync.pool import Pool
from feedsync.snapshot.records import Packer

#: Once so many items were read, processes are worth their start; and the memory of several, where these are at
#: least this share of all items so far. Where they are less, one beside this process reads what this one finds.
MANY = 3_000
_SHARE = 0.25
_MANY_OF_MORE = 500
#: A job has so many items, or so much of them where they are large; several jobs wait for each worker.
LOT = 200
LOT_BYTES = 1 << 20

_ENCODER = msgspec.msgpack.Encoder()
_TAKEN = msgspec.msgpack.Decoder(Taken)


class Readers:
    """Reads items in the order in which they are given, in this process or, once there are many, in workers.

    Args:
        reader: reads them here.
        crew: the processes that may help.
        many: from how many items on; None: as :data:`MANY` and what follows it say.
        lot: how many items a job has.
    """

    def __init__(self, reader: ItemReader, *, crew: Crew, many: int | None = None, lot: int = LOT) -> None:
        self._reader = reader
        self._crew = crew
        self._many, self._many_of_more = (MANY, _MANY_OF_MORE) if many is None else (many, many)
        self._lot = lot
        self._given = 0
        self._waiting: list[Placed] = []
        self._waiting_bytes = 0
        self._pool: Pool[list[Placed]] | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave what nobody has begun."""
        if self._pool is not None:
            self._pool.end()

    def pack_with(self, packer: Packer) -> None:
        """What the records of the items that follow are packed with; processes go on with what they were given."""
        self._reader.pack_with(packer)

    def put(self, items: list[Placed]) -> Iterator[Taken]:
        """Hand items over; what has become of them and of earlier ones, as far as it is known."""
        if self._pool is None and (count := self._worth(len(items), items[-1][0] + 1)):
            self._pool = Pool(self._crew, self._reader, count)
        self._given += len(items)
        for placed in items:
            self._waiting.append(placed)
            self._waiting_bytes += len(placed[1].raw)
            if len(self._waiting) >= self._lot or self._waiting_bytes >= LOT_BYTES:
                yield from self._handed()

    def _worth(self, more: int, seen: int) -> int:
        """How many processes are worth it, with ``more`` items to read of ``seen`` so far."""
        most = self._given + more >= _SHARE * seen
        if not self._crew.most or self._given < (self._many if most else self._many_of_more):
            return 0
        return self._crew.most if most else 1

    def _handed(self) -> Iterator[Taken]:
        lot, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if self._pool is None:
            yield self._reader.read(lot)
        else:
            yield from self._taken(self._pool.put(_ENCODER.encode(lot), lot))

    def finish(self) -> Iterator[Taken]:
        """What has become of the rest."""
        if self._waiting:
            yield from self._handed()
        if self._pool is not None:
            yield from self._taken(self._pool.finish())

    def _taken(self, answers: Iterable[tuple[bytes | None, list[Placed]]]) -> Iterator[Taken]:
        for answer, items in answers:
            yield self._reader.read(items) if answer is None else _TAKEN.decode(answer)
