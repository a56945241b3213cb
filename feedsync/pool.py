"""One work of which a crew does the jobs, where there are many: reading items, deriving products."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

from feedsync.crew import Crew, Work

#: Jobs that are under way for each worker: one that it does, and others that wait, since who hands them over is busy, too.
_JOBS_AHEAD = 4
#: A job takes a fraction of a second. Where the one that is due is not done after so long (seconds), its worker was stopped.
_PATIENCE_S = 60.0

_Job = TypeVar("_Job")


class Pool(Generic[_Job]):
    """Jobs for a crew, of which at least ``count`` shall be there; the answers come in the order of the jobs, each with
    what the job was."""

    def __init__(self, crew: Crew, work: Work, count: int) -> None:
        crew.want(count)
        self._crew, self._work, self._told = crew, work, pickle.dumps(work)
        self._heard = False  # of any worker
        self._jobs: deque[tuple[Future[bytes | None], Lock, bytes, _Job]] = deque()

    def put(self, encoded: bytes, job: _Job) -> Iterator[tuple[bytes | None, _Job]]:
        """Hand a job over; the answers that are due, None from a worker that is gone. Where the workers are behind with
        their jobs, and fewer than there may be, this one is done here."""
        claim = Lock()
        future = self._crew.submit(self._told, encoded, claim)
        future.add_done_callback(self._hear)
        self._jobs.append((future, claim, encoded, job))
        crew = self._crew
        most = _JOBS_AHEAD * len(crew.workers)
        if len(self._jobs) > most and len(crew.workers) < crew.most and not self._jobs[0][0].done():
            self._do(len(self._jobs) - 1)
        while len(self._jobs) > most or (self._jobs and self._jobs[0][0].done()):
            yield self._next()

    def finish(self) -> Iterator[tuple[bytes | None, _Job]]:
        """The rest of the answers. What no worker has begun is done here meanwhile: one may be long in starting."""
        while self._jobs:
            self._help()
            yield self._next()

    def end(self) -> None:
        """Leave what nobody has begun, where it ends early."""
        for _, claim, _, _ in self._jobs:
            claim.acquire(blocking=False)

    def _hear(self, future: Future[bytes | None]) -> None:
        if not future.cancelled() and future.exception() is None and future.result() is not None:
            self._heard = True

    def _next(self) -> tuple[bytes | None, _Job]:
        future, _, _, job = self._jobs.popleft()
        try:
            return future.result(_PATIENCE_S), job
        except TimeoutError:
            self._crew.dismiss()  # whoever waits for one of them hears that it is gone
            return future.result(), job

    def _help(self) -> None:
        """Until the first job is done, do here what no worker has begun; while all of them are only starting, that one, too."""
        for at in (*range(1, len(self._jobs)), 0):
            if self._jobs[0][0].done():
                return
            self._do(at, begun=at == 0 and not self._heard)

    def _do(self, at: int, *, begun: bool = False) -> None:
        """Do a job here that no worker has begun; ``begun``: in any case."""
        _, claim, encoded, job = self._jobs[at]
        if claim.acquire(blocking=False) or begun:
            done: Future[bytes | None] = Future()
            done.set_result(self._work.answer(encoded))
            self._jobs[at] = done, claim, encoded, job
