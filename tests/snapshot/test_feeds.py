"""When a feed's document last differed from the one before."""

from __future__ import annotations

from feedsync.snapshot.feeds import Reading, keep_feed, last_change
from feedsync.snapshot.store import Store
from feedsync.sources import Document


def _keep(store: Store, now: int, sha256: str | None, feed: int = 0) -> None:
    reading = Reading(feed, "feed.xml", "google-xml", "complete", [], 3, 300)
    document = None
    if sha256 is not None:
        document = Document(location="feed.xml", digest=sha256, last_modified=f"modified {now}")
    keep_feed(store, reading, b"", b"", document, run=1, now=now)


def test_only_other_bytes_are_a_change(store: Store) -> None:
    assert last_change(store) == (None, None)
    _keep(store, 10, "a")
    _keep(store, 20, "a")
    assert last_change(store) == (10, "modified 20")
    _keep(store, 30, "b")
    assert last_change(store) == (30, "modified 30")


def test_a_document_that_broke_on_the_way_is_no_change(store: Store) -> None:
    _keep(store, 10, None)
    _keep(store, 20, None)
    assert last_change(store) == (10, None)
    _keep(store, 30, "a")
    _keep(store, 40, None)
    assert last_change(store) == (30, None)


def test_the_feed_that_changed_last_counts(store: Store) -> None:
    _keep(store, 10, "a")
    _keep(store, 20, "a", feed=1)
    _keep(store, 30, "a")
    assert last_change(store) == (20, "modified 20")
