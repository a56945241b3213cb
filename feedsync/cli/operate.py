"""``resync``, ``rollback`` and ``retire``: what an operator does beside the daily run."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Annotated

import typer

from feedsync.alerts import check_alerts
from feedsync.cli.common import (
    Allow,
    Context,
    Json,
    Name,
    checked_gates,
    confirm,
    end_with,
    split_ids,
)
from feedsync.cli.consent import Yes
from feedsync.cli.progress import showing
from feedsync.consent import whoever
from feedsync.errors import ConfigError
from feedsync.operating import NOTHING, Which, release, resync, roll_back

_AGO = {"m": 60, "h": 3600, "d": 86400}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("resync")(resync_command)
    app.command("rollback")(rollback)
    app.command("retire")(retire)


def resync_command(
    context: typer.Context,
    name: Name,
    ids: Annotated[str | None, typer.Option(help="These products or variants (ids, by comma).")] = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="WHEN", help='What changed since "24h", "7d" or 2026-11-01[T10:00].')
    ] = None,
    catalog: Annotated[str | None, typer.Option(help="The products of this catalog.")] = None,
    match: Annotated[str | None, typer.Option(help="Products that match, such as \"brand == 'Acme'\".")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="All products and catalogs, and delete again what must go.")
    ] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    as_json: Json = False,
) -> None:
    """Send again whatever Bik may have lost."""
    where: Context = context.obj
    schedule = where.schedule(name)
    since = _moment(changed_since, schedule.zone) if changed_since is not None else None
    which = Which(split_ids(ids), since, catalog, match)
    if full == (not which.all()):
        raise ConfigError(
            "FS-106", reason="say what to send again: --ids, --changed-since, --catalog, --match, or --full"
        )
    gates = checked_gates(allow)
    with showing() as progress:
        summary = resync(schedule, where.state, which, full=full, allow=gates, progress=progress)
    check_alerts(schedule, where.state)
    end_with(summary, as_json=as_json)


def _moment(text: str, zone: object) -> int:
    if match := re.fullmatch(r"(\d{1,5})([mhd])", text):
        return int(time.time()) - int(match[1]) * _AGO[match[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError("FS-106", reason=f'{text!r} is no time: write "24h", "7d" or 2026-11-01T10:00') from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())  # type: ignore[arg-type]


def rollback(
    context: typer.Context,
    name: Name,
    to: Annotated[
        int | None, typer.Option(min=1, help="The run whose result the store shall have.", show_default=False)
    ] = None,
    with_stock: Annotated[bool, typer.Option("--with-stock", help="Its quantities, too; else today's stay.")] = False,
    undo: Annotated[bool, typer.Option("--release", help="Follow the feeds again.")] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring the store back to what it held after an earlier run, and hold it there until --release."""
    where: Context = context.obj
    schedule = where.schedule(name)
    if (to is None) == (not undo):
        raise ConfigError("FS-106", reason="give --to RUN, or --release")
    gates = checked_gates(allow)
    if not yes:
        confirm(
            f"Follow the feeds of {name} again?" if to is None else f"Bring {name} back to run {to} and hold it there?"
        )
    with showing() as progress:
        if to is None:
            summary = release(schedule, where.state, allow=gates, progress=progress)
        else:
            summary = roll_back(
                schedule, where.state, to, who=whoever(), with_stock=with_stock, allow=gates, progress=progress
            )
    check_alerts(schedule, where.state)
    end_with(summary, as_json=as_json)


def retire(context: typer.Context, name: Name, allow: Allow = [], yes: Yes = False, as_json: Json = False) -> None:  # noqa: B006
    """Remove from Bik all that the schedule owns. Undo it with: feedsync rollback NAME --release."""
    where: Context = context.obj
    schedule = where.schedule(name)
    gates = checked_gates(allow)
    if not yes:
        confirm(f"Remove from Bik everything that {name} put there?")
    with showing() as progress:
        summary = roll_back(schedule, where.state, NOTHING, who=whoever(), allow=gates, progress=progress)
    check_alerts(schedule, where.state)
    end_with(summary, as_json=as_json)
