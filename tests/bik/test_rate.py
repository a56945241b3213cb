"""One budget for everybody with the same key: so many requests a second, urgent ones first, and Bik's own wish first of all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.bik.rate import BURST, CLAIM_S, RateBudget
from feedsync.errors import Fatal

PATIENCE_S = 3600


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        assert sum(self.slept) < PATIENCE_S, "it waits for ever"
        self.slept.append(seconds)
        self.now += seconds


Open = Callable[..., RateBudget]


class GaveUp(Exception):
    """Somebody who would have had to wait went away, or died."""


def give_up(seconds: float) -> None:
    raise GaveUp


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def open_(tmp_path: Path, time: Time) -> Iterator[Open]:
    """Opens the budget of a key as one more process would."""
    with ExitStack() as stack:

        def make(key: str = "key", rate: float = 2, sleep: Callable[[float], None] = time.sleep) -> RateBudget:
            budget = RateBudget(tmp_path / "state" / "rate.db", key, rate, clock=time, sleep=sleep)
            stack.callback(budget.close)
            return budget

        yield make


def test_the_first_requests_start_at_once_and_then_the_rate_holds(open_: Open, time: Time) -> None:
    budget = open_()
    started = []
    for _ in range(BURST + 4):
        budget.take(0)
        started.append(time.now - 1_000_000)
    assert started == [0, 0, 0, 0, 0.5, 1, 1.5, 2]


def test_a_pause_gives_the_burst_back(open_: Open, time: Time) -> None:
    budget = open_()
    for _ in range(BURST):
        budget.take(0)
    time.now += 60
    for _ in range(BURST):
        budget.take(0)
    assert time.slept == []


def test_two_processes_share_one_budget(open_: Open, time: Time) -> None:
    one, other = open_(), open_()
    for _ in range(10):
        one.take(0)
        other.take(0)
    assert time.now - 1_000_000 == pytest.approx((20 - BURST) / 2)


def test_another_key_has_a_budget_of_its_own(open_: Open, time: Time) -> None:
    one, other = open_("one"), open_("other")
    for _ in range(BURST):
        one.take(0)
        other.take(0)
    assert time.slept == []


def test_the_budget_outlives_its_process(open_: Open, time: Time) -> None:
    for _ in range(BURST):
        open_().take(0)
    open_().take(0)
    assert sum(time.slept) == pytest.approx(0.5)


def test_a_wish_to_wait_holds_for_everybody(open_: Open, time: Time) -> None:
    open_().pause(30)
    open_().take(0)
    assert sum(time.slept) == pytest.approx(30)


def test_a_shorter_wish_does_not_shorten_a_longer_one(open_: Open, time: Time) -> None:
    budget = open_()
    budget.pause(30)
    budget.pause(1)
    budget.take(0)
    assert sum(time.slept) == pytest.approx(30)


def test_an_urgent_request_of_another_process_goes_first(open_: Open, time: Time) -> None:
    turned_away: list[float] = []

    def hurry(seconds: float) -> None:
        """While the urgent one waits, its slot comes free, and somebody less urgent tries to take it."""
        time.now += seconds
        if not turned_away:
            with pytest.raises(GaveUp):
                patient.take(3)
            turned_away.append(time.now)

    patient = open_(sleep=give_up)
    for _ in range(BURST):
        patient.take(3)
    open_(sleep=hurry).take(0)
    assert turned_away == [time.now], "the urgent one had the slot that the other one did not get"
    time.now += 60
    patient.take(3)


def test_a_process_that_died_while_it_waited_blocks_nobody_for_long(open_: Open, time: Time) -> None:
    dead, alive = open_(sleep=give_up), open_()
    for _ in range(BURST):
        alive.take(3)
    with pytest.raises(GaveUp):
        dead.take(0)
    alive.take(3)
    assert time.now - 1_000_000 <= CLAIM_S + 1


def test_a_clock_that_was_set_back_does_not_block_for_ever(open_: Open, time: Time) -> None:
    budget = open_()
    budget.take(0)
    time.now -= 10 * 24 * 3600
    budget.take(0)
    assert sum(time.slept) <= 1


def test_the_key_itself_is_not_stored(open_: Open, tmp_path: Path) -> None:
    budget = open_("very-private")
    budget.take(0)
    budget.pause(1)
    assert b"very-private" not in b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    with sqlite3.connect(tmp_path / "state" / "rate.db") as connection:
        assert connection.execute("select count(*) from budget").fetchone() == (1,)
    connection.close()


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.floats(0, 2)), min_size=1, max_size=40),
    st.sampled_from([0.5, 2, 10]),
)
@settings(deadline=None, max_examples=25)
def test_no_second_sees_more_than_its_share(steps: list[tuple[int, int, float]], rate: float) -> None:
    """Whoever asks, however urgent and with whatever breaks between: in any window at most the burst and the rate."""
    time = Time()
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory())) / "rate.db"
        budgets = [RateBudget(path, "key", rate, clock=time, sleep=time.sleep) for _ in range(3)]
        for budget in budgets:
            stack.callback(budget.close)
        started = []
        for who, urgency, rest in steps:
            time.now += rest
            budgets[who].take(urgency)
            started.append(time.now)
    for at, first in enumerate(started):
        for later, last in enumerate(started[at:], 1):
            assert later <= BURST + (last - first) * rate + 1e-6


def test_whoever_waits_is_let_go_when_the_run_ends(open_: Open, time: Time) -> None:
    budget: RateBudget = open_(sleep=lambda seconds: budget.stop())
    for _ in range(BURST):
        assert budget.take(0)
    assert not budget.take(0)
    assert budget.stopped


def test_a_pause_that_nobody_simulates_ends_with_the_run(tmp_path: Path) -> None:
    budget = RateBudget(tmp_path / "rate.db", "key", 1000)
    budget.pause(300)
    threading.Timer(0.05, budget.stop).start()
    assert not budget.take(0)
    budget.close()


@pytest.mark.parametrize("junk", [b"this is no database" * 100, b""])
def test_a_file_of_junk_is_made_anew(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "rate.db").write_bytes(junk)
    budget = RateBudget(tmp_path / "rate.db", "key", 2)
    assert budget.take(0)
    budget.close()


def test_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "rate.db").mkdir()
    with pytest.raises(Fatal) as caught:
        RateBudget(tmp_path / "rate.db", "key", 2)
    assert caught.value.code == "FS-503"


def test_a_file_that_breaks_later_is_told_too(open_: Open, tmp_path: Path) -> None:
    budget = open_()
    with sqlite3.connect(tmp_path / "state" / "rate.db") as connection:
        connection.execute("drop table budget")
    connection.close()
    with pytest.raises(Fatal) as caught:
        budget.take(0)
    assert caught.value.code == "FS-503"
