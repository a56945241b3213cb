"""How a long run tells that it moves. The base tells nobody; a terminal or a log derives from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """What a run reports while it goes on; every method may be called often and must be cheap."""

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        """So much of a document has come; ``total_bytes`` is None where the server does not say."""

    def read(self, location: str, items: int, parsed: int) -> None:
        """So many items were read, of which so many had to be parsed."""

    def planned(self, products: int) -> None:
        """So many products were compared."""

    def pushed(self, products: int, total: int) -> None:
        """So many products of the plan were sent; said again, now and then, while the store is waited for."""

    def at_stop(self, stop: Callable[[], None]) -> None:
        """What ends a wait of the run early, to be called where somebody stops it."""


class Stopped(BaseException):
    """Somebody ends the run: what Bik took is recorded, the rest is left to the next one."""


class Stoppable(Progress):
    """A run that can be stopped from another thread, at its next step."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._stop: Callable[[], None] | None = None

    def stop(self) -> None:
        """End the run soon; may be called from any thread, and again."""
        self.stopping.set()
        if self._stop:
            self._stop()

    def at_stop(self, stop: Callable[[], None]) -> None:
        """What ends a wait of the run early."""
        self._stop = stop
        self._go_on()

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        """Bytes came."""
        self._go_on()

    def read(self, location: str, items: int, parsed: int) -> None:
        """Items were read."""
        self._go_on()

    def planned(self, products: int) -> None:
        """Products were compared."""
        self._go_on()

    def pushed(self, products: int, total: int) -> None:
        """Products were sent."""
        self._go_on()

    def _go_on(self) -> None:
        if self.stopping.is_set():
            raise Stopped


class Stages:
    """Where a run's time went: seconds of the wall by stage (``fetch``, ``read``, ``plan``, ``push``, ``verify``)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What the block takes counts for the stage, however often it is entered and however it ends."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
