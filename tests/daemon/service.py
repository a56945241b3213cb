"""A daemon in this process, and the patience that tests have with it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing

from feedsync.cli.common import Context
from feedsync.config import schedule_files
from feedsync.daemon import Daemon

from ..cli.project import Project

#: Far more than anything here takes (seconds).
PATIENCE_S = 60.0
_POLL = threading.Event()


def wait_for(so: Callable[[], bool]) -> None:
    """Until it is so."""
    until = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < until, "it did not come about"
        _POLL.wait(0.01)


class Service:
    """The daemon over a project; started by :meth:`start`, and a new one by the next."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.behind_s = 0.0
        self.daemon = self._new(4)
        self._ended = True

    def _new(self, jobs: int) -> Daemon:
        where = Context(self.project.schedules, self.project.state)
        return Daemon(
            lambda: schedule_files(where.schedules), where.schedule, where.state, jobs=jobs,
            monotonic=lambda: time.monotonic() - self.behind_s,
        )  # fmt: skip

    def start(self, *, jobs: int = 4) -> None:
        """Start it."""
        self.daemon = self._new(jobs)
        self._ended = False
        self.daemon.start()

    def end(self) -> None:
        """End it, if it runs."""
        if not self._ended:
            self._ended = True
            self.daemon.stop()

    def runs(self, name: str) -> list[tuple[str, str]]:
        """What started each run of a schedule and how it ended, those that have ended."""
        path = self.project.state / f"{name}.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            if not db.execute("select 1 from sqlite_master where name = 'runs'").fetchone():
                return []
            return db.execute("select trigger, outcome from runs where outcome is not null order by run").fetchall()

    def wait_for_runs(self, name: str, count: int) -> None:
        """Until a schedule has run so often, and waits for its next moment."""
        wait_for(lambda: len(self.runs(name)) >= count and name not in self.daemon.running())

    def age(self, name: str, seconds: int) -> None:
        """Its runs were so much longer ago; the daemon looks."""
        with closing(sqlite3.connect(self.project.state / f"{name}.db", timeout=30)) as db, db:
            db.execute("update runs set started_at = started_at - ?1, finished_at = finished_at - ?1", (seconds,))
        self.daemon.look()
