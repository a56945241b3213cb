"""What stands in a document as it stood in the last one is passed by, and the same items are found as without."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters import stretchrows, xml_follow, xml_split
from feedsync.adapters import stretchrows as module
from feedsync.adapters.base import Block, Known, Split
from feedsync.adapters.google_xml import GoogleXml
from feedsync.adapters.stretches import Stretches
from feedsync.adapters.xml_head import SECTIONS
from feedsync.adapters.xml_split import Splitter
from feedsync.snapshot.known import KnownItems
from tests.adapters.reading import feed, item, nothing, read
from tests.adapters.remembering import SIZES, Memory, Pass, small
from tests.adapters.test_skipping import BROKEN
from tests.edits import edited, edits


def split(data: bytes) -> Split:
    """A pass over a feed."""
    return GoogleXml().split(io.BytesIO(data), "feed.xml", None)


def same_as_without(found: Pass, data: bytes, held: KnownItems, meanings: dict[bytes, bytes]) -> None:
    """What is found where nothing is passed by; an item that is known may begin with what stands before it."""
    whole = read(data, known=held.match)
    known = {one.hash: one.raw for one in whole.items}
    assert [meanings[one] for one in found.hashes] == [known.get(one) or meanings[one] for one in whole.hashes]
    assert found.faults == whole.faults
    for here, there in zip(found.offsets, whole.offsets, strict=True):
        assert b"<item>" not in SECTIONS.sub(b"", data[min(here, there) : max(here, there)])


PLAIN = st.integers(0, 30).map(lambda number: item(str(number), "<d>" + "x" * (number * 7 % 50) + "</d>"))
PIECES = PLAIN | PLAIN | PLAIN | st.sampled_from(
    (*BROKEN, b"\n", b" ", b"<!-- note -->", b"<!-- <item>x</item> -->", item("31", "<d><![CDATA[ </item> ]]></d>"))
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(
    pieces=st.lists(PIECES, max_size=40), days=st.lists(edits(PIECES, most=4), min_size=1, max_size=3), sizes=SIZES,
    block=st.sampled_from((1, 100, 700, 1 << 20)), gap=st.sampled_from((b"", b"\n", b"\n  ")),
    forget=st.lists(st.integers(0, 40), max_size=3),
)  # fmt: skip
def test_the_same_items_are_found_as_without(
    pieces: list[bytes], days: list[list[tuple[str, int, bytes]]], sizes: dict[str, float], block: int, gap: bytes,
    forget: list[int],
) -> None:  # fmt: skip
    memory = Memory(split)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_split, "BLOCK_BYTES", block)
        patch.setattr(xml_follow, "LEAST_BYTES", max(1, block // 4))
        small(patch, sizes)
        for changes in [[], *days]:
            pieces = edited(pieces, changes)
            data = feed(*[piece + gap for piece in pieces])
            held = memory.held
            same_as_without(memory.read(data, forget), data, held, memory.meanings)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items are cut at once, each time that all around a place is."""
    fast, found = Splitter._fast, list[int]()

    def counted(splitter: Splitter, known: Known, end: int) -> Block:
        block = fast(splitter, known, end)
        found.append(len(block.hashes))
        return block

    monkeypatch.setattr(Splitter, "_fast", counted)
    return found


def items_of(numbers: Sequence[int], price: int = 1) -> list[bytes]:
    return [item(str(number), f"<d>{'x' * 200}</d><g:price>{price}</g:price>") + b"\n" for number in numbers]


def test_what_did_not_change_is_passed_by() -> None:
    memory, pieces = Memory(split), items_of(range(1000))
    assert memory.read(feed(*pieces)).passed == 0
    assert memory.read(feed(b"<title>another day</title>", *pieces)).passed == 1000
    assert memory.rewritten == 1


