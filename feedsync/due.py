"""When a schedule is due next, and why: derived from its settings and from what its last runs left, never from a queue.

So a machine that was off makes one run and not a replay, two who ask get the same answer, and nothing is forgotten with a
process that dies. Cron (``run --due``) and the daemon ask here.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

import msgspec

from feedsync.planning import Options
from feedsync.progress import Progress
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.moments import Moments, read_moments
from feedsync.snapshot.store import Store
from feedsync.sync import SILENT, Clock, run_schedule, snapshot_path
from feedsync.timing import next_time, offset_of

#: ``first``: it never ran. ``cron``, ``every``: its clock. ``clock``: time changes a product, such as a sale that ends.
#: ``retry``: the last run failed or did not come to its end.
Why = Literal["first", "cron", "every", "clock", "retry"]
#: Between the end of a run and one that only time asks for: the moments of a minute go together (seconds).
CLOCK_PAUSE_S = 60
#: How long a failed run waits for its first and its next tries; doubled each time.
RETRY_FIRST_S, RETRY_MOST_S = 60, 3600
#: What trying again cannot mend: refused credentials lock an account, unknown addresses stay unknown.
HOPELESS = frozenset({"FS-701", "FS-702"})


class Due(msgspec.Struct, frozen=True):
    """The next moment, in Unix seconds; one that has passed is due now."""

    at: int
    why: Why


def due_of(schedule: Schedule, state: Path, now: int) -> Due | None:
    """When the schedule is due next, as seen at ``now`` (Unix seconds); None: never by itself.

    It rests then, or is run by hand only.

    Raises:
        Fatal: FS-503, its snapshot cannot be read.
    """
    return next_due(schedule, read_moments(snapshot_path(state, schedule.name), now))


def next_due(schedule: Schedule, moments: Moments | None) -> Due | None:
    """The same of what its snapshot says (None: it has none)."""
    if not schedule.clocked:
        return None
    if moments is None or moments.read_at is None:
        return Due(0, "first")
    offset = offset_of(schedule.name, schedule.jitter)
    at = next_time(schedule.cron, schedule.every, schedule.zone, after=moments.read_at, offset=offset)
    found = [] if at is None else [Due(at, "every" if schedule.cron is None else "cron")]
    if moments.change_at is not None:
        # one that does not come to its plan leaves its moment in the past
        pause = pause_after(moments.broken) if moments.broken else CLOCK_PAUSE_S
        found.append(Due(max(moments.change_at, moments.ended_at + pause), "clock"))
    if moments.bad and moments.error not in HOPELESS:
        found.append(Due(moments.bad_at + pause_after(moments.bad), "retry"))
    # of two at one moment, the one that reads the feeds does the other's work as well
    return min(found, key=lambda due: (due.at, due.why == "clock"), default=None)


def pause_after(bad: int) -> int:
    """How long the next try waits after so many bad ones in a row (seconds)."""
    return int(min(RETRY_FIRST_S * 2 ** min(bad - 1, 20), RETRY_MOST_S))


def run_due(
    schedule: Schedule, state: Path, due: Due, *, progress: Progress = SILENT, clock: Clock = time.time
) -> RunSummary:
    """The run that is due: a whole one, or where only time asks for it, one that leaves the feeds alone.

    Raises:
        Locked: another run of this schedule is going on.
        ConfigError: a secret is missing, or the snapshot belongs to another store.
    """
    prepare = _nothing_else if due.why == "clock" else None
    return run_schedule(schedule, state, trigger=due.why, progress=progress, clock=clock, prepare=prepare)


def _nothing_else(store: Store, run: int, now: int) -> Options:
    return Options()
