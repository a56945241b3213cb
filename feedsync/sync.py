"""One pass of one schedule, top to bottom: fetch, ingest, plan, push, report.

The stages are functions of other modules; this one holds them together: the lock, the transactions, what a failure of one
stage means for the others. A feed that fails removes nothing and stops nothing that does not need it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import msgspec

from feedsync.bik.client import Bik
from feedsync.bik.opening import bik_credentials, opened
from feedsync.crew import Crew, usual_workers
from feedsync.errors import ConfigError
from feedsync.logcontext import bind, bound
from feedsync.planning import Options, Plan, make_plan
from feedsync.progress import Progress, Stages
from feedsync.push import push
from feedsync.reading import read_feeds
from feedsync.report.summary import RunSummary, summarize
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings, keep_findings
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.feeds import Reading, last_readings
from feedsync.snapshot.lock import Holder, schedule_lock
from feedsync.snapshot.retention import forget_history
from feedsync.snapshot.store import Store
from feedsync.verify import verify

Clock = Callable[[], float]
#: Is given the snapshot, the run's number and its time (Unix seconds); says what the run shall do.
Prepare = Callable[[Store, int, int], Options]


class Target(msgspec.Struct, frozen=True):
    """What to do when the snapshot belongs to another store: stop, forget what was sent, or take it for the same."""

    new_store: bool = False
    same_store: bool = False


DEFAULT_OPTIONS = Options()
STOP = Target()
SILENT = Progress()


def snapshot_path(state: Path, name: str) -> Path:
    """Where a schedule's snapshot is."""
    return state / f"{name}.db"


class Held(NamedTuple):
    """A schedule's lock, held: who held it before and died, and what is open under it."""

    dead: Holder | None
    store: Store
    bik: Bik


@contextmanager
def holding(schedule: Schedule, state: Path) -> Iterator[Held]:
    """The snapshot and the store of a schedule for the block, under its lock.

    Raises:
        Locked: another run of this schedule is going on.
        ConfigError: a secret is missing.
    """
    credentials = bik_credentials(schedule)
    with (
        bound(schedule=schedule.name, run=None),
        schedule_lock(state / f"{schedule.name}.lock", schedule.name) as dead,
        Store(snapshot_path(state, schedule.name)) as store,
        opened(schedule, credentials, state) as bik,
    ):
        yield Held(dead, store, bik)


def run_schedule(
    schedule: Schedule, state: Path, *, trigger: str, options: Options = DEFAULT_OPTIONS, target: Target = STOP,
    progress: Progress = SILENT, clock: Clock = time.time, prepare: Prepare | None = None, held: Held | None = None,
) -> RunSummary:  # fmt: skip
    """Bring the store up to the feeds, once.

    ``prepare`` is called with the snapshot, the run's number and its time before the plan is made, in the same
    transaction, and gives the options; the feeds are not read then, and the plan is made of what the snapshot knows.
    ``held`` is the lock where the caller has it already.

    Raises:
        Locked: another run of this schedule is going on.
        ConfigError: a secret is missing, or the snapshot belongs to another store.
    """
    credentials = bik_credentials(schedule)
    with nullcontext(held) if held else holding(schedule, state) as (dead, store, bik):
        _claim(store, schedule, credentials.key.get_secret_value(), target)
        with store.transaction():
            run = store.begin_run(trigger, int(clock()))
        bind(run=run)  # what is logged from here on says so
        started = clock()
        stages = Stages()
        try:
            progress.at_stop(bik.stop)
            with Crew(usual_workers()) as crew, store.transaction():
                if prepare is None:
                    readings = read_feeds(
                        store, schedule, state, run=run, now=int(clock()), allow=options.allow, progress=progress,
                        stages=stages, crew=crew,
                    )  # fmt: skip
                else:
                    options = prepare(store, run, int(clock()))
                    readings = last_readings(store)
                with stages.stage("plan"):
                    plan = _plan(store, schedule, readings, run, int(clock()), options, progress, crew)
                if plan.sends or plan.deletes or plan.catalogs:
                    bik.get_ready()  # beside the commit
            total = plan.sends + plan.deletes
            with stages.stage("push"):
                pushed = push(
                    store, schedule, bik, plan, run=run, clock=clock, progress=lambda n: progress.pushed(n, total)
                )
            if pushed.fault is None:
                with stages.stage("verify"):
                    verify(store, schedule, bik, run, pushed)
                pushed.requests, pushed.answers = bik.requests, dict(bik.answers)
        except ConfigError:  # nothing was started
            store.execute("delete from runs where run = ?", run)
            raise
        except BaseException:
            with store.transaction():
                store.end_run(run, int(clock()), "interrupted", b"")
            raise
        with store.transaction():
            summary = summarize(store, schedule.name, run, readings, plan, pushed, trigger, started, clock())
            summary.seconds = _rounded(stages)
            if dead is not None:
                summary.died = dead.told()
            store.end_run(run, int(clock()), summary.outcome, summary.stored())
            forget_history(store, schedule.history, int(clock()))
    return summary


