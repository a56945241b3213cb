"""Killed while the feed comes: nothing was sent, nothing is half known, and nothing is left lying about."""

from __future__ import annotations

from tests.crash.gate import StallingFeed, until
from tests.crash.victim import Victim
from tests.sync.shop import Shop, item, items

FROM_HERE = 'allow_private_hosts = ["127.0.0.1"]'


def _half_spooled(shop: Shop, feed: StallingFeed) -> None:
    feed.wait()
    until(lambda: any((shop.state / "spool").rglob("*.spool")))


def _publish(shop: Shop, feed: StallingFeed, *records: str) -> None:
    shop.publish(*records)
    feed.content = (shop.folder / "feed.xml").read_bytes()


def test_a_first_run_killed_in_the_middle_of_the_feed_leaves_nothing_behind(shop: Shop, feed: StallingFeed) -> None:
    _publish(shop, feed, *items(20))
    shop.location, shop.settings = feed.url, FROM_HERE
    feed.stalls = True
    with Victim(shop) as victim:
        _half_spooled(shop, feed)
        victim.kill()
    assert shop.sandbox.products() == {}
    feed.go_on()
    assert shop.run().outcome == "done"
    assert len(shop.prices()) == 20
    assert [path for path in (shop.state / "spool").rglob("*") if path.is_file()] == []


def test_half_of_a_feed_never_counts_as_what_the_feed_says(shop: Shop, feed: StallingFeed) -> None:
    _publish(shop, feed, *items(20))
    shop.location, shop.settings = feed.url, FROM_HERE
    shop.run()
    before = shop.sandbox.products()
    _publish(shop, feed, item("P00", "1.00 INR"), *items(20)[1:])
    feed.stalls = True
    with Victim(shop) as victim:
        feed.wait()
        victim.kill()
    assert shop.sandbox.products() == before
    feed.go_on()
    summary = shop.run()
    assert (summary.outcome, summary.changes) == ("done", {"price_down": 1})
    assert shop.prices() == {f"P{n:02}": 100 for n in range(1, 20)} | {"P00": 1}
