"""Empty snapshots: a file of its own, or one file of which each test is undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "shop.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("snapshot") / "shop.db") as opened:
        yield opened


@pytest.fixture
def scratch(shared_store: Store) -> Iterator[Store]:
    """For tests that need tables and no file."""
    with shared_store.rehearsal():
        yield shared_store


@pytest.fixture
def products(scratch: Store) -> Products:
    return Products(scratch)


@pytest.fixture
def deliveries(scratch: Store) -> Deliveries:
    return Deliveries(scratch)
