"""``doctor``: is this machine fit, and what does the store do where Bik's reference is silent?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from feedsync.bik.opening import bik_credentials
from feedsync.cli.common import Context, Json, confirm, console, write_json
from feedsync.cli.completion import schedule_names
from feedsync.cli.consent import Yes
from feedsync.config import schedule_files
from feedsync.doctor import Check, ScheduleHealth, machine, one
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.probe import PRODUCT, Probed, known, probe
from feedsync.report.terminal import plain, print_hanging
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import keep_findings
from feedsync.sync import holding, same_store, target_of

_STYLES = {"ok": "green", "warning": "yellow", "bad": "bold red"}


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
        str | None,
        typer.Argument(
            help="One schedule; all of them if it is left out.", show_default=False, autocompletion=schedule_names
        ),
    ] = None,
    probing: Annotated[
        bool, typer.Option("--probe", help="Learn with disposable products what Bik's reference leaves open.")
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
        try:
            schedule = where.schedule(one_name)
        except ConfigError as error:
            if error.code == "FS-104":
                raise
            wrong = Check("schedule", "bad", f"{error.code}: {error.message}", "feedsync check says more")
            result.schedules.append(ScheduleHealth(one_name, [wrong]))
            continue
        health = one(schedule, where.state)
        result.schedules.append(health)
        if probing:
            _probe(where, schedule, health, yes=yes)
    if as_json:
        write_json(result)
    else:
        _print(console(), result)
    raise typer.Exit(result.exit_code)


def _probe(where: Context, schedule: Schedule, health: ScheduleHealth, *, yes: bool) -> None:
    """Probe the schedule's store, where nothing is wrong with it; what came of it joins the other checks."""
    if health.bad:
        health.checks.append(Check("probe", "warning", "nothing was probed", "mend first what is bad"))
        return
    if not yes:
        question = (
            f"Create products and a catalog whose ids begin with {PRODUCT!r} in the store of {schedule.name}, and "
            "delete the products?"
        )
        confirm(question)
    key = bik_credentials(schedule).key.get_secret_value()
    with holding(schedule, where.state) as (_, store, bik):
        same_store(store, schedule, key)
        try:
            probed = probe(bik)
        except FeedsyncError as error:
            health.checks.append(
                Check("probe", "bad", f"{error.code}: {error.message}", "docs/errors.md says what to do")
            )
            return
        if probed.found is not None:
            keep_findings(store, probed.found, target_of(schedule, key))
            health.findings = probed.found
    health.checks += _told(probed)


def _told(probed: Probed) -> Iterator[Check]:
    if probed.failed is None:
        yield Check("probe", "ok", "the store was probed")
    else:
        broke_off = f"it broke off: {probed.failed.code}: {probed.failed.message}"
        yield Check("probe", "bad", broke_off, "docs/errors.md says what to do; what was known before stays")
    for left in probed.left:
        todo = f"delete {left.id} in Bik's dashboard, or probe again later, which tries it once more"
        yield Check("probe", "bad", f"the product {left.id!r} is left over: {left.reason}", todo)


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
