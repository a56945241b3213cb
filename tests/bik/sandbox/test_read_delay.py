"""Writes are seen by get and list only after a while, if that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from feedsync.bik.sandbox import SandboxSettings
from feedsync.bik.sandbox.state import Store

from .support import Start, product


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    with closing(Store(None, delay_s=10, clock=clock)) as store:
        yield store


def test_not_seen_yet(start: Start) -> None:
    api = start(SandboxSettings(read_delay_s=3600))
    assert api.put(product()) == [product()]
    assert api.get("SKU-1") == []
    assert api.data("products/list") == {"products": []}
    assert api.sandbox.products() == {"SKU-1": product()}


def test_a_catalog_that_is_not_seen_yet_exists(start: Start) -> None:
    api = start(SandboxSettings(read_delay_s=3600))
    api.data("catalogs/createOrUpdate", {"catalogs": [{"id": "C", "name": "c"}]})
    api.put(product(catalogIds=["C"]))


def test_what_a_person_stores_is_seen_at_once(start: Start) -> None:
    api = start(SandboxSettings(read_delay_s=3600))
    api.put(product(name="by the API"))
    api.sandbox.put_products(product(name="by hand"))
    assert api.get("SKU-1") == [product(name="by hand")]


def test_each_write_is_seen_in_its_time(store: Store, clock: Clock) -> None:
    seen = []
    store.put("product", {"A": "1"})
    clock.now = 4
    store.put("product", {"A": "2"})
    clock.now = 8
    store.delete("product", ["A"])
    for clock.now in (9, 10, 14, 18):
        seen.append(store.seen("product", ["A"]))
    assert seen == [{}, {"A": "1"}, {"A": "2"}, {}]


def test_of_several_that_are_due_the_last_counts(store: Store, clock: Clock) -> None:
    store.put("product", {"A": "1"})
    store.delete("product", ["A"])
    store.put("product", {"A": "2"})
    clock.now = 10
    assert store.page("product", "", 5) == ["2"]


def test_clear_is_seen_at_once(store: Store) -> None:
    store.put("product", {"A": "1"}, at_once=True)
    store.clear()
    assert store.seen("product", ["A"]) == {}


def test_after_a_restart_all_is_seen(tmp_path: Path, clock: Clock) -> None:
    for expected in ({}, {"A": "1"}):
        with closing(Store(tmp_path / "bik.db", delay_s=10, clock=clock)) as store:
            assert store.seen("product", ["A"]) == expected
            store.put("product", {"A": "1"})
