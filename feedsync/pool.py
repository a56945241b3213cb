"""Work that processes of their own do, where there is much: reading items, deriving products.

A worker runs :func:`main`: it is told over a socket what to work with and then its jobs, one after another. It is a fresh
process and no fork: it shares no lock and no connection with a program of many threads, and it is given nothing but what
the work takes, so no secret. A worker that dies costs time alone, since its jobs are done by the process that gave them.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import BinaryIO, Generic, Protocol, TypeVar, cast

#: Jobs that are under way for each worker: one that it does, and others that wait, since who hands them over is busy, too.
_JOBS_AHEAD = 4
_LENGTH_BYTES = 8
_SWITCH_S = 0.0005
#: Who splits and writes keeps no more of them busy.
_MOST = 8
_OBJECTS_A_COLLECTION = 100_000
#: What a worker knows of its surroundings.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONTZPATH", "TMPDIR", "LD_LIBRARY_PATH")

_Job = TypeVar("_Job")


class Work(Protocol):
    """What a worker is given: it is pickled, and its answer to a job depends on nothing but the two."""

    def answer(self, job: bytes) -> bytes:
        """Do one job."""


def usual_workers() -> int:
    """As many as there are processors for this process, up to eight; none where there is one alone."""
    processors = min(len(os.sched_getaffinity(0)), _MOST)
    return processors if processors > 1 else 0


class Pool(Generic[_Job]):
    """Workers that are given jobs; the answers come in the order of the jobs, each with what the job was."""

    def __init__(self, work: Work, count: int) -> None:
        told = pickle.dumps(work)
        # a thread that hears from a worker must not wait long for one that computes; from here on, in the whole program
        sys.setswitchinterval(_SWITCH_S)
        self._workers = [_Worker(told) for _ in range(count)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count)
        self._work = work
        self._heard = False  # of any worker
        self._jobs: deque[tuple[Future[bytes | None], bytes, _Job]] = deque()

    def put(self, encoded: bytes, job: _Job) -> Iterator[tuple[bytes | None, _Job]]:
        """Hand a job over; the answers that are due, None from a worker that is gone."""
        try:
            future = self._threads.submit(self._ask, encoded)
        except RuntimeError:  # no more threads: it goes on without
            future = Future()
            future.set_result(None)
        self._jobs.append((future, encoded, job))
        while len(self._jobs) > _JOBS_AHEAD * len(self._workers) or (self._jobs and self._jobs[0][0].done()):
            yield self._next()

    def finish(self) -> Iterator[tuple[bytes | None, _Job]]:
        """The rest of the answers. What no worker has begun is done here meanwhile: one may be long in starting."""
        while self._jobs:
            self._help()
            yield self._next()

    def end(self) -> None:
        """End the workers, whatever they are doing."""
        for worker in self._workers:
            worker.end()
        self._threads.shutdown(cancel_futures=True)

    def _next(self) -> tuple[bytes | None, _Job]:
        future, _, job = self._jobs.popleft()
        return future.result(), job

    def _help(self) -> None:
        """Until the first job is done, do here what no worker has begun; while all of them are only starting, that one, too."""
        for at in (*range(1, len(self._jobs)), 0):
            if self._jobs[0][0].done():
                return
            future, encoded, job = self._jobs[at]
            if future.cancel() or (at == 0 and not self._heard):
                done: Future[bytes | None] = Future()
                done.set_result(self._work.answer(encoded))
                self._jobs[at] = done, encoded, job

    def _ask(self, job: bytes) -> bytes | None:
        worker = self._idle.get()
        try:
            answer = worker.ask(job)
        finally:
            self._idle.put(worker)
        self._heard = True
        return answer


class _Worker:
    """One process, seen from here."""

    def __init__(self, told: bytes) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self._told: bytes | None = told
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: BinaryIO = io.BytesIO()
        try:
            ours, theirs = socket.socketpair()
        except OSError:  # no more descriptors: it goes on without
            return
        self._channel = cast(BinaryIO, ours.makefile("rwb"))
        ours.close()
        program = f"from feedsync.pool import main; main({theirs.fileno()})"
        with suppress(OSError):  # no memory or no more processes: it goes on without
            # a session of its own: an interruption from the keyboard is this process's to handle; nothing of this folder
            self._process = subprocess.Popen(  # noqa: S603  # it is this program
                [sys.executable, "-P", "-c", program], pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                start_new_session=True,
            )  # fmt: skip
        theirs.close()

    def ask(self, job: bytes) -> bytes | None:
        """The answer to one job; None from a worker that is gone."""
        try:
            if self._told is not None:
                _write(self._channel, self._told)
                self._told = None
            _write(self._channel, job)
            return _read(self._channel)
        except OSError:
            return None

    def end(self) -> None:
        """It keeps nothing, so it can be stopped at any moment."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        with suppress(OSError):  # what was not written any more
            self._channel.close()


def main(descriptor: int) -> None:
    """A worker's process, with the socket that has this number."""
    gc.set_threshold(_OBJECTS_A_COLLECTION)  # a job makes many objects, and hardly one that refers back to itself
    with socket.socket(fileno=descriptor) as ours, cast(BinaryIO, ours.makefile("rwb")) as channel:
        serve(channel)


def serve(channel: BinaryIO) -> None:
    """A worker's whole life: what to work with, then job for job until there are no more."""
    told = _read(channel)
    if told is None:
        return
    work: Work = pickle.loads(told)  # noqa: S301  # from the process that started this one
    while (job := _read(channel)) is not None:
        _write(channel, work.answer(job))


def _write(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
    pipe.write(message)
    pipe.flush()


def _read(pipe: BinaryIO) -> bytes | None:
    """The next message; None when the other side is gone."""
    length = pipe.read(_LENGTH_BYTES)
    if len(length) < _LENGTH_BYTES:
        return None
    size = int.from_bytes(length, "big")
    message = pipe.read(size)
    return message if len(message) == size else None
