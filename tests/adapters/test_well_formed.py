"""A well-formed document gives exactly the items that XML says it holds, each as the whole document's reading has it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.documents import Document, documents
from tests.adapters.oracle import attributes, outermost
from tests.adapters.reading import CLOSE, OPEN, feed, item, read, read_in_blocks


def expected(document: Document) -> list[object]:
    return [attributes(element) for element in outermost(document.data, document.tag)]


@settings(deadline=None, max_examples=100)
@given(documents())
def test_items_and_attributes_are_those_of_the_whole_document(document: Document) -> None:
    reading = read(document.data)
    assert reading.attributes == expected(document)
    assert reading.repairs == [[] for _ in reading.parsed]
    assert reading.faults == reading.remarks == []


@settings(deadline=None, max_examples=50)
@given(documents(), st.integers(1, 200))
def test_block_borders_change_nothing(document: Document, block_bytes: int) -> None:
    assert read_in_blocks(document.data, block_bytes).attributes == expected(document)


@settings(deadline=None, max_examples=25)
@given(documents())
def test_each_item_stands_where_its_offset_says(document: Document) -> None:
    for one in read(document.data).items:
        assert document.data[one.offset :].startswith(one.raw)
        assert one.raw.startswith(f"<{document.tag}".encode())
        assert one.raw.endswith(b">")


@pytest.mark.parametrize(
    "between",
    [
        "<!-- {} -->".format("<item><g:id>9</g:id></item>" * 3),
        "<![CDATA[ <item><g:id>9</g:id></item> ]]>",
        "<?php <item><g:id>9</g:id></item> ?>",
        "</wrap><wrap note='a > b'>",
        "<items/><itemised/><item-list></item-list>",
        "text & no item".replace("&", "&amp;"),
    ],
)
def test_what_stands_between_items_is_no_item(between: str) -> None:
    data = OPEN + b"<wrap>" + item("1") + between.encode() + item("2") + b"</wrap>" + CLOSE
    assert read(data).ids == ["1", "2"]


def test_nested_items_belong_to_the_outer_one() -> None:
    reading = read(feed(item("1", "<item><g:id>2</g:id></item><g:price>3</g:price>"), item("4")))
    assert reading.attributes == [{"id": "1", "item": {"id": "2"}, "price": "3"}, {"id": "4"}]


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 300])
def test_an_item_may_be_much_larger_than_a_block(block_bytes: int) -> None:
    data = feed(item("1", "<d>" + "x" * 5000 + "</d>"), item("2", "<![CDATA[" + "</item>" * 500 + "]]>"), item("3"))
    assert read_in_blocks(data, block_bytes).ids == ["1", "2", "3"]


def test_many_items_over_many_blocks() -> None:
    pieces = (item, lambda n: item(n, "<!-- </item> -->"), lambda n: f'<item id="{n}"/>'.encode())
    data = feed(*(pieces[index % 3](str(index)) + b"\n" for index in range(3000)))
    assert read(data).ids == read_in_blocks(data, 1000).ids == [str(index) for index in range(3000)]


def test_a_section_that_holds_an_items_end_and_another_start_has_lost_its_own_end() -> None:
    """XML would read on to the neighbour's own section and swallow the neighbour; a lost product is worse than a report."""
    reading = read(feed(item("1", "<d><![CDATA[ cut off</d>"), item("2", "<d><![CDATA[whole]]></d>"), item("3")))
    assert reading.ids == ["1", "2", "3"]
    assert reading.codes == ["FS-401", None, None]
