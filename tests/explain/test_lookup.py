"""Who is meant by an id, and which ids are named where it is a slip."""

from __future__ import annotations

import pytest

from feedsync.errors import ConfigError
from feedsync.lookup import product_of, recorded, unknown
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from tests.sync.shop import Shop, item, items


def near(shop: Shop, item_id: str) -> str:
    with recorded(shop.state, "shop") as store:
        message = unknown(store, "shop", item_id).message
    return message.partition("; did you mean ")[2]


@pytest.fixture
def many(shop: Shop) -> Shop:
    """More ids than are ever compared, all alike."""
    shop.publish(*items(2), item("V1", item_group_id="GROUP"))
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store, store.transaction():
        row = "insert into variants (id, product_id, feed, record, grouped) values (?, ?, 0, x'', 0)"
        store.many(row, [(f"SKU-{n:06}", f"SKU-{n:06}") for n in range(20_000)])
        store.many(
            "insert into products (id, pending, cause) values (?, 0, 'feed')", [(f"SKU-{n:06}",) for n in range(20_000)]
        )
    return shop


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("SKU-01234O", "'SKU-012349'"),
        ("SXU-012345", "'SKU-012345'"),
        ("sku-012345", "'SKU-012345'"),
        ("SKU-0123456", "'SKU-012345'"),
        ("012345", "'SKU-012345'"),
        ("SKU-O12345", "'SKU-012345'"),
        ("group", "'GROUP'"),
        ("v1", "'V1'"),
    ],
)
def test_a_slip_is_told_among_very_many(many: Shop, asked: str, first: str) -> None:
    assert near(many, asked).split(",")[0].rstrip("?") == first


@pytest.mark.parametrize("asked", ["completely different", "€", ""])
def test_nothing_is_named_where_nothing_is_near(shop: Shop, asked: str) -> None:
    shop.publish(*items(2))
    shop.run()
    assert near(shop, asked or "zzzzzzzzzzzz") == ""


def test_a_variant_that_is_gone_is_found_by_its_changes(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    group = {"item_group_id": "G"}
    shop.publish(*items(12), item("A", color="red", **group), item("B", color="blue", **group))
    shop.run()
    shop.publish(*items(12), item("A", color="red", **group))
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("delete from variants where id = 'B'")
        assert product_of(store, "B") == "G"
        assert product_of(store, "C") is None


def test_a_schedule_that_never_ran(shop: Shop) -> None:
    with pytest.raises(ConfigError, match="it has not run yet"), recorded(shop.state, "shop"):
        pass
