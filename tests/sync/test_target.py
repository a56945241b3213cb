"""What was sent belongs to one store: a snapshot is never used for another one without a word."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import SandboxSettings
from feedsync.errors import ConfigError
from feedsync.sync import Target

from .fixtures import OtherStore
from .shop import CATALOGS, PUT, Shop, item, items


@pytest.fixture
def moved(shop: Shop, other_store: OtherStore) -> Shop:
    """A shop that was pushed to one store and is then pointed to another one, which is empty."""
    shop.publish(*items(3, product_type="Tea"))
    shop.run()
    shop.sandbox = other_store(SandboxSettings())
    shop.bik["base_url"] = f'"{shop.sandbox.base_url}"'
    return shop


def test_another_store_stops_the_run(moved: Shop) -> None:
    before = moved.sent()
    with pytest.raises(ConfigError) as caught:
        moved.run()
    assert (caught.value.code, caught.value.exit_code) == ("FS-505", 2)
    assert moved.calls() == []
    assert moved.sent() == before


def test_the_preview_of_another_store_stops_as_the_run_does(moved: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        moved.preview()
    assert caught.value.code == "FS-505"


def test_another_key_is_another_store(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    (shop.folder / "key").write_text("rotated")
    with pytest.raises(ConfigError) as caught:
        shop.run()
    assert caught.value.code == "FS-505"
    assert "rotated" not in caught.value.message


def test_another_secret_is_the_same_store(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    (shop.folder / "secret").write_text("rotated")
    assert shop.run().outcome == "done"


def test_a_new_store_is_filled_from_the_start(moved: Shop) -> None:
    moved.run(target=Target(new_store=True))
    assert moved.calls() == [CATALOGS, "products/get", PUT]
    assert moved.sent() == moved.sandbox.products()
    assert len(moved.prices()) == 3
    assert moved.run().planned == 0, "and it is known from now on"


def test_products_of_the_old_store_are_not_deleted_in_the_new_one(moved: Shop) -> None:
    moved.settings = "[absence]\nafter_runs = 1\n"
    moved.publish(*items(2))
    moved.sandbox.put_products({"id": "P02", "name": "made by hand"})
    moved.run(target=Target(new_store=True))
    assert moved.sandbox.products()["P02"]["name"] == "made by hand"
    assert "products/delete" not in moved.calls()


def test_the_same_store_under_a_new_key_keeps_what_was_sent(moved: Shop) -> None:
    moved.publish(item("P00", "90 INR", product_type="Tea"), *items(3, product_type="Tea")[1:])
    moved.sandbox.put_catalogs(*({"id": id_, "name": "Tea"} for (id_,) in moved.rows("select id from catalogs")))
    summary = moved.run(target=Target(same_store=True))
    assert moved.touched() == [("P00",)]
    assert summary.changes == {"price_down": 1}
    assert moved.run().planned == 0


def test_on_a_first_run_there_is_nothing_to_forget(shop: Shop) -> None:
    shop.publish(*items(1))
    assert shop.run(target=Target(new_store=True)).pushed.products == 1
