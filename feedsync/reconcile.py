"""Is the store what we think it is? The whole of it is read back and compared with what Bik acknowledged.

Nothing here moves *sent* to what nobody acknowledged: it is set only to what a reading proved that the store holds, and the
repair is then an ordinary run through the gates, under the same lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from feedsync.bik.opening import bik_credentials
from feedsync.comparison import Comparison, Finding
from feedsync.mending import Mending
from feedsync.planning import Options
from feedsync.report.summary import Reason, RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import Drift, keep_drift
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.sync import Clock, Held, holding, run_schedule, same_store, target_of

__all__ = ["Finding", "Reconciliation", "reconcile"]

Progress = Callable[[int], None]


class Reconciliation(msgspec.Struct):
    """What the comparison found. ``unknown`` says why it cannot know all of it; then only what was confirmed is listed.

    ``counts`` are all findings by kind, ``stored`` and ``sent`` the products there and those that Bik acknowledged.
    ``repair`` is the run that mended it, null where none was asked for or needed. ``died`` is who held the lock before and
    died without letting go.
    """

    schedule: str
    stored: int
    sent: int
    counts: dict[str, int]
    findings: list[Finding]
    unknown: Reason | None = None
    adopted: int = 0
    requests: int = 0
    repair: RunSummary | None = None
    died: str | None = None

    @property
    def ours(self) -> int:
        """How many findings are about what feedsync put there."""
        return sum(count for kind, count in self.counts.items() if kind != "never_ours")

    @property
    def exit_code(self) -> int:
        """0: equal, or mended; 1: it cannot know; 3: different; else what the repair came to."""
        if self.repair is not None:
            return self.repair.exit_code or (1 if self.unknown else 0)
        return 1 if self.unknown else 3 if self.ours else 0


def reconcile(
    schedule: Schedule, state: Path, *, fix: bool = False, adopt: bool = False, allow: frozenset[str] = frozenset(),
    progress: Progress = lambda done: None, clock: Clock = time.time,
) -> Reconciliation:  # fmt: skip
    """Read the store back and compare.

    Args:
        fix: mend what differs, by a run through the gates. The lock is held from the reading to the end of the repair.
        adopt: take over what we never sent, too. What the feeds name is kept up from then on; what they do not name
            becomes a removal, which the gates judge.
        allow: gates that the repair may pass.
        progress: called with the number of products read.

    Raises:
        Locked: a run is going on.
        ConfigError: a secret is missing, or the snapshot belongs to another store.
    """
    key = bik_credentials(schedule).key.get_secret_value()
    with holding(schedule, state) as held:
        same_store(held.store, schedule, key)
        now = int(clock())
        comparison = Comparison(
            held.store, schedule, held.bik, now=now, target=target_of(schedule, key), progress=progress
        )
        comparison.compare()
        result = _told(schedule, held, comparison)
        if result.unknown is None:
            comparison.settle()
        if result.unknown is None or result.ours:
            keep_drift(held.store, Drift(now, result.ours))
        result.adopted = result.counts.get("never_ours", 0) if adopt else 0
        if (fix and result.ours) or result.adopted:

            def prepare(store: Store, run: int, now: int) -> Options:
                mending = Mending(store, schedule, run)
                if fix:
                    mending.mend(comparison.catalogs)
                if adopt:
                    mending.adopt()
                return Options(allow=allow, who="reconcile --allow")

            held.bik.requests = 0
            held.bik.answers.clear()
            result.repair = run_schedule(schedule, state, trigger="reconcile", clock=clock, prepare=prepare, held=held)
    return result


def _told(schedule: Schedule, held: Held, comparison: Comparison) -> Reconciliation:
    findings, counts = comparison.listed()
    return Reconciliation(
        schedule=schedule.name,
        stored=comparison.stored,
        sent=Products(held.store).owned()[0],
        counts=counts,
        findings=findings,
        unknown=comparison.unknown,
        requests=held.bik.requests,
        died=held.dead.told() if held.dead else None,
    )
