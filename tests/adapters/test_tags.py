"""What was looked through once for an item's end is not again, and nothing is read otherwise for that."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.adapters.xml_tags import Tags

PIECES = (
    b"<item>",
    b"</item>",
    b"</item",
    b"<item/>",
    b"<!-- ",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?x ",
    b"?>",
    b"text ",
    b"\n",
)


class Watched(bytes):
    """Bytes that know how many of them were looked through for a section's end."""

    looked = 0

    def find(self, *what: Any) -> int:
        found = super().find(*what)
        self.looked += (len(self) if found < 0 else found) - what[1]
        return found


@pytest.mark.parametrize("opening", [b"<![CDATA[", b"<!--", b"<?x"])
def test_the_end_of_a_section_that_has_none_is_looked_for_once(opening: bytes) -> None:
    tags, buffer = (
        Tags(b"item"),
        Watched(b"<item>" + opening + b" text</item>" + 100 * (b"<item>" + opening + b"</item>")),
    )
    at = 0
    for _ in range(100):
        assert tags.unit(buffer, 0, at, eof=False, torn=False) is None
        at = buffer.index(b"<item>", at + 1)
    assert buffer.looked < 2 * len(buffer)


@given(
    st.lists(st.sampled_from(PIECES), max_size=30),
    st.lists(st.tuples(*[st.integers(0, 40)] * 3), max_size=12),
)
def test_who_remembers_reads_what_others_read(pieces: list[bytes], steps: list[tuple[int, int, int]]) -> None:
    """The buffer grows behind and is let go in front, as a splitter does it."""
    document, remembering = b"".join(pieces), Tags(b"item")
    begin = position = end = 0
    for grown, passed, dropped in [*steps, (len(document), 0, 0)]:
        end = min(end + grown, len(document))
        position = min(position + passed, end)
        begin = min(begin + dropped, position)
        buffer, eof = document[begin:end], end == len(document)
        expected = Tags(b"item").unit(buffer, begin, position - begin, eof=eof, torn=False)
        assert remembering.unit(buffer, begin, position - begin, eof=eof, torn=False) == expected
