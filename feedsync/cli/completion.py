"""What a shell is offered behind TAB beside commands and options: the names of schedules and of gates."""

from __future__ import annotations

from pathlib import Path

import typer

from feedsync.config import schedule_files
from feedsync.gates import ALLOWABLE


def schedule_names(context: typer.Context, incomplete: str) -> list[str]:
    """The schedules of the folder that the line names, or that would be taken without it."""
    folder = Path(str(context.find_root().params.get("schedules") or "schedules"))
    return [path.stem for path in schedule_files(folder) if path.stem.startswith(incomplete)]


def gate_names(incomplete: str) -> list[str]:
    """The gates that can be let through."""
    return sorted(gate for gate in ALLOWABLE if gate.startswith(incomplete))
