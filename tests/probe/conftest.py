"""The shop's fixtures, and a store whose answers a test writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bik.scripted import Scripted
from tests.serving import serving
from tests.sync.fixtures import no_pauses, other_store, shared_store, shop, store

__all__ = ["no_pauses", "other_store", "scripted", "shared_store", "shop", "store"]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with serving(Scripted()) as server:
        yield server
