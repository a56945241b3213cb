"""Everything in front of a damage is delivered before the damage is reported."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import FeedsyncError, Retryable
from feedsync.sources import Damaged, Document, open_stream
from tests.sources.test_inflate import COMPRESSORS, zstd_unsized

Make = Callable[[bytes], Document]
DATA = b"#" + b"".join(b"%d," % (number * 7919 % 100_003) for number in range(200_000))


def read_until_damage(document: Document, size: int) -> tuple[bytes, Damaged]:
    read: list[bytes] = []
    with open_stream(document) as stream, pytest.raises(Damaged) as caught:
        read.extend(iter(lambda: stream.read(size), b""))
    return b"".join(read), caught.value


@pytest.mark.parametrize("size", [1000, 10_000_000])
@pytest.mark.parametrize("kind", ["gzip", "bz2", "xz", "zstd", "zstd, two frames"])
def test_a_cut_archive(document: Make, kind: str, size: int) -> None:
    whole = COMPRESSORS[kind](DATA)
    read, damage = read_until_damage(document(whole[: len(whole) * 3 // 4]), size)
    assert DATA.startswith(read)
    assert len(read) > len(DATA) // 4
    assert damage.code == "FS-203"
    assert str(damage) == f"feed: the transfer was short: the {kind[:4].strip(',')} data ends too soon"


@pytest.mark.parametrize("kind", ["gzip", "bz2", "xz", "zstd"])
def test_cut_right_after_its_beginning(document: Make, kind: str) -> None:
    read, damage = read_until_damage(document(COMPRESSORS[kind](DATA)[:14]), 10)
    assert (read, damage.code) == (b"", "FS-203")


def test_a_cut_zip_says_so_at_once(document: Make) -> None:
    with pytest.raises(Damaged, match="the zip data ends too soon"):
        open_stream(document(COMPRESSORS["zip"](DATA)[:-30]))


@pytest.mark.parametrize("kind", ["gzip", "bz2", "xz", "zstd", "zip"])
def test_broken_inside(document: Make, kind: str) -> None:
    data = bytearray(COMPRESSORS[kind](DATA))
    middle = len(data) // 2
    data[middle : middle + 100] = bytes(100)
    read, damage = read_until_damage(document(bytes(data)), 10_000)
    assert damage.code == "FS-206"
    assert read != DATA


def test_a_wrong_checksum_comes_after_all_bytes(document: Make) -> None:
    data = bytearray(gzip.compress(DATA))
    data[-8] ^= 1
    read, damage = read_until_damage(document(bytes(data)), 100_000)
    assert read == DATA
    assert "CRC" in str(damage)


def test_the_same_damage_is_raised_again(document: Make) -> None:
    with open_stream(document(gzip.compress(b"abc")[:-1])) as stream:
        assert stream.read(99) == b"abc"
        for _ in range(2):
            with pytest.raises(Damaged):
                stream.read(1)
        with pytest.raises(Damaged):
            stream.read1(1)  # type: ignore[attr-defined]  # of BufferedReader, and of this one


def test_who_asks_for_all_gets_all_or_an_error(document: Make) -> None:
    with open_stream(document(gzip.compress(b"abc")[:-1])) as stream:
        for _ in range(2):
            with pytest.raises(Damaged):
                stream.read()
        assert stream.read(2) + stream.read(2) == b"abc"


@settings(deadline=None)  # the first run of an example may wait for the disk
@given(cut=st.integers(1, 500))
def test_a_zstd_file_cut_anywhere_is_noticed(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = zstandard.compress(b"abc" * 100) + zstd_unsized(b"x" * 100_000) + zstandard.compress(DATA[:600])
    path = tmp_path_factory.mktemp("cut") / "feed"
    path.write_bytes(data[: -min(cut, len(data) - 10)])
    found = path.stat()
    document = Document(path=path, location="feed", size_bytes=found.st_size, mtime_ns=found.st_mtime_ns)
    whole_frames = {len(zstandard.compress(b"abc" * 100)), len(data) - len(zstandard.compress(DATA[:600]))}
    if found.st_size in whole_frames:  # the end of a frame is an end
        return
    with open_stream(document) as stream, pytest.raises(Damaged):
        stream.read()


@pytest.mark.parametrize(
    "header", [zstandard.FRAME_HEADER[:2], zstandard.FRAME_HEADER, zstandard.FRAME_HEADER + b"\x04"]
)
def test_a_zstd_header_that_is_cut(document: Make, header: bytes) -> None:
    read, damage = read_until_damage(document(zstandard.compress(b"abc") + header), 10)
    assert (read, damage.code) == (b"abc", "FS-203")


def test_a_change_explains_a_damage(document: Make) -> None:
    made = document(gzip.compress(DATA))
    with open_stream(made) as stream:
        stream.read(10)
        made.path.write_bytes(made.path.read_bytes()[:99])
        stream.read(65526)
        with pytest.raises(Retryable):
            stream.read()


def test_memory_that_a_header_asks_for_is_not_given(document: Make) -> None:
    # A frame whose window is 2 GiB (RFC 8878, 3.1.1.1.2)
    asking = zstandard.FRAME_HEADER + bytes([0x00, (31 - 10) << 3]) + b"\x01\x00\x00"
    _, damage = read_until_damage(document(asking), 10)
    assert "memory" in str(damage)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that cannot be read")
def test_a_disk_that_fails(tmp_path: Path) -> None:
    path = Path("/proc/self/mem")
    document = Document(path=path, location="feed", mtime_ns=path.stat().st_mtime_ns)
    with pytest.raises(FeedsyncError) as caught, open_stream(document) as stream:
        stream.read()
    assert caught.value.code == "FS-201"
