"""Measure whole runs beside other programs: ``make bench``, or ``python -m benchmarks.run --help``; see docs/benchmarks.md.

Everything is a process of its own, measured from the outside alike. Timings are for people; no test depends on them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.feeds import FORMS, Form, write_feed, write_restamped, write_shuffled
from benchmarks.results import OPERATIONS, Measured, append
from benchmarks.store import free_store
from benchmarks.subject import Subject


class Feeds:
    """The documents of one format and size: each operation's own."""

    def __init__(self, folder: Path, form: Form, items: int, seed: int) -> None:
        self._folder, self.form, self.items = folder, form, items
        folder.mkdir(parents=True)
        self.next_day: Counter[str] = write_feed(self.path("next"), form, items, seed=seed, day=1)
        write_feed(self.path("first"), form, items, seed=seed)
        write_restamped(self.path("same"), self.path("first"), form)
        write_shuffled(self.path("shuffled"), form, items, seed=seed)
        write_shuffled(self.path("next-shuffled"), form, items, seed=seed, day=1)

    def path(self, operation: str) -> Path:
        """The document that a program is given; ``read`` and ``first`` are given the same."""
        return self._folder / f"{'first' if operation == 'read' else operation}.{self.form.suffix}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description="Measure feedsync beside other programs."
    )
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the feeds")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS), help="formats of the feeds")
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a program is stopped")
    parser.add_argument(
        "--folder", type=Path, help="where the feeds are written: a few times their size (default: TMPDIR)"
    )
    parser.add_argument("--results", type=Path, help="a file that all that is measured is added to")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="feedsync-bench-", dir=given.folder) as folder, free_store() as base_url:
        for items in given.items:
            for name in given.forms:
                root = Path(folder) / f"{name}-{items}"
                feeds = Feeds(root / "feeds", FORMS[name], items, given.seed)
                subject = Subject(root / "subject", base_url)
                for _ in range(given.rounds):
                    for operation in list(OPERATIONS)[1:]:
                        one = subject.run(operation, feeds.path(operation), limit_s=given.limit)
                        one.form, one.items = name, items
                        one.feed_bytes = feeds.path(operation).stat().st_size
                        _print(one)
                        if given.results:
                            append(given.results, one)


def _print(one: Measured) -> None:
    stages = ", ".join(f"{name} {wall:.2f}/{cpu:.2f}" for name, (wall, cpu, _) in one.stages.items())
    counts = ", ".join(f"{count:,.0f} {name}" for name, count in one.counts.items())
    print(
        f"{one.form} {one.items:,} {one.program} {one.operation}: {one.wall_s:.2f} s, CPU {one.cpu_s:.2f} s, "
        f"{one.peak_bytes / 1e6:.0f} MB; {stages}; {counts}",
        flush=True,
    )


if __name__ == "__main__":
    main()
