"""How a schedule stands, read from its snapshot: one view behind ``status``, the page, the alerts and the metrics.

Everything is read with ``mode=ro``, in moments, so that no run ever waits for somebody who looks. A snapshot that cannot be
read is a state like any other, and so is a schedule whose file is broken.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from feedsync.due import due_of
from feedsync.errors import Fatal, FeedsyncError
from feedsync.notes import Notes, read_notes
from feedsync.report.rejects import Rejects
from feedsync.report.summary import Reason
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import last_drift
from feedsync.snapshot.feeds import last_change
from feedsync.snapshot.files import Signature, signature, snapshot_files, statuses
from feedsync.snapshot.lock import Holder, holders
from feedsync.snapshot.moments import READING
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path

#: A run that came to its end with one of these did what could be done: the feeds were read and the store was reached.
GOOD = ("done", "held", "rejected")
#: How many runs the trend shows.
TREND = 20
NOT_STORED = "FS-707"
#: A file that was written so lately may be written again without a change of its times and size (seconds).
JUST_NOW_S = 2.0


class RunFigures(msgspec.Struct, frozen=True):
    """One run in numbers; times are Unix seconds. ``items`` is None where a document was not whole, or nobody knows."""

    run: int
    trigger: str
    started_at: int
    finished_at: int | None
    outcome: str
    items: int | None
    changes: int
    held: int
    sent: int
    rejected: int
    error: Reason | None = None

    @property
    def good(self) -> bool:
        """Whether the feeds were read and the store was reached."""
        return self.outcome in GOOD


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a schedule stands.

    ``word`` is ``broken`` (its file), ``unreadable`` (its snapshot), ``never ran``, ``running``, or how the last run ended;
    ``problem`` says more. ``known`` is False where the snapshot could not be read, so that nothing of it is known.
    ``runs`` are the last ones, the newest first; ``last`` is the newest that is not going on. ``last_good_at`` is when the
    last good run that read the feeds ended, ``changed_at`` when a document last differed (Unix seconds). ``products`` and
    ``variants`` are those that Bik acknowledged, ``held`` the changes that each gate holds now, ``rejected`` the items and
    products that are refused now, ``drifted`` the products that are otherwise in the store than Bik acknowledged.
    ``lag_s`` is how long the newest document took from its making (or, where its server does not say, from the run's
    beginning) until Bik had it. ``changes`` by kind, ``answers`` to requests by status and ``seconds`` by stage are those of the
    last run that came to its end. ``next_at`` is when the schedule is due, ``next_why`` what for (:mod:`feedsync.due`); it
    may have passed, and is None where the schedule rests, is run by hand only, or was not asked.
    """

    schedule: str
    word: str
    problem: Reason | None = None
    known: bool = True
    holder: Holder | None = None
    died: Holder | None = None
    runs: list[RunFigures] = []
    last_good_at: int | None = None
    first_run_at: int | None = None
    changed_at: int | None = None
    products: int = 0
    variants: int = 0
    held: dict[str, int] = {}
    rejected: int = 0
    drifted: int = 0
    lag_s: float | None = None
    changes: dict[str, int] = {}
    answers: dict[str, int] = {}
    seconds: dict[str, float] = {}
    next_at: int | None = None
    next_why: str | None = None
    notes: Notes = msgspec.field(default_factory=Notes)

    @property
    def last(self) -> RunFigures | None:
        """The last run that is not going on."""
        return next((run for run in self.runs if run.outcome != "running"), None)


def look(state: Path, name: str, load: Callable[[str], Schedule], now: float) -> Health:
    """How a schedule stands at ``now`` (Unix seconds), with its file, which ``load`` gives, and when it is due."""
    try:
        schedule = load(name)
    except FeedsyncError as error:
        return health(state, name, error)
    view = health(state, name)
    try:
        due = due_of(schedule, state, int(now))
    except FeedsyncError:  # its snapshot cannot be read, which the view says
        return view
    if due is None:
        return view
    return msgspec.structs.replace(view, next_at=due.at or int(now), next_why=due.why)


def health(state: Path, name: str, problem: FeedsyncError | None = None) -> Health:
    """How a schedule stands; ``problem`` is what is wrong with its file."""
    notes = read_notes(state, name)
    holder, died = holders(state / f"{name}.lock")
    path = snapshot_path(state, name)
    if not path.exists():
        view = Health(schedule=name, word="never ran")
    else:
        try:
            view = _snapshot(path, name, holder is not None)
        except (FeedsyncError, msgspec.DecodeError) as error:
            view = Health(schedule=name, word="unreadable", problem=_unreadable(path, error), known=False)
    view = msgspec.structs.replace(view, holder=holder, died=died, notes=notes)
    if problem is not None:
        return msgspec.structs.replace(view, word="broken", problem=Reason(problem.code, problem.message))
    if holder is not None:
        return msgspec.structs.replace(view, word="running")
    if notes.trouble is not None and view.known:
        trouble = Reason(notes.trouble.code, notes.trouble.message)
        return msgspec.structs.replace(view, word="failed", problem=trouble)
    return view


