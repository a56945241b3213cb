"""gzip is read by isal where it is installed, and comes to the same: the bytes, and what is wrong with them."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.sources.decoders import BROKEN, chunks

DATA = b"".join(b"<item><g:id>%d</g:id></item>\n" % n for n in range(20_000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gzip")


def inflated(path: Path, *, isal: bool) -> tuple[bytes, str]:
    """What comes out, and how it ends: well, too soon, or broken."""
    found = []
    with pytest.MonkeyPatch.context() as patch, io.FileIO(path) as file:
        if not isal:
            patch.setitem(sys.modules, "isal.igzip", None)
        try:
            for chunk in chunks(file, "gzip", None, int):
                assert 0 < len(chunk) <= 64 * 1024
                found.append(chunk)
        except EOFError:
            return b"".join(found), "too soon"
        except BROKEN:
            return b"".join(found), "broken"
    return b"".join(found), "well"


def named(flags: int, extra: bytes) -> bytes:
    """A member whose header holds more."""
    plain = gzip.compress(DATA)
    return plain[:3] + bytes([flags]) + plain[4:10] + extra + plain[10:]


@pytest.mark.parametrize("isal", [True, False])
@pytest.mark.parametrize(
    "written",
    [
        gzip.compress(DATA), gzip.compress(DATA, 1) + gzip.compress(b"more"), gzip.compress(DATA) + b"\0" * 20_000,
        gzip.compress(DATA[:1000], 0), gzip.compress(b""), gzip.compress(b"a") + b"\0\0" + gzip.compress(b"b"),
        named(8, b"name.xml\0"), named(8 | 16, b"n\0c\0"), named(4, b"\x03\0abc"), named(2 | 4, b"\0\0\1\2"),
    ],
)  # fmt: skip
def test_what_is_whole_is_read_whole(folder: Path, written: bytes, isal: bool) -> None:
    path = folder / "whole.gz"
    path.write_bytes(written)
    assert inflated(path, isal=isal) == (gzip.decompress(written), "well")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_told_the_same(folder: Path, data: st.DataObject) -> None:
    written = bytearray(gzip.compress(DATA[: data.draw(st.integers(0, len(DATA)))], data.draw(st.integers(0, 9))))
    if data.draw(st.booleans()):
        del written[data.draw(st.integers(0, len(written) - 1)) :]
    else:
        place = data.draw(st.integers(10, len(written) - 1))
        written[place] ^= 1 << data.draw(st.integers(0, 7))
    path = folder / "damaged.gz"
    path.write_bytes(written)
    assert inflated(path, isal=True) == inflated(path, isal=False)
