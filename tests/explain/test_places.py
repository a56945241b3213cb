"""Where an item stands in a document's bytes, by looking at them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from feedsync.places import Place, places


def found(text: bytes, *items: tuple[int, int | None, bytes], longest: int = 100) -> list[Place | None]:
    @contextmanager
    def reopen() -> Iterator[BinaryIO]:
        yield io.BytesIO(text)

    return places(reopen, list(items), longest)


def test_an_offset_that_is_a_byte() -> None:
    assert found(b"<a><i>1</i><i>2</i></a>", (3, 1, b"<i>1</i>"), (11, 1, b"<i>2</i>")) == [
        Place(3, b"<i>1</i>"), Place(11, b"<i>2</i>"),
    ]  # fmt: skip


def test_an_offset_that_does_not_count_the_mark_before_the_text() -> None:
    assert found(b"\xef\xbb\xbf<a><i>1</i></a>", (3, 1, b"<i>1</i>")) == [Place(6, b"<i>1</i>")]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_an_offset_that_is_a_row(ending: bytes) -> None:
    rows = [b"id,price", b"A,5", b'B,"a ""b"""', b'C,"two', b'lines"', b"D,8"]
    text = ending.join(rows) + ending
    starts = [sum(len(row) + len(ending) for row in rows[:number]) for number in range(len(rows))]
    assert found(text, (2, 2, b"cells A"), (3, 3, b"cells B"), (4, 4, b"cells C"), (6, 6, b"cells D")) == [
        Place(starts[1], b"A,5"), Place(starts[2], b'B,"a ""b"""'), Place(starts[3], b'C,"two' + ending + b'lines"'),
        Place(starts[5], b"D,8"),
    ]  # fmt: skip
    assert found(text, (1, 1, b"cells")) == [Place(0, b"id,price")]


def test_a_quotation_that_is_never_closed() -> None:
    assert found(b'id\nA,"x\ny\n', (2, 2, b"cells")) == [Place(3, b'A,"x\ny')]


def test_what_nobody_can_tell() -> None:
    text = "id\nA".encode("utf-16-le")
    assert found(text, (2, 2, b"cells"), (9, 9, b"cells"), (5, None, b"cells")) == [None, None, None]


def test_far_into_a_document_and_over_the_border_of_what_is_read_at_once() -> None:
    size = 1 << 20
    text = b"x" * (size - 10) + b"<item>1</item>\n" + b"y" * size + b"\nA,5\nB,6"
    row = text.index(b"A,5")
    assert found(text, (size - 10, 1, b"<item>1</item>"), (3, 3, b"cells"), (4, 4, b"cells")) == [
        Place(size - 10, b"<item>1</item>"), Place(row, b"A,5"), Place(row + 4, b"B,6"),
    ]  # fmt: skip
    assert found(b"<i>long</i>", (0, 1, b"<i>long</i>"), longest=4) == [Place(0, b"<i>l")]
