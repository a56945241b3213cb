"""A document that was cut off is never taken for a whole one, wherever the cut fell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import FeedsyncError
from tests.adapters.documents import Document, documents
from tests.adapters.reading import CLOSE, OPEN, feed, item, read

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id></entry><entry><id>2</id></entry></feed>'
DOCUMENTS = {
    "plain": feed(item("1"), b"\n", item("2")),
    "atom": ATOM,
    "no items": feed(b"<title>nothing</title>"),
    "an empty root": b"<rss version='>'/>",
    "declaration": b'<?xml version="1.0" encoding="utf-8"?>\n' + feed(item("1")),
    "closing tags in text": feed(
        item("1", "<d><![CDATA[</channel></rss>]]></d><!-- </channel></rss> --><?x </channel></rss> ?>"),
        b"<![CDATA[ </channel></rss> ]]>",
    ),
    "a comment about the root's end": OPEN + item("1") + b"</channel><!-- then comes </rss> and no more --></rss>",
    "an instruction about the root's end": OPEN + item("1") + b"</channel><?hint </rss> ?></rss>",
    "a comment with old items": OPEN + item("1") + b"<!-- " + item("2") + CLOSE + b" -->" + CLOSE,
    "a section with old items": OPEN + item("1") + b"<![CDATA[ " + item("2") + CLOSE + b"]]>" + CLOSE,
    "comments in the head": b"<!-- <rss><item/></rss> -->" + OPEN + b"<!-- <item/></rss> -->" + item("1") + CLOSE,
    "the root's name again": b"<catalog><catalog a='>'><item><id>1</id></item></catalog></catalog>",
    "the root's name before": b"<catalog><catalog></catalog><catalog/><item><id>1</id></item></catalog>",
    "the root's name after": b"<catalog><item><id>1</id></item><catalog><x/></catalog></catalog>",
    "the root's name and no items": b"<catalog><catalog></catalog></catalog>",
    "more after the items": feed(item("1"), b"<description>x &gt; y</description><a/><b></b>"),
    "self-closing items": b"<products><product id='1'/><product id='2' /></products>",
    "white space in closing tags": b"<products><product><id>1</id></product\n></products\n>",
}


def claims_to_be_whole(data: bytes) -> bool:
    try:
        return not read(data).faults
    except FeedsyncError:
        return False


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in DOCUMENTS.items()])
def test_no_cut_is_overlooked(data: bytes) -> None:
    assert claims_to_be_whole(data)
    assert [cut for cut in range(len(data)) if claims_to_be_whole(data[:cut])] == []


@settings(deadline=None, max_examples=80)
@given(documents(max_items=3), st.data())
def test_no_cut_is_overlooked_in_any_document(document: Document, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(document.body) - 1))
    assert not claims_to_be_whole(document.body[:cut])


@settings(deadline=None, max_examples=15)
@given(documents(max_items=2), st.data())
def test_white_space_and_comments_after_the_root_may_be_missing(document: Document, data: st.DataObject) -> None:
    cut = data.draw(st.integers(len(document.body), len(document.data)))
    assert claims_to_be_whole(document.data[:cut])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_no_cut_is_overlooked_in_any_encoding(encoding: str) -> None:
    text = '<?xml version="1.0"?><rss><channel><item><id>é</id></item></channel></rss>'
    data = text.encode(encoding)
    assert claims_to_be_whole(data)
    assert [cut for cut in range(len(data)) if claims_to_be_whole(data[:cut])] == []


def test_items_of_a_comment_that_was_cut_off_are_not_offered_for_sale() -> None:
    """Behind the last live item a shop keeps old ones in a comment; the cut takes the comment's end away."""
    reading = read(OPEN + item("1") + b"</channel><!-- " + item("2") + item("3") + b" ")
    assert reading.faults == ["FS-303"]
    assert reading.attributes[0] == {"id": "1"}
    assert {"id": "2"} not in reading.attributes


def test_an_item_that_the_end_cuts_off_is_broken() -> None:
    reading = read(OPEN + item("1") + b"<item><g:id>2</g:id><g:price>1")
    assert reading.codes == [None, "FS-311"]
    assert reading.faults == ["FS-303"]


def test_an_item_that_is_never_closed_before_the_root_is_broken_too() -> None:
    reading = read(OPEN + item("1") + b"<item><g:id>2</g:id>" + CLOSE)
    assert reading.codes == [None, "FS-311"]
    assert reading.faults == []


@pytest.mark.parametrize(
    "end", [CLOSE + CLOSE, CLOSE + b"<b>Warning</b>: memory", b"</channel></rss \n>", CLOSE + bytes(9)]
)
def test_what_follows_the_closed_root_does_no_harm(end: bytes) -> None:
    reading = read(OPEN + item("1") + end)
    assert reading.faults == []
    assert reading.ids == ["1"]
