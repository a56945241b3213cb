"""A product on its way to the store: what is tried, what is acknowledged, what stays to be done."""

from __future__ import annotations

import msgspec

from feedsync.model import Cause, Outcome, ProductPayload, Variant
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.plans import Planned, PlanTable
from feedsync.snapshot.products import Looked, Products
from tests.snapshot.shelf import payload, put, states, step


def _pending(products: Products) -> dict[str, Cause]:
    return {state.id: state.cause for state in states(products)}


def test_before_a_request_nobody_knows_how_it_ends(products: Products, deliveries: Deliveries) -> None:
    put(products, "p")
    deliveries.attempt([step("p")])
    state = products.state("p")
    assert (state.attempted, state.attempted_hash, state.outcome, state.sent) == (True, b"p", "unknown", None)
    assert deliveries.in_doubt([step("p")]) == {"p"} == deliveries.tried_before([step("p")])


def test_only_an_acknowledgement_moves_sent(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    outcomes: tuple[Outcome, ...] = ("retryable", "rejected", "unknown", "not_stored")
    for outcome in outcomes:
        deliveries.failed(step("p"), outcome, "FS-703", "no")
        state = products.state("p")
        assert (state.sent, state.sent_hash, state.outcome, state.message) == (None, None, outcome, "no")
        assert _pending(products) == {"p": "feed"}
    deliveries.acknowledged([step("p")], 3)
    state = products.state("p")
    assert (state.sent, state.sent_hash, state.outcome, state.message) == (payload("p"), b"p", "acknowledged", None)
    assert (state.once_sent, _pending(products), products.owned()) == (True, {}, (1, 1))


def test_a_later_failure_keeps_what_was_acknowledged(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.acknowledged([step("p")], 1)
    deliveries.attempt([step("p", title="New")])
    deliveries.failed(step("p", title="New"), "retryable", "FS-704", "busy")
    assert (products.state("p").sent, products.state("p").sent_hash) == (payload("p"), b"p")


def test_an_acknowledgement_in_doubt_leaves_work(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    deliveries.acknowledged([step("p")], 1, doubtful={"p"})
    assert (products.state("p").sent, deliveries.in_doubt([step("p")])) == (payload("p"), {"p"})
    assert _pending(products) == {"p": "feed"}
    deliveries.settled(["p"])
    assert (deliveries.in_doubt([step("p")]), _pending(products)) == (set(), {})


def test_what_a_gate_holds_stays_pending_whatever_is_acknowledged(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    products.looked_at([Looked("p", False, True, None)])
    deliveries.acknowledged([step("p")], 1)
    assert _pending(products) == {"p": "feed"}


def test_a_product_that_surely_never_arrived_is_not_ours(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    deliveries.failed(step("p"), "rejected", "FS-703", "no", untouched=True)
    assert deliveries.tried_before([step("p")]) == set()


def test_a_product_that_was_sent_once_stays_ours_when_an_update_is_refused(
    products: Products, deliveries: Deliveries
) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    deliveries.acknowledged([step("p")], 1)
    deliveries.failed(step("p"), "rejected", "FS-703", "no", untouched=True)
    assert deliveries.tried_before([step("p")]) == {"p"}


def test_waiting_for_a_catalog_says_nothing_about_the_last_request(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    deliveries.acknowledged([step("p")], 1)
    deliveries.waits(step("p"), "FS-708", "the catalog is missing")
    assert (products.state("p").outcome, _pending(products)) == ("acknowledged", {"p": "feed"})
    assert list(deliveries.rejected(but_planned=False)) == [("p", "FS-708", "the catalog is missing")]


def test_a_move_is_over_once_the_new_product_is_acknowledged(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p-1", moved={"p-1": "q"})
    deliveries.acknowledged([step("p")], 1)
    assert products.state("p").moved_from == {}


def test_rejections_are_told_until_they_are_planned_again(products: Products, deliveries: Deliveries) -> None:
    for product_id in ("a", "b", "c"):
        put(products, product_id)
    deliveries.failed(step("a"), "rejected", "FS-703", "no price")
    deliveries.failed(step("b"), "retryable", "FS-704", "busy")
    PlanTable(products.store).put(step("a"))
    assert list(deliveries.rejected(but_planned=False)) == [("a", "FS-703", "no price")]
    assert list(deliveries.rejected(but_planned=True)) == []


def test_another_store_has_nothing(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    deliveries.attempt([step("p")])
    deliveries.acknowledged([step("p")], 1)
    deliveries.saw({"p": ["sale"]}, ["p"])
    deliveries.forget_target()
    state = products.state("p")
    assert (state.sent, state.sent_hash, state.outcome, state.attempted) == (None, None, None, False)
    assert (state.once_sent, state.looked, _pending(products)) == (False, False, {"p": "feed"})
    assert (products.owned(), deliveries.foreign_catalogs(["p"])) == ((0, 0), {})


def test_a_payload_comes_back_as_it_was_stored(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p")
    sent = msgspec.structs.replace(payload("p"), tags=("a", "b"), metafields=(("brand", "Ünïcode"),))
    deliveries.acknowledged([Planned("p", "send", sent, b"h", 0)], 1)
    assert isinstance(products.state("p").sent, ProductPayload)
    assert products.state("p").sent == sent
    assert isinstance(products.state("p").members[0].variant, Variant)
