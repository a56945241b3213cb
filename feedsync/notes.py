"""What is known of a schedule beside its snapshot: why a run could not begin, and who was told what.

One small JSON file a schedule, ``state/alerts/NAME.json``, since the snapshot may be the very thing that is broken. It has
its own lock, held for a moment or while people are told; a run never waits for it. Nothing in it is worth keeping: where it
is damaged it is made anew, and people are told once more.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec


class Trouble(msgspec.Struct, frozen=True):
    """Why something could not begin: a code, its sentence, and since when (Unix seconds)."""

    code: str
    message: str
    at: int


class Told(msgspec.Struct, frozen=True):
    """A receiver knows that this is so, since when (Unix seconds); ``key`` says which of several such states it is."""

    receiver: str
    kind: str
    key: str
    since: int


class Undelivered(msgspec.Struct, frozen=True):
    """A receiver could not be told, and why; since when, and when it was last tried (Unix seconds)."""

    receiver: str
    reason: str
    since: int
    tried_at: int


class Notes(msgspec.Struct):
    """The file. ``trouble``: the last run could not begin; ``settings``: the schedule's file is broken."""

    trouble: Trouble | None = None
    settings: Trouble | None = None
    told: list[Told] = []
    undelivered: list[Undelivered] = []


def notes_path(state: Path, name: str) -> Path:
    """Where the notes of a schedule are."""
    return state / "alerts" / f"{name}.json"


def read_notes(state: Path, name: str) -> Notes:
    """The notes as they are now; empty ones where there are none that can be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(notes_path(state, name).read_bytes(), type=Notes)
    return Notes()


@contextmanager
def open_notes(state: Path, name: str) -> Iterator[Notes]:
    """The notes to be changed, by one at a time; they are written at the block's end, whole or not at all.

    Raises:
        OSError: they cannot be written.
    """
    path = notes_path(state, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        notes = read_notes(state, name)
        before = msgspec.json.encode(notes)
        try:
            yield notes
        finally:
            after = msgspec.json.encode(notes)
            if after != before:
                partial = path.with_suffix(".partial")
                partial.write_bytes(after)
                partial.replace(path)
    finally:
        os.close(descriptor)
