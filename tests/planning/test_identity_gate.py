"""A feed under other ids: what is gone and what is new wait, and the report says that they are the same."""

from __future__ import annotations

import pytest

from feedsync.consent import decide
from feedsync.gates import GateResult
from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, Shop, item, items


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twenty products in its store."""
    shop.publish(*items(20))
    shop.run()
    return shop


def identity(summary: RunSummary) -> GateResult:
    return next(result for result in summary.gates if result.gate == "identity")


def renamed(count: int, **fields: str) -> list[str]:
    """The same twenty products, the first of them under other ids."""
    return [
        item(f"SKU-{n:02}" if n < count else f"P{n:02}", title=f"Title of P{n:02}", link=f"https://shop.example/P{n:02}",
             image_link=f"https://shop.example/P{n:02}.jpg", **fields)
        for n in range(20)
    ]  # fmt: skip


def test_new_ids_wait_with_the_old_ones_and_are_recognized(stocked: Shop) -> None:
    stocked.publish(*renamed(20, availability="out_of_stock"))
    summary = stocked.run()
    assert (identity(summary).verdict, identity(summary).value, identity(summary).held) == ("held", 0.0, 40)
    assert identity(summary).note == (
        "20 of the 20 that are gone look like new ones: the ids have changed, P00 is now SKU-00"
    )
    assert set(stocked.prices()) == {f"P{n:02}" for n in range(20)}


def test_what_is_approved_goes_and_comes_at_once(stocked: Shop) -> None:
    stocked.publish(*renamed(20))
    stocked.run()
    assert stocked.run(allow=("identity", "removals")).held == 0
    assert {f"SKU-{n:02}" for n in range(20)} < set(stocked.prices())
    assert stocked.quantities("P00") == {"P00": 0}


def test_half_of_the_ids_may_change(stocked: Shop) -> None:
    stocked.publish(*renamed(10))
    summary = stocked.run(allow=("removals",))
    assert (identity(summary).verdict, identity(summary).note) == ("pass", None)
    assert "SKU-00" in stocked.prices()


def test_a_feed_of_other_products_is_held_without_a_word_about_new_ids(stocked: Shop) -> None:
    stocked.publish(*[item(f"X{n}") for n in range(20)])
    summary = stocked.run()
    assert (identity(summary).verdict, identity(summary).note) == ("held", None)
    assert "X0" not in stocked.prices()


def test_held_additions_come_when_the_ids_are_back(stocked: Shop) -> None:
    stocked.publish(*renamed(20))
    stocked.run()
    stocked.publish(*items(20), item("NEW"))
    summary = stocked.run()
    assert (summary.held, summary.outcome) == (0, "done")
    assert set(stocked.prices()) == {"NEW", *(f"P{n:02}" for n in range(20))}


def test_variants_of_one_product_under_new_ids_leave_it_as_it_was(shop: Shop) -> None:
    def group(prefix: str) -> list[str]:
        return [item(f"{prefix}{n:02}", item_group_id="G", color=f"c{n}") for n in range(12)]

    shop.publish(*group("A"))
    shop.run()
    before = shop.sandbox.products()
    shop.publish(*group("B"))
    assert shop.run().held == 24
    assert shop.sandbox.products() == before


def test_too_many_refused_items_hold_removals(stocked: Shop) -> None:
    stocked.publish(*items(16), *[item(f"P{n}", price="much") for n in range(16, 19)])
    summary = stocked.run()
    invalid = next(result for result in summary.gates if result.gate == "invalid")
    assert (invalid.value, invalid.verdict, invalid.held) == (round(3 / 19, 6), "held", 1)
    assert stocked.quantities("P19") == {"P19": 100}


@pytest.mark.parametrize("then", ["out_of_stock", "keep"])
def test_a_catalog_that_turns_over_slowly_is_no_new_id_scheme(shop: Shop, then: str) -> None:
    shop.settings = f'[absence]\nthen = "{then}"\nafter_runs = 1\n[gates]\nremovals = "off"\n'
    for step in range(12):
        shop.publish(*[item(f"P{number:03}") for number in range(2 * step, 20 + 2 * step)])
        assert identity(shop.run()).verdict == "pass", step
        shop.now += 48 * HOUR


@pytest.mark.parametrize("then", ["delete", "out_of_stock", "keep"])
def test_a_new_id_scheme_is_held_until_somebody_says_so_and_then_it_is_over(shop: Shop, then: str) -> None:
    shop.settings = f'[absence]\nthen = "{then}"\nafter_runs = 1\n'
    shop.publish(*[item(f"OLD-{number}") for number in range(20)])
    shop.run()
    for _ in range(3):
        shop.now += 48 * HOUR
        shop.publish(*[item(f"NEW-{number}") for number in range(20)])
        assert identity(shop.run()).verdict == "held"
    decide(shop.schedule(), shop.state, "approved", who="tests", clock=lambda: shop.now)
    assert {id_ for id_ in shop.sandbox.products() if id_.startswith("NEW")} == {f"NEW-{n}" for n in range(20)}
    for step in range(3):
        shop.now += 48 * HOUR
        shop.publish(*[item(f"NEW-{number}") for number in range(20)], item(f"ANOTHER-{step}"))
        run = shop.run()
        assert (run.held, run.outcome) == (0, "done"), step
    assert identity(run).verdict == "pass"
