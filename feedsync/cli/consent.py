"""``approve`` and ``reject``: what becomes of the changes that the gates hold."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from feedsync.alerts import check_alerts
from feedsync.cli.common import Context, Json, Name, confirm, console, end_with, split_ids
from feedsync.cli.held import print_held
from feedsync.cli.progress import showing
from feedsync.consent import NEVER, HeldList, chosen, decide, held, whoever
from feedsync.errors import ConfigError
from feedsync.gates import GATES
from feedsync.snapshot.consent import Word

Only = Annotated[
    list[str], typer.Option("--only", metavar="GATE", help="What this gate holds (may be given several times).")
]
Ids = Annotated[str | None, typer.Option(help="These products or variants (ids, by comma).", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: for scripts.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("approve")(approve)
    app.command("reject")(reject)


def approve(
    context: typer.Context, name: Name, only: Only = [], ids: Ids = None, yes: Yes = False, as_json: Json = False,  # noqa: B006
) -> None:  # fmt: skip
    """Let through what the gates hold, and push it at once. Without --yes it shows what is held and asks."""
    _decide(context.obj, name, "approved", only, ids, yes=yes, as_json=as_json)


def reject(
    context: typer.Context, name: Name, only: Only = [], ids: Ids = None, yes: Yes = False, as_json: Json = False,  # noqa: B006
) -> None:  # fmt: skip
    """Drop what the gates hold: it stays unsent, and is not asked again until it differs."""
    _decide(context.obj, name, "rejected", only, ids, yes=yes, as_json=as_json)


def _decide(
    where: Context, name: str, word: Word, only: list[str], ids: str | None, *, yes: bool, as_json: bool
) -> None:
    schedule = where.schedule(name)
    for gate in only:
        if gate not in GATES:
            raise ConfigError("FS-108", gate=gate, reason="there is no such gate; there are " + ", ".join(GATES))
    gates, meant = frozenset(only), split_ids(ids) or frozenset()
    expected = None
    if not yes:
        shown: HeldList = held(where.state, name)
        matters = [m for m in chosen(shown.held, gates, meant) if m.gate != NEVER]
        if matters and not as_json:
            print_held(console(), matters)
        if matters:
            count = Counter(m.gate for m in matters)
            listed = ", ".join(f"{number:,} held by {gate}" for gate, number in count.items())
            confirm(f"{'Approve and push' if word == 'approved' else 'Reject'} {listed}?")
        expected = shown.fingerprint
    with showing() as progress:
        summary = decide(
            schedule, where.state, word, who=whoever(), gates=gates, ids=meant, expected=expected, progress=progress
        )
    check_alerts(schedule, where.state)
    end_with(summary, as_json=as_json)
