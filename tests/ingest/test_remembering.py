"""What a reading leaves for the next request: only of bytes that are what the server has, and only for the same settings."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.adapters.google_xml import GoogleXml
from feedsync.keys import reading_key
from feedsync.settings import Schedule
from feedsync.snapshot.feeds import last_reading
from feedsync.sources import Validators
from tests.ingest.street import PLAIN, Street, item, rss, schedule, unreadable

FRESH: dict[str, Any] = {"etag": '"1"', "last_modified": "Tue, 24 Nov 2026 00:00:00 GMT"}
VALIDATORS = Validators(etag='"1"', last_modified="Tue, 24 Nov 2026 00:00:00 GMT")
NOTHING = Validators()


def _last(street: Street, settings: Schedule = PLAIN) -> tuple[str, Validators, bool] | None:
    """(verdict, validators, whether the sha256 is known)."""
    found = last_reading(street.store, 0, reading_key(settings, GoogleXml(), 0))
    return found and (found[0].verdict, found[1], found[2] is not None)


def test_there_is_nothing_before_the_first_reading(street: Street) -> None:
    assert _last(street) is None


def test_a_complete_document_leaves_its_validators_and_sha256(street: Street) -> None:
    street.read(rss(item("a")), **FRESH)
    assert _last(street) == ("complete", VALIDATORS, True)


def test_a_remembered_reading_is_the_reading_but_not_fresh(street: Street) -> None:
    reading = street.read(rss(item("a"), unreadable()))
    found = last_reading(street.store, 0, reading_key(PLAIN, GoogleXml(), 0))
    assert found is not None
    again = found[0]
    assert (again.verdict, again.reasons, again.items, again.bytes) == (
        reading.verdict, reading.reasons, reading.items, reading.bytes,
    )  # fmt: skip
    assert (reading.fresh, again.fresh, again.parsed) == (True, False, 0)


def test_a_whole_document_with_a_broken_item_need_not_be_fetched_again(street: Street) -> None:
    """It stays degraded, and its bytes are what the server has."""
    street.read(rss(item("a"), unreadable()), **FRESH)
    assert _last(street) == ("degraded", VALIDATORS, True)


@pytest.mark.parametrize("foot", ["", "</channel>"])
def test_a_cut_document_is_fetched_again(street: Street, foot: str) -> None:
    street.read(rss(item("a")), **FRESH)
    street.read(rss(item("a"), foot=foot), **FRESH)
    assert _last(street) == ("degraded", NOTHING, False)


def test_a_short_transfer_is_fetched_again_also_when_it_is_accepted(street: Street) -> None:
    accepting = schedule(feed={"accept": ["FS-203"]})
    street.read(rss(item("a")), accepting, short="5 of 9 bytes came", **FRESH)
    assert _last(street, accepting) == ("complete", NOTHING, False)


@pytest.mark.parametrize(
    "other",
    [
        schedule(products={"currency": "INR"}),
        schedule(catalogs={"depth": 1}),
        schedule(timezone="Asia/Kolkata"),
        schedule(feed={"id_prefix": "x-"}),
        schedule(feed={"accept": ["FS-304"]}),
        schedule(feed={"location": "https://other.example/feed.xml"}),
    ],
)
def test_other_settings_make_it_forgotten(street: Street, other: Schedule) -> None:
    street.read(rss(item("a")), **FRESH)
    assert _last(street, other) is None


@pytest.mark.parametrize(
    "other", [schedule(products={"in_stock_quantity": 5}), schedule(absence={"after_runs": 9}), schedule(every="1h")]
)
def test_settings_that_no_reading_depends_on_leave_it(street: Street, other: Schedule) -> None:
    street.read(rss(item("a")), **FRESH)
    assert _last(street, other) == ("complete", VALIDATORS, True)


def test_what_is_accepted_does_not_decide_what_an_item_is(street: Street) -> None:
    street.read(rss(item("a")))
    assert street.read(rss(item("a")), schedule(feed={"accept": ["FS-304"]})).parsed == 0


def test_a_changed_item_is_remembered_where_it_was(street: Street) -> None:
    """What is known stays together, however often it changes."""

    def rows() -> dict[str, tuple[int, bytes]]:
        return {row[0]: row[1:] for row in street.store.rows("select id, rowid, hash from raws")}

    street.read(rss(*(item(name) for name in "abc")))
    before = rows()
    street.read(rss(item("a"), item("b", price="90.00 INR"), item("c"), item("d")))
    after = rows()
    assert {name: after[name][0] for name in before} == {name: row for name, (row, _) in before.items()}
    assert {name for name in after if after[name] != before.get(name)} == {"b", "d"}
