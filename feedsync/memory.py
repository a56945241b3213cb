"""How the process holds its memory."""

from __future__ import annotations

from contextlib import suppress


def give_back() -> None:
    """What was freed goes back to the system: glibc keeps what lies below what is still held, however much it is.

    Other C libraries have no such call, and need none.
    """
    from ctypes import CDLL  # which is needed for nothing else here, and loaded with numpy

    with suppress(AttributeError):
        CDLL(None).malloc_trim(0)
