"""A request whose end nobody knows: it may have been applied, or may still be. The next run settles it."""

from __future__ import annotations

import pytest

from tests.sync.shop import PUT, Shop, item, items


def leave_in_doubt(shop: Shop, *records: str, kind: str = "cut_after") -> None:
    """Publish, and let the run end without an answer to what it sent."""
    shop.publish(*records)
    shop.fault(kind, path=PUT)
    shop.run()
    shop.sandbox.clear_faults()


def test_what_is_acknowledged_after_a_doubt_is_read_back(shop: Shop) -> None:
    leave_in_doubt(shop, *items(2))
    summary = shop.run()
    assert shop.calls() == [PUT, "products/get"]
    assert shop.touched("products/get") == [("P00", "P01")]
    assert summary.outcome == "done"
    assert shop.run().planned == 0


def test_what_was_never_in_doubt_is_not_read_back(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    leave_in_doubt(shop, item("P00", "90 INR"))
    shop.publish(item("P00", "90 INR"), item("NEW"))
    shop.run()
    assert shop.touched("products/get") == [("NEW",), ("P00",)]


def test_the_read_back_finds_what_is_not_stored(shop: Shop) -> None:
    leave_in_doubt(shop, *items(2), kind="cut_before")
    shop.fault("lose", id="P01")
    summary = shop.run()
    assert shop.outcomes() == {"P00": "acknowledged", "P01": "not_stored"}
    assert [(r.id, r.code) for r in summary.rejected] == [("P01", "FS-707")]
    assert summary.outcome == "rejected"


def test_what_is_not_stored_is_sent_again_and_then_it_is_well(shop: Shop) -> None:
    leave_in_doubt(shop, *items(2), kind="cut_before")
    shop.fault("lose", id="P01", count=1)
    shop.run()
    assert shop.run().outcome == "done"
    assert shop.touched() == [("P01",)]
    assert sorted(shop.prices()) == ["P00", "P01"]
    assert shop.run().planned == 0


@pytest.mark.parametrize("kind", ["500", "garbage", "unauthorized"])
def test_a_read_back_that_failed_is_made_up_for(shop: Shop, kind: str) -> None:
    leave_in_doubt(shop, *items(1), kind="cut_before")
    shop.fault("lose", id="P00", count=1)
    shop.fault(kind, path="products/get")
    assert shop.run().outcome == "failed"
    shop.sandbox.clear_faults()
    shop.run()
    assert "products/get" in shop.calls()
    assert sorted(shop.prices()) == ["P00"]


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "500"])
def test_a_create_in_doubt_whose_product_leaves_the_feed_is_deleted(shop: Shop, kind: str) -> None:
    leave_in_doubt(shop, *items(2), kind=kind)
    shop.publish(*items(1))
    shop.run()
    assert sorted(shop.prices()) == ["P00"]
    assert sorted(shop.sent()) == ["P00"]
    assert shop.touched("products/delete") == [("P01",)]
    assert shop.run().planned == 0


def test_a_doubt_outlives_a_later_refusal(shop: Shop) -> None:
    leave_in_doubt(shop, *items(2))
    shop.publish(item("P00"), item("P01", "1 INR"))
    shop.fault("poison", id="P01")
    shop.run()
    shop.sandbox.clear_faults()
    for _ in range(2):
        shop.publish(*items(1))
        shop.run()
    assert sorted(shop.prices()) == ["P00"]


def test_an_update_in_doubt_that_is_taken_back_is_sent_again(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    leave_in_doubt(shop, item("P00", "90 INR"))
    assert shop.prices() == {"P00": 90}
    shop.publish(*items(1))
    summary = shop.run()
    assert shop.prices() == {"P00": 100}
    assert shop.calls() == [PUT, "products/get"]
    assert summary.changes == {}


def test_a_deletion_in_doubt_whose_product_comes_back_is_sent_again(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(2))
    shop.run()
    shop.publish(*items(1))
    shop.fault("cut_after", path="products/delete")
    shop.run()
    shop.sandbox.clear_faults()
    assert sorted(shop.prices()) == ["P00"]
    shop.publish(*items(2))
    shop.run()
    assert sorted(shop.prices()) == ["P00", "P01"]


def test_a_process_that_died_while_it_sent_is_made_up_for(shop: Shop) -> None:
    """A died process leaves the same in the snapshot as a request without an answer, and a run without an end."""
    leave_in_doubt(shop, *items(3))
    assert shop.sent() == {}
    assert set(shop.outcomes().values()) == {"unknown"}
    shop.run()
    assert shop.sent() == shop.sandbox.products()
