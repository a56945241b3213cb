"""What is held, as a person reads it before deciding: by gate, a line each, in 80 columns."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.text import Text

from feedsync.report.terminal import KINDS, count, moved, plain
from feedsync.snapshot.consent import Held

_SHOWN = 20


def print_held(console: Console, matters: list[Held]) -> None:
    """Each gate with the first of what it holds."""
    for gate, group in groupby(matters, key=lambda matter: matter.gate):
        held = list(group)
        console.print(Text(f"held by {gate}: {count(len(held), 'change')}", "bold"))
        for matter in held[:_SHOWN]:
            console.print(Text(f"  {line(matter)}"), soft_wrap=True)
        if len(held) > _SHOWN:
            console.print(Text(f"  … and {len(held) - _SHOWN:,} more"))


def line(matter: Held) -> str:
    """One matter: what, of which product, from what to what."""
    what = plain(matter.variant_id or matter.subject, 20)
    note = f" ({plain(matter.note, 40)})" if matter.note else ""
    return f"{KINDS[matter.kind]:17} {what}  {moved(matter.before, matter.after, 24)}{note}"
