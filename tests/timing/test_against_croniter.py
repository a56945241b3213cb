"""The moments of a cron expression are those that another reader of cron finds, and changes of the clock cost none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from feedsync.timing import cron_fields, ticks

START, END = 1_767_225_600, 1_798_761_600  # the year 2026
ZONES = [
    "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
    "Asia/Kolkata", "Pacific/Apia", "America/Havana", "UTC",
]  # fmt: skip


def field(low: int, high: int) -> st.SearchStrategy[str]:
    """A number, a list, a range or a range with a step. No range of one: croniter takes ``2-2`` for ``*``."""
    number = st.integers(low, high)
    span = st.lists(number, min_size=2, max_size=2, unique=True).map(lambda two: f"{min(two)}-{max(two)}")
    stepped = st.tuples(span, st.integers(1, 6)).map(lambda two: f"{two[0]}/{two[1]}")
    return st.one_of(number.map(str), st.lists(st.one_of(number.map(str), span), min_size=1, max_size=3).map(",".join),
                     span, stepped)  # fmt: skip


def or_star(low: int, high: int) -> st.SearchStrategy[str]:
    return st.one_of(st.just("*"), field(low, high), st.integers(1, (high - low) // 2 or 1).map(lambda n: f"*/{n}"))


EXPRESSIONS = st.tuples(
    or_star(0, 59), or_star(0, 23), st.one_of(st.just("*"), field(1, 28)), or_star(1, 12),
    st.one_of(st.just("*"), field(0, 6), st.sampled_from(["mon", "sun", "mon-fri", "fri,sun"])),
).map(" ".join)  # fmt: skip


@given(EXPRESSIONS, st.integers(START, END))
def test_the_same_moments(expression: str, after: int) -> None:
    other = croniter(expression, datetime.fromtimestamp(after, UTC), ret_type=float)
    assert list(islice(ticks(cron_fields(expression), UTC, after), 5)) == [int(other.get_next()) for _ in range(5)]


@given(st.integers(0, 59), st.integers(0, 23), st.sampled_from(ZONES), st.integers(START, END - 40 * 86400))
def test_a_daily_moment_comes_once_a_day_whatever_the_clocks_do(minute: int, hour: int, name: str, after: int) -> None:
    zone = ZoneInfo(name)
    until = after + 40 * 86400
    found = list(takewhile(lambda at: at <= until, ticks(f"{minute} {hour} * * *", zone, after)))
    days = [datetime.fromtimestamp(at, zone).date() for at in found]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert 39 <= len(days) <= 41
    assert days[0] - datetime.fromtimestamp(after, zone).date() <= timedelta(days=1)
    assert isinstance(days[0], date)


@given(EXPRESSIONS, st.sampled_from(ZONES), st.integers(START, END), st.integers(0, 3))
def test_whoever_asks_in_between_hears_the_same(expression: str, name: str, after: int, skipped: int) -> None:
    fields, zone = cron_fields(expression), ZoneInfo(name)
    moments = list(islice(ticks(fields, zone, after), skipped + 2))
    assert moments == sorted(set(moments))
    assert moments[0] > after
    assert next(ticks(fields, zone, moments[skipped])) == moments[skipped + 1]
    assert next(ticks(fields, zone, moments[skipped + 1] - 1)) == moments[skipped + 1]
