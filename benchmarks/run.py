"""Measure whole runs beside other programs: ``make bench``, or ``python -m benchmarks.run --help``; see docs/benchmarks.md.

Everything is a process of its own, measured from the outside alike. Timings are for people; no test depends on them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.feeds import FORMS, Feeds
from benchmarks.others import PEERS, Peer, Runner, version
from benchmarks.results import OPERATIONS, Measured, Results, append, load
from benchmarks.store import free_store
from benchmarks.subject import Subject
from benchmarks.tables import machine, write_into, written

_PART_BYTES = 1 << 24
_SYNCS = tuple(name for name in OPERATIONS if name != "read")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the tables."""
    given = _parser().parse_args(arguments)
    found = load(given.results) if given.results else []
    peers = [peer for peer in PEERS if peer.name in given.programs]
    versions = {peer.name: version(peer, given.python) for peer in peers}
    with TemporaryDirectory(prefix="feedsync-bench-", dir=given.folder) as folder, free_store() as base_url:
        bench = _Bench(Path(folder), base_url, given, [peer for peer in peers if versions[peer.name]])
        for one in bench.measured():
            print(one.line(), file=sys.stderr, flush=True)
            found.append(one)
            if given.results:
                append(given.results, one)
    text = written(Results(found), machine(versions))
    print(text)
    if given.docs:
        write_into(given.docs, text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description="Measure feedsync beside other programs."
    )
    programs = ["feedsync", *(peer.name for peer in PEERS)]
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the feeds")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS), help="formats of the feeds")
    parser.add_argument("--programs", nargs="+", choices=programs, default=programs, help="what is measured")
    parser.add_argument(
        "--operations", nargs="+", choices=_SYNCS, default=_SYNCS, help="of feedsync; first is always among them"
    )
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds; 0: show what --results holds")
    parser.add_argument("--seed", type=int, default=1, help="of the feeds")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a program is stopped")
    parser.add_argument("--folder", type=Path, help="where the feeds are written: five times the size of the largest")
    parser.add_argument(
        "--python", default=os.environ.get("FEEDSYNC_BENCH_PYTHON", sys.executable),
        help="an interpreter that has the peers' libraries (FEEDSYNC_BENCH_PYTHON)",
    )  # fmt: skip
    parser.add_argument(
        "--results", type=Path, help="a file of measurements: what it holds is shown too, what is new is added"
    )
    parser.add_argument("--docs", type=Path, help="a page in which the tables stand between marks: they are replaced")
    return parser


class _Bench:
    def __init__(self, folder: Path, base_url: str, given: argparse.Namespace, peers: list[Peer]) -> None:
        self._folder, self._base_url, self._given, self._peers = folder, base_url, given, peers
        # modules come from their compiled form, as they do where a program is installed
        self._env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def measured(self) -> Iterator[Measured]:
        """All of it; the rounds of a format and size interleaved, so that what disturbs one disturbs all."""
        if self._given.rounds:
            self._warm_up()
        for items in self._given.items if self._given.rounds else ():
            for name in self._given.forms:
                with TemporaryDirectory(prefix=f"{name}-{items}-", dir=self._folder) as folder:
                    feeds = Feeds(Path(folder, "feeds"), name, items, seed=self._given.seed)
                    steps = list(self._steps(Path(folder), feeds))
                    lost = set()  # programs whose first sync did not end, so that there is nothing to go on from
                    for _ in range(self._given.rounds):
                        for program, operation, run in steps:
                            if program in lost:
                                continue
                            _read_through(feeds.path(operation))
                            one = run()
                            if operation == "first" and not one.finished:
                                lost.add(program)
                            one.form, one.items, one.feed_bytes = name, items, feeds.path(operation).stat().st_size
                            yield one

    def _steps(self, folder: Path, feeds: Feeds) -> Iterator[tuple[str, str, Callable[[], Measured]]]:
        """Program, operation, and what runs it, in an order in which each finds what it needs."""
        limit_s = self._given.limit
        for peer in self._peers:
            if feeds.name in peer.forms and feeds.items <= peer.most:
                runner = Runner(peer, self._given.python, feeds, folder / peer.name, self._env)
                for operation in peer.operations:
                    yield peer.name, operation, lambda runner=runner, o=operation: runner.run(o, limit_s=limit_s)  # type: ignore[misc]
        if "feedsync" in self._given.programs:
            subject = Subject(folder / "feedsync", feeds, self._base_url, self._env)
            for operation in _SYNCS:
                if operation == "first" or operation in self._given.operations:
                    yield "feedsync", operation, lambda o=operation: subject.run(o, limit_s=limit_s)  # type: ignore[misc]

    def _warm_up(self) -> None:
        """Once everything that has to be compiled."""
        with TemporaryDirectory(dir=self._folder) as folder:
            seen = set()
            for name in self._given.forms:
                feeds = Feeds(Path(folder, name), name, 50, seed=1)
                for program, _, run in self._steps(Path(folder, f"{name}-state"), feeds):
                    if program not in seen:
                        run()
                    seen.add(program)


def _read_through(document: Path) -> None:
    """Have the system hold a document, so that nobody waits for the disk who was long not asked for it."""
    with document.open("rb", buffering=0) as file:
        while file.read(_PART_BYTES):
            pass


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, subprocess.SubprocessError) as error:
        sys.exit(str(error))
