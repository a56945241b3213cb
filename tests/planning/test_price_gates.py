"""Prices that jump, fall to nothing or change their currency wait; everything else of the same products flows."""

from __future__ import annotations

import pytest

from feedsync.consent import decide
from feedsync.gates import GateResult
from feedsync.report.summary import RunSummary
from tests.sync.shop import Shop, item, items


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twenty products in its store, at 100 each."""
    shop.publish(*items(20, quantity="5"))
    shop.run()
    return shop


def gate(summary: RunSummary, name: str) -> GateResult:
    return next(result for result in summary.gates if result.gate == name)


def some(count: int, price: str, **fields: str) -> list[str]:
    """Twenty items, the first of them at another price."""
    fields.setdefault("quantity", "5")
    return [item(f"P{n:02}", price if n < count else "100.00 INR", **fields) for n in range(20)]


def test_a_few_that_move_far_pass(stocked: Shop) -> None:
    stocked.publish(*some(2, "10.00 INR"))
    assert (gate(stocked.run(), "price").value, stocked.prices()["P00"]) == (0.1, 10)


def test_many_that_move_far_hold_all_prices_and_nothing_else(stocked: Shop) -> None:
    stocked.publish(*some(3, "10.00 INR", quantity="7"), item("NEW"))
    summary = stocked.run()
    assert (gate(summary, "price").verdict, gate(summary, "price").held, summary.exit_code) == ("held", 3, 4)
    assert set(stocked.prices().values()) == {100}
    assert stocked.quantities("P00") == {"P00": 7}
    assert "NEW" in stocked.prices()
    assert {d.verdict for d in summary.differences if d.kind == "price_down"} == {"held by price"}


def test_over_the_limit_the_small_moves_wait_too(stocked: Shop) -> None:
    stocked.publish(*some(3, "10.00 INR")[:-1], item("P19", "99.00 INR", quantity="5"))
    assert gate(stocked.run(), "price").held == 4
    assert stocked.prices()["P19"] == 100


def test_what_is_held_goes_away_when_the_feed_recovers(stocked: Shop) -> None:
    stocked.publish(*some(20, "1.00 INR"))
    assert stocked.run().held == 20
    stocked.publish(*some(0, ""))
    summary = stocked.run()
    assert (summary.held, summary.changes, summary.outcome) == (0, {}, "done")
    assert stocked.rows("select * from held") == []


def test_a_price_of_nothing_waits_alone(stocked: Shop) -> None:
    stocked.publish(*some(1, "0.00 INR"), item("FREE", "0.00 INR"), item("NEW", "5.00 INR"))
    summary = stocked.run()
    assert (gate(summary, "zero_price").value, gate(summary, "zero_price").held) == (2, 2)
    assert (stocked.prices()["P00"], stocked.prices()["NEW"]) == (100, 5)
    assert "FREE" not in stocked.prices()
    assert stocked.run(allow=("zero_price",)).held == 0
    assert (stocked.prices()["P00"], stocked.prices()["FREE"]) == (0, 0)


def test_of_a_new_product_only_the_variants_at_nothing_wait(stocked: Shop) -> None:
    group = {"item_group_id": "G", "quantity": "5"}
    stocked.publish(
        *some(0, ""), item("G1", "0.00 INR", color="red", **group), item("G2", "5 INR", color="blue", **group)
    )
    summary = stocked.run()
    assert stocked.quantities("G") == {"G2": 5}
    assert [(d.variant_id, d.verdict, d.note) for d in summary.differences if d.kind == "variant_added"] == [
        ("G1", "held by zero_price", "at a price of 0")
    ]
    assert stocked.run().held == 1
    stocked.settings = '[gates]\nzero_price = "off"\n'
    assert stocked.run().held == 0
    assert stocked.quantities("G") == {"G1": 5, "G2": 5}


def test_free_things_of_a_new_product_flow_where_the_gate_is_off(shop: Shop) -> None:
    shop.settings = '[gates]\nzero_price = "off"\n'
    group = {"item_group_id": "G", "quantity": "5"}
    shop.publish(item("G1", "0.00 INR", color="red", **group), item("G2", "5 INR", color="blue", **group))
    assert shop.run().held == 0
    assert shop.quantities("G") == {"G1": 5, "G2": 5}


def test_another_currency_waits(stocked: Shop) -> None:
    stocked.publish(*some(1, "100.00 USD", quantity="7"))
    summary = stocked.run()
    assert gate(summary, "currency").verdict == "held"
    stored = stocked.sandbox.products()["P00"]
    assert (stored["currency"], stored["combinations"][0]["currency"]) == ("INR", "INR")
    assert stocked.quantities("P00") == {"P00": 7}
    assert stocked.run(allow=("currency",)).held == 0
    assert stocked.sandbox.products()["P00"]["currency"] == "USD"


def test_a_price_that_may_move_by_anything(stocked: Shop) -> None:
    stocked.settings = '[gates]\nprice_move = "off"\n'
    stocked.publish(*some(20, "1.00 INR"))
    assert stocked.run().held == 0


def test_half_of_the_stock_may_go_and_not_more(stocked: Shop) -> None:
    out = {"availability": "out_of_stock", "quantity": "0"}
    stocked.publish(*[item(f"P{n:02}", **(out if n < 10 else {"quantity": "5"})) for n in range(20)])
    assert gate(stocked.run(), "stock_out").value == 0.5
    stocked.publish(*[item(f"P{n:02}", "90 INR", **(out if n < 16 else {"quantity": "5"})) for n in range(20)])
    summary = stocked.run()
    assert (gate(summary, "stock_out").value, gate(summary, "stock_out").held) == (0.6, 6)
    assert stocked.quantities("P12") == {"P12": 5}
    assert stocked.prices()["P12"] == 90


def test_allow_lets_through_in_one_run(stocked: Shop) -> None:
    stocked.publish(*some(20, "1.00 INR"))
    summary = stocked.run(allow=("price",))
    assert {d.verdict for d in summary.differences} == {"allowed"}
    assert set(stocked.prices().values()) == {1}


def test_two_gates_hold_parts_of_one_product_and_count_once(stocked: Shop) -> None:
    stocked.publish(*some(0, ""), item("G1", "100 INR", color="red", item_group_id="G", quantity="5"))
    stocked.run()
    group = {"item_group_id": "G", "quantity": "5"}
    stocked.publish(
        *some(5, "1 INR"), item("G1", "1 INR", color="red", **group), item("G2", "0 INR", color="blue", **group)
    )
    summary = stocked.run()
    assert (gate(summary, "price").held, gate(summary, "zero_price").held, summary.held) == (6, 1, 7)
    assert stocked.quantities("G") == {"G1": 5}


def test_a_variant_that_was_decided_about_hides_no_other_of_its_product(shop: Shop) -> None:
    shop.settings = "[gates]\nprice = 0\n"

    def publish(a: str, b: str) -> None:
        group = {"item_group_id": "G"}
        shop.publish(*items(12), item("a", a, color="a", **group), item("b", b, color="b", **group))

    publish("100 INR", "100 INR")
    shop.run()
    publish("900 INR", "100 INR")
    assert shop.run().held == 1
    decide(shop.schedule(), shop.state, "rejected", who="tests", clock=lambda: shop.now)
    publish("900 INR", "900 INR")
    assert shop.run().held == 1
    shop.settings = "[gates]\nprice = 1\n"
    publish("100 INR", "900 INR")
    assert shop.run().held == 0  # both of one product count once
