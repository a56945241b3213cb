"""Broken documents: *invalid is never missing, degraded never removes*. What is lost is said, and no byte breaks a pass."""

from __future__ import annotations

import random

from feedsync.errors import FeedsyncError
from feedsync.testing.reading import Meanings, item_id, learn, same_but_for_the_known
from feedsync.testing.suite import Example, Suite, mutated

_CUTS = 1500
#: What one byte is overwritten with: signs that formats are made of, control bytes, and what no UTF-8 has.
_SIGNS = b"\"'<>[]{}(),;:|=#-/\\& \t\r\n\x000aZ\xe9\xff"


class Damage(Suite):
    """Rules of what is not as it should be."""

    def test_no_cut_is_overlooked(self, example: Example) -> None:
        """A document that ends too soon is in doubt, or lost nothing; a shorter one would mean that products are gone.

        Where the format does not say how a document ends, all but the last item are still what they were.
        """
        if example.complete:
            self._cut(example)

    def test_no_cut_of_a_plain_document_is_overlooked(self) -> None:
        """The same for a made one."""
        self._cut(Example(data=self.made(self.item(number) for number in (1, 2, 3)), ids=(), options=self.options))

    def _cut(self, example: Example) -> None:
        whole = self.read(example)
        tells_its_end = self.tells_its_end if example.tells_its_end is None else example.tells_its_end
        size = len(example.data)
        places = range(size) if size <= _CUTS else sorted(random.Random(0).sample(range(size), _CUTS))  # noqa: S311
        for at in places:
            try:
                cut = self.read(example.data[:at], charset=example.charset, options=example.options)
            except FeedsyncError:
                continue
            if tells_its_end:
                half = [one for one in cut.results if one.attributes is not None and one not in whole.results]
                assert not half, f"cut at {at}: half of an item was taken for a whole one"
                assert cut.in_doubt or cut.results == whole.results, f"cut at {at}: {example.data[:at][-60:]!r}"
            elif not cut.in_doubt:
                kept = cut.results[: -self.unclosed]
                assert kept == whole.results[: len(kept)], f"cut at {at}: {example.data[:at][-60:]!r}"
            sure = {one.id_text for one in cut.results if one.problem and one.id_text}
            assert cut.in_doubt or not whole.ids or sure <= {*whole.ids}, (
                f"cut at {at}: the id of a broken item was made up: {sure}"
            )

    def test_a_damaged_item_costs_itself_alone(self, damage: bytes) -> None:
        """Its neighbours are what they are; it is reported.

        Where records share what was lost, a neighbour may be refused by its id, in a document that is in doubt.
        """
        good = [self.item(number) for number in (1, 2, 4, 5)]
        reading = self.read(self.made([*good[:2], damage, *good[2:]]))
        wanted = self.read(self.made(good))
        refused = {one.id_text for one in reading.results if one.problem} if reading.in_doubt else set()
        lost = [one for one in wanted.results if one not in reading.results and item_id(one) not in refused]
        assert lost == []
        assert reading.in_doubt or any(one.problem or one.notes for one in reading.results), "it is reported"
        assert not wanted.in_doubt

    def test_one_byte_costs_one_item(self, seed: int) -> None:
        """One byte deleted, added or overwritten, anywhere in an item: the others stay what they are, or all is in doubt."""
        chance = random.Random(seed)  # noqa: S311
        items = [self.item(number, f"text {number}") for number in (1, 2, 3, 4, 5)]
        wanted = self.read(self.made(items)).results
        others = [*wanted[:2], *wanted[3:]]
        for _ in range(self.rounds // 2):
            raw = items[2]
            at = chance.randrange(len(raw))
            sign = bytes([chance.choice(_SIGNS)])
            raw = raw[:at] + chance.choice((b"", sign, sign + raw[at : at + 1])) + raw[at + 1 :]
            try:
                reading = self.read(self.made([*items[:2], raw, *items[3:]]))
            except FeedsyncError:
                continue  # the whole document was refused, which removes nothing
            if not reading.in_doubt:
                assert [one for one in reading.results if one in others] == others, f"a neighbour of {raw!r} is lost"
                assert len(reading.results) >= len(items), f"{raw!r} is lost, and nobody says so"

    def test_no_bytes_at_all_break_a_pass(self, seed: int) -> None:
        """Any bytes are read, or refused with a code; and all rules of whole documents hold for them."""
        chance = random.Random(seed)  # noqa: S311
        pool = [
            *self.documents.values(),
            *(Example(data=data, ids=(), options=self.options) for data in self._made_documents()),
        ]
        meanings: Meanings = {}
        for _ in range(self.rounds // 2):
            example = chance.choice(pool)
            data = mutated(example.data, chance, chance.randint(1, 6))
            if chance.random() < 0.2:
                other = chance.choice(pool).data
                data = data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]
            how = {"charset": example.charset, "options": example.options}
            try:
                whole = self.read(data, **how)
            except FeedsyncError:
                continue
            learn(meanings, whole)
            assert self.read(data, step=chance.choice((1, 3, 50)), **how) == whole, data
            held = {one for one in whole.readable() if chance.random() < 0.5}
            same_but_for_the_known(self.read(data, held=held, **how), whole, meanings)

    def _made_documents(self) -> list[bytes]:
        good = [self.item(number) for number in (1, 2, 3)]
        return [self.made(good), *(self.made([good[0], broken, good[1]]) for broken in self.damaged.values())]
