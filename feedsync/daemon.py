"""Every schedule on its own clock, in one process: what is due is run, and the files are watched.

The files in ``schedules/`` and the snapshots are the truth; the job store is memory that is made of them. A job is the next
moment of one schedule (:mod:`feedsync.due`), armed anew when its run has ended, so a schedule never overlaps itself and time
that was missed is made up for once. APScheduler waits for the moments and bounds how many runs go on at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedsync.alerts import after_run, check_alerts, file_checked
from feedsync.due import Due, due_of, pause_after, run_due
from feedsync.errors import FeedsyncError, Locked
from feedsync.logcontext import bound
from feedsync.progress import Stoppable, Stopped
from feedsync.settings import Schedule
from feedsync.snapshot.files import Signature, signature, snapshot_files, statuses
from feedsync.snapshot.lock import schedule_lock
from feedsync.sync import snapshot_path

#: How far the clock may go wrong between two looks at the files before all moments are reckoned anew (seconds).
_CLOCK_STEP_S = 30
#: How often what only time brings about is looked for: silence, and people who could not be reached (seconds).
_ALERTS_EVERY_S = 60
_log = logging.getLogger("feedsync.daemon")


class Known(msgspec.Struct):
    """A schedule as it is in force: its last good form, None where there never was one."""

    file: Signature
    schedule: Schedule | None = None
    due: Due | None = None
    #: Of the snapshot when the next moment was reckoned.
    seen: Signature = ()
    #: What could not even begin: not before then, and how often in a row.
    not_before: int = 0
    refused: int = 0


class Daemon:
    """The schedules of one folder over one state directory; every method may be called from any thread."""

    def __init__(
        self, files: Callable[[], list[Path]], load: Callable[[str], Schedule], state: Path, *, jobs: int,
        clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._files, self._load, self._state = files, load, state
        self._clock, self._monotonic = clock, monotonic
        self._lock = threading.RLock()
        self._known: dict[str, Known] = {}
        self._running: dict[str, Stoppable] = {}
        self._stopping = False
        self._drift = clock() - monotonic()
        self._looked_at = monotonic()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(jobs), "alerts": ThreadPoolExecutor(1)}, timezone=UTC,
            # that a schedule runs once is this class's to see to; a job that APScheduler refused would be lost
            job_defaults={"coalesce": True, "max_instances": 1000, "misfire_grace_time": None},
        )  # fmt: skip

    def start(self) -> None:
        """Read the files and run what is due."""
        self.look()
        self._watch()
        self._scheduler.start()

    def _watch(self) -> None:
        every = IntervalTrigger(seconds=_ALERTS_EVERY_S)
        self._scheduler.add_job(self.check_alerts, every, id=".alerts", executor="alerts", replace_existing=True)

    def check_alerts(self) -> None:
        """Silence is told although nothing happens, and who could not be reached is tried again."""
        with self._lock:
            schedules = [known.schedule for known in self._known.values() if known.schedule]
        for schedule in schedules:
            try:
                check_alerts(schedule, self._state, clock=self._clock)
            except Exception:  # a fault of ours with one must not keep the others silent
                _log.exception("alerts could not be looked at", extra={"schedule": schedule.name})

    def look(self, *, anew: bool = False) -> None:
        """Take up what changed: schedules' files (all of them with ``anew``), snapshots that others wrote, the clock."""
        with self._lock:
            self._looked_at = self._monotonic()
            drift = self._clock() - self._looked_at
            stepped = abs(drift - self._drift) > _CLOCK_STEP_S
            self._drift = drift
            paths = {path.stem: path for path in self._files()}
            for name in self._known.keys() - paths.keys():
                del self._known[name]
                self._disarm(name)
                _log.info("schedule removed", extra={"schedule": name})
            for name, path in paths.items():
                known, file = self._known.get(name), signature(statuses(path))
                if known is None or anew or known.file != file:
                    self._read(name, file)
                elif stepped or known.seen != _written(self._state, name):
                    if stepped or known.refused:  # what kept it from running may be over
                        known.not_before = known.refused = 0
                    self._arm(name)
            if stepped:
                self._watch()

    def _read(self, name: str, file: Signature) -> None:
        known = self._known.setdefault(name, Known(file))
        known.file, known.not_before, known.refused = file, 0, 0
        mistake = None
        try:
            known.schedule = self._load(name)
        except FeedsyncError as error:
            mistake = error
            _log.error(
                "schedule is broken",
                extra={
                    "schedule": name,
                    "code": error.code,
                    "reason": error.message,
                    "last_good_form": known.schedule is not None,
                },
            )
        else:
            _log.info("schedule read", extra={"schedule": name})
        if known.schedule is not None:
            self._tell(file_checked, known.schedule, mistake)
        self._arm(name)

    def _arm(self, name: str) -> None:
        """Reckon the next moment of a schedule that is not running, and wait for it."""
        known = self._known.get(name)
        if self._stopping or name in self._running or known is None or known.schedule is None:
            return
        known.seen = _written(self._state, name)
        try:
            known.due = due_of(known.schedule, self._state, int(self._clock()))
        except FeedsyncError as error:
            if known.not_before <= self._clock():
                self._refuse(known, known.schedule, error)
            known.due = Due(known.not_before, "retry")
        if known.due is None:
            self._disarm(name)
            return
        at = datetime.fromtimestamp(max(known.due.at, known.not_before), UTC)
        self._scheduler.add_job(self._fire, DateTrigger(at), args=[name], id=name, replace_existing=True)

    def _disarm(self, name: str) -> None:
        with suppress(JobLookupError):
            self._scheduler.remove_job(name)

    def _fire(self, name: str) -> None:
        """The moment of a schedule has come: run it, if it is still so, and wait for the next one."""
        with self._begun(name) as begun:
            if begun is None:
                return
            schedule, known, progress = begun
            with bound(schedule=name):
                try:
                    self._run(schedule, known, progress)
                except FeedsyncError as error:
                    self._refuse(known, schedule, error)
                except Stopped:
                    _log.info("run stopped; the next one goes on from here")
                except Exception:  # a fault of ours must not end the clock of this schedule, nor of any other
                    known.refused += 1
                    known.not_before = int(self._clock()) + pause_after(known.refused)
                    _log.exception("run broke on a fault of feedsync itself")

    @contextmanager
    def _begun(self, name: str) -> Iterator[tuple[Schedule, Known, Stoppable] | None]:
        """The schedule is taken for running; None where there is nothing to run any more."""
        with self._lock:
            known = self._known.get(name)
            if self._stopping or name in self._running or known is None or known.schedule is None:
                yield None
                return
            progress = self._running[name] = Stoppable()
        try:
            yield known.schedule, known, progress
        finally:
            with self._lock:
                del self._running[name]
                self._arm(name)

    def _run(self, schedule: Schedule, known: Known, progress: Stoppable) -> None:
        due = due_of(schedule, self._state, int(self._clock()))
        if due is None or due.at > self._clock():
            return  # somebody else ran it meanwhile
        _log.info("run begins", extra={"trigger": due.why})
        summary = run_due(schedule, self._state, due, progress=progress, clock=self._clock)
        known.refused, known.not_before = 0, 0
        told = {
            "run": summary.run, "outcome": summary.outcome, "changes": sum(summary.changes.values()), "held": summary.held,
            "rejected": len(summary.rejected), "requests": summary.pushed.requests, "seconds": summary.seconds,
            "error": summary.error.code if summary.error else None,
        }  # fmt: skip
        _log.info("run ended", extra=told)
        after_run(schedule, self._state, clock=self._clock)

    def _refuse(self, known: Known, schedule: Schedule, error: FeedsyncError) -> None:
        """It could not run, and left no run behind that says so: not again at once."""
        if isinstance(error, Locked):  # somebody else does it, and when that is over the snapshot says so
            known.not_before = int(self._clock()) + pause_after(1)
            _log.info("another run goes on", extra={"schedule": schedule.name, "reason": error.message})
            return
        known.refused += 1
        known.not_before = int(self._clock()) + pause_after(known.refused)
        _log.error(
            "run could not begin", extra={"schedule": schedule.name, "code": error.code, "reason": error.message}
        )
        self._tell(after_run, schedule, error)

    def _tell(self, tell: Callable[..., None], schedule: Schedule, error: FeedsyncError | None) -> None:
        """To tell people takes its time, which nobody here should wait for."""
        told = [schedule, self._state, error]
        self._scheduler.add_job(tell, args=told, kwargs={"clock": self._clock}, executor="alerts")

    def waiting(self) -> dict[str, Due | None]:
        """What each schedule that is in force waits for."""
        with self._lock:
            return {name: known.due for name, known in self._known.items() if known.schedule is not None}

    def heartbeat_age_s(self) -> float:
        """How long ago the files were looked at."""
        return self._monotonic() - self._looked_at

    def running(self) -> list[str]:
        """The schedules that run now."""
        with self._lock:
            return sorted(self._running)

    def not_before(self, name: str) -> int:
        """Until when a schedule that could not begin is left alone (Unix seconds); 0: it can."""
        with self._lock:
            return self._known[name].not_before

    def stop(self) -> None:
        """Begin nothing any more, end what runs at its next step, and wait for that."""
        with self._lock:
            self._stopping = True
            running = list(self._running.values())
        for progress in running:
            progress.stop()
        # APScheduler's thread breaks on its own end while it is handing out jobs: it stops that first, and is waited for
        self._scheduler.pause()
        self._scheduler.get_jobs()
        self._scheduler.shutdown(wait=True)


@contextmanager
def daemon_lock(state: Path) -> Iterator[None]:
    """One daemon for one state directory.

    Raises:
        Locked: FS-801, saying who it is.
    """
    lock = schedule_lock(state / ".daemon.lock", "the daemon")
    try:
        lock.__enter__()
    except Locked as error:
        raise Locked("FS-801", **{**error.parts, "state": state}) from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _written(state: Path, name: str) -> Signature:
    """Differs when the snapshot does."""
    return signature(statuses(*snapshot_files(snapshot_path(state, name))))
