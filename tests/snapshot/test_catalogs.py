"""Catalogs between the feeds and Bik: which must be sent, which are known, which nobody uses any more."""

from __future__ import annotations

from collections import Counter

from feedsync.ids import catalog_id
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import count_spellings

TEA, CUPS = catalog_id("Tea"), catalog_id("Cups")


def _table(store: Store, *names: str) -> CatalogTable:
    count_spellings(store, Counter(names))
    return CatalogTable(store)


def _send(table: CatalogTable, run: int = 1) -> None:
    for catalog in table.unsent():
        table.attempt([catalog.id])
        table.acknowledged(catalog, run)


def test_what_bik_does_not_know_is_unsent_by_name(scratch: Store) -> None:
    table = _table(scratch, "Tea", "Cups")
    assert [(c.id, c.name, c.sent_name) for c in table.unsent()] == [(CUPS, "Cups", None), (TEA, "Tea", None)]
    assert (table.known(), table.ours()) == (set(), {TEA, CUPS})


def test_an_acknowledged_catalog_is_known_and_done(scratch: Store) -> None:
    table = _table(scratch, "Tea")
    _send(table)
    assert (table.unsent(), table.known(), table.unused()) == ([], {TEA}, [])


def test_another_spelling_is_sent_as_a_new_name(scratch: Store) -> None:
    table = _table(scratch, "Tea")
    _send(table)
    count_spellings(scratch, Counter({"Tea": -1, "TEA": 1}))
    assert [(c.name, c.sent_name) for c in table.unsent()] == [("TEA", "Tea")]
    assert table.known() == {TEA}


def test_a_refused_name_is_told_and_not_tried_again(scratch: Store) -> None:
    table = _table(scratch, "Tea")
    catalog = table.unsent()[0]
    table.attempt([TEA])
    table.failed(catalog, "rejected", "no tea")
    assert (table.unsent(), table.rejected()) == ([], [("Tea", "no tea")])
    count_spellings(scratch, Counter({"Tea": -1, "TEA": 1}))
    assert ([c.name for c in table.unsent()], table.rejected()) == (["TEA"], [])


def test_a_try_in_doubt_is_made_again_though_the_name_was_known(scratch: Store) -> None:
    """An older request may land later than the one that was acknowledged."""
    table = _table(scratch, "Tea")
    _send(table)
    table.attempt([TEA])
    assert [c.outcome for c in table.unsent()] == ["unknown"]
    table.failed(table.unsent()[0], "retryable", "busy")
    assert [(c.outcome, c.message) for c in table.unsent()] == [("retryable", "busy")]


def test_what_nobody_names_is_not_sent_but_told(scratch: Store) -> None:
    table = _table(scratch, "Tea", "Cups")
    _send(table)
    count_spellings(scratch, Counter({"Tea": -1}))
    assert (table.unsent(), table.unused(), table.ours()) == ([], ["Tea"], {TEA, CUPS})


def test_a_catalog_that_was_never_sent_is_not_told_when_it_goes(scratch: Store) -> None:
    table = _table(scratch, "Tea")
    count_spellings(scratch, Counter({"Tea": -1}))
    assert (table.unsent(), table.unused()) == ([], [])


def test_another_store_knows_none_of_them(scratch: Store) -> None:
    table = _table(scratch, "Tea")
    _send(table)
    Deliveries(scratch).forget_target()
    assert ([c.sent_name for c in table.unsent()], table.known()) == ([None], set())
