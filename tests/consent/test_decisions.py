"""Approving and rejecting what is held: for each product, with what was before and after, by whom, and pushed at once."""

from __future__ import annotations

import pytest

from feedsync.consent import HeldList, decide, held
from feedsync.errors import ConfigError
from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, Shop, item, items


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twenty products in its store."""
    shop.publish(*items(20))
    shop.run()
    return shop


def cheap(count: int, price: str = "1.00 INR") -> list[str]:
    return [item(f"P{n:02}", price if n < count else "100.00 INR") for n in range(20)]


def say(
    shop: Shop, word: str, *ids: str, gates: tuple[str, ...] = (), expected: str | None = None
) -> RunSummary:  # fmt: skip
    shop.sandbox.clear_requests()
    return decide(
        shop.schedule(), shop.state, word, who="ann@desk", gates=frozenset(gates), ids=frozenset(ids),  # type: ignore[arg-type]
        expected=expected, clock=lambda: shop.now,
    )  # fmt: skip


def waiting(shop: Shop) -> HeldList:
    return held(shop.state, "shop")


def test_what_is_approved_is_pushed_at_once_and_nothing_else(stocked: Shop) -> None:
    stocked.publish(*cheap(5))
    stocked.run()
    stocked.publish(*items(20, title="Not read yet"))
    summary = say(stocked, "approved", "P00", "P01")
    assert stocked.touched() == [("P00", "P01")]
    assert (stocked.prices()["P01"], stocked.prices()["P02"]) == (1, 100)
    assert (summary.trigger, summary.held) == ("approve", 3)
    assert {d.verdict for d in summary.differences if d.subject == "P00"} == {"approved"}


def test_who_said_so_and_when_is_kept(stocked: Shop) -> None:
    stocked.publish(*cheap(5))
    stocked.run()
    say(stocked, "approved", "P00")
    assert stocked.rows("select subject, class, verdict, gate, who, at, before, after from decisions") == [
        ("P00", "price", "approved", "price", "ann@desk", int(stocked.now), "100.00 INR", "1.00 INR")
    ]


def test_a_feed_that_moves_is_approved_all_the_same_and_what_changed_is_asked_again(stocked: Shop) -> None:
    stocked.publish(*cheap(5))
    stocked.run()
    stocked.fault("500", path="products/createOrUpdate", count=5)
    say(stocked, "approved")
    stocked.sandbox.clear_faults()
    stocked.publish(item("P00", "2.00 INR"), *cheap(5)[1:])
    stocked.run()
    assert stocked.prices()["P01"] == 1
    assert stocked.prices()["P00"] == 2, "one product alone is no wave"


def test_what_changed_since_is_held_again(stocked: Shop) -> None:
    stocked.settings = "[gates]\nprice = 0\n"
    stocked.publish(*cheap(2))
    stocked.run()
    stocked.fault("500", path="products/createOrUpdate", count=5)
    say(stocked, "approved")
    stocked.sandbox.clear_faults()
    stocked.publish(item("P00", "2.00 INR"), *cheap(2)[1:])
    assert stocked.run().held == 1
    assert (stocked.prices()["P00"], stocked.prices()["P01"]) == (100, 1)


def test_the_same_change_at_another_time_is_asked_again(stocked: Shop) -> None:
    stocked.settings = "[gates]\nprice = 0\n"
    for _ in range(2):
        stocked.publish(*cheap(1))
        assert stocked.run().held == 1
        assert say(stocked, "approved").held == 0
        stocked.publish(*items(20))
        stocked.run(allow=("price",))


def test_consent_to_the_first_step_covers_the_second(stocked: Shop) -> None:
    stocked.publish(*items(10))
    stocked.run()
    say(stocked, "approved")
    assert stocked.quantities("P10") == {"P10": 0}
    for n in range(2):
        stocked.publish(*items(10, title=str(n)))
        assert stocked.run().held == 0
    assert len(stocked.prices()) == 10


def test_consent_also_covers_a_second_step_that_only_time_brings(stocked: Shop) -> None:
    stocked.publish(*items(10))
    stocked.run()
    say(stocked, "approved")
    stocked.now += 25 * HOUR
    assert stocked.run().held == 0
    assert len(stocked.prices()) == 10


def test_what_is_back_and_gone_again_is_asked_again(stocked: Shop) -> None:
    stocked.publish(*items(10))
    stocked.run()
    say(stocked, "approved")
    stocked.publish(*items(20))
    stocked.run()
    stocked.now += 25 * HOUR
    stocked.publish(*items(10))
    assert stocked.run().held == 10


def test_a_rejection_lasts_until_the_change_differs(stocked: Shop) -> None:
    stocked.publish(*cheap(5))
    stocked.run()
    summary = say(stocked, "rejected")
    assert (summary.held, summary.exit_code, stocked.calls()) == (0, 0, [])
    for _ in range(3):
        summary = stocked.run()
        assert (summary.held, summary.exit_code) == (0, 0)
        assert {d.verdict for d in summary.differences} == {"rejected"}
    assert set(stocked.prices().values()) == {100}
    stocked.publish(*cheap(5, "2.00 INR"))
    assert stocked.run().held == 5


def test_a_rejected_removal_stays_away_through_its_second_step(stocked: Shop) -> None:
    stocked.publish(*items(10))
    stocked.run()
    say(stocked, "rejected")
    for n in range(3):
        stocked.publish(*items(10, title=str(n)))
        assert stocked.run().held == 0
        stocked.now += 25 * HOUR
    assert stocked.quantities("P19") == {"P19": 100}


def test_a_decision_can_be_changed(stocked: Shop) -> None:
    stocked.settings = "[gates]\nprice = 0\n"
    stocked.publish(*cheap(2))
    stocked.run()
    say(stocked, "rejected", "P00")
    assert [m.subject for m in waiting(stocked).held] == ["P01"]
    assert say(stocked, "approved").held == 0
    assert (stocked.prices()["P00"], stocked.prices()["P01"]) == (100, 1)


def test_one_gate_of_several(stocked: Shop) -> None:
    stocked.publish(*cheap(5)[:14])
    stocked.run()
    assert {m.gate for m in waiting(stocked).held} == {"price", "removals"}
    assert say(stocked, "approved", gates=("removals",)).held == 5
    assert (stocked.prices()["P00"], stocked.quantities("P19")) == (100, {"P19": 0})


def test_what_was_not_shown_is_not_approved(stocked: Shop) -> None:
    stocked.publish(*cheap(5))
    stocked.run()
    shown = waiting(stocked).fingerprint
    stocked.publish(*cheap(6))
    stocked.run()
    with pytest.raises(ConfigError, match="not what was shown") as caught:
        say(stocked, "approved", expected=shown)
    assert caught.value.code == "FS-602"
    assert stocked.calls() == []
    assert stocked.rows("select count(*) from runs") == [(3,)], "nothing was started"
    assert say(stocked, "approved", expected=waiting(stocked).fingerprint).held == 0


def test_nothing_is_held(stocked: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        say(stocked, "approved")
    assert caught.value.code == "FS-601"


def test_no_consent_releases_what_a_broken_document_lacks(stocked: Shop) -> None:
    stocked.publish(*items(10), end="")
    assert stocked.run().held == 0, "nothing is judged over it"
    stocked.publish(*items(10))
    stocked.run()
    stocked.publish(*items(10, title="new"), end="")
    assert stocked.run().held == 10
    with pytest.raises(ConfigError) as caught:
        say(stocked, "approved")
    assert caught.value.code == "FS-603"
    assert stocked.quantities("P19") == {"P19": 100}


def test_consent_that_was_given_waits_for_a_whole_document(stocked: Shop) -> None:
    stocked.publish(*items(10))
    stocked.run()
    stocked.fault("500", path="products/createOrUpdate", count=50)
    say(stocked, "approved")
    stocked.sandbox.clear_faults()
    stocked.publish(*items(10, title="new"), end="")
    assert stocked.run().held == 10
    stocked.publish(*items(10, title="newer"))
    assert stocked.run().held == 0
    assert stocked.quantities("P19") == {"P19": 0}
