"""Skipping what the snapshot knows never changes what the rest of the document is."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.google_xml import GoogleXml
from tests.adapters.documents import Document, documents
from tests.adapters.reading import Reading, feed, item, knowing, read, read_in_blocks

BROKEN = (
    item("b1", "<d>a & b</d>"),
    item("b2", "<d><![CDATA[ cut off</d>"),
    item("b3", "<!-- cut off"),
    b"<item><g:id>b4</g:id>",
    b"<g:id>b5</g:id></item>",
    item("b6", "<d>a </item >"),
    item("b7", "<d>"),
    b"<item/>",
    b"</item>",
    b"<!-- ",
    b" -->",
    b"<![CDATA[",
    b"]]>",
    b"<item a='",
)


def same_but_for_the_known(part: Reading, whole: Reading) -> None:
    """What was read of a document with a snapshot's help is what was read without, less what was skipped."""
    assert len(part.hashes) == len(whole.hashes)
    assert part.faults == whole.faults
    found = {one.offset: (one.raw, parsed) for one, parsed in zip(whole.items, whole.parsed, strict=True)}
    for one, parsed in zip(part.items, part.parsed, strict=True):
        assert found[one.offset] == (one.raw, parsed)


@settings(deadline=None, max_examples=30)
@given(documents(), st.sets(st.integers(0, 7)))
def test_any_part_of_a_document_may_be_known(document: Document, forgotten: set[int]) -> None:
    whole = read(document.data)
    part = read(document.data, known=knowing(whole, lambda index: index not in forgotten))
    same_but_for_the_known(part, whole)


@settings(deadline=None, max_examples=30)
@given(documents(), st.integers(1, 300), st.integers(1, 300))
def test_blocks_may_fall_elsewhere_than_they_did(document: Document, before: int, after: int) -> None:
    whole = read_in_blocks(document.data, before)
    same_but_for_the_known(read_in_blocks(document.data, after, known=knowing(whole)), whole)


pieces = st.lists(
    st.integers(0, 5).map(lambda number: item(str(number)))
    | st.integers(0, 5).map(lambda number: item(str(number), "<d><![CDATA[ </item> ]]></d>"))
    | st.sampled_from(BROKEN)
    | st.sampled_from((b"\n", b"<!-- note -->", b"<!-- <item>x</item> -->", b"</wrap><wrap>")),
    max_size=9,
)


@settings(deadline=None, max_examples=150)
@given(pieces, pieces)
def test_also_where_documents_are_broken(before: list[bytes], after: list[bytes]) -> None:
    """What one document taught is put to another one that is cut from the same cloth, and broken."""
    old, data = read(feed(*before)), feed(*after)
    same_but_for_the_known(read(data, known=knowing(old)), read(data))


def test_the_same_bytes_have_the_same_hash_wherever_they_stand() -> None:
    one, two = item("1"), item("2", "<!-- </item> -->")
    ahead, behind = read(feed(one, two, one)), read(feed(b"<x/>\n", two, b"\n", one, two))
    assert ahead.hashes[0] == ahead.hashes[2] == behind.hashes[1]
    assert ahead.hashes[1] == behind.hashes[0] == behind.hashes[2]
    assert len({*ahead.hashes, *behind.hashes}) == 2


def test_a_repaired_feed_is_read_anew() -> None:
    """An item whose closing tag was missing is, once that is mended, not taken for the broken one."""
    first, second = b"<item><g:id>1</g:id>\n  ", item("2")
    broken, whole = read(feed(first, second)), read(feed(first, b"</item>", second))
    assert broken.codes == ["FS-305", None]
    assert whole.codes == [None, None]
    assert broken.hashes[0] != whole.hashes[0]
    assert broken.hashes[1] == whole.hashes[1]


def test_white_space_that_shrinks_from_item_to_item_costs_no_more_than_any() -> None:
    whole = feed(*(item(str(number), "<d>" + "x" * 200 + "</d>") + b" " * (500 - number) for number in range(500)))
    split = GoogleXml().split(io.BytesIO(whole), "feed.xml", None)
    blocks = list(split.blocks(lambda hashes: [False] * len(hashes)))
    assert sum(len(block.hashes) for block in blocks) == 500
    assert len(blocks) < 10
