"""The programs that feedsync is measured beside. None of them is needed: what is not installed is left out and named."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from benchmarks import measure
from benchmarks.feeds import Feeds
from benchmarks.results import Measured, begin

_SCRIPTS = Path(__file__).parent / "peers"
_SYNC = ("first", "same", "next")


class Peer(msgspec.Struct, frozen=True):
    """A program. Above ``most`` items it takes too long or too much memory; ``module`` is None for xmllint, which is a binary."""

    name: str
    module: str | None
    forms: tuple[str, ...]
    operations: tuple[str, ...] = _SYNC
    most: int = 100_000
    #: Whether it keeps something of a document for the next one.
    keeps: bool = True


PEERS = (
    Peer("xmllint", None, ("google-xml",), ("read",), 10_000_000, keeps=False),
    Peer("lxml", "lxml", ("google-xml",), ("read",), 10_000_000, keeps=False),
    Peer("duckdb", "duckdb", ("csv", "json", "jsonl"), most=1_000_000),
    Peer("polars", "polars", ("csv", "json", "jsonl"), most=1_000_000),
    Peer("pandas", "pandas", ("csv", "google-xml"), ("first", "next")),
    Peer("csv-diff", "csv_diff", ("csv",), ("next",), keeps=False),
    Peer("sqlite-utils", "sqlite_utils", ("csv",), ("first", "next")),
    Peer("dlt", "dlt", ("csv",), ("first", "next"), most=10_000),
)


class Found(msgspec.Struct):
    """What a peer's script says that it found; None where it cannot tell."""

    written: int = 0
    added: int | None = None
    removed: int | None = None
    changed: int | None = None

    def note(self, expected: Mapping[str, int]) -> str:
        """What it got wrong."""
        told = {name: getattr(self, name) for name in ("added", "removed", "changed")}
        return "; ".join(
            f"finds {found:,} of {expected.get(name, 0):,} {name}"
            for name, found in told.items()
            if found is not None and found != expected.get(name, 0)
        )


def version(peer: Peer, python: str) -> str | None:
    """The version that is installed, or None."""
    if peer.module is None:
        if (binary := shutil.which(peer.name)) is None:
            return None
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stderr
        return said.partition("version ")[2].split()[0]
    script = f"import importlib.metadata as m, {peer.module}; print(m.version({peer.name!r}))"
    asked = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else None


class Runner:
    """One peer, over the documents of one format and size."""

    def __init__(self, peer: Peer, python: str, feeds: Feeds, folder: Path, env: Mapping[str, str]) -> None:
        self._peer, self._python, self._feeds, self._env = peer, python, feeds, env
        self._state, self._base = folder / "state", folder / "base"
        folder.mkdir(parents=True)

    def run(self, operation: str, *, limit_s: float) -> Measured:
        """One operation.

        Raises:
            RuntimeError: it failed, so that its times mean nothing.
        """
        begin(self._state, self._base if self._peer.keeps and operation != "first" else None)
        feed, before = self._feeds.path(operation), self._feeds.path("first")
        if self._peer.module is None:
            command = [self._peer.name, "--stream", "--noout", str(feed)]
        else:
            script = _SCRIPTS / f"with_{self._peer.module}.py"
            command = [self._python, str(script), operation, self._feeds.name, str(feed), str(before), str(self._state)]
        cost = measure.run(command, env=self._env, limit_s=limit_s)
        if cost.exit_code not in (0, None):
            raise RuntimeError(f"{self._peer.name} {operation} failed: {cost.output[-2000:]}")
        if operation == "first":
            begin(self._base, self._state)
        expected = self._feeds.next_day(operation)
        found = Found()
        with suppress(ValueError, IndexError):  # sqlite-utils says nothing, dlt also warns
            found = msgspec.convert(json.loads(cost.output.splitlines()[-1]), Found)
        return Measured(
            self._peer.name, operation, cost.wall_s, cost.cpu_s, cost.peak_bytes, note=found.note(expected),
            finished=cost.exit_code is not None,
        )  # fmt: skip
