"""What a snapshot forgets: the way back to old runs, the requests that were made, old runs with what they found, and the
copies that were kept beside it.
"""

from __future__ import annotations

import msgspec

from feedsync.settings import History
from feedsync.snapshot.calls import forget_calls
from feedsync.snapshot.copies import forget_kept
from feedsync.snapshot.past import forget_past
from feedsync.snapshot.store import Store


class Forgotten(msgspec.Struct, frozen=True):
    """How many runs are not known any more, and which copies were removed."""

    runs: int
    files: list[str]


def forget_history(store: Store, history: History, now: int) -> Forgotten:
    """Drop what is older than the schedule keeps it, in the caller's transaction. ``now`` is in Unix seconds."""
    forget_past(store, now - history.keep)
    forget_calls(store, now - history.keep)
    return Forgotten(_forget_runs(store, now - history.changes), forget_kept(store.path, now - history.keep))


def _forget_runs(store: Store, before: int) -> int:
    """The last run stays, however old: the numbers go on from it. What is still so stays, since nobody forgets that."""
    last = store.scalar("select max(run) from runs where started_at < ? and run < (select max(run) from runs)", before)
    if last is None:
        return 0
    store.execute("delete from changes where run <= ?", last)
    store.execute("delete from problems where last_run <= ?", last)
    store.execute("delete from decisions where closed_run <= ?", last)
    return store.execute("delete from runs where run <= ?", last)
