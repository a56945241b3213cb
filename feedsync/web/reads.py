"""What the pages show, read from the snapshots: read-only, a short transaction a page, so no run ever waits for a reader."""

from __future__ import annotations

import msgspec

from feedsync.currencies import decimal_text
from feedsync.errors import Problem
from feedsync.report.labels import UNKNOWN, LabelledChange, labels_of, own_label
from feedsync.report.rejects import Rejects
from feedsync.report.summary import RunSummary, iso
from feedsync.snapshot.store import Store

#: Rows on one page.
PAGE = 100
_COLUMNS = "at, subject, variant_id, kind, field, before, after, cause, class, note, verdict"


class RunRow(msgspec.Struct, frozen=True):
    """A run in a list."""

    run: int
    trigger: str
    started_at: str
    seconds: float | None
    outcome: str
    changes: int
    held: int
    sent: int
    rejected: int


class Filters(msgspec.Struct, frozen=True):
    """Which changes of a run: of a kind, with a verdict, with a text in an id or a value; ``page`` from 1."""

    kind: str = ""
    verdict: str = ""
    find: str = ""
    page: int = 1


class ChangesPage(msgspec.Struct, frozen=True):
    """One page of changes, how many there are, and the kinds and verdicts of the run to choose from."""

    changes: list[LabelledChange]
    total: int
    kinds: list[str]
    verdicts: list[str]

    @property
    def pages(self) -> int:
        """How many pages."""
        return max(-(-self.total // PAGE), 1)


class Reject(msgspec.Struct, frozen=True):
    """An item that was refused, with the record as its feed has it (cut short where it is long)."""

    id: str | None
    code: str
    message: str
    where: str
    first_run: int
    raw: str | None


def runs(store: Store, count: int = PAGE) -> list[RunRow]:
    """The last runs, the last one first."""
    rows = store.rows(
        "select run, trigger, started_at, finished_at, outcome, summary from runs order by run desc limit ?", count
    )
    rejects = Rejects(store)
    found = []
    for run, trigger, started, finished, outcome, kept in rows:
        summary = msgspec.json.decode(kept, type=RunSummary) if kept else None
        found.append(
            RunRow(
                run,
                trigger,
                iso(started),
                finished - started if finished else None,
                outcome or "running",
                sum(summary.changes.values()) if summary else 0,
                summary.held if summary else 0,
                summary.pushed.products + summary.pushed.deleted if summary else 0,
                rejects.in_run(run) + (len(summary.rejected) if summary else 0),
            )
        )
    return found


def changes(store: Store, run: int, filters: Filters) -> ChangesPage:
    """The changes of a run that the filters leave."""
    where = (
        "run = ?1 and (?2 = '' or kind = ?2) and (?3 = '' or verdict = ?3) and (?4 = '' or instr(lower(subject), ?4) "
        "or instr(lower(variant_id), ?4) or instr(lower(before), ?4) or instr(lower(after), ?4))"
    )
    wanted = (run, filters.kind, filters.verdict, filters.find.lower())
    total = store.scalar(f"select count(*) from changes where {where}", *wanted)
    offset = (filters.page - 1) * PAGE
    query = f"select {_COLUMNS} from changes where {where} order by rowid limit {PAGE} offset {offset:d}"
    rows = list(store.rows(query, *wanted))
    choices = list(store.rows("select distinct kind, verdict from changes where run = ?", run))
    kinds, verdicts = ({row[place] for row in choices} for place in (0, 1))
    return ChangesPage(labelled(store, rows), total, sorted(kinds), sorted(verdicts))


def labelled(store: Store, rows: list[tuple[object, ...]]) -> list[LabelledChange]:
    """Rows of the changes' columns with what a person knows each product by."""
    known = labels_of(store, [str(row[1]) for row in rows])
    found = []
    for row in rows:
        bare = LabelledChange(*row, UNKNOWN)  # type: ignore[call-arg, arg-type]  # a row of the table
        label = known.get(bare.subject) or own_label(bare.kind, bare.before, bare.after)
        found.append(msgspec.structs.replace(bare, label=label))
    return found


def rejects(store: Store, page: int) -> tuple[list[Reject], int]:
    """The items that are refused now, and how many there are."""
    where = "from problems p left join feeds f on f.feed = p.feed where severity = 'rejected' and last_run is null"
    rows = store.rows(
        f"select item_id, code, parts, line, location, first_run, excerpt {where} order by p.feed, line limit ? offset ?",
        PAGE,
        (page - 1) * PAGE,
    )
    found = []
    for item_id, code, parts, line, location, first_run, excerpt in rows:
        message = Problem(code, msgspec.json.decode(parts, type=dict[str, str])).message
        raw = excerpt.decode("utf-8", "backslashreplace") if excerpt else None
        found.append(Reject(item_id, code, message, f"{location}:{line}" if line else str(location), first_run, raw))
    return found, store.scalar(f"select count(*) {where}")


def money(minor: int | None, currency: str) -> str:
    """An amount for a person; "" for none."""
    return "" if minor is None else f"{decimal_text(minor, currency)} {currency}"
