"""A snapshot for every test: one file, of which each test is undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.snapshot.store import Store
from tests.ingest.street import Street


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("ingest") / "shop.db") as store:
        yield store


@pytest.fixture
def street(empty_store: Store, tmp_path: Path) -> Iterator[Street]:
    with empty_store.rehearsal():
        yield Street(empty_store, tmp_path)
