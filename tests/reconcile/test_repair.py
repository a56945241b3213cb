"""A repair is a change from what the store holds, and the gates judge it by that; it happens under the lock of the reading."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.errors import Locked
from feedsync.operating import roll_back
from feedsync.reconcile import Reconciliation, reconcile
from feedsync.snapshot.bikfindings import BikFindings, keep_findings
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path, target_of
from tests.sync.shop import Shop, item, items

from .test_comparison import compare, drift, kinds


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twelve products in its store."""
    shop.publish(*items(12))
    shop.run()
    return shop


def changed(shop: Shop, id_: str, **changes: Any) -> None:
    """Somebody else changes the first combination of a product."""
    first, *others = shop.sandbox.products()[id_]["combinations"]
    drift(shop, id_, combinations=[{**first, **changes}, *others])


def verdicts(result: Reconciliation) -> dict[str, str]:
    assert result.repair is not None
    return {gate.gate: gate.verdict for gate in result.repair.gates if gate.verdict not in ("pass", "off")}


def test_prices_that_somebody_changed_go_back_through_the_price_gate(stocked: Shop) -> None:
    before = stocked.sandbox.products()
    for id_ in ("P01", "P02"):
        changed(stocked, id_, price=10, discountedPrice=10)
    drift(stocked, "P03", name="Other")
    result = compare(stocked, fix=True)
    assert (verdicts(result), result.exit_code) == ({"price": "held"}, 4)
    assert stocked.touched() == [("P03",)], "what no gate holds is mended"
    assert kinds(compare(stocked)) == {}, "what the store holds is known now, and what is held is shown as such"
    assert compare(stocked, fix=True).repair is None
    assert stocked.run().held == 2
    stocked.run(allow=("price",))
    assert stocked.sandbox.products() == before


def test_one_price_among_many_is_mended_at_once(stocked: Shop) -> None:
    before = stocked.sandbox.products()
    changed(stocked, "P01", price=10, discountedPrice=10)
    assert compare(stocked, fix=True).exit_code == 0
    assert stocked.sandbox.products() == before


def test_what_somebody_gave_away_for_nothing_is_taken_back_and_the_other_way_round_is_held(shop: Shop) -> None:
    shop.settings = '[gates]\nzero_price = "off"\n'
    shop.publish(*items(12), item("F", "0 INR"))
    shop.run()
    shop.settings = ""
    changed(shop, "P01", price=0, discountedPrice=0)
    changed(shop, "F", price=9, discountedPrice=9)
    result = compare(shop, fix=True)
    assert verdicts(result) == {"zero_price": "held"}
    assert (shop.prices()["P01"], shop.prices()["F"]) == (100, 9)


def test_stock_that_the_repair_takes_away_is_a_stock_out(shop: Shop) -> None:
    shop.publish(*items(12, availability="out_of_stock"))
    shop.run()
    for id_ in shop.sandbox.products():
        changed(shop, id_, quantity=5)
    result = compare(shop, fix=True)
    assert (verdicts(result), result.exit_code) == ({"stock_out": "held"}, 4)


@pytest.mark.parametrize(("drops", "left"), [(True, {"P01": 100}), (None, {"P01": 100, "more": 0})])
def test_a_variant_that_somebody_added_is_removed_as_one_of_ours(
    stocked: Shop, drops: bool | None, left: dict[str, int]
) -> None:
    if drops:
        with Store(snapshot_path(stocked.state, "shop")) as store:
            found = BikFindings(at=1, version="1", combinations_dropped=True)
            keep_findings(store, found, target_of(stocked.schedule(), stocked.sandbox.key))
    (first,) = stocked.sandbox.products()["P01"]["combinations"]
    drift(stocked, "P01", combinations=[first, {**first, "id": "more"}])
    compare(stocked, fix=True)
    assert stocked.quantities("P01") == left
    assert compare(stocked).counts == {}


def test_what_no_snapshot_can_hold_is_sent_again_as_it_was(stocked: Shop) -> None:
    before = stocked.sandbox.products()
    changed(stocked, "P01", price="a lot")
    drift(stocked, "P02", combinations=None)
    assert compare(stocked, fix=True).exit_code == 0
    assert stocked.sandbox.products() == before


def test_the_way_back_leads_past_what_somebody_did(stocked: Shop) -> None:
    before = stocked.sandbox.products()
    changed(stocked, "P01", price=90, discountedPrice=90)
    stocked.lose("P02")
    stocked.publish(item("P00", "95 INR"), *items(12)[1:])
    stocked.run()
    compare(stocked, fix=True)
    stocked.sandbox.clear_requests()
    roll_back(stocked.schedule(), stocked.state, 1, who="test", clock=lambda: stocked.now)
    assert stocked.touched() == [("P00",)]
    assert stocked.sandbox.products() == before


