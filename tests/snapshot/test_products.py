"""A product between the feeds and Bik: what is tried, what is acknowledged, what stays to be done."""

from __future__ import annotations

import msgspec

from feedsync.model import Absence, Cause, Outcome, ProductPayload, Variant
from feedsync.snapshot.plans import Planned, PlanTable
from feedsync.snapshot.products import Looked, Products
from tests.snapshot.shelf import payload, put, states, step


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


def test_before_a_request_nobody_knows_how_it_ends(products: Products) -> None:
    put(products, "p")
    products.attempt([step("p")])
    state = products.state("p")
    assert (state.attempted, state.attempted_hash, state.outcome, state.sent) == (True, b"p", "unknown", None)
    assert products.in_doubt([step("p")]) == {"p"} == products.tried_before([step("p")])


def test_only_an_acknowledgement_moves_sent(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    outcomes: tuple[Outcome, ...] = ("retryable", "rejected", "unknown", "not_stored")
    for outcome in outcomes:
        products.failed(step("p"), outcome, "FS-703", "no")
        state = products.state("p")
        assert (state.sent, state.sent_hash, state.outcome, state.message) == (None, None, outcome, "no")
        assert _pending(products) == {"p": "feed"}
    products.acknowledged([step("p")], 3)
    state = products.state("p")
    assert (state.sent, state.sent_hash, state.outcome, state.message) == (payload("p"), b"p", "acknowledged", None)
    assert (state.once_sent, _pending(products), products.owned()) == (True, {}, (1, 1))


def test_a_later_failure_keeps_what_was_acknowledged(products: Products) -> None:
    put(products, "p", "p")
    products.acknowledged([step("p")], 1)
    products.attempt([step("p", title="New")])
    products.failed(step("p", title="New"), "retryable", "FS-704", "busy")
    assert (products.state("p").sent, products.state("p").sent_hash) == (payload("p"), b"p")


def test_an_acknowledgement_in_doubt_leaves_work(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    products.acknowledged([step("p")], 1, doubtful={"p"})
    assert (products.state("p").sent, products.in_doubt([step("p")])) == (payload("p"), {"p"})
    assert _pending(products) == {"p": "feed"}
    products.settled(["p"])
    assert (products.in_doubt([step("p")]), _pending(products)) == (set(), {})


def test_what_a_gate_holds_stays_pending_whatever_is_acknowledged(products: Products) -> None:
    put(products, "p", "p")
    products.looked_at([Looked("p", False, True, None)])
    products.acknowledged([step("p")], 1)
    assert _pending(products) == {"p": "feed"}


def test_a_product_that_surely_never_arrived_is_not_ours(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    products.failed(step("p"), "rejected", "FS-703", "no", untouched=True)
    assert products.tried_before([step("p")]) == set()


def test_a_product_that_was_sent_once_stays_ours_when_an_update_is_refused(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    products.acknowledged([step("p")], 1)
    products.failed(step("p"), "rejected", "FS-703", "no", untouched=True)
    assert products.tried_before([step("p")]) == {"p"}


def test_waiting_for_a_catalog_says_nothing_about_the_last_request(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    products.acknowledged([step("p")], 1)
    products.waits(step("p"), "FS-708", "the catalog is missing")
    assert (products.state("p").outcome, _pending(products)) == ("acknowledged", {"p": "feed"})
    assert list(products.rejected(but_planned=False)) == [("p", "FS-708", "the catalog is missing")]


def test_a_move_is_over_once_the_new_product_is_acknowledged(products: Products) -> None:
    put(products, "p", "p-1", moved={"p-1": "q"})
    products.acknowledged([step("p")], 1)
    assert products.state("p").moved_from == {}


def test_rejections_are_told_until_they_are_planned_again(products: Products) -> None:
    for product_id in ("a", "b", "c"):
        put(products, product_id)
    products.failed(step("a"), "rejected", "FS-703", "no price")
    products.failed(step("b"), "retryable", "FS-704", "busy")
    PlanTable(products.store).put(step("a"))
    assert list(products.rejected(but_planned=False)) == [("a", "FS-703", "no price")]
    assert list(products.rejected(but_planned=True)) == []


def test_another_store_has_nothing(products: Products) -> None:
    put(products, "p", "p")
    products.attempt([step("p")])
    products.acknowledged([step("p")], 1)
    products.saw({"p": ["sale"]}, ["p"])
    products.forget_target()
    state = products.state("p")
    assert (state.sent, state.sent_hash, state.outcome, state.attempted) == (None, None, None, False)
    assert (state.once_sent, state.looked, _pending(products)) == (False, False, {"p": "feed"})
    assert (products.owned(), products.foreign_catalogs(["p"])) == ((0, 0), {})


def test_a_payload_comes_back_as_it_was_stored(products: Products) -> None:
    put(products, "p", "p")
    sent = msgspec.structs.replace(payload("p"), tags=("a", "b"), metafields=(("brand", "Ünïcode"),))
    products.acknowledged([Planned("p", "send", sent, b"h", 0)], 1)
    assert isinstance(products.state("p").sent, ProductPayload)
    assert products.state("p").sent == sent
    assert isinstance(products.state("p").members[0].variant, Variant)
