"""Chunks become a file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Limits
from feedsync.sources.spool import Spooled, new_file, spool


def spooled(chunks: Iterable[bytes], spool_dir: Path, deadline: float, announced: int | None = None) -> Spooled:
    return spool(
        chunks,
        spool_dir=spool_dir,
        location="L",
        announced=announced,
        limits=Limits(total_timeout_s=7),
        deadline=deadline,
        progress=None,
    )


def test_hashed_and_counted(spool_dir: Path) -> None:
    found = spooled([b"ab", b"c"], spool_dir, time.monotonic() + 60)
    assert found.path.read_bytes() == b"abc"
    assert (found.sha256, found.size_bytes, found.short) == (hashlib.sha256(b"abc").hexdigest(), 3, None)


def test_a_drip_ends_with_the_whole_time(spool_dir: Path) -> None:
    found = spooled(iter([b"ab", b"c"]), spool_dir, time.monotonic() - 1, announced=9)
    assert found.path.read_bytes() == b"ab"
    assert found.short == "it took longer than 7 s, 2 of 9 bytes came"


def test_a_whole_body_is_not_short_however_long_it_took(spool_dir: Path) -> None:
    assert spooled([b"abc"], spool_dir, time.monotonic() - 1).short is None


def test_a_disk_that_is_full_leaves_no_file(spool_dir: Path) -> None:
    with pytest.raises(Fatal, match="L: cannot be read: it cannot be spooled: No space left"), new_file(spool_dir, "L"):
        raise OSError(28, "No space left on device")
    assert list(spool_dir.iterdir()) == []
