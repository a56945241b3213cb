"""``backup``, ``restore`` and ``vacuum``: upkeep of the snapshots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from feedsync.cli.common import Context, ErrorOutput, Json, Name, confirm, console, fail, readable, worst, write_json
from feedsync.cli.completion import schedule_names
from feedsync.cli.consent import Yes
from feedsync.config import NAME
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.report.summary import Reason
from feedsync.report.terminal import plain, print_hanging
from feedsync.sync import snapshot_path
from feedsync.upkeep import BackedUp, Vacuumed, back_up, restore, vacuum

_T = TypeVar("_T", BackedUp, Vacuumed)


class BackupOutput(msgspec.Struct):
    """What ``backup --json`` writes."""

    backups: list[BackedUp]
    errors: list[ErrorOutput]


class VacuumOutput(msgspec.Struct):
    """What ``vacuum --json`` writes."""

    vacuumed: list[Vacuumed]
    errors: list[ErrorOutput]


Names = Annotated[
    list[str],
    typer.Argument(
        metavar="[NAME]…",
        help="Which schedules; all without it.",
        autocompletion=schedule_names,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore_command)
    app.command("vacuum")(vacuum_command)


def backup(
    context: typer.Context,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="DIR|FILE", help="A folder, or a file that ends with .db.", show_default=False),
    ],
    names: Names = [],  # noqa: B006 - typer copies it
    keep: Annotated[
        int | None, typer.Option(min=1, help="How many copies of each schedule stay in the folder; all without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy snapshots, also while runs go on; each copy is verified before it counts."""
    where: Context = context.obj
    if to.suffix == ".db" and len(names) != 1:
        raise ConfigError("FS-106", reason="a file takes one snapshot: name one schedule, or give a folder")
    names = names or _with_snapshots(where)
    done, errors, code = _each(names, lambda name: back_up(where.state, _checked(name), to, keep=keep))
    if as_json:
        write_json(BackupOutput(done, errors))
    for one in [] if as_json else done:
        by = f", written by feedsync {one.written_by}" if one.written_by else ""
        print_hanging(console(), f"{one.schedule}: {plain(one.file, 500)} ({_mb(one.size_bytes)}{by})")
        if one.removed:
            print_hanging(console(), f"  older ones removed: {len(one.removed)}")
    raise typer.Exit(code)


def restore_command(
    context: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Argument(help="A copy that backup made, or one that is kept.", show_default=False)],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a copy of a snapshot back; what it replaces is kept, and a reconcile is asked for."""
    where: Context = context.obj
    _checked(name)
    if not yes:
        confirm(f"Put {plain(str(file), 500)} in the place of what {name} knows now?")
    result = restore(where.state, name, file)
    if as_json:
        write_json(result)
        return
    made = f", made {result.made_at}" if result.made_at else ""
    print_hanging(console(), f"{name}: {plain(str(file), 500)}{made} was put back")
    if result.replaced:
        print_hanging(console(), f"  kept: {plain(result.replaced, 500)}")
    print_hanging(
        console(),
        f"  how {result.doubted:,} products stand in the store is not known any more: a reconcile settles it, or else the "
        "next run sends all of them again and reads them back",
    )
    print_hanging(console(), f"  next: feedsync reconcile {name}")


def vacuum_command(
    context: typer.Context,
    names: Names = [],  # noqa: B006 - typer copies it
    as_json: Json = False,
) -> None:
    """Forget what is older than the schedule keeps it, and give the room back to the disk."""
    where: Context = context.obj
    names = names or _with_snapshots(where)
    done, errors, code = _each(names, lambda name: vacuum(where.schedule(name), where.state))
    if as_json:
        write_json(VacuumOutput(done, errors))
    for one in [] if as_json else done:
        gained = f"{_mb(one.before_bytes)} → {_mb(one.after_bytes)}"
        runs = f", {one.runs_forgotten:,} old runs forgotten" if one.runs_forgotten else ""
        kept = f", {len(one.removed)} kept copies removed" if one.removed else ""
        print_hanging(console(), f"{one.schedule}: {gained}{runs}{kept}")
    raise typer.Exit(code)


def _with_snapshots(where: Context) -> list[str]:
    """Every schedule that has one.

    Raises:
        ConfigError: FS-509, none has: a nightly backup of nothing, from the wrong folder, must not look like one.
    """
    names = [name for name in where.names() if snapshot_path(where.state, name).exists()]
    if not names:
        raise ConfigError("FS-509", schedule="any schedule", directory=where.state)
    return names


def _checked(name: str) -> str:
    """A schedule's name, whether or not its file is there: a snapshot may outlive it.

    Raises:
        ConfigError: FS-106.
    """
    if NAME.fullmatch(name):
        return name
    raise ConfigError("FS-106", reason=f"{name!r} is no schedule's name")


def _each(names: list[str], work: Callable[[str], _T]) -> tuple[list[_T], list[ErrorOutput], int]:
    """One schedule's fault stops no other: what was done, what was not, and the exit code."""
    done, errors, codes = [], [], []
    for name in names:
        try:
            done.append(work(name))
        except FeedsyncError as error:
            fail(error, as_json=False, schedule=name)
            errors.append(ErrorOutput(Reason(error.code, readable(error.message)), name))
            codes.append(error.exit_code)
    return done, errors, worst(codes)


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.1f} MB"
