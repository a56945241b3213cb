"""What the commands share: where things are, how JSON and errors are written, which exit code wins."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import msgspec
import typer
from rich.console import Console

from feedsync.adapters.registry import OWN, format_names
from feedsync.cli.completion import gate_names, schedule_names
from feedsync.config import find, load, schedule_files
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.gates import ALLOWABLE, GATES
from feedsync.health import Health, look
from feedsync.logs import json_asked_for
from feedsync.report.summary import Reason, RunSummary
from feedsync.report.terminal import print_run
from feedsync.settings import Schedule

_LOG = logging.getLogger("feedsync.cli")
#: The order in which exit codes win.
_RANK = (143, 130, 2, 5, 1, 4, 3, 0)

Json = Annotated[bool, typer.Option("--json", help="Write JSON, by a published schema, and nothing else to stdout.")]
Name = Annotated[
    str,
    typer.Argument(
        help="The schedule's name: its file without .toml.", show_default=False, autocompletion=schedule_names
    ),
]
Allow = Annotated[
    list[str],
    typer.Option(
        "--allow", metavar="GATE", help="Let through, in this run, what GATE holds.", autocompletion=gate_names
    ),
]


class Context(msgspec.Struct, frozen=True):
    """Where the schedules and the snapshots are."""

    schedules: Path
    state: Path

    def schedule(self, name: str) -> Schedule:
        """The schedule of that name.

        Raises:
            ConfigError: there is none, or it has a mistake.
        """
        schedule = load(find(self.schedules, name))
        for feed in schedule.feeds:
            if feed.format in (None, *OWN):
                continue  # what packages offer need not be looked up
            if feed.format not in (known := format_names()):
                reason = f"there is no format {feed.format!r}; there are {', '.join(known)}"
                raise ConfigError("FS-103", where=str(schedule.file), key="feeds.format", reason=reason)
        return schedule

    def names(self) -> list[str]:
        """The names of all schedules.

        Raises:
            ConfigError: FS-107, there is none.
        """
        if names := [path.stem for path in schedule_files(self.schedules)]:
            return names
        raise ConfigError("FS-107", directory=self.schedules)

    def views(self, now: float) -> list[Health]:
        """How every schedule stands at ``now`` (Unix seconds)."""
        return [look(self.state, path.stem, self.schedule, now) for path in schedule_files(self.schedules)]


class ErrorOutput(msgspec.Struct):
    """What ``--json`` writes when a command could not do its work."""

    error: Reason
    schedule: str | None = None


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # rich calls this where it has caught BrokenPipeError, and would end the program


def console() -> Console:
    """For people, on stdout: 80 columns at most on a terminal, and no more than that in a pipe."""
    terminal = _Console(highlight=False, emoji=False)
    terminal.width = min(terminal.width, 80)
    return terminal


def file_console(stream: TextIO) -> Console:
    """For people who read a file: 80 columns, no colours."""
    return Console(file=stream, width=80, highlight=False, emoji=False, force_terminal=False)


def write_json(value: object) -> None:
    """One JSON document on stdout, in UTF-8 whatever the terminal's encoding is (RFC 8259, 8.1)."""
    encoded = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded + b"\n")
    sys.stdout.buffer.flush()


def readable(text: str) -> str:
    """Text in which bytes of a path that are no UTF-8 are shown as ``\\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode()


def fail(error: FeedsyncError, *, as_json: bool, schedule: str | None = None) -> None:
    """Tell a person what went wrong, and with which schedule; with ``as_json`` a program as well."""
    who = f"feedsync: {schedule}" if schedule else "feedsync"
    message = readable(error.message)
    if json_asked_for():
        _LOG.error(message, extra={"code": error.code, "schedule": schedule})
    else:
        with suppress(OSError):  # there is no other place to tell it; the exit code says it, too
            say(f"{who}: {error.code}: {message}")
    if as_json:
        write_json(ErrorOutput(Reason(error.code, message)))


def say(line: str) -> None:
    """Tell people on stderr how things go; in the log, where all of stderr is one."""
    if json_asked_for():
        _LOG.info(line.removeprefix("feedsync: "))
    else:
        print(line, file=sys.stderr, flush=True)


def worst(codes: Iterable[int]) -> int:
    """The exit code that wins."""
    return min(codes, key=_RANK.index, default=0)


def split_ids(ids: str | None) -> frozenset[str] | None:
    """Ids by comma; None where none were given."""
    return frozenset(part.strip() for part in ids.split(",") if part.strip()) if ids is not None else None


def checked_gates(allow: list[str]) -> frozenset[str]:
    """The gates of ``--allow``.

    Raises:
        ConfigError: FS-108, one of them is none, or is never let through.
    """
    for gate in allow:
        if gate not in ALLOWABLE:
            known = "there is no such gate; there are " + ", ".join(sorted(ALLOWABLE))
            reason = "a degraded document cannot show what is gone" if gate in GATES else known
            raise ConfigError("FS-108", gate=gate, reason=reason)
    return frozenset(allow)


def confirm(question: str) -> None:
    """Ask, and end with exit code 2 where the answer is no, or nobody is there to give one.

    Raises:
        ConfigError: FS-106.
    """
    if not sys.stdin.isatty():
        raise ConfigError("FS-106", reason=f"{question} Nobody is there to answer: give --yes")
    if not typer.confirm(question, err=True):
        raise ConfigError("FS-106", reason="nothing was done")


def end_with(summary: RunSummary, *, as_json: bool) -> NoReturn:
    """Show the one run that a command made, and end with its exit code."""
    if as_json:
        write_json(summary)
    else:
        print_run(console(), summary)
    raise typer.Exit(summary.exit_code)
