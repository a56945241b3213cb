"""What is due runs, and what only time asks for leaves the feeds alone."""

from __future__ import annotations

from feedsync.due import due_of, run_due
from feedsync.report.summary import RunSummary

from .shop import HOUR, PUT, START, Shop, item

#: The sale lasts from 10:00 to 20:00 on the first day.
SALE = {"sale_price": "80 INR", "sale_price_effective_date": "2026-11-16T10:00Z/2026-11-16T20:00Z"}


def daily(shop: Shop) -> None:
    """Run once a day, at midnight."""
    shop.top = 'cron = "@daily"'


def next_run(shop: Shop) -> RunSummary | None:
    """Wait for what is due next, and run it; None: nothing is."""
    due = due_of(shop.schedule(), shop.state, int(shop.now))
    if due is None:
        return None
    shop.now = max(shop.now, due.at)
    shop.sandbox.clear_requests()
    return run_due(shop.schedule(), shop.state, due, clock=lambda: shop.now)


def triggers(shop: Shop, count: int) -> list[tuple[str, float]]:
    """What starts the next runs, and at which hour."""
    found = []
    for _ in range(count):
        run = next_run(shop)
        assert run is not None
        found.append((run.trigger, (shop.now - START) / HOUR))
    return found


def test_a_sale_begins_and_ends_on_time_though_the_feed_is_read_once_a_day(shop: Shop) -> None:
    daily(shop)
    shop.publish(item("P", **SALE))
    assert triggers(shop, 1) == [("first", 0)]
    shop.withdraw()  # nobody asks for it before the next midnight
    seen = []
    for _ in range(2):
        run = next_run(shop)
        assert run is not None
        seen.append((run.trigger, (shop.now - START) / HOUR, run.changes, shop.touched(PUT), shop.prices()["P"]))
    assert seen == [
        ("clock", 10, {"sale_started": 1}, [("P",)], 80), ("clock", 20, {"sale_ended": 1}, [("P",)], 100),
    ]  # fmt: skip
    assert triggers(shop, 1) == [("cron", 24)]


def test_a_run_that_failed_is_tried_again_until_it_is_done(shop: Shop) -> None:
    daily(shop)
    shop.publish(item("P"))
    shop.fault("500")
    assert triggers(shop, 4) == [
        ("first", 0), ("retry", 1 / 60), ("retry", 3 / 60), ("retry", 7 / 60),
    ]  # fmt: skip
    shop.sandbox.clear_faults()
    assert triggers(shop, 2) == [("retry", 15 / 60), ("cron", 24)]


def test_refused_credentials_are_not_tried_again_before_the_next_time(shop: Shop) -> None:
    daily(shop)
    shop.publish(item("P"))
    (shop.folder / "secret").write_text("wrong")
    assert triggers(shop, 2) == [("first", 0), ("cron", 24)]


def test_a_schedule_by_hand_is_never_due(shop: Shop) -> None:
    shop.publish(item("P", **SALE))
    shop.run()
    assert next_run(shop) is None
