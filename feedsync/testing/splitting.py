"""Whole documents: every item comes out, in order, however it is read, and skipping is equal to parsing."""

from __future__ import annotations

import random
from datetime import UTC

import pytest

from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs
from feedsync.testing.reading import Meanings, item_id, learn, same_but_for_the_known, stream
from feedsync.testing.suite import Example, Suite

_STEPS = (1, 7, 1000)
_BLOCK_SIZES = (1, 16, 61, 256)


class Splitting(Suite):
    """Rules of a pass over a document that is as it should be, or as broken as its example says."""

    def test_a_document_is_read_as_it_says(self, example: Example) -> None:
        """The ids, what cannot be read and why, the verdict, the lines."""
        reading = self.read(example)
        assert tuple(reading.ids) == example.ids
        found = {place: one.problem.code for place, one in reading.parsed.items() if one.problem}
        assert found == dict(example.invalid)
        assert reading.in_doubt != example.complete
        if example.lines is not None:
            offsets = [reading.items[place].offset for place in reading.items]
            split = self.adapter.split(stream(example.data), "document", example.charset, example.options)
            lines = split.lines(stream(example.data), offsets)
            assert tuple(lines[offset] for offset in offsets) == example.lines

    def test_a_pass_can_be_repeated(self, example: Example) -> None:
        """The same bytes give the same items with the same hashes, places and meaning."""
        assert self.read(example) == self.read(example)

    def test_it_reads_however_the_bytes_come(self, example: Example) -> None:
        """A stream may give less than it is asked for."""
        whole = self.read(example)
        assert [step for step in _STEPS if self.read(example, step=step) != whole] == []

    def test_blocks_may_end_anywhere(self, example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
        """The items and what they mean do not depend on where the memory's borders fall."""
        meanings: Meanings = {}
        whole = self.read(example)
        learn(meanings, whole)
        for size in _BLOCK_SIZES:
            for name in self.block_sizes:
                monkeypatch.setattr(name, size)
            cut = self.read(example, step=size)
            learn(meanings, cut)
            assert (cut.results, cut.faults, cut.remarks) == (whole.results, whole.faults, whole.remarks), size
            part = self.read(example, held=whole.readable())
            same_but_for_the_known(part, whole, meanings)

    def test_two_passes_at_once_do_not_meet(self) -> None:
        """An adapter is one object for all feeds: what belongs to a document is kept in its pass."""
        examples = list(self.documents.values())
        splits = [self.adapter.split(stream(e.data), "document", e.charset, e.options) for e in examples]
        passes = [split.blocks(lambda hashes: [False] * len(hashes)) for split in splits]
        items: list[list[object]] = [[] for _ in examples]
        waiting = list(range(len(examples)))
        while waiting:
            for number in tuple(waiting):
                block = next(passes[number], None)
                if block is None:
                    waiting.remove(number)
                else:
                    items[number] += splits[number].parse([item for _, item in block.misses])
        assert items == [self.read(example).results for example in examples]

    def test_parsing_is_pure_and_in_order(self, example: Example) -> None:
        """What an item says does not depend on when it is asked, with which others, or in which order."""
        split = self.adapter.split(stream(example.data), "document", example.charset, example.options)
        blocks = list(split.blocks(lambda hashes: [False] * len(hashes)))
        items = [item for block in blocks for _, item in block.misses]
        raws = [(item.raw, item.offset, item.hash, item.broken) for item in items]
        wanted = self.read(example).results
        assert split.parse(items) == wanted
        assert split.parse(items[::-1]) == wanted[::-1]
        assert [result for item in items for result in split.parse([item])] == wanted
        assert split.parse([*items, *items]) == [*wanted, *wanted]
        assert split.parse([]) == []
        assert [(item.raw, item.offset, item.hash, item.broken) for item in items] == raws

    def test_an_item_means_the_same_under_an_equal_context(self) -> None:
        """``context`` holds all that the meaning of an item's bytes depends on, so that hashes may be compared across days.

        The items of each document are parsed by the pass over every other one whose context is the same.
        """
        meanings: Meanings = {}
        splits = []
        for example in self.documents.values():
            learn(meanings, self.read(example))
            split = self.adapter.split(stream(example.data), "document", example.charset, example.options)
            blocks = list(split.blocks(lambda hashes: [False] * len(hashes)))
            splits.append((split, [item for block in blocks for _, item in block.misses]))
        for one, items in splits:
            for other, _ in splits:
                assert one.context != other.context or one.parse(items) == other.parse(items)

    def test_skipping_is_equal_to_parsing(self, example: Example, seed: int) -> None:
        """Whatever part of a document the snapshot knows."""
        chance = random.Random(seed)  # noqa: S311
        whole = self.read(example)
        meanings: Meanings = {}
        learn(meanings, whole)
        known = sorted(whole.readable())
        for count in {0, len(known), *(chance.randint(0, len(known)) for _ in range(4))}:
            part = self.read(example, held=chance.sample(known, count))
            same_but_for_the_known(part, whole, meanings)

    def test_what_other_documents_taught_may_be_skipped(self, example: Example) -> None:
        """Today's document is read with what yesterday's said, which may have been cut and broken otherwise."""
        whole = self.read(example)
        meanings: Meanings = {}
        learn(meanings, whole)
        held: set[bytes] = set()
        for other in self.documents.values():
            reading = self.read(other)
            if reading.context == whole.context:
                learn(meanings, reading)
                held |= reading.readable()
        same_but_for_the_known(self.read(example, held=held), whole, meanings)

    def test_an_item_has_its_hash_wherever_it_stands(self) -> None:
        """Else a new item at the top would make all others be read again."""
        before = self.read(self.made(self.item(number) for number in (1, 2, 3)))
        after = self.read(self.made(self.item(number) for number in (9, 2, 8, 1, 3)))
        assert len(set(before.hashes)) == 3
        assert before.context == after.context
        assert set(before.hashes) <= set(after.hashes)

    def test_an_item_that_changed_has_another_hash(self) -> None:
        """Else the change would never be seen."""
        before = self.read(self.made([self.item(1), self.item(2, "before"), self.item(3)]))
        after = self.read(self.made([self.item(1), self.item(2, "behind"), self.item(3)]))
        assert [a == b for a, b in zip(before.hashes, after.hashes, strict=True)] == [True, False, True]
        assert [a == b for a, b in zip(before.results, after.results, strict=True)] == [True, False, True]

    def test_every_item_is_told_its_line(self) -> None:
        """From a second look at the document, for offsets in any order."""
        items = [self.item(number) for number in range(40)]
        data = self.made(items)
        reading = self.read(data)
        starts = [data.index(item) for item in items]
        wanted = [1 + data.count(b"\n", 0, start) for start in starts]
        offsets = [reading.items[place].offset for place in reading.items]
        assert offsets == sorted(offsets), "of two items of one id the first in the document counts"
        split = self.adapter.split(stream(data), "document", None, self.options)
        for asked in (offsets, offsets[::-1], [*offsets, *reading.offsets], offsets[3:4]):
            lines = split.lines(stream(data, 5), asked)
            assert [lines[offset] for offset in offsets if offset in asked] == [
                line for offset, line in zip(offsets, wanted, strict=True) if offset in asked
            ]
        assert split.lines(stream(data), []) == {}

    def test_good_items_become_variants(self) -> None:
        """Attributes are in Google's vocabulary: the one normalizer takes them."""
        reading = self.read(self.made(self.item(number) for number in range(5)))
        normalizer = Normalizer(self.products, Catalogs(), UTC)
        normalized = [normalizer(one.attributes or {}) for one in reading.results]
        assert [one.problem for one in normalized] == [None] * 5
        assert [one.id for one in normalized] == [item_id(one) for one in reading.results]
        assert len({one.id for one in normalized}) == 5
