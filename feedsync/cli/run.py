"""``run`` and ``diff``: one pass, or what it would do."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from feedsync.alerts import after_run, check_alerts
from feedsync.cli.common import (
    Allow,
    Context,
    ErrorOutput,
    Json,
    Name,
    checked_gates,
    console,
    end_with,
    fail,
    readable,
    say,
    split_ids,
    worst,
    write_json,
)
from feedsync.cli.completion import schedule_names
from feedsync.cli.progress import showing
from feedsync.due import due_of, run_due
from feedsync.errors import ConfigError, Fatal, FeedsyncError, Locked
from feedsync.planning import Options
from feedsync.report.summary import Reason, RunSummary, utc_minute
from feedsync.report.terminal import plain, print_run
from feedsync.sync import Target, preview, run_schedule

_LOG = logging.getLogger("feedsync.cli")


class RunsOutput(msgspec.Struct):
    """What ``run --json`` writes for several schedules: those that ran, and those that could not."""

    runs: list[RunSummary]
    errors: list[ErrorOutput]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("run")(run)
    app.command("diff")(diff)


def run(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME...", help="The schedules to run.", show_default=False, autocompletion=schedule_names
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Run every schedule that is enabled.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Run what is due by its cron or every, by time itself, or after a failure.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Push at most so many products: a careful first push.", show_default=False)
    ] = None,
    ids: Annotated[
        str | None, typer.Option(help="Push only these products or variants (ids, by comma).", show_default=False)
    ] = None,
    allow: Allow = [],  # noqa: B006 - typer copies it
    new_store: Annotated[
        bool, typer.Option("--new-store", help="The schedule points to another store: forget what was sent before.")
    ] = False,
    same_store: Annotated[
        bool, typer.Option("--same-store", help="It is the same store under a new key or address: keep what was sent.")
    ] = False,
    metrics_file: Annotated[
        Path | None,
        typer.Option(
            help="Write metrics of all schedules here, for node_exporter's textfile collector.",
            envvar="FEEDSYNC_METRICS_FILE",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring the store up to the feeds: fetch, compare, push what changed, report."""
    where: Context = context.obj
    if [bool(names), every, due].count(True) != 1:
        raise ConfigError("FS-106", reason="name the schedules to run, or give --all or --due")
    if new_store and same_store:
        raise ConfigError("FS-106", reason="give --new-store or --same-store, not both")
    options = _options(allow, limit, ids)
    target = Target(new_store=new_store, same_store=same_store)
    if due and (options != Options() or target != Target()):
        raise ConfigError("FS-106", reason="--due runs things as they are set: name the schedule to run it otherwise")

    results = RunsOutput([], [])
    codes = []
    waiting: list[tuple[int, str, str]] = []
    unwritten: OSError | None = None
    for name in names or where.names():
        schedule = None
        now = int(time.time())  # the schedule before it may have taken an hour
        try:
            schedule = where.schedule(name)
            next_run = due_of(schedule, where.state, now) if due else None
            if every and not schedule.enabled:
                continue
            if due and (next_run is None or next_run.at > now):
                waiting += [(next_run.at, name, next_run.why)] if next_run else []
                check_alerts(schedule, where.state)
                continue
            with showing() as progress:
                if next_run:
                    summary = run_due(schedule, where.state, next_run, progress=progress)
                else:
                    summary = run_schedule(
                        schedule, where.state, trigger="hand", options=options, target=target, progress=progress
                    )
        except FeedsyncError as error:  # a mistake in one schedule never stops another
            if due and isinstance(error, Locked):  # it is being done
                say(f"feedsync: {plain(error.message, 400)}; left to it")
                continue
            fail(error, as_json=False, schedule=name)
            results.errors.append(ErrorOutput(Reason(error.code, readable(error.message)), name))
            codes.append(error.exit_code)
            if schedule is not None:
                after_run(schedule, where.state, error)
            continue
        after_run(schedule, where.state)
        _LOG.info("run ended", extra={"schedule": name, "run": summary.run, "outcome": summary.outcome})
        results.runs.append(summary)
        codes.append(summary.exit_code)
        if not as_json:
            try:
                print_run(console(), summary)
            except OSError as error:  # a log that is full does not stop the sync
                unwritten = error
    if metrics_file is not None:
        from feedsync.metrics import write_textfile  # with prometheus_client and its server

        try:
            write_textfile(metrics_file, where.views(time.time()))
        except Fatal as error:
            fail(error, as_json=False)
            codes.append(error.exit_code)
    if unwritten:
        raise unwritten
    if due and not codes and console().is_terminal:  # cron would send a mail of it each time
        at, name, why = min(waiting, default=(None, "", ""))
        console().print(Text("nothing is due" + (f"; next is {name} at {utc_minute(at)} ({why})" if at else "")))
    if as_json:
        single = [*results.runs, *results.errors] if names and len(names) == 1 else []
        write_json(single[0] if single else results)
    raise typer.Exit(worst(codes))


def diff(context: typer.Context, name: Name, allow: Allow = [], as_json: Json = False) -> None:  # noqa: B006
    """Show what a run would change, and send and remember nothing."""
    where: Context = context.obj
    with showing() as progress:
        summary = preview(where.schedule(name), where.state, options=_options(allow, None, None), progress=progress)
    end_with(summary, as_json=as_json)


def _options(allow: list[str], limit: int | None, ids: str | None) -> Options:
    return Options(allow=checked_gates(allow), limit=limit, ids=split_ids(ids))
