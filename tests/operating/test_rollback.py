"""The way back to an earlier run: what it changes, what stays live, how long it lasts, and the way forward again."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.errors import ConfigError
from feedsync.operating import NOTHING, release, roll_back
from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, Shop, item, items


def back(shop: Shop, run: int, **options: Any) -> RunSummary:
    shop.sandbox.clear_requests()
    return roll_back(shop.schedule(), shop.state, run, who="ann", clock=lambda: shop.now, **options)


def forward(shop: Shop, **options: Any) -> RunSummary:
    return release(shop.schedule(), shop.state, clock=lambda: shop.now, **options)


@pytest.fixture
def shop_of_three(shop: Shop) -> Shop:
    """Three runs: twelve products at 100; P00 and P01 at 90, NEW added; P00 at 80, P01 at 70 with less stock."""
    shop.publish(*items(12, quantity="5"))
    shop.run()
    shop.publish(
        item("P00", "90 INR", quantity="5"),
        item("P01", "90 INR", quantity="5"),
        *items(12, quantity="5")[2:],
        item("NEW"),
    )
    shop.run()
    shop.publish(
        item("P00", "80 INR", quantity="3"),
        item("P01", "70 INR", quantity="0"),
        *items(12, quantity="5")[2:],
        item("NEW"),
    )
    shop.run()
    return shop


def test_prices_go_back_and_quantities_stay_live(shop_of_three: Shop) -> None:
    shop = shop_of_three
    summary = back(shop, 1)
    assert (shop.prices()["P00"], shop.prices()["P01"]) == (100, 100)
    assert (shop.quantities("P00"), shop.quantities("P01")) == ({"P00": 3}, {"P01": 0})
    assert "NEW" not in shop.prices()
    assert (summary.trigger, summary.pinned_to) == ("rollback", 1)
    assert {d.cause for d in summary.differences} == {"operator"}


def test_quantities_go_back_where_that_is_wanted(shop_of_three: Shop) -> None:
    back(shop_of_three, 2, with_stock=True)
    assert shop_of_three.quantities("P01") == {"P01": 5}
    assert shop_of_three.prices()["P01"] == 90
    assert "NEW" in shop_of_three.prices()


def test_it_stays_there_until_it_is_released(shop_of_three: Shop) -> None:
    shop = shop_of_three
    back(shop, 1)
    shop.publish(item("P00", "55 INR", quantity="2"), *items(12, quantity="5")[1:], item("NEWER"))
    summary = shop.run()
    assert (shop.prices()["P00"], shop.quantities("P00"), summary.pinned_to) == (100, {"P00": 2}, 1)
    assert "NEWER" not in shop.prices()
    assert forward(shop).pinned_to is None
    assert (shop.prices()["P00"], "NEWER" in shop.prices()) == (55, True)


def test_what_was_deleted_comes_back_unbuyable(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    for title in ("x", "y"):
        shop.publish(*items(11, title=title))
        shop.run()
    assert "P11" not in shop.prices()
    back(shop, 1)
    assert shop.quantities("P11") == {"P11": 0}, "the feed does not have it"
    assert shop.sandbox.products()["P00"]["name"] == "Title of P00"
    back(shop, 1, with_stock=True)
    assert shop.quantities("P11") == {"P11": 100}


def test_a_variant_that_came_later_is_unbuyable(shop: Shop) -> None:
    red = item("R", color="red", item_group_id="G")
    shop.publish(*items(12), red)
    shop.run()
    shop.publish(*items(12), red, item("B", color="blue", item_group_id="G"))
    shop.run()
    back(shop, 1)
    assert shop.quantities("G") == {"R": 100, "B": 0}


def test_the_gates_judge_the_way_back(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(12), *[item(f"X{n}") for n in range(12)])
    shop.run()
    assert back(shop, 1).held == 12
    assert "X0" in shop.prices()
    assert back(shop, 1, allow=frozenset({"removals"})).held == 0
    assert "X0" not in shop.prices()


def test_runs_that_there_are_not(shop_of_three: Shop) -> None:
    for run in (4, 99):
        with pytest.raises(ConfigError) as caught:
            back(shop_of_three, run)
        assert caught.value.code == "FS-504"
    with pytest.raises(ConfigError) as caught:
        forward(shop_of_three)
    assert caught.value.code == "FS-605"


def test_the_way_back_is_forgotten_after_its_time(shop_of_three: Shop) -> None:
    shop = shop_of_three
    shop.settings = '[history]\nkeep = "2h"\n'
    shop.now += 3 * HOUR
    shop.run()
    assert shop.rows("select count(*) from past") == [(0,)]
    shop.run()
    with pytest.raises(ConfigError) as caught:
        back(shop, 1)
    assert (caught.value.code, caught.value.parts["earliest"]) == ("FS-604", 3)
    assert back(shop, 3).changes == {}


def test_retiring_takes_everything_of_ours_away_and_stays_so(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.sandbox.put_products({"id": "X", "name": "theirs"})
    assert back(shop, NOTHING).held == 12
    summary = back(shop, NOTHING, allow=frozenset({"removals"}))
    assert (set(shop.sandbox.products()), summary.trigger, summary.pinned_to) == ({"X"}, "retire", 0)
    shop.publish(*items(12, title="new"))
    assert shop.run().planned == 0
    forward(shop)
    assert len(shop.sandbox.products()) == 13
