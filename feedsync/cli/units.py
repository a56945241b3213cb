"""``schedule export``: the schedules as units of systemd, or as a crontab."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from feedsync.cli.common import Context, console, fail, worst
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.export_cron import crontab
from feedsync.export_place import Place
from feedsync.export_systemd import DAEMON, systemd_units
from feedsync.report.terminal import plain, print_hanging
from feedsync.settings import Schedule


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export")(export)


def export(
    context: typer.Context,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="A service and a timer each, and one for the daemon.")
    ] = False,
    cron: Annotated[bool, typer.Option("--cron", help="One crontab with a line for each.")] = False,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to write into; without it, all goes to stdout.")
    ] = None,
    secrets: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where NAME.env (variables) and credentials/ID of the schedules will be."),
    ] = Path("/etc/feedsync"),
    user: Annotated[
        str | None,
        typer.Option(help="The account that the units run as; without it, the one that asks.", show_default=False),
    ] = None,
) -> None:
    """Hand the schedules to systemd or to cron: write units or a crontab for this machine."""
    if systemd == cron:
        raise ConfigError("FS-106", reason="give --systemd or --cron")
    where: Context = context.obj
    schedules: list[Schedule] = []
    codes = []
    for name in where.names():
        try:
            schedules.append(where.schedule(name))
        except FeedsyncError as error:
            fail(error, as_json=False, schedule=name)
            codes.append(error.exit_code)
    place = Place(
        _program(),
        Path.cwd(),
        where.schedules.absolute(),
        where.state.absolute(),
        secrets.absolute(),
        user or getpass.getuser(),
    )
    if systemd:
        _write(systemd_units(schedules, place), to)
        next_step = f"systemctl enable --now feedsync-NAME.timer for each, or {DAEMON} in the place of all timers"
        advice = f"put them into /etc/systemd/system, then: systemctl daemon-reload, and {next_step}"
    else:
        table = crontab(schedules, place)
        for name, reason in table.left_out.items():
            print(f"feedsync: {name} is left out: {reason}", file=sys.stderr)
        _write({"crontab": table.text}, to)
        advice = f"it takes the place of the account's crontab: crontab {to}/crontab"
    if to is not None:
        print_hanging(console(), plain(advice, 500))
    raise typer.Exit(worst(codes))


def _write(files: dict[str, str], to: Path | None) -> None:
    for name, text in files.items():
        if to is None:
            print(text if len(files) == 1 else f"# --- {name}\n{text}")
            continue
        to.mkdir(parents=True, exist_ok=True)
        (to / name).write_text(text, encoding="utf-8")
        print_hanging(console(), plain(str(to / name), 500))


def _program() -> tuple[str, ...]:
    """The words that begin this program's commands, wherever they are given."""
    script = Path(sys.argv[0])
    if script.name == "feedsync" and script.is_file():
        return (str(script.absolute()),)
    return (sys.executable, "-m", "feedsync")
