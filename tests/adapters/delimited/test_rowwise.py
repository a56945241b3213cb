"""The fast way through rows finds exactly what the exact way finds, whatever the document, the block and the memory."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters.base import Block, Known, RawItem, ReadOptions
from feedsync.adapters.delimited import lines, rows, rowwise
from feedsync.adapters.delimited.rowwise import RowSplit
from feedsync.adapters.delimited.table import TableSplit
from tests.adapters.delimited.support import adapter, read, table
from tests.adapters.reading import collect, dribble, knowing, nothing

#: Rows that are whole, and what hostile documents make of them; ``,`` stands for the delimiter.
ROWS = (
    "1,t,9,x",
    "2,t,9,x",
    '3,"t",9,x',
    '4,"t, ""u""\nv",9,x',
    '5,"\n\n",9,"\r"',
    '6,5" pipe,9,x',
    '7,"t" u,9,x',
    '8,"t,9,x',
    '9,t", "u",x',
    "10,t,9",
    "11,t",
    "t,9,x",
    "12,t,9,x,",
    "13,t,9,x,y",
    "14,t\0,9,x",
    "15,\ufefft,9,x",
    '\ufeff"16","t\n17,t,9,x\n",9,x',
    "18,t\r19,t,9,x\r20,t,9,x",
    '"21,t,9,x"',
    "id,title,price,color",
    "# Required | an id,t,9,x",
    '22, "t, u" ,9,x',
    "23,\u00e9\u2028\x85,9,x",
    "24,\udcff,9,x",
    '",",","',
    '"""',
    '"',
    "",
    " ",
    ",,,",
)
HEAD = "id,title,price,color"
row = st.sampled_from(ROWS)
free = st.text(st.sampled_from('1t9, "\n\r\0\ufeff\u00e9'), max_size=16)
document = st.lists(
    st.tuples(st.one_of(row, row, free), st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])), max_size=12
)


def write(parts: list[tuple[str, str]], delimiter: str, encoding: str) -> bytes:
    """The document of these rows and line ends; half a surrogate pair becomes a byte that is no character."""
    text = "".join(one + end for one, end in [(HEAD, "\n"), *parts]).replace(",", delimiter)
    if encoding == "utf-8":
        return text.encode("utf-8", "surrogateescape")
    return text.encode(encoding, "replace")


def passed(data: bytes, known: Known, *, exact: bool, options: ReadOptions, step: int = 1 << 20) -> object:
    """All that comes of a pass: the fast one, or that of formats whose items are made of several rows."""
    split = adapter("csv").split(dribble(data, step), "feed.csv", None, options)
    assert isinstance(split, RowSplit)
    blocks: Iterator[Block] = TableSplit.blocks(split, known) if exact else split.blocks(known)
    hashes, offsets, items = collect(list(blocks))
    return hashes, offsets, items, [problem.code for problem in split.faults()], split.parse(items), split.context


@settings(deadline=None, max_examples=600)
@given(
    before=document,
    after=document,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"]),
    block=st.sampled_from([1, 5, 16, 60, 1 << 20]),
    limit=st.sampled_from([7, 30, 1 << 24, 1 << 24]),
)
@example([("1,t,9,x", "\n")], [("1,t,9,x", "")], ",", "utf-8", 1 << 20, 1 << 24)
@example([("1,t,9,x", "\n")], [('8,"t,9,x', "\n"), ("1,t,9,x", "\n"), ('",9,x', "\n")], ",", "utf-8", 1 << 20, 1 << 24)
def test_it_finds_what_the_exact_way_finds(
    before: list[tuple[str, str]], after: list[tuple[str, str]], delimiter: str, encoding: str, block: int, limit: int
) -> None:
    """Also where half of what is read is known, by a document that was cut from the same cloth."""
    options = ReadOptions(delimiter=delimiter, encoding=encoding)
    with pytest.MonkeyPatch.context() as patch:
        for module in (lines, rows, rowwise):
            patch.setattr(module, "ITEM_LIMIT_BYTES", limit)
        old = write(before + after[::2], delimiter, encoding)
        data = write(after, delimiter, encoding)
        taught = read(old, delimiter=delimiter, encoding=encoding)
        same = adapter("csv").split(io.BytesIO(data), "feed.csv", None, options).context == taught.context
        known = knowing(taught) if same else nothing
        whole = passed(data, known, exact=True, options=options)
        patch.setattr(lines, "BLOCK_BYTES", block)
        assert passed(data, known, exact=False, options=options) == whole
        assert passed(data, known, exact=False, options=options, step=3) == whole
        assert passed(data, nothing, exact=False, options=options) == passed(data, nothing, exact=True, options=options)


def test_what_is_known_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = table(HEAD.split(","), *[(str(n), f't "{n}"\nu' if n % 3 else "t", "9", "x") for n in range(50)])
    held = read(data)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(rows.Rows, "judged", refuse)
    again = read(data, known=knowing(held))
    assert (again.hashes, again.offsets, again.items) == (held.hashes, held.offsets, [])


def test_a_line_break_that_appears_changes_one_row_alone() -> None:
    old = read("id,title,price\n" + "".join(f"{n},t,9\n" for n in range(9)))
    new = read(
        "id,title,price\n" + "".join(f'{n},"t\nu",9\n' if n == 4 else f"{n},t,9\n" for n in range(9)),
        known=knowing(old),
    )
    assert new.ids == ["4"]
    assert len(new.hashes) == 9


def test_an_item_is_the_bytes_of_its_row() -> None:
    """What spells the same row otherwise is read again, and comes to the same."""
    one, two = read("id,title\n1,a\n"), read('id,title\n"1",a\n')
    assert one.attributes == two.attributes
    assert one.hashes != two.hashes


def test_rows_that_end_in_commas_are_others_than_those_that_do_not() -> None:
    """Whether a comma at a row's end is one too many, the first row tells."""
    assert read("id,title\n1,a,\n").context != read("id,title\n1,a\n").context
    assert read("id,title\n1,a\n").context == read("id,title\n1\n").context


def test_no_miss_is_a_known_row() -> None:
    """A short row is always read, since it may be a half; what it comes to may be known all the same."""
    data = "id,title,link,price,color\n1,a,https://a.example/1,9\n2,a,https://a.example/2,9,x\n"
    held = read(data)
    items: list[RawItem] = read(data, known=knowing(held)).items
    assert (len(held.items), items) == (2, [])
