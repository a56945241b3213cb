"""Degraded never removes: a feed that is broken, gone or empty costs nothing, and what does not depend on it goes on."""

from __future__ import annotations

import pytest

from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, PUT, Shop, item, items


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop whose store has five products, two of which its feed no longer names."""
    shop.publish(*items(5))
    shop.run()
    shop.sandbox.clear_requests()
    return shop


def gates(summary: RunSummary) -> dict[str, str]:
    return {gate.gate: gate.verdict for gate in summary.gates}


BROKEN = {
    "cut off": "",
    "cut in an item": "<item><g:id>P04</g:id><g:ti",
    "nameless": "<item><g:id></item></channel></rss>",
}


@pytest.mark.parametrize("end", BROKEN.values(), ids=BROKEN)
def test_a_broken_document_removes_nothing_however_often_it_comes(stocked: Shop, end: str) -> None:
    for _ in range(3):
        stocked.publish(*items(3), end=end)
        summary = stocked.run()
        assert summary.documents[0].verdict == "degraded"
        assert gates(summary)["degraded"] == "held"
        stocked.now += 25 * HOUR
    assert len(stocked.prices()) == 5
    assert all(stocked.quantities(id_) == {id_: 100} for id_ in stocked.prices())


def test_the_updates_and_additions_of_a_broken_document_flow(stocked: Shop) -> None:
    stocked.publish(item("P00", "90 INR"), item("NEW"), end="")
    stocked.run()
    assert stocked.prices() == {"NEW": 100, "P00": 90, "P01": 100, "P02": 100, "P03": 100, "P04": 100}


def test_an_absence_that_was_counted_before_is_held_while_the_feed_is_broken(stocked: Shop) -> None:
    stocked.publish(*items(4))
    stocked.run()
    stocked.now += 25 * HOUR
    stocked.publish(*items(4), end="")
    summary = stocked.run()
    assert (summary.outcome, summary.held) == ("held", 1)
    assert "P04" in stocked.prices()
    stocked.publish(*items(4))
    assert stocked.run().pushed.deleted == 1


@pytest.mark.parametrize("allow", [("degraded",), ("degraded", "removals", "empty")])
def test_degraded_cannot_be_allowed(stocked: Shop, allow: tuple[str, ...]) -> None:
    stocked.publish(*items(4))
    stocked.run()
    stocked.now += 25 * HOUR
    stocked.publish(*items(4), end="")
    assert stocked.run(allow=allow).held == 1
    assert "P04" in stocked.prices()


def test_a_feed_that_is_gone_fails_the_run_and_removes_nothing(stocked: Shop) -> None:
    stocked.withdraw()
    for _ in range(3):
        stocked.now += 25 * HOUR
        summary = stocked.run()
        assert (summary.outcome, summary.exit_code) == ("failed", 1)
        assert summary.error is not None
        assert summary.error.code == "FS-201"
    assert len(stocked.prices()) == 5
    assert stocked.calls() == []


def test_a_feed_that_is_gone_stops_no_work_that_was_left(stocked: Shop) -> None:
    stocked.publish(*items(5, "90 INR"))
    stocked.fault("500", path=PUT)
    stocked.run()
    stocked.sandbox.clear_faults()
    stocked.withdraw()
    assert stocked.run().pushed.products == 5
    assert set(stocked.prices().values()) == {90}


def test_a_feed_that_was_never_there_sends_nothing(shop: Shop) -> None:
    summary = shop.run()
    assert (summary.outcome, summary.planned, shop.calls()) == ("failed", 0, [])


def test_a_page_that_is_no_feed_removes_nothing(stocked: Shop) -> None:
    (stocked.folder / "feed.xml").write_text("<html><body>We are moving house.</body></html>")
    assert stocked.run().outcome == "failed"
    assert len(stocked.prices()) == 5


def test_an_empty_feed_is_held(stocked: Shop) -> None:
    for _ in range(2):
        stocked.publish()
        summary = stocked.run()
        assert (gates(summary)["empty"], summary.held) == ("held", 5)
    assert stocked.quantities("P00") == {"P00": 100}
    assert stocked.run().held == 5, "also while the document stays the same"


def test_an_empty_feed_needs_both_of_its_gates_allowed(stocked: Shop) -> None:
    stocked.publish()
    stocked.run()
    assert stocked.run(allow=("removals",)).held == 5
    assert stocked.run(allow=("empty",)).held == 5
    assert stocked.run(allow=("empty", "removals")).held == 0
    assert stocked.quantities("P00") == {"P00": 0}


def test_a_feed_that_recovers_lets_go_of_everything(stocked: Shop) -> None:
    stocked.publish()
    stocked.run()
    stocked.publish(*items(5))
    summary = stocked.run()
    assert (summary.outcome, summary.held, summary.planned) == ("done", 0, 0)
    assert stocked.rows("select count(*) from products where pending") == [(0,)]


def test_a_first_feed_without_items_is_nothing_to_hold(shop: Shop) -> None:
    shop.publish()
    assert gates(shop.run())["empty"] == "pass"


def test_an_item_that_became_invalid_keeps_its_product(stocked: Shop) -> None:
    for _ in range(3):
        stocked.publish(*items(4), item("P04", "free"))
        summary = stocked.run()
    assert (summary.outcome, summary.exit_code) == ("rejected", 3)
    assert stocked.prices()["P04"] == 100
    assert stocked.quantities("P04") == {"P04": 100}
