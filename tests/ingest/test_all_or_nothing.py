"""A reading that breaks off leaves the snapshot as it was, and so does one that must not be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedsync.errors import Fatal, FeedsyncError, Unsafe
from feedsync.ingest import ingest
from feedsync.snapshot.items import Items
from feedsync.snapshot.store import Store
from tests.ingest.street import HEAD, PLAIN, Street, document, item, rss, schedule

BEFORE = [item("a"), item("b", price=""), item("c", product_type="Tea")]
MANY = [item(str(n), product_type="tea", description="x" * 600) for n in range(1500)]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """A file of its own, since it is about real transactions."""
    with Store(tmp_path / "shop.db") as store:
        yield Street(store, tmp_path)


class Stopped(Exception):
    """What stops a reading in the middle."""


def _everything(street: Street) -> dict[str, list[tuple[Any, ...]]]:
    tables = [row[0] for row in street.store.rows("select name from sqlite_master where type = 'table'")]
    return {table: list(street.store.rows(f"select * from {table}")) for table in tables}


def _read_and_stop(street: Street, content: bytes) -> None:
    with street.store.transaction():
        street.read(content)
        raise Stopped


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_reading_that_is_stopped_leaves_nothing(street: Street, blocks: int) -> None:
    street.read(rss(*BEFORE))
    before = _everything(street)
    calls = 0

    def stop(items: int, parsed: int) -> None:
        nonlocal calls
        calls += 1
        if calls == blocks:
            raise Stopped

    with pytest.raises(Stopped), street.store.transaction():
        ingest(Items(street.store), PLAIN, 0, document(street.folder, rss(*MANY)), run=2, now=2, progress=stop)
    assert _everything(street) == before


def test_a_failure_after_the_settling_leaves_nothing(street: Street) -> None:
    street.read(rss(*BEFORE))
    before = _everything(street)
    with pytest.raises(Stopped):
        _read_and_stop(street, rss(item("x"), item("c", product_type="tea")))
    assert _everything(street) == before


def test_a_feed_that_fails_undoes_itself_alone(street: Street) -> None:
    """The run goes on in the same transaction, and the next reading finds its tables clean."""
    with street.store.transaction():
        street.read(rss(*BEFORE))
        with pytest.raises(Fatal):
            street.read(b"<catalogue")
        street.read(rss(item("a"), item("d")))
    assert set(street.variants()) == {"a", "c", "d"}
    assert street.absent() == {"c": 1}


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", Fatal, "FS-301"),
        (b"once upon a time\nthere was a cup\n", Fatal, "FS-301"),
        (b"<!doctype html><html><body>Log in</body></html>", Fatal, "FS-301"),
        (b"<orders><order/></orders>", Fatal, "FS-308"),
        (b'<?xml version="1.0" encoding="klingon"?><rss><item/></rss>', Fatal, "FS-306"),
        (b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item/></rss>', Unsafe, "FS-302"),
    ],
)
def test_what_is_no_feed_is_refused_and_changes_nothing(
    street: Street, content: bytes, kind: type[FeedsyncError], code: str
) -> None:
    street.read(rss(*BEFORE))
    before = _everything(street)
    with pytest.raises(kind) as caught:
        street.read(content)
    assert caught.value.code == code
    assert _everything(street) == before


def test_a_format_that_is_named_is_not_guessed(street: Street) -> None:
    with pytest.raises(Fatal) as caught:
        street.read(b"no XML at all", schedule(feed={"format": "google-xml"}))
    assert caught.value.code == "FS-301"


def test_a_document_of_several_blocks_is_one_document(street: Street) -> None:
    reading = street.read((HEAD + "\n".join(MANY * 2) + "</channel></rss>").encode())
    assert (reading.verdict, reading.items, len(street.variants())) == ("complete", 3000, 1500)
    assert list(street.store.rows("select * from spellings")) == [
        (street.store.scalar("select id from catalogs"), "tea", 1500)
    ]
    assert street.read(rss(*MANY)).parsed == 0
