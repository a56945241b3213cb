"""Items that stand together as they stood in the last document are passed by; what is kept for that is never needed."""

from __future__ import annotations

import pytest

from feedsync.adapters import stretches
from feedsync.snapshot.feeds import forget_feeds
from tests.ingest.street import Street, item, rss, schedule

ITEMS = [item(str(number)) for number in range(60)]


def _count(street: Street) -> int:
    count: int = street.store.scalar("select count(*) from stretches")
    return count


def test_one_day_follows_the_other(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "TOGETHER", 2)
    street.read(rss(*ITEMS))
    assert _count(street) == 1
    changed = [*ITEMS[:20], item("20", price="7.00 INR"), *ITEMS[22:], item("new")]
    reading = street.read(rss(*changed))
    assert (reading.items, reading.parsed, street.absent()) == (60, 2, {"21": 1})
    assert street.variants()["20"].price_minor == 700
    assert _count(street) > 1
    street.read(rss(*ITEMS))
    assert (street.absent(), street.variants()["20"].price_minor) == ({"new": 1}, 10_000)


def test_without_what_is_kept_the_same_is_read(street: Street) -> None:
    street.read(rss(*ITEMS))
    street.store.execute("delete from stretches")
    reading = street.read(rss(*ITEMS[1:], ITEMS[5]))
    assert (reading.items, reading.parsed, street.absent()) == (60, 0, {"0": 1})
    assert street.problems() == [("5", "FS-402")]


def test_under_other_settings_all_is_read(street: Street) -> None:
    street.read(rss(*ITEMS))
    before = _count(street)
    reading = street.read(rss(*ITEMS), schedule(catalogs={"depth": 1}))
    assert (reading.items, reading.parsed, _count(street)) == (60, 60, before)


def test_a_second_copy_among_them_is_noticed_where_it_stands(street: Street) -> None:
    document = rss(*ITEMS, ITEMS[30])
    street.read(document)
    street.read(document.replace(b"<title>Shop", b"<title>The same shop"))
    assert street.problems() == [("30", "FS-402")]
    line = street.store.scalar("select line from problems")
    assert line == document.decode().splitlines().index(ITEMS[30], 40) + 1


def test_a_feed_that_left_leaves_none(street: Street) -> None:
    street.read(rss(*ITEMS))
    assert _count(street) == 1
    with street.store.transaction():
        forget_feeds(street.store, 0)
    assert _count(street) == 0
