"""Cron expressions mean what cron means by them, and what nobody means is refused with words."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from feedsync.timing import cron_fields, in_words, next_time, next_times, offset_of, ticks

BERLIN = ZoneInfo("Europe/Berlin")


def times(expression: str, after: str, zone: ZoneInfo | None = None, count: int = 3) -> list[str]:
    """The next moments as the wall shows them."""
    where = zone or UTC
    found = ticks(cron_fields(expression), where, int(datetime.fromisoformat(after).timestamp()))
    return [datetime.fromtimestamp(at, where).strftime("%a %m-%d %H:%M %z") for at in islice(found, count)]


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN", "Sun"])
def test_sunday_is_sunday(sunday: str) -> None:
    assert times(f"0 2 * * {sunday}", "2026-11-28T00:00Z", count=2) == [
        "Sun 11-29 02:00 +0000",
        "Sun 12-06 02:00 +0000",
    ]


@pytest.mark.parametrize("weekend", ["sat-sun", "6-7", "6-0", "sat,sun", "0,6"])
def test_a_weekend_ends_with_sunday(weekend: str) -> None:
    assert [t[:3] for t in times(f"0 2 * * {weekend}", "2026-11-23T00:00Z")] == ["Sat", "Sun", "Sat"]


@pytest.mark.parametrize(
    ("alias", "expression"),
    [("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@Midnight", "0 0 * * *"), ("@weekly", "0 0 * * sun"),
     ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *")],
)  # fmt: skip
def test_words_for_usual_times(alias: str, expression: str) -> None:
    assert times(alias, "2026-11-28T12:30Z") == times(expression, "2026-11-28T12:30Z")


def test_a_day_of_the_month_beside_a_weekday_means_either() -> None:
    assert times("0 2 1 * mon", "2026-11-28T00:00Z") == [
        "Mon 11-30 02:00 +0000", "Tue 12-01 02:00 +0000", "Mon 12-07 02:00 +0000",
    ]  # fmt: skip


def test_every_second_day_beside_a_weekday_means_both_as_debian_has_it() -> None:
    assert [t[:9] for t in times("0 2 */2 * mon", "2026-11-28T00:00Z")] == ["Mon 12-07", "Mon 12-21", "Mon 01-11"]


def test_an_hour_that_is_skipped_is_made_up_for_once() -> None:
    assert times("30 2 * * *", "2026-03-28T12:00Z", BERLIN) == [
        "Sun 03-29 03:00 +0200", "Mon 03-30 02:30 +0200", "Tue 03-31 02:30 +0200",
    ]  # fmt: skip


def test_an_hour_that_is_lived_twice_counts_once() -> None:
    assert times("30 2 * * *", "2026-10-24T12:00Z", BERLIN, 2) == ["Sun 10-25 02:30 +0200", "Mon 10-26 02:30 +0100"]
    for later in ("2026-10-25T00:30Z", "2026-10-25T01:10Z", "2026-10-25T01:30Z"):  # between the two, and at the second
        assert times("30 2 * * *", later, BERLIN, 1) == ["Mon 10-26 02:30 +0100"]


def test_what_runs_every_hour_follows_the_time_that_passes() -> None:
    assert times("0 * * * *", "2026-10-24T23:30Z", BERLIN) == [
        "Sun 10-25 02:00 +0200", "Sun 10-25 02:00 +0100", "Sun 10-25 03:00 +0100",
    ]  # fmt: skip
    assert times("0 * * * *", "2026-03-29T00:00Z", BERLIN, 2) == ["Sun 03-29 03:00 +0200", "Sun 03-29 04:00 +0200"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("* * * *", "has 4 fields; a cron expression has five: minute hour day month weekday"),
        ("0 * * * * *", "has 6 fields"),
        ("", "has 0 fields"),
        ("@reboot", "is not known; there are @hourly, @daily"),
        ("61 * * * *", "bad minute"),
        ("0 0 1 * 8", "bad day-of-week"),
        ("a b c d e", "bad minute"),
        ("0 0 31 2 *", "bad day-of-month, or one that never comes"),
        ("0 0 * * fri-mon", "bad day-of-week"),
        ("0 0 * * 5-1", "the range 5-1 in the weekday goes backwards; write two ranges"),
        ("0 22-6 * * *", "the range 22-6 in the hour goes backwards"),
        (
            "*/90 * * * *",
            'a step of 90 is longer than the minute goes; for an interval that fits no clock write every = "…"',
        ),
        ("0 */24 * * *", "a step of 24 is longer than the hour goes"),
        ("0 0 L * *", "'L' in the day of the month is no cron"),
        ("0 0 * * mon#2", "'mon#2' in the weekday is no cron"),
        ("0 0 ? * *", "'?' in the day of the month is no cron"),
        ("0 0 15W * *", "'15W' in the day of the month is no cron"),
    ],
)
def test_what_is_refused(expression: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its words are looked at below
        cron_fields(expression)
    assert words in str(caught.value)


def test_names_with_those_letters_are_names() -> None:
    assert cron_fields("0 0 1 jul wed") == "0 0 1 jul wed"


def test_what_a_person_reads() -> None:
    assert in_words("0 2 * * 0") == "At 02:00 on Sunday"
    assert in_words("@daily") == "At 00:00 every day"


def test_an_interval_counts_from_the_last_run() -> None:
    assert list(islice(next_times(None, 900, UTC, after=100), 3)) == [1000, 1900, 2800]


def test_neither_means_never() -> None:
    assert next_time(None, None, UTC, after=0) is None


def test_a_schedule_runs_later_than_its_clock_by_always_the_same() -> None:
    offset = offset_of("shop", 600)
    assert 0 < offset < 600
    assert next_time("0 * * * *", None, UTC, after=offset, offset=offset) == 3600 + offset
    assert next_time("0 * * * *", None, UTC, after=3600 + offset - 1, offset=offset) == 3600 + offset
    assert next_time("0 * * * *", None, UTC, after=3600 + offset, offset=offset) == 7200 + offset


def test_schedules_of_one_hour_begin_apart() -> None:
    offsets = {offset_of(f"shop{number}", 599) for number in range(100)}
    assert len(offsets) > 80
    assert {offset_of("shop", 0)} == {0}
