"""``reconcile``: is the store what we think it is, and mend it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from feedsync.alerts import check_alerts
from feedsync.cli.common import Allow, Context, Json, Name, checked_gates, confirm, console, write_json
from feedsync.cli.consent import Yes
from feedsync.cli.progress import showing
from feedsync.reconcile import Finding, Reconciliation, reconcile
from feedsync.report.terminal import count, plain, print_hanging, print_run

_KINDS = {
    "missing": "missing there",
    "different": "different there",
    "ours_once": "still there, ours once",
    "never_ours": "there, never ours",
}
_DESIRED = {
    "stored": " (as the feeds want it)",
    "other": " (the feeds want something else)",
    "gone": " (the feeds do not have it)",
}
_SHOWN = 5


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("reconcile")(reconcile_command)


def reconcile_command(
    context: typer.Context,
    name: Name,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what differs, by a run through the gates.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over what feedsync never sent; what the feeds lack is then a removal.")
    ] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Read the whole store back, and tell what is missing, unknown or different there."""
    where: Context = context.obj
    schedule = where.schedule(name)
    gates = checked_gates(allow)
    if adopt and not yes:
        confirm(f"Take over every product in the store of {name} that feedsync never sent?")
    with showing():
        result = reconcile(schedule, where.state, fix=fix, adopt=adopt, allow=gates)
    check_alerts(schedule, where.state)
    if as_json:
        write_json(result)
    else:
        _print(console(), result)
    raise typer.Exit(result.exit_code)


def _print(out: Console, result: Reconciliation) -> None:
    out.print(Text(f"{result.schedule} · {count(result.stored, 'product')} there, {result.sent:,} of ours"))
    if result.died and result.repair is None:  # else the run tells it
        print_hanging(out, f"  the run before this one died: {plain(result.died, 300)}")
    if result.unknown:
        print_hanging(
            out, f"  cannot know all of it: {result.unknown.code}: {plain(result.unknown.message, 300)}", style="red"
        )
    for kind, words in _KINDS.items():
        found = [finding for finding in result.findings if finding.kind == kind]
        if not result.counts.get(kind):
            continue
        out.print(Text(f"  {words}: {result.counts[kind]:,}"))
        for finding in found[:_SHOWN]:
            _print_finding(out, finding)
        if result.counts[kind] > _SHOWN:
            out.print(
                Text(f"    … and {result.counts[kind] - _SHOWN:,} more: feedsync reconcile {result.schedule} --json")
            )
    if not result.counts and not result.unknown:
        out.print(Text("  the store holds exactly what Bik acknowledged", "bold green"))
    if result.repair is not None:
        print_run(out, result.repair)
    elif result.exit_code == 3:
        out.print(Text(f"→ mend it: feedsync reconcile {result.schedule} --fix"), soft_wrap=True)


def _print_finding(out: Console, finding: Finding) -> None:
    what = "catalog " if finding.what == "catalog" else ""
    desired = _DESIRED.get(finding.desired or "", "")
    pending = " (a run will send it anyway)" if finding.pending else ""
    print_hanging(out, f"    {what}{plain(finding.id, 24)}  {plain(finding.title, 40)}{desired}{pending}", indent=6)
    for field in finding.fields[:_SHOWN]:
        print_hanging(
            out, f"      {plain(field.field, 40)}: {plain(field.sent, 40)} → {plain(field.stored, 40)}", indent=8
        )
