"""A date of ISO 8601 is one instant, whatever the time zone of the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.normalize.text import instant

KOLKATA = ZoneInfo("Asia/Kolkata")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([ZoneInfo("UTC"), KOLKATA, NEW_YORK, ZoneInfo("Pacific/Kiritimati")])
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01T00:00Z", 1767225600),
        ("2026-01-01T00:00:00Z", 1767225600),
        ("2026-01-01T00:00:00.999Z", 1767225600),
        ("2026-01-01T05:30+0530", 1767225600),
        ("2026-01-01T05:30+05:30", 1767225600),
        ("2026-01-01 05:00 +05", 1767225600),
        ("2025-12-31T16:00-0800", 1767225600),
        ("2026-01-01T00:00-00:00", 1767225600),
        ("2026-01-01Z", 1767225600),
        ("2026-01-01T5:30:00+05:30", 1767225600),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_a_stated_offset_is_stronger_than_the_zone(text: str, seconds: int) -> None:
    assert instant(text) == instant(text, NEW_YORK) == seconds


def test_without_an_offset_the_schedules_zone_is_meant() -> None:
    assert instant("2026-01-01T05:30", KOLKATA) == 1767225600
    assert instant("2026-07-01T12:00", NEW_YORK) - instant("2026-07-01T12:00") == 4 * 3600
    assert instant("2026-01-01T12:00", NEW_YORK) - instant("2026-01-01T12:00") == 5 * 3600


def test_without_a_time_it_is_midnight() -> None:
    assert instant("2026-01-01") == 1767225600
    assert instant(" 2026-01-01 ", KOLKATA) == 1767225600 - 19800


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS), ZONES)
@settings(deadline=None)
def test_every_form_with_an_offset_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    moment = moment.replace(microsecond=0)
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z"):
        assert instant(moment.strftime(form), zone) == moment.timestamp()
    assert instant(moment.isoformat(), zone) == moment.timestamp()
    assert instant(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), zone) == moment.timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "01/02/2026", "2026-1-1", "20260101", "2026-02-30", "2026-13-01", "0000-01-01", "2026-01-01T25:00",
        "2026-01-01T10", "2026-01-01T10:00:60", "2026-01-01T10:00 PST", "2026-01-01T10:00+25:00", "2026-01-01T10:00+5",
        "٢٠٢٦-01-01", "2026-01-01/2026-02-01", "1767225600",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant(text)


@given(st.text(max_size=30) | st.text("0123456789-:T+Z. ", max_size=30), ZONES)
@settings(deadline=None)
def test_any_text_is_an_instant_or_refused(text: str, zone: ZoneInfo) -> None:
    try:
        seconds = instant(text, zone)
    except ValueError:
        return
    assert type(seconds) is int


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00+14:00"])
def test_the_ends_of_time_do_no_harm(text: str) -> None:
    assert all(isinstance(instant(text, zone), int) for zone in (KOLKATA, NEW_YORK))
