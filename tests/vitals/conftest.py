"""The shop's fixtures."""

from tests.sync.fixtures import no_pauses, other_store, shared_store, shop, store

__all__ = ["no_pauses", "other_store", "shared_store", "shop", "store"]
