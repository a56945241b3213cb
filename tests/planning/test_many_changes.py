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
