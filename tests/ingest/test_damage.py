"""Documents whose bytes break off or change while they are read: what came is taken, and nothing is missing."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsync.errors import Retryable
from feedsync.ingest import ingest
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.items import Items
from tests.ingest.street import PLAIN, Street, document, item, rss, schedule

ITEMS = [item(str(n), description=random.Random(n).randbytes(600).hex()) for n in range(1500)]
WHOLE = rss(*ITEMS)


@pytest.mark.parametrize("count", [20, 1500])
def test_a_cut_archive_is_degraded_and_gives_what_it_holds(street: Street, count: int) -> None:
    packed = gzip.compress(rss(*ITEMS[:count]))
    street.read(packed)
    reading = street.read(packed[: len(packed) // 2])
    assert reading.verdict == "degraded"
    assert {reason.code for reason in reading.reasons} & {"FS-203", "FS-206"}
    assert 0 < reading.items < count
    assert street.absent() == {}


def test_accepting_that_the_root_is_open_does_not_accept_a_cut_archive(street: Street) -> None:
    packed = gzip.compress(rss(*ITEMS[:20]))
    reading = street.read(packed[: len(packed) // 2], schedule(feed={"accept": ["FS-303", "FS-311"]}))
    assert (reading.verdict, [reason.code for reason in reading.reasons]) == ("degraded", ["FS-203"])


def test_an_archive_is_read_like_the_document_in_it(street: Street) -> None:
    street.read(WHOLE)
    reading = street.read(gzip.compress(WHOLE))
    assert (reading.verdict, reading.parsed, reading.items) == ("complete", 0, 1500)


def _read_while(street: Street, content: bytes, change: Callable[[Path], None]) -> Reading:
    """Read a document whose file somebody else changes after the first block."""
    found = document(street.folder, content)
    with street.store.transaction():
        return ingest(
            Items(street.store), PLAIN, 0, found, run=9, now=9, progress=lambda items, parsed: change(found.path)
        )  # fmt: skip


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"<!-- more -->")


def test_a_file_that_grows_while_it_is_read_is_degraded(street: Street) -> None:
    """Somebody writes the next export over the one that is being read: what is gone from it is nobody's word."""
    street.read(WHOLE)
    reading = _read_while(street, rss(*reversed(ITEMS[1:]), item("new")), _append)
    assert (reading.verdict, [reason.code for reason in reading.reasons]) == ("degraded", ["FS-309"])
    assert street.absent() == {}
    assert street.store.scalar("select digest from feeds") is None


def test_a_file_that_is_cut_while_it_is_read_is_tried_again_later(street: Street) -> None:
    street.read(WHOLE)
    before = street.picture()
    with pytest.raises(Retryable) as caught:
        _read_while(street, rss(*reversed(ITEMS[1:])), lambda path: os.truncate(path, len(WHOLE) // 2))
    assert caught.value.code == "FS-309"
    assert street.picture() == before


@pytest.mark.parametrize("tail", [b"\n\n", b"<!-- made by shop -->", b"</channel></rss>", b"0\r\n"])
def test_what_follows_the_end_of_the_root_does_no_harm(street: Street, tail: bytes) -> None:
    reading = street.read(rss(item("a")) + tail)
    assert (reading.verdict, reading.items) == ("complete", 1)
