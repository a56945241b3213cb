"""What the snapshot knows may be skipped: everything else comes out as if nothing had been known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.delimited import table
from tests.adapters.delimited.support import read
from tests.adapters.reading import Reading, knowing

HEADS = {
    "csv": "id,title,price,size",
    "shopify-csv": "Handle,Title,Variant Price,Option1 Value",
    "wix-csv": "handleId,fieldType,name,productOptionDescription1",
    "woocommerce-csv": "ID,Type,Name,Regular price,Published,Parent,In stock?",
}
#: Rows that go well, that go wrong, and that take others with them.
LINES = (
    "1,t,9,s",
    "1,t,9,m",
    "2,,9,m",
    "2,t,,s",
    "3,Product,n,",
    "3,Variant,,s",
    "3,Variant,,m",
    "4,variable,n,,1,,",
    "4,variable,n,,0,,",
    "5,variation,n,9,1,id:4,1",
    "6,variation,n,9,1,id:7,1",
    "7,simple,n,9,1,,1",
    "7,simple",
    "7,simple,n,9,1,,1,x",
    '"1,t,9,s',
    '1,"t"x,9,s',
    '1,"t\nu",9,s',
    "1,t",
    "1\0,t,9,s",
    ",,,",
    ",t,9,s",
)
documents = st.lists(st.sampled_from(LINES), max_size=9)


def same_but_for_the_known(part: Reading, whole: Reading) -> None:
    assert (part.hashes, part.offsets, part.faults, part.context) == (
        whole.hashes, whole.offsets, whole.faults, whole.context,
    )  # fmt: skip
    found = [(item, parsed) for item, parsed in zip(whole.items, whole.parsed, strict=True)]
    for one in zip(part.items, part.parsed, strict=True):
        assert one in found


@pytest.mark.parametrize("name", HEADS)
@settings(deadline=None, max_examples=60)
@given(before=documents, after=documents)
def test_also_where_documents_are_broken(name: str, before: list[str], after: list[str]) -> None:
    """What one document taught is put to another one that is cut from the same cloth."""
    old, data = read("\n".join([HEADS[name], *before]), name), "\n".join([HEADS[name], *after])
    same_but_for_the_known(read(data, name, known=knowing(old)), read(data, name))


@pytest.mark.parametrize("name", HEADS)
@settings(deadline=None, max_examples=60)
@given(one=documents, two=documents)
def test_equal_hashes_are_equal_records(name: str, one: list[str], two: list[str]) -> None:
    """Over any two documents under one header, and broken ones are equal to broken ones alone."""
    found: dict[bytes, object] = {}
    for lines in (one, two):
        reading = read("\n".join([HEADS[name], *lines, ""]), name)
        for item, parsed in zip(reading.items, reading.parsed, strict=True):
            assert found.setdefault(item.hash, parsed) == parsed


@pytest.mark.parametrize("name", HEADS)
@settings(deadline=None, max_examples=60)
@given(lines=documents)
def test_reading_twice_is_reading_once(name: str, lines: list[str]) -> None:
    data = "\n".join([HEADS[name], *lines])
    assert read(data, name) == read(data, name, step=3)


@pytest.mark.parametrize("limits", [(2, 1 << 20), (1000, 40)])
def test_blocks_may_fall_anywhere(monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int]) -> None:
    data = "id,title\n" + "".join(f"{number},t\n" for number in range(20))
    whole = read(data)
    monkeypatch.setattr(table, "_BLOCK_ITEMS", limits[0])
    monkeypatch.setattr(table, "_BLOCK_BYTES", limits[1])
    assert read(data) == whole
    same_but_for_the_known(read(data, known=knowing(whole, lambda index: index % 3 != 0)), whole)


def test_where_an_item_stands_is_no_part_of_it() -> None:
    ahead, behind = read("id,title\n1,a\n2,b\n"), read("id,title\n\n2,b\n1,a\n")
    assert ahead.hashes == behind.hashes[::-1]
    assert behind.offsets == [3, 4]
