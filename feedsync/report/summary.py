"""The one view model of a run, behind every form of report and every ``--json`` output.

Built from the snapshot inside the run's last transaction, or later from what the run left there. Field names are those of
the published schema (``docs/schemas/run.schema.json``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from feedsync.errors import Problem
from feedsync.gates import GateResult
from feedsync.plan import Pushed
from feedsync.planning import Plan
from feedsync.report.figures import Analysis
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.past import Pins
from feedsync.snapshot.store import RunRecord, Store

#: How many differences and rejections one summary carries; the snapshot has them all.
LISTED = 10_000
EXIT_CODES = {"failed": 1, "interrupted": 130, "crashed": 1, "held": 4, "rejected": 3, "done": 0, "running": 0}


class Reason(msgspec.Struct):
    """Something wrong: its stable code and a sentence."""

    code: str
    message: str


class DocumentSummary(msgspec.Struct):
    """One document of the run; ``parsed`` items were read anew.

    ``fresh`` is false when it was the same as last time, ``failed`` true when it could not be read at all.
    """

    location: str
    format: str
    verdict: str
    reasons: list[Reason]
    items: int
    bytes: int
    parsed: int = 0
    fresh: bool = True
    failed: bool = False


class PushSummary(msgspec.Struct):
    """What Bik acknowledged, and the requests it took; ``verified`` products were read back, ``unread`` could not be.

    ``answers`` counts the requests by the status that was answered; ``none``: nothing was, ``unreadable``: nobody can tell.
    """

    products: int = 0
    catalogs: int = 0
    deleted: int = 0
    requests: int = 0
    verified: int = 0
    unread: int = 0
    answers: dict[str, int] = {}


class Rejection(msgspec.Struct):
    """An item that could not be read, or a product that Bik refused; ``id`` is null where nobody can tell."""

    id: str | None
    code: str
    message: str
    where: str


class Difference(msgspec.Struct):
    """One change with what became of it (``send``, ``held by GATE``, ``allowed``, ``approved``, ``rejected``,
    ``protected``, ``left``, ``refused before``).
    """

    kind: str
    subject: str
    variant_id: str | None
    field: str | None
    before: str | None
    after: str | None
    cause: str
    note: str | None
    verdict: str


class RunSummary(msgspec.Struct):
    """A run. Times are ISO 8601 in UTC. ``held`` and ``remaining`` count changes and products that did not go out.

    ``pinned_to`` is the run whose state the schedule is held at (0: it is retired), null where it follows its feeds.
    ``died`` is who held the lock before and died without letting go; ``seconds`` is where the time went, by stage.
    """

    schedule: str
    run: int
    trigger: str
    outcome: str
    started_at: str
    finished_at: str
    documents: list[DocumentSummary]
    changes: dict[str, int]
    gates: list[GateResult]
    pushed: PushSummary
    rejected: list[Rejection]
    notes: dict[str, int] = {}
    held: int = 0
    planned: int = 0
    remaining: int = 0
    unused_catalogs: list[str] = []
    differences: list[Difference] = []
    left_out: int = 0
    error: Reason | None = None
    pinned_to: int | None = None
    died: str | None = None
    seconds: dict[str, float] = {}
    analysis: Analysis | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of design, section 7."""
        return EXIT_CODES[self.outcome]

    def stored(self) -> bytes:
        """The summary as the snapshot keeps it: without the lists that stand in tables of their own."""
        return msgspec.json.encode(msgspec.structs.replace(self, differences=[], rejected=self._refused(), left_out=0))

    def _refused(self) -> list[Rejection]:
        return [rejection for rejection in self.rejected if rejection.where == "Bik"]


