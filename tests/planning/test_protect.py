"""What is protected is never removed and never made unbuyable because its feed lacks it."""

from __future__ import annotations

import pytest

from tests.sync.shop import HOUR, Shop, item, items


@pytest.mark.parametrize(
    "setting", ["ids = ['P00']", "match = \"id == 'P00'\"", 'match = "price > `150`"', "match = \"brand == 'Acme'\""]
)
def test_a_protected_product_stays_as_it_was(shop: Shop, setting: str) -> None:
    shop.settings = f"[protect]\n{setting}\n"
    shop.publish(item("P00", "200 INR", brand="Acme"), *items(15)[1:])
    shop.run()
    for _ in range(3):
        shop.publish(*items(14)[2:])
        summary = shop.run()
        shop.now += 25 * HOUR
    assert (summary.held, summary.exit_code) == (0, 0)
    assert shop.quantities("P00") == {"P00": 100}
    assert not {"P01", "P14"} & shop.prices().keys()
    assert {(d.subject, d.verdict) for d in summary.differences} == {("P00", "protected")}


def test_protection_of_a_variant_covers_it_alone(shop: Shop) -> None:
    group = {"item_group_id": "G"}
    shop.settings = "[protect]\nids = ['A']\n"
    shop.publish(*items(12), item("A", color="red", **group), item("B", color="blue", **group))
    shop.run()
    shop.publish(*items(12))
    shop.run()
    assert shop.quantities("G") == {"A": 100, "B": 0}


def test_a_feed_that_says_out_of_stock_is_believed(shop: Shop) -> None:
    shop.settings = "[protect]\nids = ['P00']\n"
    shop.publish(*items(12))
    shop.run()
    shop.publish(item("P00", availability="out_of_stock"), *items(12)[1:])
    shop.run()
    assert shop.quantities("P00") == {"P00": 0}


def test_what_an_expression_cannot_tell_is_protected(shop: Shop) -> None:
    shop.settings = '[protect]\nmatch = "abs(title) > `1`"\n'
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(11))
    shop.run()
    assert shop.quantities("P11") == {"P11": 100}


def test_a_mistake_in_the_expression_is_told_before_anything_is_read(shop: Shop) -> None:
    shop.settings = '[protect]\nmatch = "id == "\n'
    with pytest.raises(Exception, match="is not an expression"):
        shop.schedule()
