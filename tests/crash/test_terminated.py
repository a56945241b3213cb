"""SIGTERM and Ctrl-C during a push: what is under way is heard out and recorded, the rest waits for the next run."""

from __future__ import annotations

import signal

import pytest

from tests.crash.gate import Gate, StallingFeed, until
from tests.crash.victim import Victim
from tests.sync.shop import PUT, Shop, items

FROM_HERE = 'allow_private_hosts = ["127.0.0.1"]'
SIGNALS = pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])


@SIGNALS
def test_what_is_under_way_is_recorded(shop: Shop, gate: Gate, number: int, exit_code: int) -> None:
    shop.bik["in_flight"] = "2"
    shop.publish(*items(12))
    gate.hold(PUT, "before")
    with Victim(shop) as victim:
        gate.wait(2)
        victim.process.send_signal(number)
        gate.release()
        code, _, error = victim.end()
    assert code == exit_code
    assert "Traceback" not in error
    assert "the next run goes on from here" in error
    under_way = shop.sandbox.products()
    assert len(under_way) == 4
    assert shop.sent() == under_way
    assert "unknown" not in shop.outcomes().values()
    assert shop.rows("select outcome from runs") == [("interrupted",)]
    summary = shop.run()
    assert (summary.outcome, summary.pushed.products) == ("done", 8)
    assert not under_way.keys() & {id_ for ids in shop.touched() for id_ in ids}
    assert len(shop.sandbox.products()) == 12


@SIGNALS
def test_a_pause_before_another_try_is_cut_short(shop: Shop, number: int, exit_code: int) -> None:
    shop.bik["in_flight"] = "1"
    shop.publish(*items(12))
    shop.fault("429", path=PUT, retry_after=300)
    with Victim(shop) as victim:
        until(lambda: bool(shop.touched()))
        victim.process.send_signal(number)
        code, _, error = victim.end(within_s=15)
    assert code == exit_code
    assert "Traceback" not in error
    assert shop.sandbox.products() == {}
    assert "unknown" not in shop.outcomes().values(), "a refused call was surely not applied"


@SIGNALS
def test_during_the_fetch_nothing_is_changed(shop: Shop, feed: StallingFeed, number: int, exit_code: int) -> None:
    shop.publish(*items(12))
    feed.content = (shop.folder / "feed.xml").read_bytes()
    shop.location, shop.settings = feed.url, FROM_HERE
    feed.stalls = True
    with Victim(shop) as victim:
        feed.wait()
        until(lambda: any((shop.state / "spool").rglob("*.spool")))
        victim.process.send_signal(number)
        code, _, error = victim.end()
    assert code == exit_code
    assert "Traceback" not in error
    assert [path for path in (shop.state / "spool").rglob("*") if path.is_file()] == []
    feed.go_on()
    assert shop.run().outcome == "done"
    assert len(shop.sandbox.products()) == 12
