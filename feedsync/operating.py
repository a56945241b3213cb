"""What an operator does beside the daily run: send again, go back to an earlier run and forward again, retire.

Each is a run over what the snapshot knows, planned and pushed through the gates. Design, section 7.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from feedsync.errors import ConfigError
from feedsync.ids import catalog_id
from feedsync.model import Member
from feedsync.planning import Options
from feedsync.progress import Progress
from feedsync.report.summary import RunSummary
from feedsync.selecting import Selector
from feedsync.settings import Schedule
from feedsync.snapshot.past import Pin, Pins
from feedsync.snapshot.products import Products
from feedsync.snapshot.productstate import ProductState
from feedsync.snapshot.store import Store
from feedsync.sync import SILENT, Clock, run_schedule

#: The run before the first: the store has nothing of ours.
NOTHING = 0


class Which(msgspec.Struct, frozen=True):
    """Which products are meant; every part that is given must hold. None of them given: all.

    ``changed_since`` is in Unix seconds, ``catalog`` a name in any spelling, ``match`` an expression over Google's names.
    """

    ids: frozenset[str] | None = None
    changed_since: int | None = None
    catalog: str | None = None
    match: str | None = None

    def all(self) -> bool:
        """Whether every product is meant."""
        return self == Which()


def resync(
    schedule: Schedule, state: Path, which: Which, *, full: bool = False, allow: frozenset[str] = frozenset(),
    progress: Progress = SILENT, clock: Clock = time.time,
) -> RunSummary:  # fmt: skip
    """Send products again, as if nobody knew whether Bik still has them; with ``full`` delete again what must be gone.

    Raises:
        ConfigError: FS-606, no product is meant; FS-110, ``which.match`` is no expression.
    """
    select = Selector.matching(which.match) if which.match is not None else None

    def prepare(store: Store, run: int, now: int) -> Options:
        products = Products(store)
        meant = None if which.all() else frozenset(_meant(store, products, which, select))
        if meant is not None and not meant:
            raise ConfigError("FS-606", schedule=schedule.name)
        products.doubt(meant, gone=full)
        if full:
            store.execute("update catalogs set outcome = 'retryable' where sent_name is not null")
        return Options(ids=meant, allow=allow)

    return run_schedule(schedule, state, trigger="resync", progress=progress, clock=clock, prepare=prepare)


def _meant(store: Store, products: Products, which: Which, select: Selector | None) -> Iterator[str]:
    changed = None
    if which.changed_since is not None:
        rows = store.rows("select distinct subject from changes where at >= ?", which.changed_since)
        changed = {row[0] for row in rows}
    catalog = catalog_id(which.catalog) if which.catalog is not None else None
    for state in products.every():
        if which.ids is not None and not which.ids & {state.id, *(m.variant.id for m in state.members)}:
            continue
        if changed is not None and state.id not in changed:
            continue
        if catalog is not None and not _is_in(state, catalog):
            continue
        if select is None or any(select(member) for member in state.members):
            yield state.id


def _is_in(state: ProductState, catalog: str) -> bool:
    def paths(member: Member) -> set[str]:
        return {catalog_id(path) for path in member.variant.catalogs}

    return any(catalog in paths(m) for m in state.members) or (
        state.sent is not None and catalog in state.sent.catalog_ids
    )


def roll_back(
    schedule: Schedule, state: Path, run: int, *, who: str, with_stock: bool = False, allow: frozenset[str] = frozenset(),
    progress: Progress = SILENT, clock: Clock = time.time,
) -> RunSummary:  # fmt: skip
    """Bring the store to what it held after an earlier run (0: nothing), and hold it there until it is released.

    Raises:
        ConfigError: FS-604, that state is not known any more; FS-504, there is no such run.
    """

    def prepare(store: Store, this_run: int, now: int) -> Options:
        pins = Pins(store)
        if run != NOTHING:
            if run >= this_run or store.run_record(run) is None:
                raise ConfigError("FS-504", schedule=schedule.name, run=run)
            if run < pins.earliest():
                raise ConfigError("FS-604", schedule=schedule.name, run=run, earliest=pins.earliest())
        pins.set(Pin(run, with_stock, who, now))
        return Options(allow=allow, who=who)

    trigger = "retire" if run == NOTHING else "rollback"
    return run_schedule(schedule, state, trigger=trigger, progress=progress, clock=clock, prepare=prepare)


def release(
    schedule: Schedule, state: Path, *, allow: frozenset[str] = frozenset(), progress: Progress = SILENT,
    clock: Clock = time.time,
) -> RunSummary:  # fmt: skip
    """Follow the feeds again.

    Raises:
        ConfigError: FS-605, the schedule is not pinned.
    """

    def prepare(store: Store, run: int, now: int) -> Options:
        pins = Pins(store)
        if pins.pin is None:
            raise ConfigError("FS-605", schedule=schedule.name)
        pins.release()
        return Options(allow=allow)

    return run_schedule(schedule, state, trigger="release", progress=progress, clock=clock, prepare=prepare)
