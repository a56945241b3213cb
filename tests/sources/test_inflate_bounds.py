"""No archive takes more memory than a chunk, or more bytes than the limits allow."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from feedsync.errors import Unsafe
from feedsync.sources import Document, Limits, open_stream

Make = Callable[[bytes], Document]
MIB = 1024**2


def zip_of(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", data)
    return file.getvalue()


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "zstd": zstandard.compress,
    "zip": zip_of,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_memory_stays_flat_and_the_ratio_ends_it(document: Make, kind: str) -> None:
    bomb = document(BOMBS[kind](bytes(70 * MIB)))
    assert bomb.size_bytes < MIB // 4
    read: list[int] = []
    tracemalloc.start()
    try:
        with open_stream(bomb) as stream, pytest.raises(Unsafe, match="it inflates to more than 200 times its size"):
            read.extend(iter(lambda: len(stream.read(64 * 1024)), 0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(read) == 64 * MIB
    assert peak < 4 * MIB


@pytest.mark.parametrize("data", [b"x" * 1001, gzip.compress(b"x" * 1001)])
def test_inflated_bytes(document: Make, data: bytes) -> None:
    with open_stream(document(data), limits=Limits(inflated_bytes=1001)) as stream:
        assert len(stream.read()) == 1001
    with (
        open_stream(document(data), limits=Limits(inflated_bytes=1000)) as stream,
        pytest.raises(Unsafe, match="it inflates to more than 1000 bytes"),
    ):
        stream.read()