def preview(
    schedule: Schedule, state: Path, *, options: Options = DEFAULT_OPTIONS, progress: Progress = SILENT,
    clock: Clock = time.time, look: Callable[[Store], None] | None = None,
) -> RunSummary:  # fmt: skip
    """What :func:`run_schedule` would do now. Nothing is sent, and the snapshot is left as it was.

    ``look`` is shown the snapshot with the plan in it, before all of it is undone.
    """
    with (
        schedule_lock(state / f"{schedule.name}.lock", schedule.name),
        Store(snapshot_path(state, schedule.name)) as store,
        store.rehearsal(),
        Crew(usual_workers()) as crew,
    ):
        same_address(store, schedule)
        started = clock()
        run = store.begin_run("diff", int(started))
        stages = Stages()
        readings = read_feeds(
            store, schedule, state, run=run, now=int(started), allow=options.allow, progress=progress, stages=stages,
            crew=crew,
        )  # fmt: skip
        with stages.stage("plan"):
            plan = _plan(store, schedule, readings, run, int(started), options, progress, crew)
        if look is not None:
            look(store)
        summary = summarize(store, schedule.name, run, readings, plan, None, "diff", started, clock())
        summary.seconds = _rounded(stages)
        return summary


def _rounded(stages: Stages) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in stages.seconds.items()}


def _claim(store: Store, schedule: Schedule, app_key: str, target: Target) -> None:
    """A snapshot's *sent* belongs to one store: its address and app key (design, section 3)."""
    mine = target_of(schedule, app_key)
    known = store.meta("target")
    if known == mine:
        return
    if known is not None and not target.same_store:
        if not target.new_store:
            same_store(store, schedule, app_key)
        with store.transaction():
            Deliveries(store).forget_target()
    elif known is not None and (findings := bik_findings(store)):
        keep_findings(store, findings, mine)
    store.set_meta("target", mine)


def target_of(schedule: Schedule, app_key: str) -> bytes:
    """The store that *sent* and findings belong to: its address and its app key, of which only a hash is kept."""
    return msgspec.json.encode([schedule.bik.base_url, hashlib.sha256(app_key.encode()).hexdigest()[:16]])


def same_store(store: Store, schedule: Schedule, app_key: str) -> None:
    """What was sent belongs to the store of this address and app key, or nothing was sent yet.

    Raises:
        ConfigError: FS-505.
    """
    known = store.meta("target")
    if known not in (None, target_of(schedule, app_key)):
        raise ConfigError("FS-505", schedule=schedule.name, known=msgspec.json.decode(known)[0])


def same_address(store: Store, schedule: Schedule) -> None:
    """Without the key, another store can only be told by its address.

    Raises:
        ConfigError: FS-505.
    """
    known = store.meta("target")
    if known is not None and msgspec.json.decode(known)[0] != schedule.bik.base_url:
        raise ConfigError("FS-505", schedule=schedule.name, known=msgspec.json.decode(known)[0])


def _plan(
    store: Store, schedule: Schedule, readings: list[Reading], run: int, now: int, options: Options, progress: Progress,
    crew: Crew,
) -> Plan:  # fmt: skip
    return make_plan(store, schedule, readings, run=run, now=now, options=options, progress=progress.planned, crew=crew)
