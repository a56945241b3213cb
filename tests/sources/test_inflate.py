"""Every kind of archive gives its bytes back, however it is read."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import Fatal
from feedsync.sources import Document, fetch, open_stream

Make = Callable[[bytes], Document]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def halves(compress: Callable[[bytes], bytes], between: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda data: compress(data[: len(data) // 2]) + between + compress(data[len(data) // 2 :])


def zstd_unsized(data: bytes) -> bytes:
    """A frame as a stream makes it: no size in its header, and a checksum."""
    made = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return made.compress(data) + made.flush()


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: b"<" + data,
    "gzip": gzip.compress,
    "gzip, two members and padding": lambda data: halves(gzip.compress)(data) + bytes(9),
    "bz2": bz2.compress,
    "bz2, two streams": halves(bz2.compress),
    "xz": lzma.compress,
    "xz, two streams with padding": halves(lzma.compress, bytes(8)),
    "xz, much padding": lambda data: lzma.compress(data) + bytes(200_000),
    "zstd": zstandard.compress,
    "zstd, two frames": halves(zstd_unsized),
    "zstd, skippable frames": lambda data: (
        b"\x50\x2a\x4d\x18\x02\0\0\0ab" + zstd_unsized(data) + b"\x5f\x2a\x4d\x18" + bytes(4)
    ),
    "zip": lambda data: zipped(("feed.xml", data)),
    "zip, stored": lambda data: zipped(("feed.xml", data), method=zipfile.ZIP_STORED),
    "zip, of a Mac": lambda data: zipped(("a/", b""), ("a/feed.xml", data), ("__MACOSX/a/._feed.xml", b"x")),
}

#: Small and large, of little and of much entropy; never the beginning of another archive.
DATA = st.builds(lambda seed, times: b"#" + seed * times, st.binary(max_size=300), st.sampled_from([1, 2, 1000]))


@pytest.mark.parametrize("kind", COMPRESSORS)
@settings(deadline=None)  # the first run of an example may wait for the disk
@given(data=DATA, sizes=st.lists(st.integers(1, 100_000), min_size=1, max_size=5))
def test_what_was_compressed_comes_back(kind: str, data: bytes, sizes: list[int]) -> None:
    expected = b"<" + data if kind == "plain" else data
    with TemporaryDirectory() as folder:
        Path(folder, "feed.bin").write_bytes(COMPRESSORS[kind](data))
        document = fetch("feed.bin", base_dir=Path(folder), spool_dir=Path(folder))
        with open_stream(document) as stream:
            read = b""
            while chunk := stream.read(size := sizes[len(read) % len(sizes)]):
                assert len(chunk) <= size
                read += chunk
            assert read == expected
            assert stream.read() == b""
        with open_stream(document) as stream:
            assert stream.read() == expected


@pytest.mark.parametrize("kind", COMPRESSORS)
@pytest.mark.parametrize(
    "data",
    [
        b"#" + b"".join(b"%d," % (number * 7919 % 100_003) for number in range(100_000)),
        b"#" + Random(7).randbytes(500_000),
    ],
    ids=["numbers", "noise"],
)
def test_a_file_larger_than_a_chunk(kind: str, document: Make, data: bytes) -> None:
    with open_stream(document(COMPRESSORS[kind](data))) as stream:
        assert stream.read(300_000) + stream.read(-1) == (b"<" + data if kind == "plain" else data)


def test_more_may_be_asked_for_than_there_is_memory(document: Make) -> None:
    for kind in ("plain", "gzip"):
        with open_stream(document(COMPRESSORS[kind](b"feed"))) as stream:
            assert stream.read(1 << 60).endswith(b"feed")
            assert (stream.read(0), stream.read(1)) == (b"", b"")


def test_an_empty_file(document: Make) -> None:
    with open_stream(document(b"")) as stream:
        assert stream.read() == b""


def test_the_name_has_no_say(tmp_path: Path) -> None:
    (tmp_path / "feed.xml.gz").write_bytes(b"<rss/>")
    with open_stream(fetch("feed.xml.gz", base_dir=tmp_path, spool_dir=tmp_path)) as stream:
        assert stream.read() == b"<rss/>"


def test_text_that_looks_a_little_like_an_archive(document: Make) -> None:
    for text in (b"BZh9 is a brand\n", b"PKW\n", b"\x1f\x8b", b"(\xb5"):
        with open_stream(document(text)) as stream:
            assert stream.read() == text


def test_it_is_a_file_to_the_standard_library(document: Make) -> None:
    with open_stream(document(gzip.compress(b"id,price\n1,2\n3,4\n"))) as stream:
        assert stream.readable()
        rows = list(csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline="")))
    assert rows == [["id", "price"], ["1", "2"], ["3", "4"]]
    assert stream.closed


def test_lines_and_peeking(document: Make) -> None:
    with open_stream(document(b"a\nb\nc")) as stream:
        assert isinstance(stream, io.BufferedIOBase)
        assert stream.peek() == b"a\nb\nc"  # type: ignore[attr-defined]  # of BufferedReader, and of this one
        assert stream.readline() == b"a\n"
        assert stream.read(0) == b""
        assert stream.read1(1) == b"b"
        buffer = bytearray(9)
        assert stream.readinto(buffer) == 2
        assert bytes(buffer[:2]) == b"\nc"
        assert stream.read1() == b""
        assert stream.read(None) == b""


def test_a_closed_stream_is_not_read(document: Make) -> None:
    with open_stream(document(b"abc")) as stream:
        pass
    with pytest.raises(ValueError, match="closed"):
        stream.read()


def test_a_document_that_was_not_modified_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="not modified"):
        open_stream(Document(location="x", not_modified=True))


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="cannot be read: No such file"):
        open_stream(Document(path=tmp_path / "gone", location="x"))
