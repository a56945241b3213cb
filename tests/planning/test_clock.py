"""Time alone changes products: sales, expiries and dates, on a document that stays the same."""

from __future__ import annotations

from tests.sync.shop import HOUR, PUT, Shop, item, items

SALE = {"sale_price": "80 INR", "sale_price_effective_date": "2026-11-16T10:00Z/2026-11-16T20:00Z"}


def test_a_sale_starts_and_ends_without_a_new_document(shop: Shop) -> None:
    shop.publish(item("SALE", **SALE), *items(3))
    shop.run()
    assert shop.prices()["SALE"] == 100
    shop.now += 11 * HOUR
    summary = shop.run()
    assert (summary.changes, shop.prices()["SALE"]) == ({"sale_started": 1}, 80)
    assert [d.cause for d in summary.differences] == ["clock"]
    assert (shop.calls(), shop.touched()) == ([PUT], [("SALE",)])
    assert [document.fresh for document in summary.documents] == [False]
    shop.now += HOUR
    assert shop.run().changes == {}
    shop.now += 9 * HOUR
    assert (shop.run().changes, shop.prices()["SALE"]) == ({"sale_ended": 1}, 100)
    shop.now += 1000 * HOUR
    assert shop.run().changes == {}


def test_a_sale_that_a_sleeping_schedule_missed_is_never_sent(shop: Shop) -> None:
    shop.publish(item("SALE", **SALE))
    shop.run()
    shop.now += 48 * HOUR
    assert shop.run().changes == {}
    assert shop.calls() == []


def test_a_sale_starts_also_while_the_feed_is_gone(shop: Shop) -> None:
    shop.publish(item("SALE", **SALE))
    shop.run()
    shop.withdraw()
    shop.now += 11 * HOUR
    assert shop.run().outcome == "failed"
    assert shop.prices() == {"SALE": 80}


def test_a_sale_that_was_not_acknowledged_is_sent_later(shop: Shop) -> None:
    shop.publish(item("SALE", **SALE))
    shop.run()
    shop.now += 11 * HOUR
    shop.fault("500", path=PUT)
    shop.run()
    shop.sandbox.clear_faults()
    shop.run()
    assert shop.prices() == {"SALE": 80}


def test_what_expires_is_a_removal(shop: Shop) -> None:
    shop.publish(item("OLD", expiration_date="2026-11-17"), *items(9))
    shop.run()
    shop.now += 25 * HOUR
    assert shop.run().changes == {"out_of_stock": 1}
    assert shop.quantities("OLD") == {"OLD": 0}
    shop.now += 24 * HOUR
    assert shop.run().changes == {"product_removed": 1}
    assert "OLD" not in shop.prices()
    assert shop.run().planned == 0


def test_an_expiry_of_many_is_held(shop: Shop) -> None:
    shop.publish(*items(20, expiration_date="2026-11-17"))
    shop.run()
    shop.now += 25 * HOUR
    assert shop.run().held == 20
    assert shop.quantities("P00") == {"P00": 100}


def test_an_expiry_that_is_moved_brings_the_product_back(shop: Shop) -> None:
    shop.publish(item("OLD", expiration_date="2026-11-17"), *items(9))
    shop.run()
    shop.now += 60 * HOUR
    for _ in range(2):
        shop.run()
    shop.publish(item("OLD", expiration_date="2027-11-17"), *items(9))
    shop.run()
    assert shop.quantities("OLD") == {"OLD": 100}


def test_a_pre_order_becomes_buyable_on_its_day(shop: Shop) -> None:
    shop.settings = '[products]\npreorder = "unbuyable"\n'
    shop.publish(item("SOON", availability="preorder", availability_date="2026-11-17"), *items(1))
    shop.run()
    assert shop.quantities("SOON") == {"SOON": 0}
    assert shop.sandbox.products()["SOON"]["addToCartDisabled"] is True
    shop.now += 25 * HOUR
    assert shop.run().changes == {"back_in_stock": 1}
    assert shop.sandbox.products()["SOON"]["addToCartDisabled"] is False


def test_a_long_absence_from_one_document_becomes_final(shop: Shop) -> None:
    shop.publish(*items(10))
    shop.run()
    shop.publish(*items(9))
    shop.run()
    shop.now += 23 * HOUR
    assert shop.run().planned == 0
    shop.now += 2 * HOUR
    assert shop.run().pushed.deleted == 1


def test_a_setting_that_changes_is_told_as_the_cause(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    shop.settings = "[products]\nin_stock_quantity = 7\n"
    summary = shop.run()
    assert summary.changes == {"quantity": 3}
    assert {d.cause for d in summary.differences} == {"settings"}
    assert shop.quantities("P00") == {"P00": 7}
