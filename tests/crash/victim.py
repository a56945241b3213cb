"""The program as a process of its own, to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import feedsync
from tests.crash.gate import DEADLINE_S
from tests.sync.shop import Shop

ROOT = Path(feedsync.__file__).parents[1]


def environment() -> dict[str, str]:
    """Of a child that finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def command(shop: Shop, *arguments: str) -> list[str]:
    """The arguments of ``feedsync`` for this shop."""
    return ["--schedules", str(shop.folder), "--state", str(shop.state), *arguments]


class Victim:
    """``python -m feedsync …`` over a shop's folder; a context manager that leaves no process behind."""

    def __init__(self, shop: Shop, *arguments: str) -> None:
        shop.schedule()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "feedsync", *command(shop, *(arguments or ("run", "shop")))],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Victim:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()

    def kill(self) -> None:
        """``kill -9``, and its end."""
        self.process.kill()
        assert self.process.wait(DEADLINE_S) == -signal.SIGKILL

    def end(self, *, within_s: float = DEADLINE_S) -> tuple[int, str, str]:
        """Its exit code, stdout and stderr; ``subprocess.TimeoutExpired`` when it hangs."""
        out, error = self.process.communicate(timeout=within_s)
        return self.process.returncode, out, error


def run(shop: Shop, *arguments: str) -> tuple[int, dict[str, Any]]:
    """One run to its end: the exit code, and what ``--json`` says."""
    with Victim(shop, "run", "shop", "--json", *arguments) as victim:
        code, out, error = victim.end()
    assert out, error
    return code, json.loads(out)
