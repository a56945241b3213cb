"""The program ``feedsync``: its global options, its exit codes, and how an error reaches a person.

Exit codes (design, section 7), the first that applies: 130 and 143 interrupted, 2 wrong usage or configuration, 5 another
run holds the lock, 1 failed, 4 something is held, 3 something was rejected, 0 done.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from typer.exceptions import TyperException

from feedsync import __version__, logs
from feedsync.cli.common import Context, fail, say
from feedsync.errors import ConfigError, Fatal, FeedsyncError

#: What ends with the command.
_restore = ExitStack()

#: command -> the module of :mod:`feedsync.cli` that has it, in the order in which they are shown.
MODULES = {
    "run": "run", "diff": "run", "schedule": "schedule", "daemon": "daemon", "status": "status", "approve": "consent",
    "reject": "consent", "resync": "operate", "rollback": "operate", "retire": "operate", "reconcile": "reconcile",
    "explain": "explain", "history": "history", "export": "history", "report": "report", "web": "web", "check": "look",
    "inspect": "look", "init": "init", "doctor": "doctor", "alerts": "alerts", "backup": "upkeep", "restore": "upkeep",
    "vacuum": "upkeep", "sandbox": "sandbox", "demo": "demo",
}  # fmt: skip


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The program with the commands that are among ``words``, or all of them where none is; its version needs none.

    What is started every minute should not load the browser page.
    """
    app = typer.Typer(
        help="Keep a Bik store equal to a brand's product feeds.",
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    asked = {MODULES[word] for word in words if word in MODULES}
    for name in dict.fromkeys(MODULES.values()):
        if name in asked or not (asked or words[:1] == ["--version"]):
            import_module(f"feedsync.cli.{name}").add_to(app)
    return app


class Interrupted(BaseException):
    """A signal came; what is under way is recorded, then the program ends with the signal's exit code."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum


def _version(show: bool) -> None:
    if show:
        print(f"feedsync {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    schedules: Annotated[
        Path, typer.Option(help="The folder of the schedules' files.", envvar="FEEDSYNC_SCHEDULES")
    ] = Path("schedules"),
    state: Annotated[
        Path, typer.Option(help="The folder of the snapshots. Put it on a local disk.", envvar="FEEDSYNC_STATE")
    ] = Path("state"),
    log_format: Annotated[
        logs.Form, typer.Option(help="Logs as JSON, or as text; json: all that stderr says. auto: JSON in a pipe.")
    ] = "auto",
    log_level: Annotated[
        logs.Level | None,
        typer.Option(help="From which level on; info for the daemon and with json, else warning.", show_default=False),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Keep a Bik store equal to a brand's product feeds."""
    talkative = log_format == "json" or context.invoked_subcommand == "daemon"
    _restore.callback(
        logs.configure(sys.stderr, form=log_format, level=log_level or ("info" if talkative else "warning"))
    )
    context.obj = Context(schedules, state)


def run_program(arguments: list[str]) -> int:
    """Run one command; the exit code. Every expected error has become a message by then."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a sign must not stop a sync
    code = _run_command(arguments)
    try:
        sys.stdout.flush()
    except OSError as error:
        # or the interpreter would try once more at its end, and complain in its own words
        with suppress(OSError, io.UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code or _unwritten(error)
    return code


def _run_command(arguments: list[str]) -> int:
    handlers = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    as_json = "--json" in arguments
    try:
        command = typer.main.get_command(program(arguments))
        return int(command.main(arguments or ["--help"], prog_name="feedsync", standalone_mode=False) or 0)
    except Interrupted as interrupted:
        say("feedsync: interrupted; the next run goes on from here")
        return interrupted.exit_code
    except FeedsyncError as error:
        fail(error, as_json=as_json)
        return error.exit_code
    except TyperException as error:
        message = error.format_message() if isinstance(error, typer.BadParameter.__mro__[2]) else str(error)
        fail(ConfigError("FS-106", reason=f"{message} (see feedsync --help)"), as_json=as_json)
        return 2
    except OSError as error:
        return _unwritten(error)
    finally:
        _restore.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _unwritten(error: OSError) -> int:
    """The report could not be written; what was to be done was done before."""
    fatal = Fatal("FS-109", reason=error.strerror or str(error))
    fail(fatal, as_json=False)
    return fatal.exit_code


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise Interrupted(signum)
