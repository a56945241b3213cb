"""``schedule check``: the next times as a person and as a program read them."""

from __future__ import annotations

import re
from datetime import datetime

from .project import Shop, items


def test_times_stand_in_local_time_and_in_utc(shop: Shop) -> None:
    shop.add("sundays", *items(1), first="timezone = 'Asia/Kolkata'\ncron = '0 2 * * 0'")
    result = shop("schedule", "check", "sundays", "--count", "2")
    assert result.code == 0
    head, due, *times = result.out.splitlines()
    assert head == "sundays · At 02:00 on Sunday (cron 0 2 * * 0) · Asia/Kolkata"
    assert due == "  due now (first)"
    assert len(times) == 2
    for line in times:
        assert re.fullmatch(r"  Sun \d{4}-\d\d-\d\d 02:00:00 \+0530   Sat \d{4}-\d\d-\d\d 20:30:00 UTC", line)


def test_ten_times_unless_asked_otherwise_and_what_it_waits_for(shop: Shop) -> None:
    shop.add("often", *items(1), first="every = '90m'")
    shop("run", "often")
    head, due, *times = shop("schedule", "check").out.splitlines()
    assert head == "often · every 1:30:00 from one run to the next · UTC"
    assert re.fullmatch(r"  due at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(every\)", due)
    assert len(times) == 10


def test_where_the_clocks_change(shop: Shop) -> None:
    shop.add("daily", *items(1), first="timezone = 'Europe/Berlin'\ncron = '@daily'")
    assert shop("schedule", "check", "--count", "366").out.count("  clocks changed\n") == 2


def test_what_rests_and_what_runs_by_hand(shop: Shop) -> None:
    shop.add("hand", *items(1))
    shop.add("rest", *items(1), first="cron = '@daily'\nenabled = false")
    assert shop("schedule", "check").out.splitlines() == [
        "hand · by hand only · UTC",
        "rest · At 00:00 every day (cron @daily) · UTC · it rests (enabled = false)",
    ]


def test_jitter_is_in_the_times(shop: Shop) -> None:
    shop.add("late", *items(1), first="cron = '@hourly'\njitter = '10m'")
    (late,) = shop("schedule", "check", "--json").json()["schedules"]
    assert 0 < late["jitter_s"] <= 600
    first = datetime.fromisoformat(late["times"][0]["utc"])
    assert first.minute * 60 + first.second == late["jitter_s"]
    assert f"+{late['jitter_s']} s of jitter" in shop("schedule", "check").out


def test_a_mistake_hides_no_other(shop: Shop) -> None:
    shop.add("good", *items(1), first="cron = '@hourly'")
    shop.project.write("wrong", "cron = '* * * *'")
    result = shop("schedule", "check", "--json")
    assert result.code == 2
    assert [times["schedule"] for times in result.json()["schedules"]] == ["good"]
    assert result.json()["errors"][0]["schedule"] == "wrong"
    assert shop("schedule", "check", "nobody").code == 2
    assert shop("schedule").code == 2
