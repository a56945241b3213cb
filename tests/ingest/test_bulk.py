"""The first document of a snapshot, written where it stays, leaves what one by one would have left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from feedsync.ingest import ingest
from feedsync.snapshot.items import Items
from feedsync.snapshot.store import Store
from tests.ingest.street import PLAIN, Street, document, item, rss, unreadable
from tests.ingest.test_skip_equals_parse import Step, histories


class OneByOne(Items):
    """Never takes a document for the first."""

    def expect_all_new(self, number: int) -> bool:
        """It may be the second."""
        return False


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Street]]:
    """Two snapshots; each example is undone in both."""
    folder = tmp_path_factory.mktemp("streets")
    with Store(folder / "bulk.db") as one, Store(folder / "one-by-one.db") as two:
        yield Street(one, folder), Street(two, folder)


@given(history=histories())
@settings(max_examples=100, deadline=None)
def test_all_at_once_leaves_what_one_by_one_leaves(streets: tuple[Street, Street], history: list[Step]) -> None:
    _same(streets, history[0])


@pytest.mark.parametrize(
    "items",
    [
        (item("a"), item("b"), item("a")),
        (item("a", price="7.00 INR"), item("b"), item("a")),
        (item("a", price=""), item("b"), item("a"), item("a", price="8.00 INR")),
        (item("a", product_type="X &gt; Y"), item("b", product_type="X &gt; Y"), item("a", product_type="Z"), unreadable()),
        (item("a", sale_price="900.00 INR"), item("a"), item("g", item_group_id="a"), item("c", item_group_id="a")),
        (),
    ],
)  # fmt: skip
def test_of_several_with_one_id_the_first_holds_it(streets: tuple[Street, Street], items: tuple[str, ...]) -> None:
    _same(streets, Step(rss(*items), PLAIN, False))


def _same(streets: tuple[Street, Street], step: Step) -> None:
    one, two = streets
    with one.store.rehearsal(), two.store.rehearsal():
        one.run = 0
        reading = one.read(step.content, step.settings)
        content = document(two.folder, step.content)
        other = ingest(
            OneByOne(two.store), step.settings, 0, content, run=1, now=one.now, progress=lambda items, parsed: None
        )
        assert (reading.verdict, reading.reasons, reading.items) == (other.verdict, other.reasons, other.items)
        assert one.picture() == two.picture()
        assert one.hashes() == two.hashes()
