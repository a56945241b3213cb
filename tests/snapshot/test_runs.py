"""The record of runs: numbered, closed with an outcome, and marked when their process died."""

from __future__ import annotations

from feedsync.snapshot.store import RunRecord, Store


def test_there_is_no_run_at_first(store: Store) -> None:
    assert store.run_record() is None
    assert store.run_record(1) is None


def test_runs_are_numbered_in_their_order(store: Store) -> None:
    assert [store.begin_run("hand", 10), store.begin_run("cron", 20)] == [1, 2]


def test_a_closed_run_keeps_what_it_came_to(store: Store) -> None:
    run = store.begin_run("hand", 10)
    store.end_run(run, 15, "done", b"{}")
    assert store.run_record(run) == RunRecord(1, "hand", 10, 15, "done", b"{}")


def test_the_last_run_is_shown_without_a_number(store: Store) -> None:
    store.end_run(store.begin_run("hand", 10), 15, "done", b"{}")
    store.begin_run("cron", 20)
    assert store.run_record() == RunRecord(2, "cron", 20, None, None, None)


def test_a_run_that_never_ended_is_marked_by_the_next(store: Store) -> None:
    store.end_run(store.begin_run("hand", 10), 15, "done", b"{}")
    store.begin_run("hand", 20)
    store.begin_run("hand", 30)
    outcomes = [row[0] for row in store.rows("select outcome from runs order by run")]
    assert outcomes == ["done", "crashed", None]
