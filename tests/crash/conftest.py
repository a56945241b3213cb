"""A shop with a gate in front of its store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox
from tests.crash.gate import Gate, StallingFeed
from tests.sync.shop import Shop


@pytest.fixture
def store() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def gate(store: Sandbox) -> Iterator[Gate]:
    gate = Gate(store.base_url)
    yield gate
    gate.close()


@pytest.fixture
def shop(tmp_path: Path, store: Sandbox, gate: Gate) -> Shop:
    """Batches of two, so that a push has a middle; the time is that of the processes."""
    shop = Shop(tmp_path / "shop", store)
    shop.bik |= {"base_url": f'"{gate.base_url}"', "batch_size": "2"}
    shop.now = time.time()
    return shop


@pytest.fixture
def feed() -> Iterator[StallingFeed]:
    feed = StallingFeed()
    yield feed
    feed.close()
