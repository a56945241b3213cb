"""``status``: how every schedule stands, once or as it goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from feedsync.alerts.conditions import Condition, find
from feedsync.cli.common import Context, Json, console, readable, worst, write_json
from feedsync.config import find as file_of
from feedsync.errors import ConfigError
from feedsync.health import Health, RunFigures, look
from feedsync.report.glance import short_age, short_count, sparkline
from feedsync.report.summary import EXIT_CODES, Reason, iso
from feedsync.report.terminal import plain, print_hanging, print_table
from feedsync.settings import Schedule
from feedsync.settings_alerts import KINDS, Alerts
from feedsync.snapshot.lock import Holder

#: How often ``--watch`` looks again (seconds).
LOOK_EVERY_S = 2.0
_TREND = 8
_STYLES = {"done": "green", "running": "cyan", "held": "yellow", "rejected": "yellow", "never ran": ""}


class RunStatus(msgspec.Struct):
    """One run in numbers. ``items`` is null where a document was not whole."""

    run: int
    trigger: str
    started_at: str
    finished_at: str | None
    outcome: str
    items: int | None
    changes: int
    held: int
    sent: int
    rejected: int
    error: Reason | None


class Wrong(msgspec.Struct):
    """Something that is wrong now, and the command to run next."""

    kind: str
    text: str
    todo: str


class NotTold(msgspec.Struct):
    """A receiver of alerts that could not be told, why, and since when."""

    receiver: str
    reason: str
    since: str


class ScheduleStatus(msgspec.Struct):
    """How one schedule stands. Times are ISO 8601 in UTC, ages in seconds; null: never, or nobody knows.

    ``state`` is ``broken`` (its file), ``unreadable`` (its snapshot), ``never ran``, ``running``, or how the last run ended;
    ``died`` held the lock and died without letting go. ``last_good_at`` is when the last good run that read the feeds ended,
    ``feed_changed_at`` when a document last differed from the one before. ``feed_to_bik_s`` is from the making of the newest
    document until Bik had it. ``undelivered`` are the receivers of alerts that could not be told.
    """

    schedule: str
    state: str
    exit_code: int
    problem: Reason | None
    wrong: list[Wrong]
    running: Holder | None
    died: Holder | None
    last_good_at: str | None
    last_good_age_s: int | None
    feed_changed_at: str | None
    feed_changed_age_s: int | None
    next_at: str | None
    next_why: str | None
    products: int
    variants: int
    held: dict[str, int]
    rejected: int
    drifted: int
    feed_to_bik_s: float | None
    undelivered: list[NotTold]
    runs: list[RunStatus]


class StatusOutput(msgspec.Struct):
    """What ``status --json`` writes."""

    at: str
    schedules: list[ScheduleStatus]


class _Standing(msgspec.Struct):
    view: Health
    wrong: list[Condition]

    @property
    def exit_code(self) -> int:
        """As the last run ended; 2 for a broken file, 1 where nobody can know or nothing has come for too long."""
        view = self.view
        if view.word == "broken":
            return 2
        if view.word in ("unreadable", "failed", "crashed") or any(c.level == "failure" for c in self.wrong):
            return 1
        if view.held:
            return 4
        outcome = view.last.outcome if view.last else "done"
        return 3 if view.rejected or EXIT_CODES[outcome] == 3 else 0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status")(status)


def status(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One schedule; all without it.", show_default=False)] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it as it goes on, until ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Show how every schedule stands: last and next run, freshness, what is held and rejected, how it went lately."""
    where: Context = context.obj
    if name is not None:
        file_of(where.schedules, name)
    out = console()
    if watch:
        if as_json or not out.is_terminal:
            raise ConfigError("FS-106", reason="--watch is for a terminal; in a script, ask again and again")
        _watch(out, where, name)
        return
    now = time.time()
    found = _standings(where, name, now)
    if as_json:
        write_json(StatusOutput(iso(now), [_output(standing, now) for standing in found]))
    else:
        print_table(out, _table(found, now, out))
        for line in _lines(found, now):
            if line.plain.startswith("→"):
                out.print(line, soft_wrap=True)
            else:
                print_hanging(out, line.plain)
    raise typer.Exit(worst(standing.exit_code for standing in found))


