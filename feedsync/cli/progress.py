"""Progress for people: bars on a terminal, a line now and then in a log; always on stderr."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from feedsync.cli.common import say
from feedsync.logs import json_asked_for
from feedsync.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

#: In a log, a stage says so often how far it is (seconds).
LINE_EVERY_S = 10.0


@contextmanager
def showing() -> Iterator[Progress]:
    """Bars while the block runs on a terminal, else lines."""
    terminal = Console(stderr=True)
    if json_asked_for() or not terminal.is_terminal:
        yield _Lines()
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    amounts = (TextColumn("{task.description:<8}"), BarColumn(30), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeRemainingColumn())  # fmt: skip
    sizes = (
        TextColumn("{task.description:<8}"),
        BarColumn(30),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*sizes, console=terminal, transient=True) as fetching:
        counting = Bars(*amounts, console=terminal, transient=True)
        try:
            yield _Live(fetching, counting)
        finally:
            counting.stop()


class _Live(Progress):
    """Two groups of bars: bytes while a document comes, then items and products."""

    def __init__(self, fetching: Bars, counting: Bars) -> None:
        self._fetching, self._counting = fetching, counting
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        if location not in self._tasks:
            self._tasks[location] = self._fetching.add_task("fetching", total=total_bytes)
        self._fetching.update(self._tasks[location], completed=done_bytes, total=total_bytes)

    def read(self, location: str, items: int, parsed: int) -> None:
        self._count("reading", items, None)

    def planned(self, products: int) -> None:
        self._count("planning", products, None)

    def pushed(self, products: int, total: int) -> None:
        self._count("pushing", products, total)

    def _count(self, stage: str, done: int, total: int | None) -> None:
        if stage not in self._tasks:
            self._fetching.stop()
            self._counting.start()
            for task in self._counting.tasks:  # those before it are done
                self._counting.update(task.id, total=task.completed)
            self._tasks[stage] = self._counting.add_task(stage, total=total, rate="")
            self._started[stage] = time.monotonic()
        took = time.monotonic() - self._started[stage]
        rate = f"{done / took:,.0f}/s" if took > 1 else ""
        self._counting.update(self._tasks[stage], completed=done, total=total, rate=rate)


class _Lines(Progress):
    """A line per stage every :data:`LINE_EVERY_S`, so that a log shows that it moves and is not flooded."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        of = f" of {total_bytes:,}" if total_bytes else ""
        self._line(f"fetched {done_bytes:,}{of} bytes of {location}")

    def read(self, location: str, items: int, parsed: int) -> None:
        self._line(f"read {items:,} items of {location}, {parsed:,} of them anew")

    def planned(self, products: int) -> None:
        self._line(f"compared {products:,} products")

    def pushed(self, products: int, total: int) -> None:
        self._line(f"pushed {products:,} of {total:,} products")

    def _line(self, text: str) -> None:
        if time.monotonic() - self._last >= LINE_EVERY_S:
            self._last = time.monotonic()
            say(f"feedsync: {text}")
