"""What the sandbox stores: products and catalogs by id, in SQLite, with a delay between writing and reading if wanted.

Records are kept as the JSON text they came in, so that a price is given back digit by digit. Nothing here knows a field
but ``id``; what a write means is decided in :mod:`.calls`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from feedsync.bik.sandbox.schema import Kind

# Decimal keeps every digit of a number on its way through.
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

# `written` is what Bik knows, `seen` is what get and list give. `pending` are the writes between the two; body is NULL
# for a deletion. Without a delay only `written` is used.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS written (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT, due REAL NOT NULL);
"""


def decode(text: bytes | str) -> Any:
    """A JSON value with exact numbers; raises ValueError for what is not JSON."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None


def encode(value: object) -> bytes:
    """JSON, with Decimals as numbers."""
    return _ENCODER.encode(value)


class Store:
    """Products and catalogs by id. Every method is one transaction, and can be called from any thread."""

    def __init__(self, path: Path | None, *, delay_s: float, clock: Callable[[], float]) -> None:
        """Open a file, or a store in memory. Writes are seen ``delay_s`` seconds later, by ``clock`` (seconds)."""
        self._delay_s = delay_s
        self._clock = clock
        self._lock = threading.RLock()
        self._db = sqlite3.connect(":memory:" if path is None else path, check_same_thread=False, isolation_level=None)
        # A killed process loses nothing; that a power cut may is no matter for a sandbox, and it is much faster.
        try:
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.executescript(_SCHEMA)
            with self._transaction():
                # The delay is counted by a clock that ends with the process, so what was pending is seen from now on.
                self._db.execute("DELETE FROM pending")
                self._db.execute("DELETE FROM seen")
                self._db.execute("INSERT INTO seen SELECT * FROM written")
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file. Nothing can be read afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def written(self, kind: Kind, ids: Iterable[str]) -> dict[str, str]:
        """The newest JSON text of those of the ids that exist, whether it is seen yet or not."""
        with self._lock:
            return self._fetch("written", kind, ids)

    def seen(self, kind: Kind, ids: Iterable[str]) -> dict[str, str]:
        """The JSON text of those of the ids that readers see, in the order asked for."""
        with self._lock:
            return self._fetch(self._readable(), kind, ids)

    def _fetch(self, table: str, kind: Kind, ids: Iterable[str]) -> dict[str, str]:
        query = f"SELECT body FROM {table} WHERE kind = ? AND id = ?"
        found = {}
        for id_ in ids:
            row = self._db.execute(query, (kind, id_)).fetchone()
            if row is not None:
                found[id_] = row[0]
        return found

    def page(self, kind: Kind, after: str, size: int) -> list[str]:
        """The JSON texts of the ``size`` records that readers see after an id, which need not exist, by code points."""
        with self._lock:
            query = f"SELECT body FROM {self._readable()} WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
            return [row[0] for row in self._db.execute(query, (kind, after, size))]

    def all(self, kind: Kind) -> dict[str, str]:
        """Everything that was written, by id, in the order of the ids."""
        with self._lock:
            return dict(self._db.execute("SELECT id, body FROM written WHERE kind = ? ORDER BY id", (kind,)))

    def put(self, kind: Kind, records: Mapping[str, str], *, at_once: bool = False) -> None:
        """Write JSON texts by id; with ``at_once`` readers see them without the delay."""
        with self._transaction():
            self._write("written", [(kind, id_, body) for id_, body in records.items()])
            self._show(kind, records, at_once=at_once)

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Delete those of the ids that exist."""
        with self._transaction():
            self._remove("written", [(kind, id_) for id_ in ids])
            self._show(kind, dict.fromkeys(ids))

    def clear(self) -> None:
        """Delete everything, seen at once."""
        with self._transaction():
            for table in ("written", "seen", "pending"):
                self._db.execute(f"DELETE FROM {table}")

    def _write(self, table: str, rows: Iterable[tuple[str, str, str]]) -> None:
        self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)

    def _remove(self, table: str, keys: Iterable[tuple[str, str]]) -> None:
        self._db.executemany(f"DELETE FROM {table} WHERE kind = ? AND id = ?", keys)

    def _show(self, kind: Kind, bodies: Mapping[str, str | None], *, at_once: bool = False) -> None:
        """Let readers see these bodies (None: gone) when the delay has passed."""
        if not self._delay_s:
            return
        if at_once:
            # An earlier write that is still pending must not come up over this one later.
            keys = [(kind, id_) for id_ in bodies]
            self._db.executemany("DELETE FROM pending WHERE kind = ? AND id = ?", keys)
        due = self._clock() + (0.0 if at_once else self._delay_s)
        rows = [(kind, id_, body, due) for id_, body in bodies.items()]
        self._db.executemany("INSERT INTO pending (kind, id, body, due) VALUES (?, ?, ?, ?)", rows)

    def _readable(self) -> str:
        """The table to read from, after the writes that are due have gone into it."""
        if not self._delay_s:
            return "written"
        with self._transaction():
            now = self._clock()
            query = "SELECT kind, id, body FROM pending WHERE due <= ? ORDER BY seq"
            # Several writes of one record may be due: only the last one counts.
            newest = {(kind, id_): body for kind, id_, body in self._db.execute(query, (now,))}
            self._db.execute("DELETE FROM pending WHERE due <= ?", (now,))
            self._remove("seen", newest)
            self._write("seen", [(*key, body) for key, body in newest.items() if body is not None])
        return "seen"
