"""A snapshot of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.snapshot.store import Store
from tests.ingest.street import Street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with Store(tmp_path / "shop.db") as store:
        yield Street(store, tmp_path)
