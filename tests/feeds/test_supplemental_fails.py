"""A supplemental feed that fails, is empty or loses much keeps its last good values, and nothing is removed."""

from __future__ import annotations

import pytest

from tests.feeds.stock import SUPPLEMENTAL, publish, quantities, row
from tests.sync.shop import Shop, items

ROWS = [row(f"P{n:02}", quantity=str(n)) for n in range(12)]
AS_SAID = {f"P{n:02}": n for n in range(12)}


@pytest.fixture(autouse=True)
def stock(shop: Shop) -> None:
    shop.settings = SUPPLEMENTAL
    shop.publish(*items(12, quantity="70"))
    publish(shop, *ROWS)
    assert shop.run().outcome == "done"


@pytest.mark.parametrize("records", [[], ROWS[:9], ROWS[:1]], ids=["empty", "a quarter is gone", "nearly all is gone"])
def test_too_much_is_gone(shop: Shop, records: list[str]) -> None:
    publish(shop, *records)
    summary = shop.run()
    assert summary.outcome == "failed"
    assert summary.error is not None
    assert summary.error.code == "FS-316"
    assert quantities(shop) == AS_SAID


def test_a_little_may_go(shop: Shop) -> None:
    publish(shop, *ROWS[:10])
    assert shop.run().outcome == "done"
    assert quantities(shop) == {**AS_SAID, "P10": 70, "P11": 70}


def test_it_can_be_allowed(shop: Shop) -> None:
    publish(shop)
    shop.run(allow=("removals",))
    assert set(quantities(shop).values()) == {70}


@pytest.mark.parametrize(("limit", "outcome"), [("2", "done"), ("1", "failed"), ('"off"', "done")])
def test_the_limit_is_that_of_the_gate(shop: Shop, limit: str, outcome: str) -> None:
    shop.settings += f"[gates]\nremovals = {limit}\n"
    publish(shop, *ROWS[:10])
    assert shop.run().outcome == outcome


def test_it_is_cut_off(shop: Shop) -> None:
    publish(shop, *ROWS[:11], end="")
    shop.publish(*items(11, quantity="70"))
    summary = shop.run()
    assert quantities(shop) == AS_SAID, "neither it nor the other feed takes anything away"
    assert summary.outcome == "held"


def test_it_is_not_there(shop: Shop) -> None:
    (shop.folder / "stock.xml").unlink()
    shop.publish(*items(12, price="90.00 INR", quantity="70"))
    summary = shop.run()
    assert summary.outcome == "failed"
    assert quantities(shop) == AS_SAID
    assert set(shop.prices().values()) == {90}, "the other feed goes on"


def test_a_row_without_an_id_makes_it_degraded(shop: Shop) -> None:
    publish(shop, *ROWS[:11], row("", quantity="1"))
    summary = shop.run()
    assert [d.verdict for d in summary.documents] == ["complete", "degraded"]
    assert quantities(shop) == AS_SAID
