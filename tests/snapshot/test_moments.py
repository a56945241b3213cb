"""What a snapshot tells about the time of the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.snapshot.moments import Moments, read_moments
from feedsync.snapshot.store import Store

NOW = 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def ran(path: Path, trigger: str, started: int, ended: int | None, outcome: str = "done", summary: bytes = b"") -> None:
    with Store(path) as store:
        run = store.begin_run(trigger, started)
        if ended is not None:
            store.end_run(run, ended, outcome, summary)


def test_no_snapshot_says_nothing(path: Path) -> None:
    assert read_moments(path, NOW) is None
    path.write_bytes(b"")  # a run that was killed at once
    assert read_moments(path, NOW) is None


def test_a_file_that_is_no_snapshot(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(Fatal, match="cannot be used"):
        read_moments(path, NOW)


def test_a_summary_that_is_damaged(path: Path) -> None:
    ran(path, "cron", 100, 110, "failed", b"{")
    with pytest.raises(Fatal, match="cannot be used"):
        read_moments(path, NOW)


def test_a_snapshot_without_runs(path: Path) -> None:
    Store(path).close()
    assert read_moments(path, NOW) == Moments(None, 0, None)


def test_only_runs_that_read_the_feeds_count_as_readings(path: Path) -> None:
    ran(path, "cron", 100, 110)
    ran(path, "approve", 200, 210)
    ran(path, "clock", 300, 310)
    assert read_moments(path, NOW) == Moments(100, 310, None)


def test_a_run_that_died_ended_when_it_began(path: Path) -> None:
    ran(path, "hand", 100, None)
    assert read_moments(path, NOW) == Moments(100, 100, None, bad=1, bad_at=100, broken=1)


def test_bad_runs_in_a_row(path: Path) -> None:
    ran(path, "cron", 100, 110, "failed", b'{"error": {"code": "FS-705", "message": "x"}}')
    ran(path, "cron", 200, 210)
    ran(path, "cron", 300, 310, "failed", b'{"error": {"code": "FS-704", "message": "x"}}')
    ran(path, "cron", 400, 410, "interrupted")
    ran(path, "retry", 500, 510, "failed", b'{"error": {"code": "FS-701", "message": "x"}}')
    assert read_moments(path, NOW) == Moments(500, 510, None, bad=3, bad_at=510, error="FS-701")


def test_what_is_held_or_rejected_is_no_bad_run(path: Path) -> None:
    for outcome in ("held", "rejected"):
        ran(path, "cron", 100, 110, outcome, b'{"error": null}')
        moments = read_moments(path, NOW)
        assert moments is not None
        assert moments.bad == 0


def test_when_time_changes_a_product(path: Path) -> None:
    with Store(path) as store:
        for number, at in enumerate((700, 500, None)):
            store.execute(
                "insert into products (id, pending, cause, next_change_at) values (?, 0, '', ?)", str(number), at
            )
    moments = read_moments(path, NOW)
    assert moments is not None
    assert moments.change_at == 500


def test_a_clock_that_was_wrong_blocks_nothing(path: Path) -> None:
    ran(path, "cron", 100, 110)
    ran(path, "cron", 99_000, 99_010, "failed")
    assert read_moments(path, NOW) == Moments(100, 0, None, bad=1)


def test_a_snapshot_of_an_older_feedsync_tells_it_too(path: Path) -> None:
    ran(path, "cron", 100, 110)
    with Store(path) as store:
        store.execute("delete from _sqlite_migrations where name > '0001'")
    assert read_moments(path, NOW) == Moments(100, 110, None)


@pytest.mark.parametrize("trigger", ["clock", "approve", "reconcile"])
def test_a_run_that_leaves_the_feeds_alone_neither_ends_nor_moves_what_must_be_tried_again(
    path: Path, trigger: str
) -> None:
    ran(path, "cron", 100, 110, "failed")
    ran(path, "retry", 200, 210, "interrupted")
    ran(path, trigger, 300, 310)
    assert read_moments(path, NOW) == Moments(200, 310, None, bad=2, bad_at=210)
    ran(path, trigger, 400, 410, "failed")
    assert read_moments(path, NOW) == Moments(200, 410, None, bad=2, bad_at=210)


def test_a_bad_run_that_leaves_the_feeds_alone_counts_as_one(path: Path) -> None:
    ran(path, "cron", 100, 110)
    ran(path, "approve", 200, 210, "failed", b'{"error": {"code": "FS-705", "message": "x"}}')
    ran(path, "clock", 300, 310, "interrupted")
    assert read_moments(path, NOW) == Moments(100, 310, None, bad=1, bad_at=310, broken=1)
