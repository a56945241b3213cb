"""No document takes more time or memory than its size allows."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable

import pytest

from feedsync.adapters.delimited import table
from feedsync.adapters.delimited.lines import Line, TextLines
from tests.adapters.delimited.support import adapter, read, told

HEAD = "id,title,price,x\n"
LINES = 5_000


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many lines were taken, those that were taken again included."""
    count = 0
    plain = TextLines.read

    def counted(self: TextLines) -> Line | None:
        nonlocal count
        count += 1
        return plain(self)

    monkeypatch.setattr(TextLines, "read", counted)
    return lambda: count


@pytest.mark.parametrize(
    "line",
    [
        '"a\n',
        '1,"a\n',
        '1,a","b\n',
        '"""\n',
        '"a""\n',
        '""a\n',
        'a"\n',
        '1,"a,9,x\n2,b,"",x\n',
        '",\n"x\n',
        "\0\n",
        ",\n",
        '"\n',
    ],
)
def test_reading_is_linear(line: str, looks: Callable[[], int]) -> None:
    reading = read(HEAD + line * LINES + "last,a,b,c\n")
    assert looks() < 5 * line.count("\n") * LINES + 50_000
    nameless = any(code and name is None for code, name in zip(reading.codes, reading.ids, strict=True))
    assert nameless or reading.faults or reading.ids[-1] == "last"


@pytest.mark.parametrize("name", ["csv", "shopify-csv", "wix-csv", "woocommerce-csv"])
def test_memory_stays_flat(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten megabytes, in rows of ten kilobytes each."""
    heads = {
        "csv": "id,title,price",
        "shopify-csv": "Handle,Title,Variant Price",
        "wix-csv": "handleId,name,fieldType",
        "woocommerce-csv": "ID,Name,Regular price,Type,Published,Parent",
    }
    head = heads[name]

    more = ",simple,1," if name == "woocommerce-csv" else ""
    last = "Product" if name == "wix-csv" else "9"
    lines = (f"{number},{'t' * 10_000},{last}{more}\n".encode() for number in range(1_000))
    pieces = itertools.chain([f"{head}\n".encode()], lines)

    class Generated:
        left = b""

        def read(self, size: int) -> bytes:
            self.left = self.left or next(pieces, b"")
            given, self.left = self.left[:size], self.left[size:]
            return given

    monkeypatch.setattr(table, "_BLOCK_BYTES", 1 << 18)
    tracemalloc.start()
    try:
        split = adapter(name).split(Generated(), "feed.csv", None)  # type: ignore[arg-type]
        count = sum(len(block.hashes) for block in split.blocks(lambda hashes: [True] * len(hashes)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 1_000
    assert peak < 7 << 20


@pytest.mark.parametrize(
    "head",
    [
        b'"' * (1 << 16),
        b'",' * (1 << 15),
        b"," * (1 << 16),
        b"\n" * (1 << 16),
        b"sep=,\n" * 10_000,
        b"# Required | " * 5_000,
        b" " * (1 << 16),
        b"a[" * (1 << 15),
        ("(" * 300 + ",").encode() * 200,
        b"\xff" * (1 << 16),
        bytes(range(256)) * 256,
    ],
)
def test_looking_at_a_head_has_an_end(head: bytes) -> None:
    assert told(head) in (None, "csv")
