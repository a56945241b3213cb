"""An adapter takes the documents of its format, and leaves all others to theirs."""

from __future__ import annotations

import random

from feedsync.adapters.registry import HEAD_BYTES, adapter_fault
from feedsync.testing.suite import FOREIGN, Example, Suite, mutated


class Recognition(Suite):
    """Rules of the first look."""

    def test_it_can_be_registered(self) -> None:
        """A name, a version and the two methods, in the form that an entry point needs."""
        assert adapter_fault(self.adapter, self.adapter.name) == ""

    def test_it_recognizes_its_own_documents(self, example: Example) -> None:
        """By the first bytes alone; what cannot be told must be named, and says so with ``detected=False``."""
        assert bool(self.adapter.recognizes(example.data[:HEAD_BYTES])) == example.detected

    def test_it_leaves_foreign_documents_alone(self, foreign: bytes) -> None:
        """A stranger's document that is taken for ours is read as nonsense."""
        assert not self.adapter.recognizes(foreign)

    def test_no_bytes_break_the_recognition(self, seed: int) -> None:
        """It is asked about everything that is fetched."""
        chance = random.Random(seed)  # noqa: S311 (the same documents each time)
        heads = [*FOREIGN.values(), *(example.data for example in self.documents.values())]
        for _ in range(self.rounds // 4):
            self.adapter.recognizes(mutated(chance.choice(heads), chance, chance.randint(1, 20))[:HEAD_BYTES])
