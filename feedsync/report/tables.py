"""The changes of a run as CSV: for people, whose spreadsheet must not run what a feed says, and raw for machines.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); so the form for people
cannot be read back without doubt, and the raw one must not be opened in a spreadsheet.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TextIO

from feedsync.report.labels import LabelledChange, labelled_changes
from feedsync.report.terminal import KINDS, plain
from feedsync.snapshot.store import Store

#: Starts of a formula, also in the full-width forms that spreadsheets in East Asia take for the same.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CELL_LIMIT = 32_000  # a spreadsheet's cell holds 32,767 characters
HEAD = (
    "run", "at", "product", "variant", "title", "brand", "catalog", "kind", "field", "before", "after", "cause",
    "class", "note", "verdict",
)  # fmt: skip


def write_csv(stream: TextIO, store: Store, run: int, *, raw: bool) -> None:
    """Write every change of a run, a row each, below a head.

    ``raw``: names of kinds as in JSON, every value as it is. Else for a spreadsheet: words, guarded, with a byte order mark,
    by which spreadsheets tell UTF-8.
    """
    if not raw:
        stream.write("\ufeff")
    table = csv.writer(stream, lineterminator="\n" if raw else "\r\n")
    table.writerow(HEAD)
    for change in labelled_changes(store, run):
        kind = change.kind if raw else KINDS[change.kind]
        cells = [str(run), *_cells(change, kind)]
        table.writerow(cells if raw else [guarded(cell) for cell in cells])


def guarded(value: str | None) -> str:
    """A cell that no spreadsheet takes for a formula, on one line."""
    text = plain(value or "", _CELL_LIMIT)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(change: LabelledChange, kind: str) -> list[str | None]:
    at = datetime.fromtimestamp(change.at, UTC).isoformat().replace("+00:00", "Z")
    label = change.label
    return [
        at, change.subject, change.variant_id, label.title, label.brand, label.catalog, kind, change.field,
        change.before, change.after, change.cause, change.klass, change.note, change.verdict,
    ]  # fmt: skip
