"""The store becomes what the feed says, and a run sends only what differs."""

from __future__ import annotations

import json

from feedsync.bik.sandbox import Sandbox

from .shop import CATALOGS, PUT, Shop, item, items


def test_a_first_run_creates_everything_with_one_request_a_step(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea > Green"))
    summary = shop.run()
    assert (summary.outcome, summary.exit_code) == ("done", 0)
    assert shop.calls() == [CATALOGS, "products/get", PUT]
    assert shop.prices() == {"P00": 100, "P01": 100, "P02": 100}
    assert [c["name"] for c in shop.sandbox.catalogs().values()] == ["Tea > Green"]
    assert (summary.pushed.products, summary.pushed.catalogs, summary.pushed.requests) == (3, 1, 3)
    assert (summary.planned, summary.remaining) == (3, 0)


def test_a_run_tells_where_its_time_went(shop: Shop) -> None:
    shop.publish(*items(3))
    assert list(shop.run().seconds) == ["fetch", "read", "plan", "push", "verify"]
    assert list(shop.run().seconds) == ["fetch", "plan", "push", "verify"]  # the same document is not read
    assert list(shop.preview().seconds) == ["fetch", "plan"]


def test_what_was_sent_is_what_the_store_has(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea", color="red", brand="Kettle"))
    shop.run()
    assert shop.sent() == json.loads(json.dumps(shop.sandbox.products()))


def test_the_same_document_sends_nothing(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shop.run()
    summary = shop.run()
    assert shop.calls() == []
    assert (summary.outcome, summary.changes, summary.planned) == ("done", {}, 0)
    assert [document.fresh for document in summary.documents] == [False]


def test_another_document_of_the_same_items_sends_nothing(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shop.run()
    shop.publish(*reversed(items(3, product_type="Tea")))
    assert shop.run().changes == {}
    assert shop.calls() == []


def test_only_the_changed_product_is_sent_and_nothing_is_asked(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shop.run()
    shop.publish(*items(2, product_type="Tea"), item("P02", "90 INR", product_type="Tea"))
    summary = shop.run()
    assert shop.calls() == [PUT]
    assert shop.touched() == [("P02",)]
    assert summary.changes == {"price_down": 1}
    assert shop.prices()["P02"] == 90


def test_another_spelling_of_a_catalog_renames_it_and_sends_no_product(shop: Shop) -> None:
    shop.settings = "[products]\ntags = []\n"
    shop.publish(*items(2, product_type="Tea > Green tea"))
    shop.run()
    shop.publish(*items(2, product_type="Tea > Green Tea"))
    summary = shop.run()
    assert shop.calls() == [CATALOGS]
    assert [c["name"] for c in shop.sandbox.catalogs().values()] == ["Tea > Green Tea"]
    assert summary.changes == {"catalog_renamed": 1}


def test_a_removal_takes_two_documents(shop: Shop) -> None:
    shop.publish(*items(5))
    shop.run()
    shop.publish(*items(4))
    assert shop.run().changes == {"out_of_stock": 1}
    assert shop.quantities("P04") == {"P04": 0}
    assert shop.run().changes == {}, "the same document again is no further witness"
    shop.publish(*items(4))
    summary = shop.run()
    assert summary.changes == {"product_removed": 1}
    assert shop.calls() == ["products/delete"]
    assert (summary.pushed.deleted, sorted(shop.prices())) == (1, ["P00", "P01", "P02", "P03"])


def test_a_product_that_comes_back_is_sent_again(shop: Shop) -> None:
    shop.publish(*items(5))
    shop.run()
    for _ in range(2):
        shop.publish(*items(4))
        shop.run()
    shop.publish(*items(5))
    assert shop.run().changes == {"product_returned": 1}
    assert len(shop.prices()) == 5


def test_a_variant_that_is_missing_stays_with_quantity_0(shop: Shop) -> None:
    both = [item("A-S", item_group_id="A", size="S"), item("A-M", item_group_id="A", size="M")]
    shop.publish(*both, *items(4))
    shop.run()
    for _ in range(3):
        shop.publish(both[0], *items(4))
        shop.run()
    assert shop.quantities("A") == {"A-M": 0, "A-S": 100}


def test_an_order_of_removals_before_additions_is_never_taken(shop: Shop, store: Sandbox) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(12))
    shop.run()
    shop.publish(item("NEW"), item("P00", "80 INR"), item("P01", availability="out_of_stock"), *items(11)[2:])
    shop.bik["batch_size"] = "1"
    shop.bik["in_flight"] = "1"
    shop.run()
    changing = [ids for call in (PUT, "products/delete") for ids in shop.touched(call)]
    assert changing == [("P01",), ("P00",), ("NEW",), ("P11",)]
    assert store.requests()[-1].path.endswith("products/delete")
