"""Items read by processes of their own, where there are many: a first sync, or one under other settings.

A worker runs :func:`main`: it is told over a socket what to read with and then which items. It is
a fresh process and no fork: it shares no lock and no connection with a program of many threads, and it is given nothing
but what reading takes, so no secret. A worker that dies costs time alone, since its items are read here.
"""

from __future__ import annotations

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
from typing import BinaryIO, cast

import msgspec

from feedsync.itemreader import ItemReader, Placed, Taken

#: From so many items on that had to be read, processes are worth their start; and their memory, where these are at least
#: this share of all items so far.
MANY = 10_000
_SHARE = 0.25
#: Jobs that are under way for each worker: one that it reads, one that waits.
_JOBS_AHEAD = 2
_LENGTH_BYTES = 8
#: What a worker knows of its surroundings.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONTZPATH", "TMPDIR", "LD_LIBRARY_PATH")

_ENCODER = msgspec.msgpack.Encoder()
_JOBS = msgspec.msgpack.Decoder(list[Placed])
_TAKEN = msgspec.msgpack.Decoder(Taken)


def usual_workers() -> int:
    """As many as there are processors for this process; none where there is one alone."""
    processors = len(os.sched_getaffinity(0))
    return processors if processors > 1 else 0


class Readers:
    """Reads items in the order in which they are given, in this process or, once there are many, in workers.

    Args:
        reader: reads them here.
        workers: how many processes there may be.
        many: from how many items on; None: from :data:`MANY` on.
    """

    def __init__(self, reader: ItemReader, *, workers: int, many: int | None = None) -> None:
        self._reader = reader
        self._count = workers
        self._many = MANY if many is None else many
        self._given = 0
        self._workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._jobs: deque[tuple[Future[bytes | None], list[Placed]]] = deque()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers, whatever they are doing."""
        for worker in self._workers:
            worker.end()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def put(self, items: list[Placed]) -> Iterator[Taken]:
        """Hand items over; what has become of them and of earlier ones, as far as it is known."""
        self._given += len(items)
        if self._count and self._given >= self._many and not self._workers:
            seen = items[-1][0] + 1
            if self._given >= _SHARE * seen:
                self._start()
        if self._pool is None:
            yield self._reader.read(items)
            return
        self._jobs.append((self._pool.submit(self._ask, _ENCODER.encode(items)), items))
        while len(self._jobs) > _JOBS_AHEAD * self._count or (self._jobs and self._jobs[0][0].done()):
            yield self._next()

    def finish(self) -> Iterator[Taken]:
        """What has become of the rest."""
        while self._jobs:
            yield self._next()

    def _start(self) -> None:
        told = pickle.dumps(self._reader)
        self._workers = [_Worker(told) for _ in range(self._count)]
        for worker in self._workers:
            self._idle.put(worker)
        self._pool = ThreadPoolExecutor(self._count)

    def _next(self) -> Taken:
        future, items = self._jobs.popleft()
        answer = future.result()
        return self._reader.read(items) if answer is None else _TAKEN.decode(answer)

    def _ask(self, job: bytes) -> bytes | None:
        worker = self._idle.get()
        try:
            return worker.ask(job)
        finally:
            self._idle.put(worker)


class _Worker:
    """One process, seen from here."""

    def __init__(self, told: bytes) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self._told: bytes | None = told
        ours, theirs = socket.socketpair()
        self._channel = cast(BinaryIO, ours.makefile("rwb"))
        ours.close()
        try:
            # a session of its own: an interruption from the keyboard is this process's to handle
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(  # noqa: S603  # it is this program
                [sys.executable, "-c", f"from feedsync.workers import main; main({theirs.fileno()})"], pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                start_new_session=True,
            )  # fmt: skip
        except OSError:  # no memory or no more processes: it goes on without
            self._process = None
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
    with socket.socket(fileno=descriptor) as ours, cast(BinaryIO, ours.makefile("rwb")) as channel:
        serve(channel)


def serve(channel: BinaryIO) -> None:
    """A worker's whole life: what to read with, then job for job until there are no more."""
    told = _read(channel)
    if told is None:
        return
    reader: ItemReader = pickle.loads(told)  # noqa: S301  # from the process that started this one
    while (job := _read(channel)) is not None:
        _write(channel, _ENCODER.encode(reader.read(_JOBS.decode(job))))


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
