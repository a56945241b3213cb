"""``schedule check``: when each schedule runs next, in its own time and in UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from feedsync.cli import units
from feedsync.cli.common import Context, ErrorOutput, Json, console, fail, readable, worst, write_json
from feedsync.cli.completion import schedule_names
from feedsync.due import Due, due_of
from feedsync.errors import FeedsyncError
from feedsync.report.summary import Reason, iso
from feedsync.settings import Schedule
from feedsync.timing import in_words, next_times, offset_of

_TIMES = 10


class Time(msgspec.Struct):
    """One moment, ISO 8601: in UTC and as the clocks of the schedule show it. ``clocks_changed``: since the one before."""

    utc: str
    local: str
    clocks_changed: bool


class Times(msgspec.Struct):
    """When one schedule runs. ``due`` is what it waits for now (null: it rests or runs by hand only); one that has passed is
    due. ``jitter_s`` is by how many seconds it runs later than its clock says; it is in the times already.
    """

    schedule: str
    enabled: bool
    timezone: str
    words: str
    jitter_s: int
    due_at: str | None
    due_why: str | None
    times: list[Time]


class TimesOutput(msgspec.Struct):
    """What ``schedule check --json`` writes."""

    schedules: list[Times]
    errors: list[ErrorOutput]


def add_to(program: typer.Typer) -> None:
    """Register the commands."""
    app = typer.Typer(help="When the schedules run: look at their next times, or hand them to cron or systemd.")
    app.command("check")(check)
    units.add_to(app)
    program.add_typer(app, name="schedule")


def check(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Only these schedules.", show_default=False, autocompletion=schedule_names
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many of the next times to show.")] = _TIMES,
    as_json: Json = False,
) -> None:
    """Show when each schedule runs next, in its own time and in UTC."""
    where: Context = context.obj
    now = int(time.time())
    found = TimesOutput([], [])
    codes = []
    for name in names or where.names():
        try:
            schedule = where.schedule(name)
            times = _times(schedule, due_of(schedule, where.state, now), now, count)
        except FeedsyncError as error:  # a mistake in one schedule hides no other
            fail(error, as_json=False, schedule=name)
            found.errors.append(ErrorOutput(Reason(error.code, readable(error.message)), name))
            codes.append(error.exit_code)
            continue
        found.schedules.append(times)
        if not as_json:
            _print(console(), times, now)
    if as_json:
        write_json(found)
    raise typer.Exit(worst(codes))


def _times(schedule: Schedule, due: Due | None, now: int, count: int) -> Times:
    if schedule.cron is not None:
        words = f"{in_words(schedule.cron)} (cron {schedule.cron})"
    elif schedule.every is not None:
        words = f"every {timedelta(seconds=schedule.every)} from one run to the next"
    else:
        words = "by hand only"
    offset = offset_of(schedule.name, schedule.jitter) if schedule.cron else 0
    moments = islice(next_times(schedule.cron, schedule.every, schedule.zone, after=now, offset=offset), count)
    times: list[Time] = []
    last = datetime.fromtimestamp(now, schedule.zone)
    for moment in moments if schedule.enabled else ():
        local = datetime.fromtimestamp(moment, schedule.zone)
        times.append(Time(iso(moment), local.isoformat(), local.utcoffset() != last.utcoffset()))
        last = local
    at, why = (iso(max(due.at, 0)), due.why) if due else (None, None)
    return Times(schedule.name, schedule.enabled, schedule.timezone, words, offset, at, why, times)


def _print(out: Console, times: Times, now: int) -> None:
    line = Text.assemble((times.schedule, "bold"), f" · {times.words} · {times.timezone}")
    if times.jitter_s:
        line.append(f" · +{times.jitter_s} s of jitter")
    if not times.enabled:
        line.append(" · it rests (enabled = false)")
    out.print(line)
    if times.due_at is not None:
        at = datetime.fromisoformat(times.due_at)
        when = "now" if at.timestamp() <= now else f"at {at:%Y-%m-%d %H:%M:%S} UTC"
        out.print(Text(f"  due {when} ({times.due_why})"))
    for moment in times.times:
        local, utc = datetime.fromisoformat(moment.local), datetime.fromisoformat(moment.utc).astimezone(UTC)
        changed = "  clocks changed" if moment.clocks_changed else ""
        out.print(Text(f"  {local:%a %Y-%m-%d %H:%M:%S %z}   {utc:%a %Y-%m-%d %H:%M:%S} UTC{changed}"))
