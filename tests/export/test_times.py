"""The times of a unit and of a crontab are those of the schedule, by other readers of both."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from feedsync.export_cron import crontab
from feedsync.export_systemd import on_calendar
from feedsync.timing import cron_fields, ticks

from .support import place, schedule

#: Between two changes of the clocks in Europe.
START = datetime(2026, 11, 15, 10, 7, tzinfo=UTC)
COUNT = 12
EXPRESSIONS = [
    "*/15 * * * *", "0 0 * * *", "@daily", "@weekly", "@monthly", "30 4 1,15 * *", "5 9-17 * * mon-fri", "0 0 * * sun",
    "0 0 * * 0", "0 0 * * 7", "0 6 * * 5-7", "0 12 13 * 5", "0 12 1-7 * 1", "0 12 */2 * 1", "0 12 1 * */2", "7/20 * * * *",
    "0 3 * jan,jul *", "59 23 31 12 *", "0 0 29 2 *", "0,1,2,3,10 */6 * * *", "0 8 1-31 * 2", "0 8 5 * 0-6", "* * * * *",
    "0 0 1-5,10-12 * *", "15 10 * * 1,3,5",
]  # fmt: skip


def _ours(cron: str, zone: str) -> list[datetime]:
    moments = islice(ticks(cron_fields(cron), ZoneInfo(zone), int(START.timestamp())), COUNT)
    return [datetime.fromtimestamp(moment, UTC) for moment in moments]


def _systemd(calendar: str) -> list[datetime]:
    asked = [
        "systemd-analyze",
        "calendar",
        f"--iterations={COUNT}",
        f"--base-time={START:%Y-%m-%d %H:%M:%S} UTC",
        calendar,
    ]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"})
    found = re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", told.stdout)
    return [datetime.fromisoformat(f"{moment}+00:00") for moment in found]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("cron", EXPRESSIONS)
def test_a_timer_fires_when_the_schedule_says(cron: str) -> None:
    found = {moment for calendar in on_calendar(cron, "Europe/Berlin") for moment in _systemd(calendar)}
    assert sorted(found)[:COUNT] == _ours(cron, "Europe/Berlin")


@pytest.mark.parametrize(
    ("cron", "calendars"),
    [
        ("*/20 9-17 * * mon-fri", ["Mon..Fri *-*-* 09..17:00,20,40:00 UTC"]),
        ("0 12 13 1,7 fri", ["*-01,07-13 12:00:00 UTC", "Fri *-01,07-* 12:00:00 UTC"]),
        ("0 12 */10 * 0,6", ["Sat,Sun *-*-01,11,21,31 12:00:00 UTC"]),
        ("0 8 1-31 * 2", ["*-*-* 08:00:00 UTC"]),
        ("0 8 5 * 0-6", ["*-*-* 08:00:00 UTC"]),
    ],
)
def test_what_a_timer_is_told(cron: str, calendars: list[str]) -> None:
    assert on_calendar(cron, "UTC") == calendars


@pytest.mark.parametrize("cron", EXPRESSIONS)
def test_a_line_of_a_crontab_fires_when_the_schedule_says(tmp_path: Path, cron: str) -> None:
    acme = schedule(tmp_path / "schedules", first=f"timezone = 'Asia/Kolkata'\ncron = '{cron}'")
    text = crontab([acme], place(tmp_path)).text
    assert "\nCRON_TZ=Asia/Kolkata\n# acme\n" in text
    fields = " ".join(text.splitlines()[-1].split()[:5])
    assert not re.search(r"(^|[ ,])\d+/", fields), "a step that begins at a number is not known everywhere"
    assert list(islice(ticks(fields, ZoneInfo("Asia/Kolkata"), int(START.timestamp())), COUNT)) == [
        int(moment.timestamp()) for moment in _ours(cron, "Asia/Kolkata")
    ]
    if fields.split()[2].startswith("*") == fields.split()[4].startswith("*"):  # elsewhere croniter means "or" by "*/2"
        moments = croniter(fields, START.astimezone(ZoneInfo("Asia/Kolkata")))
        assert [moments.get_next(datetime).astimezone(UTC) for _ in range(COUNT)] == _ours(cron, "Asia/Kolkata")


@pytest.mark.parametrize(
    ("every", "fields"),
    [("1m", "*/1 * * * *"), ("15m", "*/15 * * * *"), ("1h", "0 * * * *"), ("6h", "0 */6 * * *"), ("1d", "0 0 * * *")],
)
def test_an_interval_that_divides_the_clock(tmp_path: Path, every: str, fields: str) -> None:
    table = crontab([schedule(tmp_path, first=f"every = '{every}'")], place(tmp_path))
    assert " ".join(table.text.splitlines()[-1].split()[:5]) == fields
    moments = croniter(fields, START)
    first, second = moments.get_next(datetime), moments.get_next(datetime)
    assert (second - first).total_seconds() == {"1m": 60, "15m": 900, "1h": 3600, "6h": 21600, "1d": 86400}[every]
    assert table.left_out == {}


@pytest.mark.parametrize("every", ["30s", "90s", "45m", "7h", "90m", "2d"])
def test_an_interval_that_fits_no_clock_is_left_out_and_told(tmp_path: Path, every: str) -> None:
    table = crontab([schedule(tmp_path, first=f"every = '{every}'")], place(tmp_path))
    assert "--due" in table.left_out["acme"]
    assert not [line for line in table.text.splitlines() if re.match(r"[\d*]", line)]
    assert "# acme is left out:" in table.text


def test_what_rests_and_what_runs_by_hand_is_left_out(tmp_path: Path) -> None:
    schedules = [schedule(tmp_path, "rests", "every = '1h'\nenabled = false"), schedule(tmp_path, "by-hand")]
    assert set(crontab(schedules, place(tmp_path)).left_out) == {"rests", "by-hand"}


def test_zones_stand_each_over_its_lines(tmp_path: Path) -> None:
    zones = {"a": "UTC", "b": "Asia/Kolkata", "c": "UTC"}
    schedules = [schedule(tmp_path, name, f"timezone = '{zone}'\nevery = '1h'") for name, zone in zones.items()]
    lines = [
        line for line in crontab(schedules, place(tmp_path)).text.splitlines() if re.match(r"CRON_TZ=|# \w$", line)
    ]
    assert lines == ["CRON_TZ=Asia/Kolkata", "# b", "CRON_TZ=UTC", "# a", "# c"]
