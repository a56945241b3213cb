"""What is forgotten with age, and what is not."""

from __future__ import annotations

from pathlib import Path

from feedsync.settings import History
from feedsync.snapshot.copies import kept_folder
from feedsync.snapshot.retention import forget_history
from feedsync.snapshot.store import Store

DAY = 86400
NOW = 1_000 * DAY
HISTORY = History.model_validate({"keep": "1d", "changes": "10d"})


def _run(store: Store, at: int) -> int:
    """A run with one change, and a problem and a decision that end with it."""
    run = store.begin_run("hand", at)
    store.end_run(run, at, "done", b"")
    store.execute(
        "insert into changes values (?, ?, 'p', null, 'k', null, null, null, 'feed', 'price', null, 'send')", run, at
    )
    store.execute("insert into problems values (0, x'', 'p', 'error', 'FS-403', '{}', null, null, ?, ?)", run, run)
    store.execute(
        "insert into decisions values ('p', 'price', '', null, null, ?, 'approved', 'price', 'me', ?, ?)", at, at, run
    )
    return run


def _known(store: Store, table: str, column: str) -> list[int]:
    return [row[0] for row in store.rows(f"select {column} from {table} order by {column}")]


def test_old_runs_go_with_what_they_found(store: Store) -> None:
    for days in (30, 20, 10, 5):
        _run(store, NOW - days * DAY)
    assert forget_history(store, HISTORY, NOW).runs == 2
    for table, column in (("runs", "run"), ("changes", "run"), ("problems", "last_run"), ("decisions", "closed_run")):
        assert _known(store, table, column) == [3, 4], table
    assert forget_history(store, HISTORY, NOW).runs == 0


def test_what_is_still_so_stays(store: Store) -> None:
    first = _run(store, NOW - 30 * DAY)
    store.execute("insert into problems values (0, x'', 'p', 'error', 'FS-403', '{}', null, null, ?, null)", first)
    store.execute("update decisions set closed_run = null")
    _run(store, NOW)
    forget_history(store, HISTORY, NOW)
    assert _known(store, "problems", "first_run") == [1, 2]
    assert store.scalar("select count(*) from decisions") == 2


def test_the_last_run_stays_so_that_numbers_go_on(store: Store) -> None:
    for _ in range(3):
        _run(store, NOW - 30 * DAY)
    assert forget_history(store, HISTORY, NOW).runs == 2
    assert _run(store, NOW) == 4


def test_nothing_is_forgotten_before_the_first_run(store: Store) -> None:
    forgotten = forget_history(store, HISTORY, NOW)
    assert (forgotten.runs, forgotten.files) == (0, [])


def test_kept_copies_go_with_the_way_back(store: Store) -> None:
    kept: Path = kept_folder(store.path) / "before-0002.db"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert forget_history(store, HISTORY, int(kept.stat().st_mtime) + DAY).files == []
    assert forget_history(store, HISTORY, int(kept.stat().st_mtime) + DAY + 2).files == [str(kept)]
