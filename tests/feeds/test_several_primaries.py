"""Several primary feeds fill one store, each with a prefix of its own; none takes what another one says."""

from __future__ import annotations

import pytest

from tests.feeds.stock import publish, quantities
from tests.sync.shop import HOUR, Shop, item

SECOND = '[[feeds]]\nlocation = "second.xml"\n'


@pytest.fixture(autouse=True)
def two(shop: Shop) -> None:
    shop.settings = f'{SECOND}id_prefix = "b-"\n'
    shop.publish(item("1"), item("2"))
    publish(shop, item("1"), item("3"), name="second.xml")


def test_both_are_in_the_store(shop: Shop) -> None:
    assert shop.run().outcome == "done"
    assert set(shop.sandbox.products()) == {"1", "2", "b-1", "b-3"}


def test_what_leaves_one_leaves_the_other_alone(shop: Shop) -> None:
    shop.settings += '[gates]\nremovals = "off"\n'
    shop.run()
    publish(shop, item("3"), name="second.xml")
    shop.run()
    assert quantities(shop) == {"1": 100, "2": 100, "b-1": 0, "b-3": 100}


def test_one_that_fails_keeps_its_products(shop: Shop) -> None:
    shop.run()
    (shop.folder / "second.xml").unlink()
    shop.publish(item("1", price="5.00 INR"), item("2"))
    assert shop.run().outcome == "failed"
    assert quantities(shop) == {"1": 100, "2": 100, "b-1": 100, "b-3": 100}
    assert shop.prices()["1"] == 5


def test_one_id_in_both_belongs_to_the_first(shop: Shop) -> None:
    shop.settings = SECOND
    publish(shop, item("1", price="5.00 INR"), item("3"), name="second.xml")
    for _ in range(2):
        summary = shop.run()
        assert [(r.id, r.code) for r in summary.rejected] == [("1", "FS-420")]
        assert shop.prices() == {"1": 100, "2": 100, "3": 100}
        shop.publish(item("1"), item("2"))
        publish(shop, item("1", price="5.00 INR"), item("3"), name="second.xml")


def test_an_invalid_item_of_the_first_hides_no_absence_in_the_second(shop: Shop) -> None:
    shop.settings = SECOND + '[gates]\nremovals = "off"\n'
    shop.run()
    shop.publish(item("1"), item("2"), item("3", price=""))
    shop.run()
    assert quantities(shop)["3"] == 100
    publish(shop, item("4"), name="second.xml")
    shop.run()
    assert quantities(shop)["3"] == 0


def test_the_first_takes_an_id_over_when_it_names_it(shop: Shop) -> None:
    shop.settings = SECOND
    shop.publish(item("2"))
    publish(shop, item("1", price="5.00 INR"), name="second.xml")
    shop.run()
    assert shop.prices() == {"1": 5, "2": 100}
    shop.publish(item("1"), item("2"))
    publish(shop, item("1", price="6.00 INR"), name="second.xml")
    assert [r.code for r in shop.run().rejected] == ["FS-420"]
    assert shop.prices() == {"1": 100, "2": 100}


def test_a_feed_that_leaves_the_schedule_takes_its_products_along(shop: Shop) -> None:
    shop.settings += '[gates]\nremovals = "off"\n'
    shop.run()
    shop.settings = '[gates]\nremovals = "off"\n'
    shop.run()
    assert quantities(shop) == {"1": 100, "2": 100, "b-1": 0, "b-3": 0}
    shop.now += 25 * HOUR
    shop.run()
    assert set(shop.sandbox.products()) == {"1", "2"}


def test_that_too_is_held_when_it_is_much(shop: Shop) -> None:
    publish(shop, *(item(str(n)) for n in range(20)), name="second.xml")
    shop.run()
    shop.settings = ""
    assert shop.run().outcome == "held"
    assert set(quantities(shop).values()) == {100}


def test_an_invalid_item_takes_nothing_from_another_feed(shop: Shop) -> None:
    shop.settings = SECOND
    shop.publish(item("2"))
    publish(shop, item("1", price="5.00 INR"), name="second.xml")
    shop.run()
    shop.publish(item("1", price="cheap"), item("2"))
    assert [(r.id, r.code) for r in shop.run().rejected] == [("1", "FS-404")]
    assert shop.prices() == {"1": 5, "2": 100}