def test_a_change_costs_the_few_items_around_it() -> None:
    memory, pieces = Memory(split), items_of(range(1000))
    memory.read(feed(*pieces))
    pieces[300:301], pieces[500:500], pieces[700:701] = items_of([300], 2), items_of([2000]), []
    assert memory.read(feed(*pieces)).passed >= 1000 - 3 * 2 * module.ITEMS
    assert memory.rewritten == 1, "what is stored still does"


def test_what_changed_within_a_stretch_is_cut_where_it_is_expected(cut: list[int]) -> None:
    memory, pieces = Memory(split), items_of(range(1000))
    memory.read(feed(*pieces))
    day = list(pieces)
    day[100:101] = items_of([100], 2)
    day[203:203] = items_of([2000])
    del day[301]
    day[401:409] = items_of(range(401, 409), 2)  # to the end of one and the beginning of the next
    day[520], day[522] = day[522], day[520]
    day[600:600] = pieces[20:21]
    day[703:705] = [b"\n\t" + day[703], day[704] + b" "]
    data, held = feed(*day), memory.held
    cut.clear()
    found = memory.read(data)
    assert sum(cut) == 0, "all around it was cut"
    same_as_without(found, data, held, memory.meanings)
    assert len(found.items) == 10
    assert found.passed >= 1000 - 11 * module.ITEMS


def test_what_moved_is_met_again() -> None:
    memory, pieces = Memory(split), items_of(range(1000))
    memory.read(feed(*pieces))
    assert memory.read(feed(*pieces[600:], *items_of(range(2000, 2300)), *pieces[:600])).passed > 900
    assert memory.rewritten == 2, "a quarter of it is new"


def test_where_much_changed_the_next_document_is_remembered() -> None:
    memory, pieces = Memory(split), items_of(range(5000))
    memory.read(feed(*pieces))
    pieces[::5] = items_of(range(0, 5000, 5), 2)
    found = memory.read(feed(*pieces))
    assert (len(found.hashes), len(found.items), memory.rewritten) == (5000, 1000, 1)
    assert memory.anew
    assert memory.read(feed(*pieces)).items == []
    assert (memory.rewritten, memory.anew) == (2, False)
    assert memory.read(feed(*pieces)).passed == 5000


def test_in_another_order_it_is_cut_as_if_nothing_was_known(monkeypatch: pytest.MonkeyPatch, cut: list[int]) -> None:
    memory, pieces = Memory(split), items_of(range(5000))
    memory.read(feed(*pieces))
    data = feed(*pieces[::-1])
    monkeypatch.setattr(xml_split, "BLOCK_BYTES", 1 << 14)
    cut.clear()
    assert len(memory.read(data).hashes) == 5000
    assert sum(cut) < 1.2 * 5000
    assert len(cut) < 5000 / module.ITEMS / 2


def test_a_stretch_with_an_item_that_must_be_read_is_cut() -> None:
    memory, pieces = Memory(split), items_of(range(100))
    memory.read(feed(*pieces), forget=[50])
    found = memory.read(feed(*pieces))
    assert 100 - 3 * module.ITEMS <= found.passed < 100
    assert [one.raw for one in found.items] == [pieces[50].strip()]


def test_a_large_item_is_no_part_of_a_stretch() -> None:
    memory, pieces = Memory(split), items_of(range(40))
    pieces[20:20] = [item("large", "<d>" + "x" * (stretchrows._MOST_BYTES + 1) + "</d>")]
    memory.read(feed(*pieces))
    found = memory.read(feed(*pieces))
    assert (len(found.hashes), found.items) == (41, [])
    assert found.passed < 41


def test_a_document_that_has_none_leaves_none() -> None:
    stretches = Stretches([], KnownItems(np.empty(0, np.int64), b""), anew=False)
    empty = GoogleXml().split(io.BytesIO(feed()), "feed.xml", None)
    empty.recall(stretches)
    assert [block.hashes for block in empty.blocks(nothing)] == []
    assert not stretches.outdated()
    assert list(stretches.stored()) == []