def summarize(
    store: Store, schedule: str, run: int, readings: list[Reading], plan: Plan, pushed: Pushed | None, trigger: str,
    started: float, finished: float,
) -> RunSummary:  # fmt: skip
    """The summary of a run that has just ended; ``pushed`` None: nothing was to be sent."""
    deliveries = Deliveries(store)
    refused = [Rejection(pid, code, text, "Bik") for pid, code, text in deliveries.rejected(but_planned=pushed is None)]
    refused += [Rejection(name, "FS-703", f"catalog: {text}", "Bik") for name, text in CatalogTable(store).rejected()]
    failed = [r for r in readings if r.failed]
    fault = pushed.fault if pushed else None
    error = Reason(fault.code, fault.message) if fault else _reason(failed[0].reasons[0]) if failed else None
    sent = PushSummary()
    if pushed:
        sent = PushSummary(
            pushed.products,
            pushed.catalogs,
            pushed.deleted,
            pushed.requests,
            pushed.verified,
            pushed.unread,
            dict(sorted(pushed.answers.items())),
        )
    planned = plan.sends + plan.deletes
    summary = RunSummary(
        schedule=schedule,
        run=run,
        trigger=trigger,
        outcome="done",
        started_at=iso(started),
        finished_at=iso(finished),
        documents=[_document(reading) for reading in readings],
        changes=dict(sorted(plan.changes.items())),
        gates=plan.gates,
        pushed=sent,
        rejected=[*_item_rejections(store, run), *refused],
        notes=_notes(store, run),
        held=plan.held,
        planned=planned,
        remaining=planned + plan.left - sent.products - sent.deleted if pushed else 0,
        unused_catalogs=CatalogTable(store).unused(),
        error=error,
        pinned_to=pin.run if (pin := Pins(store).pin) else None,
    )
    not_whole = any(reading.verdict == "degraded" for reading in readings)
    rejected = bool(summary.rejected) or not_whole  # a part of a feed was not taken, which nobody should overlook
    summary.outcome = "failed" if error else "held" if plan.held else "rejected" if rejected else "done"
    _add_differences(store, summary)
    return summary


def load_summary(store: Store, schedule: str, record: RunRecord) -> RunSummary:
    """The summary of an earlier run with its lists; of a run that did not come to its end, what is known of it."""
    if record.summary:
        summary = msgspec.json.decode(record.summary, type=RunSummary)
    else:
        counts = dict(store.rows("select kind, count(*) from changes where run = ? group by kind", record.run))
        summary = RunSummary(
            schedule, record.run, record.trigger, record.outcome or "running", iso(record.started_at),
            iso(record.finished_at or record.started_at), [], counts, [], PushSummary(), [],
        )  # fmt: skip
    summary.rejected = [*_item_rejections(store, record.run), *summary.rejected]
    _add_differences(store, summary)
    return summary


def _add_differences(store: Store, summary: RunSummary) -> None:
    rows = store.rows(
        "select kind, subject, variant_id, field, before, after, cause, note, verdict from changes "
        "where run = ? order by rowid limit ?",
        summary.run,
        LISTED,
    )
    summary.differences = [Difference(*row) for row in rows]
    summary.left_out = sum(summary.changes.values()) - len(summary.differences)


def _item_rejections(store: Store, run: int) -> Iterator[Rejection]:
    """Items that were refused as of that run, in the feed's order."""
    rows = store.rows(
        "select item_id, code, parts, line, location from problems p left join feeds f on f.feed = p.feed "
        "where severity = 'rejected' and first_run <= ?1 and coalesce(last_run, ?1) >= ?1 order by line, item_id limit ?2",
        run,
        LISTED,
    )
    for item_id, code, parts, line, location in rows:
        problem = Problem(code, msgspec.json.decode(parts, type=dict[str, str]))
        yield Rejection(item_id, code, problem.message, f"{location}:{line}" if line else str(location))


def _notes(store: Store, run: int) -> dict[str, int]:
    """How many remarks of each code cost nothing but are worth knowing."""
    rows = store.rows(
        "select code, count(*) from problems where severity = 'note' and first_run <= ?1 "
        "and coalesce(last_run, ?1) >= ?1 group by code order by code",
        run,
    )
    return {row[0]: row[1] for row in rows}


def _document(reading: Reading) -> DocumentSummary:
    reasons = [_reason(problem) for problem in reading.reasons]
    return DocumentSummary(
        reading.location, reading.format, reading.verdict, reasons, reading.items, reading.bytes, reading.parsed,
        reading.fresh, reading.failed,
    )  # fmt: skip


def _reason(problem: Problem) -> Reason:
    return Reason(problem.code, problem.message)


def utc_minute(moment: int) -> str:
    """A moment in Unix seconds as a person reads it."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


def iso(moment: float) -> str:
    """Unix seconds as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
