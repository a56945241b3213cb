"""Only an acknowledgement moves *sent*: whatever goes wrong, the snapshot claims nothing that Bik did not say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.shop import PUT, Shop, item, items

#: What may happen to a request, and how the products of it are then remembered.
SILENCE: list[tuple[dict[str, Any], str]] = [
    ({"kind": "429"}, "retryable"),
    ({"kind": "500"}, "retryable"),
    ({"kind": "inner"}, "retryable"),
    ({"kind": "inner", "status": "503"}, "retryable"),
    ({"kind": "cut_before"}, "unknown"),
    ({"kind": "cut_after"}, "unknown"),
    ({"kind": "garbage"}, "unknown"),
    ({"kind": "unauthorized"}, "retryable"),
    ({"kind": "forbidden"}, "retryable"),
]
NAMES = ["-".join(fault.values()) for fault, _ in SILENCE]


@pytest.mark.parametrize(("fault", "outcome"), SILENCE, ids=NAMES)
def test_an_update_that_was_not_acknowledged_is_sent_again(shop: Shop, fault: dict[str, Any], outcome: str) -> None:
    shop.publish(*items(2))
    shop.run()
    before = shop.sent()
    shop.publish(item("P00", "80 INR"), item("P01", "70 INR"))
    shop.fault(path=PUT, **fault)
    summary = shop.run()
    assert shop.sent() == before
    assert set(shop.outcomes().values()) == {outcome}
    assert (summary.pushed.products, summary.remaining) == (0, 2)
    shop.sandbox.clear_faults()
    shop.run()
    assert shop.prices() == {"P00": 80, "P01": 70}
    assert shop.sent() == shop.sandbox.products()
    assert shop.run().planned == 0


@pytest.mark.parametrize(("fault", "outcome"), SILENCE, ids=NAMES)
def test_a_deletion_that_was_not_acknowledged_is_tried_again(
    shop: Shop, fault: dict[str, Any], outcome: str
) -> None:  # fmt: skip
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(2))
    shop.run()
    shop.publish(*items(1))
    shop.fault(path="products/delete", **fault)
    shop.run()
    assert (sorted(shop.sent()), shop.outcomes()["P01"]) == (["P00", "P01"], outcome)
    shop.sandbox.clear_faults()
    shop.run()
    assert sorted(shop.prices()) == ["P00"]
    assert sorted(shop.sent()) == ["P00"]
    assert shop.run().planned == 0


@pytest.mark.parametrize("fault", [fault for fault, _ in SILENCE], ids=NAMES)
def test_a_first_push_that_was_cut_short_ends_equal_to_the_feed(shop: Shop, fault: dict[str, Any]) -> None:
    shop.bik["batch_size"] = "1"
    shop.publish(*items(6, product_type="Tea"))
    shop.fault(path=PUT, skip=2, **fault)
    summary = shop.run()
    assert (summary.outcome, summary.exit_code) == ("failed", 1)
    stored = shop.sandbox.products()
    assert {id_: stored[id_] for id_ in shop.sent()} == shop.sent()
    shop.sandbox.clear_faults()
    assert shop.run().outcome == "done"
    assert shop.sent() == shop.sandbox.products()
    assert len(shop.prices()) == 6


@pytest.mark.parametrize("kind", ["429", "500", "inner", "cut_before", "cut_after", "garbage"])
def test_a_passing_fault_costs_a_request_and_nothing_else(shop: Shop, kind: str) -> None:
    shop.publish(*items(2))
    shop.fault(kind, path=PUT, count=2)
    summary = shop.run()
    assert summary.outcome == "done"
    assert len(shop.touched()) == 3
    assert summary.pushed.requests == 4
    assert len(shop.prices()) == 2


def test_a_request_is_tried_five_times(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.fault("500", path=PUT)
    shop.run()
    assert len(shop.touched()) == 5


def test_a_slow_store_is_waited_for(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.fault("slow", seconds=0.01, path=PUT, count=1)
    assert shop.run().outcome == "done"
    assert shop.sent() == shop.sandbox.products()
