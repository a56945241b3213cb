"""``doctor``: is this machine fit, and what does the store do where Bik's reference is silent?"""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from feedsync.bik.opening import bik_credentials, opened
from feedsync.cli.common import Context, Json, confirm, console, write_json
from feedsync.cli.consent import Yes
from feedsync.config import schedule_files
from feedsync.doctor import Check, machine, one
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.probe import known, probe
from feedsync.report.terminal import plain, print_hanging
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import BikFindings, bik_findings, keep_findings
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import same_store, snapshot_path

_STYLES = {"ok": "green", "warning": "yellow", "bad": "bold red"}


class ScheduleHealth(msgspec.Struct):
    """One schedule's checks, and what is known of its store (null: nobody looked)."""

    schedule: str
    checks: list[Check]
    findings: BikFindings | None = None


class DoctorOutput(msgspec.Struct):
    """What ``doctor --json`` writes."""

    machine: list[Check]
    schedules: list[ScheduleHealth]

    @property
    def exit_code(self) -> int:
        """0: all is well; 3: something deserves a look; 1: something is bad."""
        levels = {check.level for check in [*self.machine, *(c for s in self.schedules for c in s.checks)]}
        return 1 if "bad" in levels else 3 if "warning" in levels else 0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="One schedule; all of them if it is left out.", show_default=False)
    ] = None,
    probing: Annotated[
        bool, typer.Option("--probe", help="Learn with a disposable product what Bik's reference leaves open.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Is this machine fit: SQLite, disk, clock, locks, secrets, credentials; --probe learns how the store behaves."""
    where: Context = context.obj
    if probing and name is None:
        raise ConfigError("FS-106", reason="name the schedule whose store is to be probed")
    names = [path.stem for path in schedule_files(where.schedules)] if name is None else [name]
    result = DoctorOutput(list(machine(where.state)), [])
    for one_name in names:
        health = ScheduleHealth(one_name, [])
        result.schedules.append(health)
        try:
            schedule = where.schedule(one_name)
        except FeedsyncError as error:
            health.checks.append(Check("schedule", "bad", f"{error.code}: {error.message}", "feedsync check says more"))
            continue
        health.checks += one(schedule, where.state)
        if probing and not any(check.level == "bad" for check in health.checks):
            if not yes:
                confirm(
                    f"Create a product and a catalog 'feedsync-probe' in the store of {one_name}, and delete the product?"
                )
            health.findings = _probe(where, schedule)
        else:
            health.findings = _known(where, one_name)
    if as_json:
        write_json(result)
    else:
        _print(console(), result)
    raise typer.Exit(result.exit_code)


def _known(where: Context, name: str) -> BikFindings | None:
    path = snapshot_path(where.state, name)
    if not path.exists():
        return None
    with Store(path, read_only=True) as store:
        return bik_findings(store)


def _probe(where: Context, schedule: Schedule) -> BikFindings:
    credentials = bik_credentials(schedule)
    with (
        schedule_lock(where.state / f"{schedule.name}.lock", schedule.name),
        Store(snapshot_path(where.state, schedule.name)) as store,
        opened(schedule, credentials, where.state) as bik,
    ):
        same_store(store, schedule, credentials.key.get_secret_value())
        findings = probe(bik)
        keep_findings(store, findings)
    return findings


def _print(out: Console, result: DoctorOutput) -> None:
    _print_checks(out, result.machine)
    for health in result.schedules:
        out.print(Text(health.schedule, "bold"))
        _print_checks(out, health.checks)
        if health.findings is not None:
            out.print(Text("  what is known of its store"))
            for question, answer in known(health.findings):
                out.print(Text(f"    {question:40} {answer}"))


def _print_checks(out: Console, checks: list[Check]) -> None:
    for check in checks:
        line = f"  {check.level:8} {check.what:9} {plain(check.message, 300)}"
        print_hanging(out, line, indent=21, style=_STYLES[check.level])
        if check.todo:
            print_hanging(out, f"{'':21}→ {check.todo}", indent=23)
