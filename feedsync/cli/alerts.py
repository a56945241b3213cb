"""``alerts test``: does everybody who would be told hear it?"""

from __future__ import annotations

import typer
from rich.text import Text

from feedsync.alerts import send_test
from feedsync.cli.common import Context, Name, console
from feedsync.errors import ConfigError
from feedsync.report.terminal import plain, print_hanging


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    alerts = typer.Typer(
        help="Who is told when something is wrong: the table alerts of a schedule.", no_args_is_help=True
    )
    alerts.command("test")(test)
    app.add_typer(alerts, name="alerts")


def test(context: typer.Context, name: Name) -> None:
    """Send a test message to everybody whom the schedule's alerts would reach."""
    where: Context = context.obj
    schedule = where.schedule(name)
    if not schedule.alerts.to:
        raise ConfigError("FS-106", reason=f"{schedule.file}: there is no [alerts] to (docs/alerts.md)")
    out = console()
    results = send_test(schedule)
    for receiver, problem in results:
        if problem is None:
            out.print(Text(f"{plain(receiver)}: told"))
        else:
            print_hanging(out, f"{plain(receiver)}: NOT told: {plain(problem, 300)}", style="red")
    raise typer.Exit(1 if any(problem for _, problem in results) else 0)
