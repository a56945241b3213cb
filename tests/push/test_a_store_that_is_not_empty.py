"""A store has products and catalogs of others: they are read before they are touched, kept, and never removed."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.bik.sandbox import Sandbox
from tests.bik.scripted import Answer, Scripted
from tests.sync.shop import PUT, Shop, item, items


def by_hand(id_: str, *catalogs: object) -> dict[str, Any]:
    return {"id": id_, "name": "made by hand", "catalogIds": list(catalogs)}


def catalogs_of(store: Sandbox, id_: str) -> set[str]:
    return set(store.products()[id_]["catalogIds"])


@pytest.fixture
def summer(store: Sandbox) -> str:
    """A catalog that somebody made in the dashboard."""
    store.put_catalogs({"id": "summer", "name": "Summer"})
    return "summer"


def test_a_foreign_catalog_of_a_product_is_kept(shop: Shop, summer: str) -> None:
    shop.sandbox.put_products(by_hand("P00", summer))
    shop.publish(*items(2, product_type="Tea"))
    shop.run()
    ours = catalogs_of(shop.sandbox, "P01")
    assert catalogs_of(shop.sandbox, "P00") == {summer, *ours}
    shop.publish(*items(2, "90 INR", product_type="Tea"))
    shop.run()
    assert shop.calls() == [PUT]
    assert summer in catalogs_of(shop.sandbox, "P00")


def test_a_foreign_catalog_is_dropped_where_the_settings_say_so(shop: Shop, summer: str) -> None:
    shop.bik["keep_foreign_catalogs"] = "false"
    shop.sandbox.put_products(by_hand("P00", summer))
    shop.publish(*items(1))
    shop.run()
    assert catalogs_of(shop.sandbox, "P00") == set()


def test_a_foreign_catalog_is_no_longer_kept_when_the_settings_change(shop: Shop, summer: str) -> None:
    shop.sandbox.put_products(by_hand("P00", summer))
    shop.publish(*items(1))
    shop.run()
    shop.bik["keep_foreign_catalogs"] = "false"
    shop.publish(*items(1, "90 INR"))
    shop.run()
    assert catalogs_of(shop.sandbox, "P00") == set()


def test_our_own_catalog_is_not_foreign(shop: Shop) -> None:
    shop.publish(*items(2, product_type="Tea"))
    shop.run()
    ours = catalogs_of(shop.sandbox, "P01")
    shop.sandbox.put_products(by_hand("NEW", *ours))
    shop.publish(*items(2, product_type="Tea"), item("NEW"))
    shop.run()
    assert catalogs_of(shop.sandbox, "NEW") == set()


def test_a_foreign_catalog_that_is_gone_is_let_go(shop: Shop) -> None:
    shop.sandbox.put_products(by_hand("P00", "lost"))
    shop.publish(*items(3))
    summary = shop.run()
    assert (summary.outcome, len(shop.sent())) == ("done", 3)
    assert catalogs_of(shop.sandbox, "P00") == set()


def test_a_refused_product_keeps_its_foreign_catalogs_until_it_is_mended(shop: Shop, summer: str) -> None:
    shop.sandbox.put_products(by_hand("P00", summer))
    shop.publish(*items(2))
    shop.fault("poison", id="P00")
    assert [r.id for r in shop.run().rejected] == ["P00"]
    shop.sandbox.clear_faults()
    shop.publish(*items(2, "90 INR"))
    shop.run()
    assert catalogs_of(shop.sandbox, "P00") == {summer}


def test_catalog_ids_that_are_no_text_are_passed_over(shop: Shop, summer: str) -> None:
    shop.sandbox.put_products(by_hand("P00", {"id": "x"}, None, summer), {"id": "P01", "catalogIds": "summer"})
    shop.publish(*items(2))
    assert shop.run().outcome == "done"
    assert catalogs_of(shop.sandbox, "P00") == {summer}


def test_a_product_of_somebody_else_is_never_touched(shop: Shop) -> None:
    shop.sandbox.put_products(by_hand("THEIRS"))
    shop.publish(*items(2))
    shop.run()
    shop.publish(*items(1))
    shop.run()
    shop.publish(*items(1))
    shop.run()
    assert shop.sandbox.products()["THEIRS"]["name"] == "made by hand"


def test_what_was_never_sent_is_never_deleted(shop: Shop) -> None:
    shop.sandbox.put_products(by_hand("P00"))
    shop.publish(*items(2))
    shop.fault("unauthorized", path="products/get")
    shop.run()
    shop.sandbox.clear_faults()
    shop.publish(item("P01"))
    for _ in range(2):
        shop.run()
    assert shop.sandbox.products()["P00"]["name"] == "made by hand"


def test_a_product_is_looked_for_once(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    assert shop.touched("products/get") == [("P00",)]
    shop.publish(item("P00", "90 INR"), item("NEW"))
    shop.run()
    assert shop.touched("products/get") == [("NEW",)]


def test_a_product_whose_first_look_failed_is_not_sent_blindly(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.fault("garbage", path="products/get")
    summary = shop.run()
    assert PUT not in shop.calls()
    assert summary.outcome == "failed"


# -- many new products: the store is walked


def test_a_store_is_walked_where_that_costs_less_than_asking(shop: Shop, summer: str) -> None:
    shop.bik["batch_size"] = "2"
    shop.sandbox.put_products(by_hand("P03", summer), by_hand("THEIRS"))
    shop.publish(*items(10))
    shop.run()
    assert shop.calls()[:2] == ["products/list", "products/list"]
    assert "products/get" not in shop.calls()
    assert catalogs_of(shop.sandbox, "P03") == {summer}


def test_a_few_new_products_are_asked_for_by_id(shop: Shop) -> None:
    shop.bik["batch_size"] = "2"
    shop.publish(*items(8))
    shop.run()
    assert "products/list" not in shop.calls()
    assert shop.calls().count("products/get") == 4


def test_a_store_that_is_larger_than_the_feed_is_left_and_the_rest_asked_for(shop: Shop, summer: str) -> None:
    shop.bik["batch_size"] = "1"
    shop.sandbox.put_products(*(by_hand(f"A{n:03}") for n in range(300)), by_hand("P03", summer))
    shop.publish(*items(5))
    shop.run()
    assert shop.calls().count("products/list") == 5
    assert shop.calls().count("products/get") == 5
    assert catalogs_of(shop.sandbox, "P03") == {summer}


def test_a_walk_that_fails_stops_before_anything_is_sent(shop: Shop) -> None:
    shop.bik["batch_size"] = "1"
    shop.publish(*items(5))
    shop.fault("500", path="products/list")
    summary = shop.run()
    assert summary.outcome == "failed"
    assert shop.prices() == {}


def test_a_list_that_never_ends_is_left(shop: Shop, scripted: Scripted) -> None:
    """A store that gives the same page for ever: walking it would never come to an end."""
    scripted.answers = [Answer(b'{"status": 200, "data": {"products": [{"id": "X"}]}}')]
    shop.bik |= {"base_url": f'"{scripted.base_url}"', "batch_size": "1"}
    shop.publish(*items(6))
    assert shop.run().pushed.products == 6
    asked = [path.rpartition("-")[2] for path, _ in scripted.asked]
    assert (asked.count("products/list"), asked.count("products/get"), asked.count(PUT)) == (2, 6, 6)
