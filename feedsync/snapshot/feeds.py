"""What the snapshot remembers of each feed: its last reading, and what a conditional request may say."""

from __future__ import annotations

import msgspec

from feedsync.errors import Problem
from feedsync.model import Verdict
from feedsync.snapshot.store import Store
from feedsync.sources import Document, Validators

_REASONS = msgspec.json.Decoder(list[Problem])


class Reading(msgspec.Struct):
    """What one document was: its verdict with the reasons, and how much of it there is.

    ``parsed`` counts the items that were not skipped; ``fresh`` is False when the document was known and not read,
    ``failed`` is True when there was none to read.
    """

    feed: int
    location: str
    format: str
    verdict: Verdict
    reasons: list[Problem]
    items: int
    bytes: int
    parsed: int = 0
    fresh: bool = True
    failed: bool = False


def keep_feed(
    store: Store, reading: Reading, key: bytes, settings: bytes, document: Document | None, *, run: int, now: int
) -> None:
    """Remember a reading. Without ``document`` (it broke on the way) the next run fetches it again in any case."""
    known = store.one("select digest, changed_at from feeds where feed = ?", reading.feed)
    same = known is not None and (document is None or document.digest == known[0])
    changed_at = known[1] if known is not None and same else now
    validators = (document.etag, document.last_modified, document.digest) if document else (None, None, None)
    asked_at, full_at = last_times(store, reading.feed)
    if document:
        asked_at, full_at = now, now if reading.verdict == "complete" else full_at
    store.execute(
        "insert or replace into feeds values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        reading.feed, reading.location, reading.format, key, settings, *validators, reading.verdict,
        msgspec.json.encode(reading.reasons).decode(), reading.items, reading.bytes, run, asked_at, full_at, changed_at,
    )  # fmt: skip


def keep_readings(store: Store, readings: list[Reading]) -> None:
    """Remember what a run's documents were, those that failed included, for a plan that reads none."""
    store.set_meta("readings", msgspec.json.encode(readings))


def last_readings(store: Store) -> list[Reading]:
    """What the documents of the last run that read any were."""
    text = store.meta("readings")
    readings = msgspec.json.decode(text, type=list[Reading]) if text else []
    for reading in readings:
        reading.parsed, reading.fresh = 0, False
    return readings


def checked(store: Store, feed: int, now: int, *, full: bool) -> None:
    """The feed was asked, and had nothing new; ``full``: it was asked for everything."""
    store.execute(
        "update feeds set checked_at = ?1, full_at = case when ?2 and verdict = 'complete' then ?1 else full_at end "
        "where feed = ?3",
        now,
        full,
        feed,
    )


def forget_feeds(store: Store, count: int) -> list[int]:
    """Forget the feeds that left the schedule, which has ``count`` now; those of which variants are left."""
    if store.scalar("select 1 from feeds where feed >= ?", count) is None:
        return []  # as in nearly every run: nothing below has to be looked for among all variants
    store.execute("delete from feeds where feed >= ?", count)
    store.execute("delete from raws where feed >= ?", count)
    store.execute("delete from parts where feed >= ?", count)
    store.execute("delete from stretches where feed >= ?", count)
    store.execute("update problems set last_run = first_run where feed >= ? and last_run is null", count)
    left = store.rows("select distinct feed from variants where feed >= ? and absent_since is null", count)
    return [row[0] for row in left]


def last_times(store: Store, feed: int) -> tuple[int | None, int | None]:
    """When the feed last answered in full length, and when all of it was complete (Unix seconds)."""
    row = store.one("select checked_at, full_at from feeds where feed = ?", feed)
    return (row[0], row[1]) if row else (None, None)


def last_change(store: Store) -> tuple[int | None, str | None]:
    """When a document of any feed last differed from the one before it (Unix seconds), and its ``Last-Modified``."""
    row = store.one("select changed_at, last_modified from feeds order by changed_at desc limit 1")
    return (row[0], row[1]) if row else (None, None)


def last_format(store: Store, feed: int) -> str | None:
    """The format that the feed was in when it was last read."""
    name: str | None = store.scalar("select format from feeds where feed = ?", feed)
    return name


def last_reading(store: Store, feed: int, settings: bytes) -> tuple[Reading, Validators, str | None] | None:
    """The last reading with its validators and digest; None when there is none or it was made under other settings."""
    row = store.one(
        "select location, format, verdict, reasons, items, bytes, etag, last_modified, digest from feeds "
        "where feed = ? and settings = ?",
        feed,
        settings,
    )
    if row is None:
        return None
    location, form, verdict, reasons, items, size, etag, last_modified, digest = row
    reading = Reading(feed, location, form, verdict, _REASONS.decode(reasons), items, size, fresh=False)
    return reading, Validators(etag=etag, last_modified=last_modified), digest
