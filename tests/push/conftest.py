"""The shop's fixtures, and a store whose answers a test writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.bik.scripted import Scripted
from tests.sync.fixtures import no_pauses, other_store, shared_store, shop, store

__all__ = ["no_pauses", "other_store", "scripted", "shared_store", "shop", "store"]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with Scripted() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
