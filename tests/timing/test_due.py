"""When a schedule is due, from what its settings and its last runs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.config import load
from feedsync.due import CLOCK_PAUSE_S, RETRY_MOST_S, Due, next_due
from feedsync.settings import Schedule
from feedsync.snapshot.moments import Moments
from feedsync.timing import offset_of

HOUR = 3600
REST = "[bik]\nkey = { env = 'K' }\nsecret = { env = 'S' }\n[[feeds]]\nlocation = 'a.xml'\n"


def schedule(folder: Path, first: str) -> Schedule:
    path = folder / "shop.toml"
    path.write_text(first + "\n" + REST)
    return load(path)


@pytest.fixture
def hourly(tmp_path: Path) -> Schedule:
    return schedule(tmp_path, "cron = '0 * * * *'")


def moments(
    read_at: int | None = 10 * HOUR, ended_at: int = 10 * HOUR + 60, change_at: int | None = None, bad: int = 0,
    error: str | None = None, broken: int = 0,
) -> Moments:  # fmt: skip
    return Moments(read_at, ended_at, change_at, bad, 10 * HOUR + 60 if bad else 0, error, broken)


def test_what_never_ran_is_due(hourly: Schedule) -> None:
    assert next_due(hourly, None) == Due(0, "first")
    assert next_due(hourly, moments(read_at=None)) == Due(0, "first")


@pytest.mark.parametrize("first", ["", "enabled = false\nevery = '1h'"])
def test_what_rests_or_is_run_by_hand_is_never_due(tmp_path: Path, first: str) -> None:
    assert next_due(schedule(tmp_path, first), None) is None


def test_its_clock(hourly: Schedule, tmp_path: Path) -> None:
    assert next_due(hourly, moments()) == Due(11 * HOUR, "cron")
    assert next_due(schedule(tmp_path, "every = '15m'"), moments()) == Due(10 * HOUR + 900, "every")


def test_downtime_is_made_up_for_by_one_run(hourly: Schedule) -> None:
    due = next_due(hourly, moments(read_at=10 * HOUR))
    assert due == Due(11 * HOUR, "cron")  # asked for at 19:30, it has passed
    assert next_due(hourly, moments(read_at=19 * HOUR + 1800)) == Due(20 * HOUR, "cron")


def test_jitter_moves_it(tmp_path: Path) -> None:
    late = schedule(tmp_path, "cron = '0 * * * *'\njitter = '10m'")
    assert next_due(late, moments()) == Due(10 * HOUR + offset_of("shop", 600), "cron")


def test_a_sale_that_ends_between_two_runs_is_due_when_it_ends(hourly: Schedule) -> None:
    assert next_due(hourly, moments(change_at=10 * HOUR + 1800)) == Due(10 * HOUR + 1800, "clock")
    assert next_due(hourly, moments(change_at=12 * HOUR)) == Due(11 * HOUR, "cron")


def test_a_run_that_reads_the_feeds_is_preferred_at_the_same_moment(hourly: Schedule) -> None:
    assert next_due(hourly, moments(change_at=11 * HOUR)) == Due(11 * HOUR, "cron")


def test_many_moments_go_together(hourly: Schedule) -> None:
    assert next_due(hourly, moments(change_at=10 * HOUR + 61)) == Due(10 * HOUR + 60 + CLOCK_PAUSE_S, "clock")


@pytest.mark.parametrize(("bad", "pause"), [(1, 60), (2, 120), (3, 240), (20, RETRY_MOST_S)])
def test_a_failed_run_is_tried_again_ever_more_slowly(tmp_path: Path, bad: int, pause: int) -> None:
    daily = schedule(tmp_path, "cron = '@daily'")
    assert next_due(daily, moments(bad=bad)) == Due(10 * HOUR + 60 + pause, "retry")


@pytest.mark.parametrize("code", ["FS-701", "FS-702"])
def test_what_trying_again_cannot_mend_waits_for_its_clock(hourly: Schedule, code: str) -> None:
    assert next_due(hourly, moments(bad=1, error=code)) == Due(11 * HOUR, "cron")


def test_a_schedule_whose_clock_is_done_still_retries(tmp_path: Path) -> None:
    assert next_due(schedule(tmp_path, "every = '10d'"), moments(bad=1, error="FS-705")) == Due(
        10 * HOUR + 120, "retry"
    )


def test_a_moment_of_time_does_not_move_what_must_be_tried_again(tmp_path: Path) -> None:
    daily = schedule(tmp_path, "cron = '@daily'")
    later = moments(ended_at=11 * HOUR, change_at=11 * HOUR + 10, bad=1)
    assert next_due(daily, later) == Due(10 * HOUR + 120, "retry")


def test_a_moment_of_time_that_does_not_come_to_its_plan_is_tried_ever_more_slowly(tmp_path: Path) -> None:
    daily = schedule(tmp_path, "cron = '@daily'")
    assert next_due(daily, moments(change_at=5, broken=3)) == Due(10 * HOUR + 60 + 240, "clock")
