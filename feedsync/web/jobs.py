"""Runs and dry runs that somebody starts from the page: each in a thread of its own, telling how far it is.

A schedule has one at a time here; the lock of the schedule keeps out those of cron, a daemon and other hands.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from feedsync.errors import FeedsyncError, Problem
from feedsync.progress import Progress, Stoppable, Stopped
from feedsync.report.summary import Reason, RunSummary

#: How many jobs that have ended are remembered.
KEPT = 50
#: What the work of a job is: it tells how far it is, and gives the summary of the run.
Work = Callable[[Progress], RunSummary]
Kind = Literal["run", "dry run", "approval", "rejection"]


class Stage(msgspec.Struct):
    """How far one stage is; ``total`` None: nobody knows how much there is."""

    name: str
    done: int
    total: int | None


class Job(Stoppable):
    """One run that was started here."""

    def __init__(self, number: int, schedule: str, kind: Kind) -> None:
        super().__init__()
        self.number, self.schedule, self.kind = number, schedule, kind
        self.started_at = time.time()
        self.summary: RunSummary | None = None
        self.error: Reason | None = None
        self.running = True
        self.stages: dict[str, Stage] = {}

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        """Bytes came."""
        self._tell("fetching (bytes)", done_bytes, total_bytes)

    def read(self, location: str, items: int, parsed: int) -> None:
        """Items were read."""
        self._tell("reading (items)", items, None)

    def planned(self, products: int) -> None:
        """Products were compared."""
        self._tell("comparing (products)", products, None)

    def pushed(self, products: int, total: int) -> None:
        """Products were sent."""
        self._tell("sending (products)", products, total)

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        self._go_on()
        self.stages = {**self.stages, stage: Stage(stage, done, total)}


class Jobs:
    """The jobs of one server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._threads: list[threading.Thread] = []
        self._numbers = itertools.count(1)

    def start(self, schedule: str, kind: Kind, work: Work) -> Job:
        """Begin, or give the job of this schedule that is still under way: then ``work`` is not done."""
        with self._lock:
            return self.of(schedule) or self._begin(schedule, kind, work)

    def start_alone(self, schedule: str, kind: Kind, work: Work) -> Job | None:
        """Begin; None where another job of this schedule is still under way."""
        with self._lock:
            return None if self.of(schedule) else self._begin(schedule, kind, work)

    def _begin(self, schedule: str, kind: Kind, work: Work) -> Job:
        job = Job(next(self._numbers), schedule, kind)
        ended = [number for number, one in self._jobs.items() if not one.running]
        for number in ended[: max(len(ended) - KEPT + 1, 0)]:
            del self._jobs[number]
        self._jobs[job.number] = job
        thread = threading.Thread(target=_work, args=(job, work), name=f"feedsync-{schedule}")
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()
        return job

    def get(self, number: int) -> Job | None:
        """A job by its number, or None where it is not known any more."""
        return self._jobs.get(number)

    def of(self, schedule: str) -> Job | None:
        """The job of a schedule that is under way."""
        return next((job for job in list(self._jobs.values()) if job.running and job.schedule == schedule), None)

    def stop(self) -> None:
        """End all jobs at their next step, and wait for that; what Bik took is remembered."""
        for job in list(self._jobs.values()):
            job.stop()
        for thread in self._threads:
            thread.join()


def _work(job: Job, work: Work) -> None:
    try:
        job.summary = work(job)
    except FeedsyncError as error:
        job.error = Reason(error.code, error.message)
    except Stopped:
        job.error = _reason("FS-903")
    finally:
        if job.summary is None and job.error is None:  # a fault of ours, which the thread's own report tells in full
            job.error = _reason("FS-904")
        job.running = False


def _reason(code: str) -> Reason:
    return Reason(code, Problem(code).message)
