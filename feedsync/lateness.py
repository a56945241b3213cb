"""Nobody knows how soon Bik shows a write (bik-api.md, *Not stated*), so what is not there yet is looked for again.

The pauses between the rounds grow. Whoever looks raises :class:`NotYet` while something may only be late; the last one
reaches the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from feedsync.snapshot.bikfindings import BikFindings

if TYPE_CHECKING:
    from feedsync.retrying import Attempt

#: The first pause where nobody has probed the store.
FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 8.0


class NotYet(Exception):
    """Something is not as it was written, which may be a matter of time."""


def first_pause_s(findings: BikFindings | None) -> float:
    """How long to wait before the second look: at least as long as a probe saw a write take."""
    return max(FIRST_PAUSE_S, (findings.read_delay_s or 0.0) if findings else 0.0)


def rounds(pause_s: float, tries: int) -> Iterable[Attempt]:
    """Up to so many looks, the first at once; every pause is twice the one before it, up to 8 s or ``pause_s``."""
    from feedsync.retrying import retry_context  # most runs have nothing to look for

    return retry_context(
        on=NotYet, attempts=tries, timeout=None, wait_initial=pause_s, wait_max=max(_LONGEST_PAUSE_S, pause_s),
        wait_jitter=0,
    )  # fmt: skip
