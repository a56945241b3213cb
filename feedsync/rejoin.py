"""Put products together again whose parts changed in a supplemental feed, without reading the primary feed for it.

Runs after all feeds of a run were read, in the same transaction. It leaves what reading everything anew would leave.
"""

from __future__ import annotations

import msgspec

from feedsync.interpret import Interpreter
from feedsync.model import Normalized
from feedsync.settings import Schedule
from feedsync.snapshot.findings import encode_details
from feedsync.snapshot.items import Items
from feedsync.snapshot.parts import Parts
from feedsync.snapshot.writer import VariantWriter

_RECORDS = msgspec.msgpack.Encoder()
#: What can be said of an item once its parts are together; what was said of its bytes stays said.
_OF_MEANING = ("FS-403", "FS-404", "FS-405", "FS-406", "FS-407", "FS-408", "FS-411", "FS-421")


def rejoin(items: Items, schedule: Schedule, parts: Parts, *, run: int, now: int) -> None:
    """Normalize every item anew whose parts changed; ``items`` in the run's open transaction."""
    interpreters: dict[int, Interpreter] = {}
    writers: dict[int, VariantWriter] = {}
    for item_id, feed, attributes, item_hash, known in parts.changed():
        if feed not in interpreters:
            interpreters[feed] = Interpreter(schedule, feed, parts)
            writers[feed] = VariantWriter(items.store, feed, supplemental=schedule.supplemental, cause="feed")
        normalized = interpreters[feed].together(item_id, attributes)
        if normalized is None:
            items.leave_out(feed, item_id, now)
            _tell(items, feed, item_id, item_hash, Normalized(item_id, None), run)
            continue
        variant = normalized.variant
        record = None if variant is None else items.store.packer.pack(_RECORDS.encode(variant))
        writers[feed].take(
            item_id, item_hash, record, writers[feed].old(item_id), skippable=known and record is not None
        )
        _tell(items, feed, item_id, item_hash, normalized, run)
    for feed, writer in writers.items():
        writer.finish()
        items.note_joined_groups(feed, run)
    items.mark_touched()


def _tell(items: Items, feed: int, item_id: str, item_hash: bytes, normalized: Normalized, run: int) -> None:
    """Open and close what is wrong with the item."""
    store = items.store
    marks = ", ".join("?" * len(_OF_MEANING))
    rows = list(
        store.rows(
            f"select rowid, code, parts, line, severity, code in ({marks}) from problems "
            "where feed = ? and item_id = ? and last_run is null",
            *_OF_MEANING, feed, item_id,
        )
    )  # fmt: skip
    open_now = [
        (rowid, code, parts) for rowid, code, parts, _, _, meant in rows if meant and not _of_a_map(code, parts)
    ]
    of_reading = [row for row in rows if not row[5] or _of_a_map(row[1], row[2])]
    unreadable = any(row[4] == "rejected" and row[1] not in ("FS-402", "FS-420") for row in of_reading)
    found = [("rejected", normalized.problem)] if normalized.problem else []
    found += [("note", note) for note in normalized.notes]
    if unreadable:
        found = []  # what its feed says now cannot be read, and that is what has to be told
    fresh = {(problem.code, encode_details(problem)): how for how, problem in found}
    for rowid, code, parts in open_now:
        if fresh.pop((code, parts), None) is None:
            store.execute("update problems set last_run = ? where rowid = ?", run - 1, rowid)
    line = rows[0][3] if rows else None
    for (code, parts), severity in fresh.items():
        store.execute(
            "insert into problems (feed, hash, item_id, severity, code, parts, line, first_run) values (?, ?, ?, ?, ?, ?, ?, ?)",
            feed, item_hash, item_id, severity, code, parts, line, run,
        )  # fmt: skip


def _of_a_map(code: str, parts: str) -> bool:
    """Whether it was said before the parts came together: by a transform, and not by a rule."""
    return code == "FS-421" and '"field":"rule ' not in parts
