"""Small feeds written by hand, and a snapshot that reads them one after the other."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from feedsync.ingest import ingest
from feedsync.model import Variant
from feedsync.settings import Schedule
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.items import Items
from feedsync.snapshot.store import Store
from feedsync.sources import Document

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n<title>Shop</title>\n'
)
FOOT = "\n</channel>\n</rss>\n"


def element(name: str, text: str) -> str:
    return f"<g:{name}>{text}</g:{name}>"


def item(item_id: str | None, **attributes: str) -> str:
    """One item that has all it needs; an attribute given as "" is left out."""
    values = {
        "title": f"Title of {item_id}",
        "link": f"https://shop.example/{item_id}",
        "image_link": f"https://shop.example/{item_id}.jpg",
        "price": "100.00 INR",
        "availability": "in_stock",
        **attributes,
    }
    ids = [element("id", item_id)] if item_id is not None else []
    return "<item>" + "".join(ids + [element(k, v) for k, v in values.items() if v]) + "</item>"


def unreadable(text: str = "?") -> str:
    """An item that is not well-formed and names no id."""
    return f"<item><g:title>{text}</g:titel></item>"


def rss(*items: str, head: str = HEAD, foot: str = FOOT) -> bytes:
    return (head + "\n".join(items) + foot).encode()


def schedule(**settings: Any) -> Schedule:
    """A schedule with one feed; ``feed`` holds further settings of it, everything else is a table of its own."""
    feed = {"location": "feed.xml", **settings.pop("feed", {})}
    bik = {"key": {"env": "KEY"}, "secret": {"env": "SECRET"}}
    return Schedule.model_validate({"bik": bik, "feeds": [feed], **settings})


PLAIN = schedule()


def document(folder: Path, content: bytes, **known: Any) -> Document:
    """The bytes as if they had just been fetched."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / f"{sha256}.xml"
    if not path.exists():
        path.write_bytes(content)
    found = path.stat()
    return Document(
        path=path, location="feed.xml", digest=sha256, size_bytes=found.st_size, mtime_ns=found.st_mtime_ns, **known
    )


class Street:
    """A snapshot and what reads into it. ``run`` counts the readings; the time is a thousand seconds a run."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.run = 0
        self.items: Items | None = None

    @property
    def now(self) -> int:
        return 1_000_000 + 1000 * self.run

    def read(self, content: bytes, settings: Schedule = PLAIN, *, anew: bool = False, **known: Any) -> Reading:
        """Read a document in a transaction; with ``anew`` nothing counts as known."""
        self.run += 1
        if anew:
            self.forget_key()
        with self.store.transaction():
            self.items = Items(self.store)
            return ingest(
                self.items, settings, 0, document(self.folder, content, **known), run=self.run, now=self.now,
                progress=lambda items, parsed: None,
            )  # fmt: skip

    def forget_key(self) -> None:
        """The next document is read as after a change of settings: every item of it."""
        self.store.execute("update feeds set key = x''")

    def variants(self) -> dict[str, Variant]:
        rows = self.store.rows("select id, unpacked(record) from variants")
        return {row[0]: msgspec.msgpack.decode(row[1], type=Variant) for row in rows}

    def absent(self) -> dict[str, int]:
        """id -> how many different complete documents lacked it."""
        return dict(self.store.rows("select id, absent_documents from variants where absent_since is not null"))

    def problems(self) -> list[tuple[str | None, str]]:
        """(id, code) of what is wrong now."""
        return list(self.store.rows("select item_id, code from problems where last_run is null order by 1, 2"))

    def pending(self) -> set[str]:
        return {row[0] for row in self.store.rows("select id from products where pending")}

    def planned(self) -> None:
        """Everything was looked at: nothing is pending any more."""
        self.store.execute("update products set pending = 0")

    def picture(self, *, causes: bool = True) -> dict[str, Any]:
        """All that readings leave behind and a later run can see; rowids and caches of hashes are not of it."""
        rows = self.store.rows
        return {
            "variants": list(
                rows(
                    "select id, product_id, feed, unpacked(record), grouped, absent_since, absent_documents, absent_digest, "
                    "moved_from from variants order by id"
                )
            ),
            "products": list(
                rows("select id, pending, case when ? and pending then cause end from products order by id", causes)
            ),
            "catalogs": list(rows("select id, name from catalogs order by id")),
            "spellings": list(rows("select * from spellings order by 1, 2")),
            "problems": Counter(
                rows("select item_id, severity, code, parts, hash from problems where last_run is null")
            ),
            "unreadable": list(rows("select * from unreadable order by hash")),
            "feeds": list(
                rows("select location, format, settings, etag, digest, verdict, reasons, items, bytes from feeds")
            ),
        }

    def hashes(self) -> dict[str, Any]:
        """What may be skipped next time; of an id and a feed one item at most."""
        assert not list(self.store.rows("select 1 from raws group by feed, id having count(*) > 1"))
        return {
            "variants": dict(self.store.rows("select id, hash from variants")),
            "raws": Counter(self.store.rows("select feed, hash, id from raws")),
        }
