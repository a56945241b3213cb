"""Finding known hashes among a document's: never one for another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.snapshot.known import NOTHING_KNOWN, KnownItems, known_items
from feedsync.snapshot.store import Store

#: Few halves, so that hashes share their lower or upper one.
HASHES = st.builds(lambda low, high: low + high, *[st.sampled_from([b"\0" * 8, b"a" * 8, b"b" * 8, b"\xff" * 8])] * 2)


def known_as(hashes: Sequence[bytes], first: int = 0) -> KnownItems:
    """The hashes as rows from that number on."""
    return KnownItems(np.arange(first, first + len(hashes), dtype=np.int64), b"".join(hashes))


def test_nothing_is_known_at_first() -> None:
    known = NOTHING_KNOWN
    assert len(known) == 0
    assert known.match([b"x" * 16, b"y" * 16]) == [False, False]
    assert known.find(b"x" * 32).tolist() == [-1, -1]
    assert known.match([]) == []


def test_no_hashes_give_no_answers() -> None:
    known = known_as([b"x" * 16])
    assert (known.match([]), known.find(b"").tolist()) == ([], [])


@given(rows=st.lists(HASHES, unique=True), asked=st.lists(HASHES))
@settings(max_examples=200, deadline=None)
def test_what_is_found_has_the_very_hash(rows: list[bytes], asked: list[bytes]) -> None:
    known = known_as(rows, 100)
    found = known.find(b"".join(asked)).tolist()
    assert list(known.match(asked)) == [place >= 0 for place in found]
    for item_hash, place in zip(asked, found, strict=True):
        if place >= 0:
            assert rows[int(known.rowids[place]) - 100] == item_hash
        elif item_hash in rows:
            assert any(other[:8] == item_hash[:8] for other in rows if other != item_hash)


@given(rows=st.sets(st.binary(min_size=16, max_size=16)), others=st.sets(st.binary(min_size=16, max_size=16)))
@settings(max_examples=50, deadline=None)
def test_all_that_is_known_is_found_and_nothing_else(rows: set[bytes], others: set[bytes]) -> None:
    halves = {row[:8]: row for row in sorted(rows)}
    known = known_as(list(halves.values()))
    assert all(known.match(list(halves.values())))
    assert not any(known.match(sorted(others - rows)))


def test_rows_of_many_chunks_are_one_list(store: Store) -> None:
    rows = [(n, n.to_bytes(16, "big")[::-1]) for n in range(120_000)]
    with store.transaction():
        store.many(
            "insert into raws (rowid, feed, hash, id) values (? + 1, ? % 3 = 2, ?, ?)",
            [(n, n, h, str(n)) for n, h in rows],
        )
        store.execute("delete from raws where rowid between 60000 and 115000")
    for feed in (0, 1):
        left = [(n, h) for n, h in rows if (n % 3 == 2) == feed and not 60000 <= n + 1 <= 115000 and n != 7]
        known = known_items(store, feed, "id <> ?", "7")
        assert len(known) == len(left)
        places = known.find(b"".join(h for _, h in left))
        assert (known.rowids[places] - 1).tolist() == [n for n, _ in left]
    with store.transaction():
        store.execute("update raws set feed = 0")
    assert len(known_items(store, 0)) == 120_000 - 55_001
    assert len(known_items(store, 1)) == 0
