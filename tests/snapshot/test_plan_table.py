"""The plan of a run as it lies in the snapshot: in the order it is pushed, whatever its size."""

from __future__ import annotations

import msgspec

from feedsync.model import Change
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.plans import PlanTable
from feedsync.snapshot.products import Products
from tests.snapshot.shelf import put, step


def _order(products: Products, action: str = "send") -> list[str]:
    return [planned.product_id for batch in PlanTable(products.store).batches(action) for planned in batch]


def _change(subject: str) -> Change:
    return Change("price_up", subject, subject, "price", "1.00", "2.00", "feed", "price")


def test_the_most_urgent_comes_first_then_by_id(products: Products) -> None:
    for product_id, urgency in (("b", 1), ("c", 0), ("a", 1)):
        PlanTable(products.store).put(step(product_id, urgency=urgency))
    assert _order(products) == ["c", "a", "b"]


def test_sends_and_deletes_are_apart(products: Products) -> None:
    PlanTable(products.store).put(step("a"))
    PlanTable(products.store).put(step("b", action="delete"))
    assert (_order(products), _order(products, "delete"), PlanTable(products.store).size()) == (["a"], ["b"], (1, 1))


def test_a_step_comes_back_as_it_was_put(products: Products) -> None:
    steps = [step("a", urgency=3), step("b", action="delete", urgency=4)]
    for one in steps:
        PlanTable(products.store).put(one)
    table = PlanTable(products.store)
    found = [*next(table.batches("send")), *next(table.batches("delete"))]
    assert [msgspec.structs.replace(one, packed=None) for one in found] == steps
    assert [one.packed for one in found] == [one.stored(products.store.packer) for one in steps]


def test_a_plan_of_any_size_comes_whole_in_batches(products: Products) -> None:
    with products.store.transaction():
        for n in range(1100):
            PlanTable(products.store).put(step(f"p{n:04}", urgency=n % 3))
    batches = list(PlanTable(products.store).batches("send"))
    assert [len(batch) for batch in batches] == [500, 500, 100]
    assert sorted(_order(products)) == [f"p{n:04}" for n in range(1100)]


def test_a_step_may_go_while_the_plan_is_walked(products: Products) -> None:
    seen = []
    with products.store.transaction():
        for n in range(600):
            PlanTable(products.store).put(step(f"p{n:04}"))
        for batch in PlanTable(products.store).batches("send"):
            for planned in batch:
                seen.append(planned.product_id)
                PlanTable(products.store).drop(planned.product_id)
    assert (len(seen), PlanTable(products.store).size()) == (600, (0, 0))


def test_a_product_has_one_step(products: Products) -> None:
    PlanTable(products.store).put(step("a"))
    PlanTable(products.store).put(step("a", action="delete"))
    assert PlanTable(products.store).size() == (0, 1)


def test_a_new_plan_forgets_the_old_one(products: Products) -> None:
    PlanTable(products.store).put(step("a"))
    PlanTable(products.store).clear()
    assert (PlanTable(products.store).size(), _order(products)) == ((0, 0), [])


def test_a_limit_keeps_the_first_and_says_what_was_left(products: Products) -> None:
    for product_id, urgency in (("a", 2), ("b", 0), ("c", 1)):
        PlanTable(products.store).put(step(product_id, urgency=urgency))
    verdicts = [("a", "send"), ("b", "send"), ("c", "allowed"), ("d", "held by removals")]
    products.add_changes(4, 9, [(_change(subject), verdict) for subject, verdict in verdicts])
    products.add_changes(3, 8, [(_change("a"), "send")])
    PlanTable(products.store).limit(1, 4)
    assert _order(products) == ["b"]
    kept = list(products.store.rows("select run, subject, verdict from changes order by run, subject"))
    assert kept == [
        (3, "a", "send"), (4, "a", "left"), (4, "b", "send"), (4, "c", "left"), (4, "d", "held by removals"),
    ]  # fmt: skip


def test_a_change_keeps_all_it_says(products: Products) -> None:
    products.add_changes(4, 9, [(_change("a"), "send")])
    row = products.store.one("select * from changes")
    assert row == (4, 9, "a", "a", "price_up", "price", "1.00", "2.00", "feed", "price", None, "send")


def test_only_sends_that_nobody_looked_for_are_counted(products: Products, deliveries: Deliveries) -> None:
    for product_id in ("a", "b", "c"):
        put(products, product_id)
    PlanTable(products.store).put(step("a"))
    PlanTable(products.store).put(step("b", action="delete"))
    assert deliveries.unseen_in_plan() == 1
    deliveries.all_seen()
    assert (deliveries.unseen_in_plan(), deliveries.unseen(["a", "b", "c"])) == (0, ["c"])
