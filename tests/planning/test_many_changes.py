"""A run with thousands of changes keeps and tells every one of them."""

from __future__ import annotations

from tests.sync.shop import Shop, item

MANY = 2100


def test_every_change_of_a_large_run_is_kept(shop: Shop) -> None:
    shop.publish(*(item(f"P{n:04}") for n in range(MANY)))
    summary = shop.run(limit=0)
    assert summary.changes == {"product_added": MANY}
    assert len({d.subject for d in summary.differences}) == MANY
    assert {d.verdict for d in summary.differences} == {"left"}
    assert shop.rows("select count(*) from changes") == [(MANY,)]


def test_every_change_of_one_large_product_is_kept(shop: Shop) -> None:
    def publish(price: str) -> None:
        shop.publish(*(item(f"V{n:04}", price, item_group_id="G", size=str(n)) for n in range(MANY)))

    publish("100 INR")
    shop.run()
    publish("110 INR")
    summary = shop.run(limit=0)
    assert summary.changes == {"price_up": MANY}
    assert shop.rows("select count(distinct variant_id) from changes where kind = 'price_up'") == [(MANY,)]