def _unreadable(path: Path, error: FeedsyncError | msgspec.DecodeError) -> Reason:
    found = error if isinstance(error, FeedsyncError) else Fatal("FS-503", path=path, reason=str(error))
    return Reason(found.code, found.message)


def _snapshot(path: Path, name: str, running: bool) -> Health:
    """What the snapshot says; opened only where it was written since, and always where that was just now."""
    found = statuses(*snapshot_files(path))
    if any(time.time() - status.st_mtime < JUST_NOW_S for status in found):
        return _opened(path, name, running)
    return _kept(path, name, running, signature(found))


@lru_cache(maxsize=2048)
def _kept(path: Path, name: str, running: bool, written: Signature) -> Health:
    return _opened(path, name, running)


def _opened(path: Path, name: str, running: bool) -> Health:
    with Store(path, read_only=True) as store:
        return _read(store, name, running)


def _read(store: Store, name: str, running: bool) -> Health:
    query = "select run, trigger, started_at, finished_at, outcome, summary from runs order by run desc limit ?"
    rejects = Rejects(store)
    found = [
        _Run(run, trigger, started_at, finished_at, outcome, _SUMMARY.decode(kept) if kept else None)
        for run, trigger, started_at, finished_at, outcome, kept in store.rows(query, TREND)
    ]
    runs = [_figures(one, rejects, running) for one in found]
    last = next((run for run in runs if run.outcome != "running"), None)
    newest = next((one.summary for one in found if one.summary), _Summary())
    products, variants = Products(store).owned()
    changed_at, modified = last_change(store)
    drift = last_drift(store)
    lost = sum(refused.code == NOT_STORED for refused in newest.rejected)
    last_good = f"select max(finished_at) from runs where outcome in {GOOD} and trigger in {READING}"
    return Health(
        schedule=name,
        word=last.outcome if last else "never ran",
        problem=last.error if last else None,
        runs=runs,
        last_good_at=store.scalar(last_good),
        first_run_at=store.scalar("select min(started_at) from runs"),
        changed_at=changed_at,
        products=products,
        variants=variants,
        held=dict(store.rows("select gate, count(*) from held group by gate order by gate")),
        rejected=last.rejected if last else 0,
        drifted=lost + (drift.found if drift else 0),
        lag_s=_lag(store, changed_at, modified),
        changes=newest.changes,
        answers=newest.pushed.answers,
        seconds=newest.seconds,
    )


class _Refused(msgspec.Struct):
    code: str


class _Document(msgspec.Struct):
    verdict: str
    items: int


class _Pushed(msgspec.Struct):
    products: int = 0
    deleted: int = 0
    answers: dict[str, int] = {}


class _Summary(msgspec.Struct):
    """Of a run's summary (:class:`feedsync.report.summary.RunSummary`) what is looked at here: the rest can be long."""

    documents: list[_Document] = []
    changes: dict[str, int] = {}
    held: int = 0
    pushed: _Pushed = msgspec.field(default_factory=_Pushed)
    rejected: list[_Refused] = []
    seconds: dict[str, float] = {}
    error: Reason | None = None


_SUMMARY = msgspec.json.Decoder(_Summary)


class _Run(msgspec.Struct):
    run: int
    trigger: str
    started_at: int
    finished_at: int | None
    outcome: str | None
    summary: _Summary | None


def _figures(one: _Run, rejects: Rejects, running: bool) -> RunFigures:
    # without an outcome its process goes on, or died and nobody noticed yet
    outcome = one.outcome or ("running" if running else "crashed")
    if one.summary is None:
        return RunFigures(one.run, one.trigger, one.started_at, one.finished_at, outcome, None, 0, 0, 0, 0)
    summary, documents = one.summary, one.summary.documents
    whole = documents and all(document.verdict == "complete" for document in documents)
    return RunFigures(
        one.run, one.trigger, one.started_at, one.finished_at, outcome,
        sum(document.items for document in documents) if whole else None,
        sum(summary.changes.values()),
        summary.held,
        summary.pushed.products + summary.pushed.deleted,
        rejects.in_run(one.run) + len(summary.rejected),
        summary.error,
    )  # fmt: skip


def _lag(store: Store, changed_at: int | None, modified: str | None) -> float | None:
    row = store.one(
        "select started_at, finished_at, outcome from runs where started_at <= ? order by run desc limit 1", changed_at
    )
    if row is None or changed_at is None or row[2] not in GOOD:
        return None
    made_at = _made_at(modified)
    return float(row[1] - (made_at if made_at is not None and made_at <= changed_at else row[0]))


def _made_at(modified: str | None) -> float | None:
    """``Last-Modified`` in Unix seconds; None where it is no date."""
    from email.utils import parsedate_to_datetime  # mail takes as long to load as all the rest of this module

    try:
        made: datetime = parsedate_to_datetime(modified or "")
        return made.timestamp()
    except (ValueError, OverflowError):
        return None
