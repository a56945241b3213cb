"""A product's price and stock over time, as the store had them."""

from __future__ import annotations

from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from feedsync.timeline import Moment, timeline
from tests.sync.shop import HOUR, START, Shop, item, items


def moments(shop: Shop, product_id: str, variant_id: str | None = None) -> list[Moment]:
    with Store(snapshot_path(shop.state, "shop"), read_only=True) as store:
        return list(timeline(store, product_id, variant_id))


def test_every_acknowledged_price_and_quantity_with_its_run(shop: Shop) -> None:
    prices = [("100 INR", {"quantity": "5"}), ("100 INR", {"quantity": "5", "title": "Other"}),
              ("120 INR", {"quantity": "5", "sale_price": "90 INR"}), ("120 INR", {"quantity": "7"})]  # fmt: skip
    for hour, (price, fields) in enumerate(prices):
        shop.now = START + hour * HOUR
        shop.publish(*items(9), item("A", price, **fields))
        shop.run()
    assert moments(shop, "A") == [
        Moment(4, START + 3 * HOUR, "A", "120.00 INR", "120.00 INR", 7),
        Moment(3, START + 2 * HOUR, "A", "120.00 INR", "90.00 INR", 5),
        Moment(1, START, "A", "100.00 INR", "100.00 INR", 5),
    ]


def test_what_is_gone_and_comes_back(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 2\n"
    for count in (12, 11, 11, 12):
        shop.publish(*items(count))
        shop.run()
    assert [(m.run, m.price, m.quantity) for m in moments(shop, "P11")] == [
        (4, "100.00 INR", 100), (3, None, None), (2, "100.00 INR", 0), (1, "100.00 INR", 100),
    ]  # fmt: skip


def test_variants_have_their_own_moments(shop: Shop) -> None:
    group = {"item_group_id": "G"}
    shop.publish(item("A", color="red", **group), item("B", color="blue", **group))
    shop.run()
    shop.publish(item("A", color="red", **group), item("B", "90 INR", color="blue", **group))
    shop.run()
    assert [(m.run, m.variant_id) for m in moments(shop, "G")] == [(2, "B"), (1, "A"), (1, "B")]
    assert [m.run for m in moments(shop, "G", "A")] == [1]


def test_what_was_refused_is_no_moment(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.fault("poison", id="P00")
    shop.publish(*items(2, "110 INR"))
    shop.run()
    assert [m.run for m in moments(shop, "P00")] == [1]
    assert moments(shop, "nobody") == []


def test_where_the_record_begins_later_than_the_product(shop: Shop) -> None:
    for hour, price in enumerate(("1 INR", "2 INR", "3 INR")):
        shop.now = START + hour * HOUR
        shop.publish(item("A", price))
        shop.run(allow=("price",))
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("delete from past where run = 2")
        store.execute("update products set first_run = null")
        store.set_meta("past_from", b"2")
    assert [(m.run, m.price) for m in moments(shop, "A")] == [(3, "3.00 INR"), (2, "2.00 INR")]
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("delete from past")
        store.execute("delete from meta where key = 'past_from'")
    assert [(m.run, m.price) for m in moments(shop, "A")] == [(3, "3.00 INR")]
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("delete from runs")
    assert [(m.run, m.at) for m in moments(shop, "A")] == [(3, 0)]
