"""A supplemental feed says more about the products of a primary one: what it says counts, and no more than that."""

from __future__ import annotations

import pytest

from tests.feeds.stock import SUPPLEMENTAL, publish, quantities, row
from tests.sync.shop import HOUR, Shop, item, items


@pytest.fixture(autouse=True)
def stock(shop: Shop) -> None:
    shop.settings = SUPPLEMENTAL
    shop.publish(*items(12, quantity="7"))
    publish(shop, row("P00", quantity="3"), row("P01", quantity="0"), row("unknown", quantity="9"))


def test_it_overrides_what_it_names(shop: Shop) -> None:
    assert shop.run().outcome == "done"
    assert quantities(shop) == {f"P{n:02}": {0: 3, 1: 0}.get(n, 7) for n in range(12)}


def test_its_change_is_pushed_though_the_other_feed_is_unchanged(shop: Shop) -> None:
    shop.run()
    publish(shop, row("P00", quantity="4"), row("P01", quantity="0"), row("unknown", quantity="9"))
    summary = shop.run()
    assert shop.touched() == [("P00",)]
    assert summary.changes == {"quantity": 1}
    assert [d.cause for d in summary.differences] == ["feed"]
    assert [(d.fresh, d.parsed) for d in summary.documents] == [(False, 0), (True, 1)]


def test_a_change_of_the_primary_feed_keeps_what_it_says(shop: Shop) -> None:
    shop.run()
    shop.publish(*items(12, quantity="8"))
    shop.run()
    assert quantities(shop) == {f"P{n:02}": {0: 3, 1: 0}.get(n, 8) for n in range(12)}


def test_both_may_change_at_once(shop: Shop) -> None:
    shop.run()
    shop.publish(*items(12, price="90.00 INR", quantity="7"))
    publish(shop, row("P00", quantity="5"), row("P01", quantity="0"), row("unknown", quantity="9"))
    shop.run()
    assert quantities(shop)["P00"] == 5
    assert set(shop.prices().values()) == {90}


def test_what_it_says_no_more_is_as_the_primary_feed_says(shop: Shop) -> None:
    shop.run()
    publish(shop, row("P00", quantity="3"), row("unknown", quantity="9"))
    shop.run(allow=("removals",))
    assert quantities(shop)["P01"] == 7


def test_it_alone_makes_no_products(shop: Shop) -> None:
    shop.run()
    assert "unknown" not in shop.sandbox.products()


def test_what_the_primary_feed_lacks_can_come_from_it(shop: Shop) -> None:
    shop.publish(item("A", price=""))
    assert shop.run().outcome == "rejected"
    publish(shop, row("A", price="5.00 INR"), row("P00"), row("P01"), row("unknown"))
    summary = shop.run()
    assert summary.outcome == "done"
    assert shop.prices() == {"A": 5}
    publish(shop, row("A", price="6.00 INR"), row("P00"), row("P01"), row("unknown"))
    shop.run()
    assert shop.prices() == {"A": 6}


def test_what_it_makes_invalid_stays_as_it_was_and_is_told(shop: Shop) -> None:
    shop.run()
    publish(shop, row("P00", price="cheap"), row("P01", quantity="0"), row("unknown", quantity="9"))
    summary = shop.run()
    assert [(r.id, r.code) for r in summary.rejected] == [("P00", "FS-404")]
    assert quantities(shop)["P00"] == 3
    assert shop.prices()["P00"] == 100
    assert [(r.id, r.code) for r in shop.run().rejected] == [("P00", "FS-404")], "as long as it is so"
    publish(shop, row("P00", quantity="2"), row("P01", quantity="0"), row("unknown", quantity="9"))
    assert shop.run().rejected == []
    assert quantities(shop)["P00"] == 2


def test_an_item_of_it_that_cannot_be_read_leaves_what_it_said(shop: Shop) -> None:
    shop.run()
    publish(shop, "<item><g:id>P00</g:id><g:quantity>1</g:price></item>", row("P01", quantity="0"),
            row("unknown", quantity="9"))  # fmt: skip
    summary = shop.run()
    assert [(r.id, r.code) for r in summary.rejected] == [("P00", "FS-401")]
    assert quantities(shop)["P00"] == 3


def test_the_first_of_two_rows_counts(shop: Shop) -> None:
    publish(shop, row("P00", quantity="1"), row("P00", quantity="2"))
    assert [(r.id, r.code) for r in shop.run().rejected] == [("P00", "FS-402")]
    assert quantities(shop)["P00"] == 1
    publish(shop, row("P00", quantity="2"), row("P00", quantity="1"))
    shop.run()
    assert quantities(shop)["P00"] == 2


def test_only_the_fields_that_are_named_are_taken(shop: Shop) -> None:
    shop.settings += 'fields = ["quantity"]\n'
    publish(shop, row("P00", quantity="1", price="1.00 INR"))
    shop.run()
    assert (quantities(shop)["P00"], shop.prices()["P00"]) == (1, 100)


def test_a_later_one_counts_more(shop: Shop) -> None:
    shop.settings += SUPPLEMENTAL.replace("stock.xml", "late.xml")
    publish(shop, row("P00", quantity="1"), name="late.xml")
    shop.run()
    assert quantities(shop)["P00"] == 1
    assert quantities(shop)["P01"] == 0


def test_it_is_asked_as_often_as_it_says(shop: Shop) -> None:
    shop.settings += 'every = "2h"\n'
    shop.run()
    publish(shop, row("P00", quantity="1"), row("P01", quantity="0"), row("unknown", quantity="9"))
    shop.now += HOUR
    assert shop.run().changes == {}
    shop.now += HOUR
    assert shop.run().changes == {"quantity": 1}


def test_a_row_that_comes_twice_from_now_on_is_read_each_time(shop: Shop) -> None:
    shop.run()
    rows = [row("P00", quantity="3"), row("P01", quantity="0"), row("unknown", quantity="9")]
    publish(shop, *rows, row("P00", quantity="8"))
    assert [(r.id, r.code) for r in shop.run().rejected] == [("P00", "FS-402")]
    assert quantities(shop)["P00"] == 3
    publish(shop, *rows[1:], row("P00", quantity="8"))
    assert shop.run().rejected == []
    assert quantities(shop)["P00"] == 8


def test_an_item_that_cannot_be_read_now_still_has_its_stock(shop: Shop) -> None:
    shop.run()
    broken = "<item><g:id>P00</g:id><g:quantity>1</g:price></item>"
    shop.publish(broken, *items(12, quantity="7")[1:])
    assert [(r.id, r.code) for r in shop.run().rejected] == [("P00", "FS-401")]
    publish(shop, row("P00", quantity="1"), row("P01", quantity="0"), row("unknown", quantity="9"))
    assert [(r.id, r.code) for r in shop.run().rejected] == [("P00", "FS-401")]
    assert quantities(shop)["P00"] == 1
