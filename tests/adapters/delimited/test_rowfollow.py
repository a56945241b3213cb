"""Rows that stand as they stood in the last document are passed by, and the same is found as without."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters import stretchrows as module
from feedsync.adapters.base import ReadOptions
from feedsync.adapters.delimited import lines, rowfollow, rows, rowwise
from tests.adapters.delimited.support import adapter
from tests.adapters.delimited.test_rowwise import free, row, write
from tests.adapters.reading import collect
from tests.adapters.remembering import SIZES, Memory, Pass, small
from tests.edits import edited, edits

ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])
PLAIN = st.integers(0, 30).map(lambda number: (f"{number},{'t' * (number * 7 % 20)},9,x", "\n"))
PIECES = PLAIN | PLAIN | PLAIN | st.tuples(row | free, ENDS)


def memory(**options: str) -> Memory:
    """Of documents that are read with these options."""
    return Memory(lambda data: adapter("csv").split(io.BytesIO(data), "feed.csv", None, ReadOptions(**options)))


def same_as_without(memory: Memory, data: bytes, forget: Sequence[int] = ()) -> Pass:
    """Read the next document, with and without what was remembered."""
    split = memory.begin(data)
    hashes, offsets, items = collect(list(split.blocks(memory.held.match)))
    found = memory.read(data, forget)
    assert (found.hashes, found.offsets, found.items) == (hashes, offsets, items)
    assert found.faults == [problem.code for problem in split.faults()]
    return found


@settings(deadline=None, max_examples=400)
@given(
    pieces=st.lists(PIECES, max_size=40), days=st.lists(edits(PIECES, most=4), min_size=1, max_size=3), sizes=SIZES,
    block=st.sampled_from((1, 20, 100, 1 << 19)), delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(("utf-8", "utf-8", "utf-16")), limit=st.sampled_from((7, 30, 1 << 24, 1 << 24)),
    forget=st.lists(st.integers(0, 40), max_size=3),
)  # fmt: skip
def test_the_same_is_found_as_without(
    pieces: list[tuple[str, str]], days: list[list[tuple[str, int, tuple[str, str]]]], sizes: dict[str, float],
    block: int, delimiter: str, encoding: str, limit: int, forget: list[int],
) -> None:  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", block)
        patch.setattr(rowfollow, "LEAST_BYTES", max(1, block // 2))
        for part in (lines, rows, rowwise):
            patch.setattr(part, "ITEM_LIMIT_BYTES", limit)
        small(patch, sizes)
        remembering = memory(delimiter=delimiter, encoding=encoding)
        for changes in [[], *days]:
            pieces = edited(pieces, changes)
            same_as_without(remembering, write(pieces, delimiter, encoding), forget)


def rows_of(numbers: Sequence[int], price: int = 1, text: str = "t") -> list[tuple[str, str]]:
    return [(f"{number},{text * 200},{price},x", "\n") for number in numbers]


def test_what_did_not_change_is_passed_by() -> None:
    remembering, parts = memory(), rows_of(range(5000))
    assert same_as_without(remembering, write(parts, ",", "utf-8")).passed == 0
    assert same_as_without(remembering, write(parts, ",", "utf-8").replace(b"id,", b'"id",')).passed == 5000
    assert same_as_without(remembering, write([("", "\n"), *parts], ",", "utf-8")).passed >= 5000 - module.ITEMS
    assert remembering.rewritten == 1


@pytest.mark.parametrize("text", ["t", '"t\n\n, ""u"""'])
def test_a_change_costs_the_few_rows_around_it(text: str) -> None:
    """Also where rows are of several lines, and the buffer ends anywhere."""
    text = text if len(text) == 1 else f'"{"t, " * 60}\n\n ""u"""'
    parts = [(f"{number},{text},1,x", "\n") for number in range(5000)]
    remembering = memory()
    same_as_without(remembering, write(parts, ",", "utf-8"))
    parts[300], parts[700:701] = (f"300,{text},2,x", "\n"), []
    parts[500:500] = [("5000,t,1,x", "\n")]
    assert same_as_without(remembering, write(parts, ",", "utf-8")).passed >= 5000 - 4 * 2 * module.ITEMS
    assert remembering.rewritten == 1


def test_rows_around_one_that_is_odd_are_passed_by() -> None:
    parts = rows_of(range(5000))
    parts[2500] = ('2500,"t" u,1,x', "\n")
    remembering = memory()
    same_as_without(remembering, write(parts, ",", "utf-8"))
    found = same_as_without(remembering, write(parts, ",", "utf-8"))
    assert [one.offset for one in found.items] == [2502]
    assert 5000 - 4 * 2 * module.ITEMS <= found.passed < 5000


def test_where_much_changed_the_next_document_is_remembered() -> None:
    remembering, parts = memory(), rows_of(range(20_000))
    same_as_without(remembering, write(parts, ",", "utf-8"))
    parts[::5] = rows_of(range(0, 20_000, 5), 2)
    assert len(same_as_without(remembering, write(parts, ",", "utf-8")).items) == 4000
    assert (remembering.rewritten, remembering.anew) == (1, True)
    assert same_as_without(remembering, write(parts, ",", "utf-8")).items == []
    assert (remembering.rewritten, remembering.anew) == (2, False)
    assert same_as_without(remembering, write(parts, ",", "utf-8")).passed == 20_000


def test_a_last_line_that_goes_on_is_another() -> None:
    remembering = memory()
    data = write(rows_of(range(100)), ",", "utf-8").rstrip(b"\n")
    assert same_as_without(remembering, data).passed == 0
    assert same_as_without(remembering, data).passed == 99
    assert [one.offset for one in same_as_without(remembering, data + b"y\n").items] == [101]


def test_rows_behind_a_line_that_is_too_long_are_in_no_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of it only the beginning is kept, so that nobody knows where they stand."""
    for part in (lines, rows, rowwise):
        monkeypatch.setattr(part, "ITEM_LIMIT_BYTES", 60)
    head, rest = b"id,title,price,color\n", b"".join(b'%d,"a\nb",9,x\n' % number for number in range(8))
    remembering = memory(delimiter=",", encoding="utf-8")
    same_as_without(remembering, head + rest)
    same_as_without(remembering, head + b"99," + b"z" * 57 + b"BAD\n" + rest)
    found = same_as_without(remembering, head + b"BAD\n" + rest[:-4] + b"\n")
    assert [one.offset for one in found.items] == [2, 17]


def test_in_old_files_nothing_is_passed_by() -> None:
    """A carriage return may become the half of a line's end."""
    remembering = memory()
    data = write(rows_of(range(100)), ",", "utf-8").replace(b"\n", b"\r")
    same_as_without(remembering, data)
    found = same_as_without(remembering, data.replace(b"\r50,", b"\r\n50,"))
    assert (found.passed, len(found.hashes)) == (0, 100)


def test_a_line_that_does_not_end_is_read_as_without() -> None:
    """Longer than all that is looked at at once."""
    remembering = memory()
    parts = rows_of(range(20))
    parts[10] = (f"10,{'t' * 3 * lines.BLOCK_BYTES},1,x", "\n")
    for _ in range(2):
        found = same_as_without(remembering, write(parts, ",", "utf-8"))
    assert (found.items, found.passed >= 8) == ([], True)
