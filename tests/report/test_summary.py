"""The view model of a run, from what the snapshot holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from feedsync.report.summary import EXIT_CODES, Reason, Rejection, RunSummary, load_summary
from feedsync.snapshot.store import Store

from .runs import difference, run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty snapshot."""
    with Store(tmp_path / "acme.db") as store:
        yield store


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("done", 0), ("rejected", 3), ("held", 4), ("failed", 1), ("crashed", 1), ("interrupted", 130), ("running", 0)],
)
def test_every_outcome_has_its_exit_code(outcome: str, code: int) -> None:
    assert run(outcome=outcome).exit_code == code
    assert outcome in EXIT_CODES


def test_what_is_kept_leaves_out_the_lists_that_stand_in_tables() -> None:
    of_the_feed, of_bik = Rejection("A", "FS-404", "no price", "a.xml:3"), Rejection("B", "FS-703", "no", "Bik")
    summary = run(differences=[difference()], left_out=3, rejected=[of_the_feed, of_bik], error=Reason("FS-701", "x"))
    kept = msgspec.json.decode(summary.stored(), type=RunSummary)
    assert (kept.differences, kept.left_out, kept.rejected) == ([], 0, [of_bik])
    assert kept.error == summary.error


@pytest.mark.parametrize(
    ("outcome", "word"), [(None, "running"), ("crashed", "crashed"), ("interrupted", "interrupted")]
)
def test_a_run_that_did_not_come_to_its_end(store: Store, outcome: str | None, word: str) -> None:
    number = store.begin_run("cron", 1_794_787_200)
    if outcome is not None:
        store.end_run(number, 1_794_787_260, outcome, b"")
    store.execute(
        "insert into changes values (?, 0, 'P1', null, 'price_up', 'price', '1', '2', 'feed', 'price', null, 'send')",
        number,
    )
    record = store.run_record()
    assert record is not None
    summary = load_summary(store, "acme", record)
    assert (summary.run, summary.trigger, summary.outcome) == (1, "cron", word)
    assert summary.started_at == "2026-11-16T00:00:00.000Z"
    assert summary.finished_at == ("2026-11-16T00:01:00.000Z" if outcome else summary.started_at)
    assert summary.changes == {"price_up": 1}
    assert [one.subject for one in summary.differences] == ["P1"]


def test_a_run_that_never_ended_is_marked_by_the_next(store: Store) -> None:
    first = store.begin_run("cron", 0)
    store.begin_run("cron", 60)
    record = store.run_record(first)
    assert record is not None
    assert load_summary(store, "acme", record).exit_code == 1


def test_more_differences_than_are_listed_are_counted(store: Store) -> None:
    number = store.begin_run("cron", 0)
    rows = [(number, f"P{index}") for index in range(10_003)]
    insert = "insert into changes values (?, 0, ?, null, 'content', 'title', 'a', 'b', 'feed', 'other', null, 'send')"
    with store.transaction():
        store.many(insert, rows)
    record = store.run_record()
    assert record is not None
    summary = load_summary(store, "acme", record)
    assert (len(summary.differences), summary.left_out) == (10_000, 3)