def _watch(out: Console, where: Context, name: str | None) -> None:
    """Until ctrl-C, which is the regular end here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:
            while True:
                now = time.time()
                live.update(_picture(_standings(where, name, now), now, out), refresh=True)
                time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGINT, before)


def _picture(found: list[_Standing], now: float, out: Console) -> RenderableType:
    return Group(_table(found, now, out), *_lines(found, now), Text(f"{iso(now)[:19]}Z · ctrl-C ends", "dim"))


def _standings(where: Context, name: str | None, now: float) -> list[_Standing]:
    names = [name] if name is not None else where.names()
    return [_standing(where, one, now) for one in names]


def _standing(where: Context, name: str, now: float) -> _Standing:
    loaded: list[Schedule] = []

    def load(name: str) -> Schedule:
        loaded.append(where.schedule(name))
        return loaded[-1]

    view = look(where.state, name, load, now)
    settings = loaded[0].alerts.model_copy(update={"on": KINDS}) if loaded else Alerts()  # all, whoever is told
    return _Standing(view, find(view, settings, now, clocked=view.next_at is not None).conditions)


def _table(found: list[_Standing], now: float, out: Console) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", width=out.width)
    table.add_column("schedule", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("state", width=11, no_wrap=True)
    for heading, width in (("last", 4), ("next", 4), ("good", 4), ("feed", 4), ("items", 7), ("held", 6), ("rej.", 6)):
        table.add_column(heading, justify="right", width=width, no_wrap=True)
    table.add_column("trend", width=_TREND, no_wrap=True)
    for standing in found:
        view = standing.view
        last = view.last
        recent = [run for run in view.runs if run.outcome != "running"][:_TREND]
        trend = [run.changes if run.good else None for run in reversed(recent)]
        table.add_row(
            Text(plain(view.schedule)),
            Text(view.word, _STYLES.get(view.word, "bold red")),
            _ago(last.started_at if last else None, now),
            short_age(view.next_at - now if view.next_at is not None else None),
            _ago(view.last_good_at, now),
            _ago(view.changed_at, now),
            short_count(last.items if last else None),
            short_count(sum(view.held.values())),
            short_count(view.rejected),
            Text(sparkline(trend, plain=not out.encoding.lower().startswith("utf"))),
        )
    return table


def _ago(moment: int | None, now: float) -> str:
    return short_age(max(now - moment, 1) if moment is not None else None)


def _lines(found: list[_Standing], now: float) -> Iterator[Text]:
    """What is wrong, each with the command to run next on a line of its own, to be copied."""
    for standing in found:
        view = standing.view
        name = plain(view.schedule)
        if view.holder is not None:
            yield Text(
                f"{name}: a run goes on: pid {view.holder.pid} on {plain(view.holder.host)} since {view.holder.since}"
            )
        said = any(condition.kind in ("settings", "failed", "credentials") for condition in standing.wrong)
        if view.problem and not said:
            yield Text(f"{name}: {view.problem.code}: {plain(view.problem.message, 300)}")
            yield Text(f"→ feedsync {'check' if view.word == 'broken' else 'doctor'} {name}")
        for condition in standing.wrong:
            yield Text(f"{name}: {condition.text}")
            yield Text(f"→ {condition.todo}")
        for one in view.notes.undelivered:
            since = short_age(now - one.since)
            yield Text(f"{name}: not told for {since}: {plain(one.receiver)}: {plain(one.reason, 200)}")
            yield Text(f"→ feedsync alerts test {name}")


def _output(standing: _Standing, now: float) -> ScheduleStatus:
    view = standing.view
    problem = Reason(view.problem.code, readable(view.problem.message)) if view.problem else None
    return ScheduleStatus(
        schedule=view.schedule,
        state=view.word,
        exit_code=standing.exit_code,
        problem=problem,
        wrong=[Wrong(c.kind, readable(c.text), c.todo) for c in standing.wrong],
        running=view.holder,
        died=view.died,
        last_good_at=_iso(view.last_good_at),
        last_good_age_s=_age(view.last_good_at, now),
        feed_changed_at=_iso(view.changed_at),
        feed_changed_age_s=_age(view.changed_at, now),
        next_at=_iso(view.next_at),
        next_why=view.next_why,
        products=view.products,
        variants=view.variants,
        held=view.held,
        rejected=view.rejected,
        drifted=view.drifted,
        feed_to_bik_s=view.lag_s,
        undelivered=[NotTold(one.receiver, one.reason, iso(one.since)) for one in view.notes.undelivered],
        runs=[_run(run) for run in view.runs],
    )


def _run(run: RunFigures) -> RunStatus:
    return RunStatus(
        run.run, run.trigger, iso(run.started_at), _iso(run.finished_at), run.outcome, run.items, run.changes, run.held,
        run.sent, run.rejected, run.error,
    )  # fmt: skip


def _iso(moment: int | None) -> str | None:
    return iso(moment) if moment is not None else None


def _age(moment: int | None, now: float) -> int | None:
    return int(now - moment) if moment is not None else None
