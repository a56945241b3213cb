"""One bad product costs itself alone: a refused batch is halved until it stands by itself, with Bik's words."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import SandboxSettings
from tests.sync.fixtures import OtherStore
from tests.sync.shop import PUT, Shop, item, items


def test_a_refused_batch_is_halved_until_the_poisoned_product_stands_alone(shop: Shop) -> None:
    shop.publish(*items(8))
    shop.fault("poison", id="P05")
    summary = shop.run()
    assert sorted(shop.prices()) == ["P00", "P01", "P02", "P03", "P04", "P06", "P07"]
    assert sorted(map(len, shop.touched())) == [1, 1, 2, 2, 4, 4, 8]
    assert shop.calls().count("products/get") == 1, "a refusal leaves nothing in doubt"
    assert [(r.id, r.code, r.where) for r in summary.rejected] == [("P05", "FS-703", "Bik")]
    assert "invalid: the product 'P05'" in summary.rejected[0].message
    assert (summary.outcome, summary.exit_code) == ("rejected", 3)


def test_several_poisoned_products_are_all_found(shop: Shop) -> None:
    shop.publish(*items(8))
    for id_ in ("P00", "P03", "P07"):
        shop.fault("poison", id=id_)
    summary = shop.run()
    assert [r.id for r in summary.rejected] == ["P00", "P03", "P07"]
    assert len(shop.prices()) == 5


def test_a_refused_product_is_not_sent_again_until_it_changes(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.fault("poison", id="P01")
    shop.run()
    summary = shop.run()
    assert shop.calls() == []
    assert [r.id for r in summary.rejected] == ["P01"], "it is still told"
    assert summary.outcome == "rejected"
    shop.publish(*items(3), item("OTHER"))
    shop.run()
    assert shop.touched() == [("OTHER",)]


def test_a_refused_product_is_sent_again_when_it_changes(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.fault("poison", id="P01")
    shop.run()
    shop.sandbox.clear_faults()
    shop.publish(item("P00"), item("P01", "90 INR"))
    summary = shop.run()
    assert shop.touched() == [("P01",)]
    assert (summary.outcome, summary.rejected) == ("done", [])
    assert shop.prices()["P01"] == 90


def test_a_refused_update_keeps_what_was_sent_and_ends_when_it_is_taken_back(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    shop.publish(item("P00", "90 INR"))
    shop.fault("poison", id="P00")
    assert shop.run().outcome == "rejected"
    assert shop.sent() == shop.sandbox.products()
    shop.publish(item("P00"))
    summary = shop.run()
    assert (summary.outcome, shop.calls()) == ("done", [])


def test_a_store_that_takes_the_good_ones_of_a_refused_batch_is_no_problem(
    shop: Shop, other_store: OtherStore
) -> None:  # fmt: skip
    shop = Shop(shop.folder, other_store(SandboxSettings(bad_product="partial", max_batch=3)))
    shop.publish(*items(8))
    assert shop.run().outcome == "done"
    assert shop.sent() == shop.sandbox.products()
    assert len(shop.prices()) == 8


def test_a_smaller_batch_limit_of_the_store_is_found_by_halving(shop: Shop, other_store: OtherStore) -> None:
    shop = Shop(shop.folder, other_store(SandboxSettings(max_batch=2)))
    shop.publish(*items(7))
    assert shop.run().outcome == "done"
    assert len(shop.prices()) == 7


def test_a_refused_create_that_leaves_the_feed_deletes_nothing_of_somebody_else(shop: Shop) -> None:
    shop.sandbox.put_products({"id": "P01", "name": "made by hand"})
    shop.publish(*items(2))
    shop.fault("poison", id="P01")
    shop.run()
    shop.publish(*items(1))
    shop.run()
    shop.publish(*items(1))
    shop.run()
    assert "P01" in shop.sandbox.products()
    assert shop.touched("products/delete") == []


@pytest.mark.parametrize("kind", ["unauthorized", "forbidden"])
def test_a_create_that_was_turned_away_deletes_nothing_of_somebody_else(shop: Shop, kind: str) -> None:
    shop.sandbox.put_products({"id": "P01", "name": "made by hand"})
    shop.publish(*items(2))
    shop.fault(kind, path=PUT)
    shop.run()
    shop.sandbox.clear_faults()
    shop.publish(*items(1))
    shop.run()
    assert "P01" in shop.sandbox.products()


def test_a_deletion_that_is_refused_is_told(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(3))
    shop.run()
    shop.publish(*items(1))
    shop.fault("inner", path="products/delete", status=400)
    summary = shop.run()
    assert sorted(shop.prices()) == ["P00", "P01", "P02"]
    assert sorted(shop.sent()) == ["P00", "P01", "P02"]
    assert [r.id for r in summary.rejected] == ["P01", "P02"]


def test_deleting_what_is_gone_is_a_success(shop: Shop, other_store: OtherStore) -> None:
    shop = Shop(shop.folder, other_store(SandboxSettings(delete_unknown="error")))
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(4))
    shop.run()
    shop.lose("P02")
    shop.publish(*items(2))
    summary = shop.run()
    assert (summary.outcome, summary.pushed.deleted) == ("done", 2)
    assert sorted(shop.prices()) == sorted(shop.sent()) == ["P00", "P01"]
    assert shop.calls().count("products/get") == 1
