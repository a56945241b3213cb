"""The shop's fixtures, and a service that is told things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.fixtures import no_pauses, other_store, shared_store, shop, store

from .listening import Service, listening

__all__ = ["no_pauses", "other_store", "shared_store", "shop", "store"]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Its address stands in the environment."""
    with listening() as service:
        monkeypatch.setenv("SHOP_ALERTS", service.address())
        yield service
