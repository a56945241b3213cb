"""The gate on removals: over 24 hours, over all or nothing, released once by name, and gone when the feed recovers."""

from __future__ import annotations

import pytest

from feedsync.gates import GateResult
from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, Shop, item, items


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twenty products in its store."""
    shop.publish(*items(20))
    shop.run()
    return shop


def removals(summary: RunSummary) -> GateResult:
    return next(gate for gate in summary.gates if gate.gate == "removals")


def unbuyable(shop: Shop) -> int:
    return sum(shop.quantities(id_) == {id_: 0} for id_ in shop.prices())


def leave(shop: Shop, count: int, **options: tuple[str, ...]) -> RunSummary:
    """A run whose feed has that many products left."""
    shop.publish(*items(count))
    return shop.run(**options)  # type: ignore[arg-type]


def test_a_share_up_to_the_limit_passes(stocked: Shop) -> None:
    summary = leave(stocked, 16)
    assert (removals(summary).value, removals(summary).verdict, summary.held) == (0.2, "pass", 0)
    assert unbuyable(stocked) == 4


def test_over_the_limit_all_are_held(stocked: Shop) -> None:
    summary = leave(stocked, 15)
    assert (removals(summary).value, removals(summary).limit, removals(summary).verdict) == (0.25, 0.2, "held")
    assert (summary.held, removals(summary).held) == (5, 5)
    assert (summary.outcome, summary.exit_code) == ("held", 4)
    assert {d.verdict for d in summary.differences} == {"held by removals"}
    assert unbuyable(stocked) == 0
    assert stocked.calls() == []


def test_everything_but_the_removals_flows(stocked: Shop) -> None:
    stocked.publish(item("P00", "90 INR"), *items(15)[1:], item("NEW"))
    stocked.run()
    assert stocked.prices()["P00"] == 90
    assert "NEW" in stocked.prices()
    assert unbuyable(stocked) == 0


def test_what_is_held_stays_held_over_runs_and_documents(stocked: Shop) -> None:
    for _ in range(4):
        assert leave(stocked, 15).held == 5
        assert stocked.run().held == 5
        stocked.now += 25 * HOUR
    assert (len(stocked.prices()), unbuyable(stocked)) == (20, 0)


def test_what_is_held_goes_away_when_the_feed_recovers(stocked: Shop) -> None:
    leave(stocked, 15)
    summary = leave(stocked, 20)
    assert (summary.outcome, summary.held, summary.changes) == ("done", 0, {})
    assert stocked.run().planned == 0


def test_a_partial_recovery_is_judged_anew(stocked: Shop) -> None:
    leave(stocked, 15)
    assert leave(stocked, 18).held == 0
    assert (len(stocked.prices()), unbuyable(stocked)) == (20, 2), "what was held is no evidence that they are gone"
    stocked.publish(*items(18))
    stocked.run()
    assert len(stocked.prices()) == 18, "two documents that are believed lacked these two"


def test_a_slow_bleed_adds_up_over_a_day(stocked: Shop) -> None:
    assert leave(stocked, 18).held == 0
    stocked.now += 6 * HOUR
    assert leave(stocked, 16).held == 0
    stocked.now += 6 * HOUR
    summary = leave(stocked, 15)
    assert removals(summary).value == 0.25
    assert "P15" in stocked.prices()
    assert stocked.quantities("P15") == {"P15": 100}


def test_after_a_day_the_count_begins_anew(stocked: Shop) -> None:
    leave(stocked, 17)
    leave(stocked, 17)
    stocked.now += 25 * HOUR
    summary = leave(stocked, 14)
    assert summary.held == 0
    assert removals(summary).value == round(3 / 17, 6)


def test_the_two_steps_of_one_absence_count_once(stocked: Shop) -> None:
    leave(stocked, 16)
    summary = leave(stocked, 16)
    assert (removals(summary).value, summary.held) == (0.2, 0)
    assert len(stocked.prices()) == 16


def test_allow_releases_what_is_held_and_covers_its_second_step(stocked: Shop) -> None:
    leave(stocked, 10)
    summary = stocked.run(allow=("removals",))
    assert (removals(summary).verdict, summary.held, unbuyable(stocked)) == ("allowed", 0, 10)
    assert {d.verdict for d in summary.differences} == {"allowed"}
    assert leave(stocked, 10).held == 0
    assert leave(stocked, 10).held == 0
    assert len(stocked.prices()) == 10


def test_allow_releases_once(stocked: Shop) -> None:
    leave(stocked, 15, allow=("removals",))
    leave(stocked, 15)
    assert leave(stocked, 9).held == 6
    assert unbuyable(stocked) == 0, "the five that were let through are deleted, the six are as they were"
    assert len(stocked.prices()) == 15


def test_what_was_allowed_is_not_counted_against_later_removals(stocked: Shop) -> None:
    leave(stocked, 15, allow=("removals",))
    leave(stocked, 15)
    summary = leave(stocked, 13)
    assert summary.held == 0
    assert removals(summary).value == 0.1, "two of the most that was owned in that time"


def test_allow_of_another_gate_releases_nothing(stocked: Shop) -> None:
    assert leave(stocked, 15, allow=("empty",)).held == 5


def test_allow_where_nothing_is_held_counts_as_usual(stocked: Shop) -> None:
    assert removals(leave(stocked, 18, allow=("removals",))).verdict == "pass"
    assert removals(leave(stocked, 16)).value == 0.2


def test_zero_lets_nothing_through(stocked: Shop) -> None:
    stocked.settings = "[gates]\nremovals = 0\n"
    assert leave(stocked, 19).held == 1


def test_off_lets_everything_through(stocked: Shop) -> None:
    stocked.settings = '[gates]\nremovals = "off"\nidentity = "off"\n'
    summary = leave(stocked, 1)
    assert (removals(summary).verdict, unbuyable(stocked)) == ("off", 19)


def test_a_count_is_a_limit_too(stocked: Shop) -> None:
    stocked.settings = "[gates]\nremovals = 2\n"
    assert leave(stocked, 18).held == 0
    assert leave(stocked, 17).held == 3


def test_variants_count_by_themselves(shop: Shop) -> None:
    """All variants but one of one product among many: few products, but a large share of what is sold."""
    shirts = [item(f"S{n:02}", item_group_id="SHIRT", size=str(n)) for n in range(20)]
    shop.publish(*shirts, *items(20))
    shop.run()
    shop.publish(shirts[0], *items(20))
    summary = shop.run()
    assert (removals(summary).value, summary.held) == (0.475, 19)
    assert set(shop.quantities("SHIRT").values()) == {100}


def test_held_variants_stay_as_they_were_while_their_product_goes_on(shop: Shop) -> None:
    shop.settings = "[gates]\nremovals = 0\n"
    shop.publish(*(item(f"S{n}", item_group_id="SHIRT", size=str(n)) for n in range(3)))
    shop.run()
    for _ in range(2):
        shop.publish(item("S0", "80 INR", item_group_id="SHIRT", size="0"))
        shop.run()
    stored = {c["id"]: (c["price"], c["quantity"]) for c in shop.sandbox.products()["SHIRT"]["combinations"]}
    assert stored == {"S0": (80, 100), "S1": (100, 100), "S2": (100, 100)}


def test_a_variant_that_moves_to_another_product_is_no_removal(shop: Shop) -> None:
    shop.settings = "[gates]\nremovals = 0\n"
    shop.publish(item("A", item_group_id="ONE"), item("B", item_group_id="ONE", size="L"))
    shop.run()
    shop.publish(item("A", item_group_id="ONE"), item("B", item_group_id="TWO", size="L"))
    summary = shop.run()
    assert summary.held == 0
    assert shop.quantities("ONE") == {"A": 100, "B": 0}
    assert shop.quantities("TWO") == {"B": 100}
