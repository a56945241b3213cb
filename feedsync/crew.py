"""Processes beside this one, that go from one work to the next: a run's readers derive its products afterwards.

A worker runs :func:`main`: it is told over a socket what to work with and then its jobs, one after another, until it is
told of another work. It is a fresh process and no fork: it shares no lock and no connection with a program of many threads,
and it is given nothing but what the work takes, so no secret. A worker that dies costs time alone, since its jobs are done
by the process that gave them.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import socket
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock
from typing import BinaryIO, Protocol, cast

_LENGTH_BYTES = 8
#: What a message to a worker is.
_WORK, _JOB = b"w", b"j"
#: Who splits and writes keeps no more of them busy.
_MOST = 8
_SWITCH_S = 0.0005
_OBJECTS_A_COLLECTION = 100_000
#: What a worker knows of its surroundings.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONTZPATH", "TMPDIR", "LD_LIBRARY_PATH")


class Work(Protocol):
    """What a worker is given: it is pickled, and its answer to a job depends on nothing but the two."""

    def answer(self, job: bytes) -> bytes:
        """Do one job."""


def usual_workers() -> int:
    """As many as there are processors for this process, up to eight; none where there is one alone."""
    processors = min(len(os.sched_getaffinity(0)), _MOST)
    return processors if processors > 1 else 0


class Crew:
    """The workers of one run, started as they are wanted; the block at whose end they are ended is the run.

    Args:
        most: how many there may be.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.workers: list[Worker] = []
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._threads = ThreadPoolExecutor(max(most, 1))

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers, whatever they are doing."""
        self.dismiss()
        self._threads.shutdown(cancel_futures=True)

    @property
    def there(self) -> bool:
        """Whether a worker is started already."""
        return any(not worker.gone for worker in self.workers)

    def dismiss(self) -> None:
        """End the workers, which take memory; others are started where they are wanted again."""
        for worker in self.workers:
            worker.end()

    def want(self, count: int) -> None:
        """There shall be so many workers, at least; one that is gone is none."""
        # a thread that hears from a worker must not wait long for one that computes; from here on, in the whole program
        sys.setswitchinterval(_SWITCH_S)
        for _ in range(self._idle.qsize()):
            worker = self._idle.get()
            if worker.gone:
                worker.end()  # again, where it was dismissed
                self.workers.remove(worker)
            else:
                self._idle.put(worker)
        for _ in range(count - len(self.workers)):
            self.workers.append(worker := Worker())
            self._idle.put(worker)

    def submit(self, told: bytes, job: bytes, claim: Lock) -> Future[bytes | None]:
        """Have one job done of the work that ``told`` is, pickled; the answer, None from a worker that is gone.

        Whoever locks ``claim`` does the job: a worker that is free, unless somebody else was sooner.
        """
        try:
            return self._threads.submit(self._ask, told, job, claim)
        except RuntimeError:  # no more threads: it goes on without
            future: Future[bytes | None] = Future()
            future.set_result(None)
            return future

    def _ask(self, told: bytes, job: bytes, claim: Lock) -> bytes | None:
        worker = self._idle.get()
        try:
            if not claim.acquire(blocking=False):
                return None
            return worker.ask(told, job)
        finally:
            self._idle.put(worker)


#: For work that this process does alone.
NOBODY = Crew(0)


class Worker:
    """One process, seen from here."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self._told: bytes | None = None
        #: Whether it was ended, or asked in vain.
        self.gone = False
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: BinaryIO = io.BytesIO()
        try:
            ours, theirs = socket.socketpair()
        except OSError:  # no more descriptors: it goes on without
            return
        self._channel = cast(BinaryIO, ours.makefile("rwb"))
        ours.close()
        program = f"from feedsync.crew import main; main({theirs.fileno()})"
        with suppress(OSError):  # no memory or no more processes: it goes on without
            # a session of its own: an interruption from the keyboard is this process's to handle; nothing of this folder
            self._process = subprocess.Popen(  # noqa: S603  # it is this program
                [sys.executable, "-P", "-c", program], pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                start_new_session=True,
            )  # fmt: skip
        theirs.close()

    def ask(self, told: bytes, job: bytes) -> bytes | None:
        """The answer to one job of the work that ``told`` is, pickled; None from a worker that is gone."""
        message = None
        if self._process is not None:
            with suppress(OSError, ValueError):  # it died, or was ended meanwhile
                if self._told is not told:
                    _write(self._channel, _WORK, told)
                    self._told = told
                _write(self._channel, _JOB, job)
                message = _read(self._channel)
        self.gone = self.gone or message is None
        return None if message is None else message[1]

    def end(self) -> None:
        """It keeps nothing, so it can be stopped at any moment."""
        self.gone = True
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
    work: Work | None = None
    while (message := _read(channel)) is not None:
        kind, content = message
        if kind == _WORK:
            work = pickle.loads(content)  # noqa: S301  # from the process that started this one
        else:
            assert work is not None, "no job comes before its work"
            _write(channel, _JOB, work.answer(content))


def _write(pipe: BinaryIO, kind: bytes, content: bytes) -> None:
    pipe.write(kind + len(content).to_bytes(_LENGTH_BYTES, "big"))
    pipe.write(content)
    pipe.flush()


def _read(pipe: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next message's kind and content; None when the other side is gone."""
    head = pipe.read(1 + _LENGTH_BYTES)
    if len(head) <= _LENGTH_BYTES:
        return None
    size = int.from_bytes(head[1:], "big")
    content = pipe.read(size)
    return (head[:1], content) if len(content) == size else None
