"""What is logged is about something: a schedule, a run. Each thread and task has its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))


def about() -> Mapping[str, object]:
    """What the lines of this thread or task are about: the names that they carry, and their values."""
    return _about.get()


def bind(**values: object) -> None:
    """Lines are about this, too, from here on, until the surrounding :func:`bound` ends."""
    _about.set({**_about.get(), **values})


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Lines are about this, too, within the block."""
    token = _about.set({**_about.get(), **values})
    try:
        yield
    finally:
        _about.reset(token)
