"""What a running sandbox consists of: the store, the faults, the log of requests and the settings.

The HTTP side (:mod:`.app`, :mod:`.control`) and the Python side (:mod:`.server`) both work on one :class:`Service`,
from different threads. It must not know HTTP.
"""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from feedsync.bik.sandbox.calls import Calls
from feedsync.bik.sandbox.faults import Fault, FaultBoard
from feedsync.bik.sandbox.schema import Kind
from feedsync.bik.sandbox.settings import DEFAULTS, RequestRecord, SandboxSettings
from feedsync.bik.sandbox.state import Store, encode

#: So many of the newest requests are remembered, so that a sandbox that runs for weeks does not grow.
REMEMBERED: Final = 10_000


class Service:
    """A sandbox without its HTTP server; the arguments are those of ``Sandbox``."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        key: str = "sandbox",
        secret: str = "sandbox",
        app_id: str = "sandbox",
        faults: Sequence[Fault] = (),
        settings: SandboxSettings = DEFAULTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.store = Store(state, delay_s=settings.read_delay_s, clock=clock)
        self.calls = Calls(self.store, settings, app_id)
        self.faults = FaultBoard(faults)
        #: the value of the header Authorization that is let in
        self.authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        #: set when the server stops: nobody waits any longer
        self.stopping = asyncio.Event()
        self._first_faults = tuple(faults)
        self._lock = threading.Lock()
        self._requests: deque[RequestRecord] = deque(maxlen=REMEMBERED)
        self._number = 0

    def records(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """What is stored, by id, in the order of the ids."""
        return {id_: msgspec.json.decode(text) for id_, text in self.store.all(kind).items()}

    def fill(self, kind: Kind, records: Sequence[Mapping[str, Any]]) -> None:
        """Store records as a person in the dashboard would: unchecked, and seen at once."""
        self.store.put(kind, {record["id"]: encode(record).decode() for record in records}, at_once=True)

    def requests(self) -> list[RequestRecord]:
        """The requests so far, the oldest first, at most :data:`REMEMBERED`."""
        with self._lock:
            return list(self._requests)

    def clear_requests(self) -> None:
        """Forget the requests so far; the numbers begin at 1 again."""
        with self._lock:
            self._requests.clear()
            self._number = 0

    def remember(self, path: str, status: int | None, inner: int | str | None, count: int, ids: Sequence[str]) -> int:
        """Log a request, and say its number; the arguments are fields of :class:`RequestRecord`."""
        with self._lock:
            self._number += 1
            self._requests.append(RequestRecord(self._number, path, status, inner, count, tuple(ids), time.time()))
            return self._number

    def reset(self) -> None:
        """Back to the start: nothing stored, nothing logged, and the faults that were given at the start."""
        self.store.clear()
        self.faults.replace(self._first_faults)
        self.clear_requests()
