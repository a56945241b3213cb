"""Killed in the middle of a push: what was applied and not recorded is sent again, and nothing else is."""

from __future__ import annotations

from tests.crash.gate import Gate
from tests.crash.victim import Victim
from tests.sync.shop import PUT, Shop, item, items

DELETE = "products/delete"


def _sent(shop: Shop) -> list[str]:
    return sorted(id_ for ids in shop.touched() for id_ in ids)


def test_before_the_call_is_applied(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(6))
    gate.hold(PUT, "before")
    with Victim(shop) as victim:
        gate.wait(3)
        victim.kill()
    gate.drop()
    assert shop.sandbox.products() == {}
    assert set(shop.outcomes().values()) == {"unknown"}
    summary = shop.run()
    assert (summary.outcome, summary.pushed.products) == ("done", 6)
    assert _sent(shop) == [f"P{n:02}" for n in range(6)]
    assert shop.sandbox.products() == shop.sent()
    assert set(shop.outcomes().values()) == {"acknowledged"}


def test_between_the_applied_call_and_its_record(shop: Shop, gate: Gate) -> None:
    shop.bik["in_flight"] = "1"
    shop.publish(*items(6))
    shop.run()
    shop.publish(*items(4, "90 INR"), *items(6)[4:])
    gate.hold(PUT, "after")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    assert sorted(shop.prices().values()) == [90, 90, 100, 100, 100, 100]
    assert list(shop.outcomes().values()).count("unknown") == 2
    assert shop.sent()["P00"]["combinations"][0]["price"] == 100, "only an acknowledgement moves sent"
    assert shop.run().outcome == "done"
    assert _sent(shop) == ["P00", "P01", "P02", "P03"]
    assert shop.sandbox.products() == shop.sent()
    assert shop.run().pushed.requests == 0


def test_what_was_acknowledged_before_the_kill_is_not_sent_again(shop: Shop, gate: Gate) -> None:
    shop.bik["in_flight"] = "1"
    shop.publish(*items(6))
    shop.run()
    shop.publish(*items(6, "90 INR"))
    gate.hold(PUT, "after", passing=1)
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    outcomes = shop.outcomes()
    done, doubtful = (sorted(k for k, v in outcomes.items() if v == word) for word in ("acknowledged", "unknown"))
    assert doubtful == ["P02", "P03"]
    assert done == ["P00", "P01", "P04", "P05"]
    assert shop.run().outcome == "done"
    assert _sent(shop) == ["P02", "P03", "P04", "P05"]
    assert set(shop.prices().values()) == {90}


def test_a_create_that_was_applied_unseen_is_undone_when_the_feed_drops_the_product(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(12), item("NEW"))
    gate.hold(PUT, "after")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    assert "NEW" in shop.sandbox.products()
    shop.publish(*items(12))
    assert shop.run().outcome == "done"
    assert sorted(shop.sandbox.products()) == [f"P{n:02}" for n in range(12)]


def test_a_deletion_that_was_applied_and_not_recorded_is_done(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(11))
    shop.run()
    shop.publish(*items(11))
    gate.hold(DELETE, "after")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    assert "P11" not in shop.sandbox.products()
    assert shop.run().outcome == "done"
    assert sorted(shop.sandbox.products()) == [f"P{n:02}" for n in range(11)]
    assert shop.run().pushed.requests == 0


def test_a_deletion_that_was_never_applied_is_called_off_when_the_product_comes_back(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(11))
    shop.run()
    shop.publish(*items(11))
    gate.hold(DELETE, "before")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    shop.publish(*items(12))
    assert shop.run().outcome == "done"
    assert shop.touched(DELETE) == []
    assert shop.quantities("P11") == {"P11": 100}


def test_a_call_of_the_dead_that_lands_late_is_noticed_and_made_good(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.publish(*items(2, "90 INR"))
    gate.hold(PUT, "before")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    late = gate.set_aside()
    shop.publish(*items(2, "80 INR"))
    gate.hold("products/get", "before")
    with Victim(shop) as second:
        gate.wait()
        assert shop.prices() == {"P00": 80, "P01": 80}
        gate.land(late)
        assert shop.prices() == {"P00": 90, "P01": 90}
        gate.release()
        code, _, _ = second.end()
    assert code == 3, "the store holds something else than was sent, and the run says so"
    assert shop.run().outcome == "done"
    assert shop.prices() == {"P00": 80, "P01": 80}
