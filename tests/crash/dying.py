"""Runs the program again and again in forks of itself, and kills each one before its n-th database call.

A line on stdin is a JSON list, ``[n, argument…]``; the answer on stdout is ``[how it ended, database calls]``: the exit
code, or minus the signal. With n = 0 the run is not killed. Forks, because a start of Python costs more than a run.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from types import FrameType
from typing import Any

from feedsync.cli.main import run_program


class _Profile:
    """Counts the calls into SQLite, and dies before one of them."""

    def __init__(self, dies_at: int) -> None:
        self.calls = 0
        self._dies_at = dies_at

    def __call__(self, frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and isinstance(getattr(function, "__self__", None), sqlite3.Connection | sqlite3.Cursor):
            self.calls += 1
            if self.calls == self._dies_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _run(dies_at: int, arguments: list[str], report: int) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    profile = _Profile(dies_at)
    sys.setprofile(profile)
    code = run_program(arguments)
    sys.setprofile(None)
    os.write(report, str(profile.calls).encode())
    os._exit(code)


def main() -> None:
    """Serve one line after the other."""
    for line in sys.stdin:
        dies_at, *arguments = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _run(dies_at, arguments, writing)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        calls = int(os.read(reading, 20) or 0)
        os.close(reading)
        print(json.dumps([os.waitstatus_to_exitcode(status), calls]), flush=True)


if __name__ == "__main__":
    main()
