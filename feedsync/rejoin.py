"""Put products together again whose parts changed in a supplemental feed, without reading the primary feed for it.

Runs after all feeds of a run were read, in the same transaction. It leaves what reading everything anew would leave.
"""

from __future__ import annotations

import msgspec

from feedsync.interpret import Interpreter
from feedsync.model import Normalized
from feedsync.settings import Schedule
from feedsync.snapshot.items import Items
from feedsync.snapshot.parts import Parts
from feedsync.snapshot.writer import VariantWriter

_RECORDS = msgspec.msgpack.Encoder()
#: What was said of an item before its meaning was looked at stays said.
_OF_READING = ("FS-402", "FS-410", "FS-414", "FS-420")


def rejoin(items: Items, schedule: Schedule, parts: Parts, *, run: int) -> None:
    """Normalize every item anew whose parts changed; ``items`` in the run's open transaction."""
    interpreters: dict[int, Interpreter] = {}
    writers: dict[int, VariantWriter] = {}
    for item_id, feed, attributes, item_hash, known in list(parts.changed()):
        if feed not in interpreters:
            interpreters[feed] = Interpreter(schedule, feed, parts)
            writers[feed] = VariantWriter(items.store, feed, supplemental=schedule.supplemental, cause="feed")
        normalized = interpreters[feed].together(item_id, attributes)
        record = _RECORDS.encode(normalized.variant) if normalized.variant else None
        writers[feed].take(item_id, item_hash, record, skippable=known and record is not None)
        _tell(items, feed, item_id, item_hash, normalized, run)
    for writer in writers.values():
        writer.finish()
    items.mark_touched()


def _tell(items: Items, feed: int, item_id: str, item_hash: bytes, normalized: Normalized, run: int) -> None:
    """Open and close what is wrong with the item."""
    store = items.store
    marks = ", ".join("?" * len(_OF_READING))
    found = [("rejected", normalized.problem)] if normalized.problem else []
    found += [("note", note) for note in normalized.notes]
    fresh = {(problem.code, msgspec.json.encode(problem.parts, order="sorted").decode()): how for how, problem in found}
    rows = list(store.rows(
        "select rowid, code, parts, line from problems where feed = ? and item_id = ? and last_run is null "
        f"and code not in ({marks})",
        feed,
        item_id,
        *_OF_READING,
    ))  # fmt: skip
    line = rows[0][3] if rows else None
    for rowid, code, parts, _ in rows:
        if fresh.pop((code, parts), None) is None:
            store.execute("update problems set last_run = ? where rowid = ?", run - 1, rowid)
    for (code, parts), severity in fresh.items():
        store.execute(
            "insert into problems (feed, hash, item_id, severity, code, parts, line, first_run) values (?, ?, ?, ?, ?, ?, ?, ?)",
            feed, item_hash, item_id, severity, code, parts, line, run,
        )  # fmt: skip