def test_the_lock_is_held_from_the_reading_to_the_end_of_the_repair(stocked: Shop) -> None:
    drift(stocked, "P01", name="Other")
    path, asked = stocked.state / "shop.lock", 0

    def clock() -> float:
        nonlocal asked
        with pytest.raises(Locked), schedule_lock(path, "shop"):
            raise AssertionError
        asked += 1
        return stocked.now

    assert reconcile(stocked.schedule(), stocked.state, fix=True, clock=clock).exit_code == 0
    assert asked > 3


def test_a_run_that_died_is_told(stocked: Shop) -> None:
    left = '{"pid": 1, "host": "there", "since": "then", "command": "feedsync run shop"}'
    (stocked.state / "shop.lock").write_text(left)
    assert compare(stocked).died == "pid 1 on there since then (feedsync run shop)"
    assert compare(stocked).died is None
    (stocked.state / "shop.lock").write_text(left)
    drift(stocked, "P01", name="Other")
    repair = compare(stocked, fix=True).repair
    assert repair is not None
    assert repair.died == "pid 1 on there since then (feedsync run shop)"


def test_the_requests_of_the_reading_are_not_those_of_the_repair(stocked: Shop) -> None:
    drift(stocked, "P01", name="Other")
    result = compare(stocked, fix=True)
    assert result.repair is not None
    total = len(stocked.sandbox.requests())
    assert result.requests + result.repair.pushed.requests == total
    assert result.repair.pushed.requests == 2, "a look at it, and the repair"
    assert sum(result.repair.pushed.answers.values()) == 2


def test_what_the_feeds_want_is_told(stocked: Shop) -> None:
    stocked.publish(item("P01", "90 INR"), item("P02", "90 INR"), *items(11)[3:])
    stocked.run(limit=0)
    changed(stocked, "P01", price=90, discountedPrice=90)
    changed(stocked, "P02", price=80, discountedPrice=80)
    drift(stocked, "P03", name="Other")
    stocked.sandbox.put_products({"id": "X", "name": "theirs"})
    stocked.lose("P11")
    found = {finding.id: finding.desired for finding in compare(stocked).findings}
    assert found == {"P01": "stored", "P02": "other", "P03": "sent", "P11": "other", "X": "gone"}
    stocked.publish(*items(11, title="x"))
    stocked.run(limit=0)
    assert {finding.id: finding.desired for finding in compare(stocked).findings}["P11"] == "gone"


@pytest.mark.parametrize(
    ("setting", "stays"),
    [
        ("ids = ['X']", True),
        ("match = 'price > `50`'", True),
        ("match = 'price > `500`'", False),
        ("ids = ['Y']", False),
    ],
)
def test_what_is_protected_is_not_removed_by_being_taken_over(stocked: Shop, setting: str, stays: bool) -> None:
    stocked.settings = f"[protect]\n{setting}\n"
    one = stocked.sandbox.products()["P00"]
    stocked.sandbox.put_products({**one, "id": "X", "combinations": [{**one["combinations"][0], "id": "X"}]})
    result = compare(stocked, adopt=True)
    assert (result.adopted, "X" in stocked.prices()) == (1, stays)
    assert result.repair is not None
    assert [d.verdict for d in result.repair.differences] == (["protected"] if stays else ["send"])


@pytest.mark.parametrize("how", ["adopt", "fix"])
def test_variants_that_no_feed_has_are_removals(shop: Shop, how: str) -> None:
    shop.publish(*items(12))
    shop.run(limit=0 if how == "adopt" else None)
    other = Shop(shop.folder.parent / "other", shop.sandbox)
    if how == "adopt":
        other.publish(*items(12))
        other.run()
    for id_, product in shop.sandbox.products().items():
        (first,) = product["combinations"]
        drift(shop, id_, combinations=[first, {**first, "id": f"{id_}-more"}])
    shop.settings = "[gates]\nremovals = 0\n"
    result = compare(shop, **{how: True})
    assert (verdicts(result), result.exit_code) == ({"removals": "held"}, 4)
    assert all(shop.quantities(id_) == {id_: 100, f"{id_}-more": 100} for id_ in shop.sandbox.products())
    shop.run(allow=("removals",))
    assert all(shop.quantities(id_) == {id_: 100, f"{id_}-more": 0} for id_ in shop.sandbox.products())
    assert compare(shop).counts == {}


def test_a_product_of_very_many_variants_can_be_asked_about(stocked: Shop) -> None:
    with Store(snapshot_path(stocked.state, "shop"), read_only=True) as store:
        many = frozenset(f"P{number:02}" for number in range(40_000))
        assert Products(store).known_variants(many) == {f"P{number:02}" for number in range(12)}
