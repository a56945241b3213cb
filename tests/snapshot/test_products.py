"""Which products are looked at, and what they are then."""

from __future__ import annotations

from feedsync.model import Absence, Cause
from feedsync.snapshot.products import Looked, Products
from tests.snapshot.shelf import put, states


def _pending(products: Products) -> dict[str, Cause]:
    return {state.id: state.cause for state in states(products)}


def test_a_new_product_is_pending_with_its_variants(products: Products) -> None:
    put(products, "p", "p-2", "p-1", absent={"p-1": 2}, moved={"p-2": "q"})
    state = next(states(products))
    assert {m.variant.id: m.absence for m in state.members} == {"p-1": Absence(7, 2, 7), "p-2": None}
    assert (state.id, state.moved_from, state.sent, state.outcome) == ("p", {"p-2": "q"}, None, None)
    assert state == products.state("p")


def test_a_product_whose_variants_all_left_is_still_looked_at(products: Products) -> None:
    put(products, "p")
    assert [state.members for state in states(products)] == [[]]


def test_only_what_is_pending_comes_in_order_over_any_number(products: Products) -> None:
    ids = [f"p{n:04}" for n in range(1203)]
    with products.store.transaction():
        for product_id in reversed(ids):
            put(products, product_id, product_id)
    products.looked_at([Looked("p0007", False, False, None)])
    assert [state.id for state in states(products)] == [i for i in ids if i != "p0007"]


def test_products_may_change_while_they_are_looked_at(products: Products) -> None:
    for n in range(5):
        put(products, f"p{n}", f"p{n}")
    seen = []
    for state in states(products):
        seen.append(state.id)
        products.looked_at([Looked(state.id, False, False, None)])
    assert seen == ["p0", "p1", "p2", "p3", "p4"]
    assert _pending(products) == {}


def test_time_wakes_what_waits_for_it(products: Products) -> None:
    for product_id, moment in (("now", 100), ("later", 101), ("never", None)):
        put(products, product_id)
        products.looked_at([Looked(product_id, False, False, moment)])
    products.wake(100, all_products=False)
    assert _pending(products) == {"now": "clock"}


def test_what_is_pending_keeps_its_cause_when_time_comes(products: Products) -> None:
    put(products, "p")
    products.store.execute("update products set next_change_at = 5")
    products.wake(100, all_products=True)
    assert _pending(products) == {"p": "feed"}


def test_changed_settings_wake_everything(products: Products) -> None:
    put(products, "p")
    products.looked_at([Looked("p", False, False, None)])
    products.wake(0, all_products=True)
    assert _pending(products) == {"p": "settings"}
