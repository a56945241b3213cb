"""Rows of delimited text that can be trusted, and the others with the reason why not.

Python's csv module reads; what surrounds it finds out where that reading went wrong. A quotation mark that is never
closed makes the rows behind it part of one cell: they are read again, or, where that cannot be sure, the row is
reported without an id, which makes the document degraded. No row is lost in silence, and none is made up of two.

*Fewer cells than columns.* Spreadsheets and WooCommerce leave empty cells at a row's end out, so a short row is read
with empty ones there; but only when it reaches past every column that a product must have, no cell looks as if it stood
under another column, the row behind it is no fragment and has not just as many cells as would make it this row's rest,
and it is not the document's unfinished last line. *More cells* that are not
empty are never trusted, nor are empty ones unless the first row has as many: a comma too many moves all cells behind it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES
from feedsync.adapters.delimited.encoding import UNDECODABLE, TextLines
from feedsync.adapters.delimited.header import Header, unwrapped
from feedsync.errors import Problem

# The module's limit is one for the whole process, and the only one there is; rows are bounded here.
csv.field_size_limit(max(csv.field_size_limit(), 2 * ITEM_LIMIT_BYTES))

#: How many lines may be read again beyond those that were read: reading stays linear, whatever the document is.
_SECOND_LOOKS = 10_000
_EXCERPT = 500
_COMMENTS = ("# Required |", "# Optional |", "# Recommended |")


class Row(msgspec.Struct, gc=False):
    """One row: the line (from 1) where it begins and its cells, as many as there are columns; or why it is none.

    ``id_text`` is what the id column holds where the row cannot be trusted but that cell can. ``text`` is how the row
    begins. ``note`` says what was mended.
    """

    line: int
    cells: list[str]
    problem: Problem | None = None
    id_text: str | None = None
    text: str = ""
    note: str | None = None


class Layout(msgspec.Struct, frozen=True):
    """What a format knows of its rows.

    ``reach`` is the least number of cells of a row that lacks its last ones; ``id_column`` where the id stands, or None
    where a row has none of its own; ``signs`` what the cells of some columns look like where they are not empty.
    """

    reach: int
    id_column: int | None = None
    signs: dict[int, re.Pattern[str]] = {}


class _TooLong(Exception):
    """A row is larger than any product is."""


class _Feed:
    """The lines that the reader takes for one row, remembered."""

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self._size = 0
        self.taken: list[tuple[str, int]] = []
        self.ended = False

    def begin(self) -> None:
        """What is taken from here on is another row."""
        self._size, self.taken = 0, []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        text, whole = self._lines.read()
        if not text:
            self.ended = True
            raise StopIteration
        self.taken.append((text, self._lines.line))
        self._size += len(text)
        if not whole or self._size > ITEM_LIMIT_BYTES:
            raise _TooLong
        return text


class Rows:
    """One pass over the rows below the header.

    Args:
        lines: the document behind its header.
        header: what stands above.
        layout: what the format knows of its rows.
        encoding: for the reason why a row was refused.
    """

    def __init__(self, lines: TextLines, header: Header, layout: Layout, encoding: str) -> None:
        self._lines = lines
        self._feed = _Feed(lines)
        self._reader = csv.reader(self._feed, delimiter=header.delimiter, skipinitialspace=header.spaced, strict=True)
        self._delimiter = header.delimiter
        self._header = [name.strip() for name in header.names]
        self._width = len(header.names)
        self._ending = 0 if any(header.below[self._width :]) else len(header.below)  # cells, where lines end in commas
        self._reach = layout.reach
        self._id = layout.id_column
        self._signs = layout.signs
        self._encoding = encoding
        self._looks = _SECOND_LOOKS
        self._two_records = self._width + layout.reach - 1  # from so many cells on, a line may be two records
        self.faults: list[Problem] = []

    def __iter__(self) -> Iterator[Row]:
        """The rows in order; empty ones, repeated headers and comments are none."""
        short: Row | None = None  # a row without its last cells, until it is known what stands behind it
        filled = 0  # how many cells it has
        for found in self._found():
            count = len(found.cells)
            if short is not None:
                rest = filled + count == self._width + 1  # of a row that was cut within a cell
                fragment = rest or (found.problem is not None and found.id_text is None and count < self._width)
                yield self._refused(short, "it is broken in two") if fragment else short
                short = None
                if rest and found.problem is None:
                    found = self._refused(found, "it is the rest of the row before it", sure=False)
            if found.problem is None and count < self._width:
                short, filled = found, count
                self._two_records = 2 * self._reach - 1
                short.cells += [""] * (self._width - count)
            else:
                yield found
        if short is not None:
            yield short

    def _found(self) -> Iterator[Row]:
        while not self._feed.ended:
            self._feed.begin()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except _TooLong:
                row = self._row([], self._feed.taken[:1])
                row.problem = Problem("FS-307", {"limit": str(ITEM_LIMIT_BYTES)})
                yield row
            except csv.Error as error:
                if (mended := self._mended(str(error))) is not None:
                    yield mended
            else:
                self._looks += len(self._feed.taken)
                if (judged := self._judged(cells, self._feed.taken)) is not None:
                    yield judged

    def _mended(self, reason: str) -> Row | None:
        """The row whose quotation marks are wrong; the lines behind its first one are read again."""
        taken = self._feed.taken
        first = taken[:1]
        row = self._row([], taken)
        if self._feed.ended:
            self.faults.append(Problem("FS-315", {"line": str(row.line)}))
            return self._refused(row, "a quoted cell in it is never closed")
        if len(taken) - 1 > self._looks:
            row.problem = Problem("FS-304", {"detail": f"{reason}; {len(taken)} lines from here on are lost"})
            return row
        self._looks -= len(taken) - 1
        self._lines.give_back(taken[1:])
        text = first[0][0].rstrip("\r\n")
        if self._delimiter == "\t" and text.count("\t") == self._width - 1:
            # tabs do not occur in texts, so the cells are certain, and the marks are part of them
            cells = [_unquoted(cell) for cell in text.split("\t")]
            if (judged := self._judged(cells, first)) is not None and judged.problem is None:
                judged.note = "quotation marks that enclose no cell"
            return judged
        careless = next(csv.reader([text], delimiter=self._delimiter), [])
        return self._refused(row, reason, sure=len(careless) < self._two_records)

    def _judged(self, cells: list[str], taken: list[tuple[str, int]]) -> Row | None:
        """The row of these cells; None for one that says nothing."""
        if len(cells) == 1 < self._width:
            cells = unwrapped(cells, self._delimiter)
        if len(cells) == self._ending and not any(cells[self._width :]):
            del cells[self._width :]
        row = self._row(cells, taken)
        if not any(cell and not cell.isspace() for cell in cells):
            return None
        if [cell.strip() for cell in cells] == self._header or cells[0].startswith(_COMMENTS):
            return None
        if any(UNDECODABLE in text for text, _ in taken):
            return self._refused(row, f"it holds bytes that are not {self._encoding}", sure=len(cells) == self._width)
        if any("\0" in text for text, _ in taken):
            return self._refused(row, "it holds NUL characters", sure=len(cells) == self._width)
        if len(taken) > 1 and self._swallowed(taken):
            return self._refused(row, "other rows seem to stand within one of its cells", sure=False)
        if len(cells) > self._width:
            return self._refused(row, "", sure=len(taken) == 1 and len(cells) < self._two_records)
        if len(cells) < self._reach:
            return self._refused(row, "", sure=False)
        if len(cells) < self._width and not self._in_place(cells):
            return self._refused(row, "its cells seem to stand under other columns", sure=self._id == 0)
        if len(cells) < self._width and not taken[-1][0].endswith(("\n", "\r")):
            row.problem = Problem("FS-311")
        return row

    def _row(self, cells: list[str], taken: list[tuple[str, int]]) -> Row:
        return Row(taken[0][1], cells, text=taken[0][0][:_EXCERPT].rstrip("\r\n"))

    def _in_place(self, cells: list[str]) -> bool:
        """Whether no cell contradicts its column; a delimiter that is missing moves all cells behind it."""
        return all(
            not (cell := cells[place].strip()) or sign.fullmatch(cell)
            for place, sign in self._signs.items()
            if place < len(cells)
        )

    def _swallowed(self, taken: list[tuple[str, int]]) -> bool:
        """Whether each line of a row has as many cells as a row: a mark was opened in the first, and by chance closed."""
        counts = {text.count(self._delimiter) for text, _ in taken if not text.isspace()}
        return counts == {self._width - 1} and self._width > 3

    def _refused(self, row: Row, reason: str, *, sure: bool = True) -> Row:
        """The row with its problem: by its id where that is sure, otherwise so that the document is degraded."""
        counts = {"found": str(len(row.cells)), "expected": str(self._width)}
        row.id_text = self._sure_id(row) if sure else None
        if row.id_text is None:
            detail = reason or f"{counts['found']} cells under {counts['expected']} columns"
            row.problem = Problem("FS-304", {"detail": detail})
        elif reason:
            row.problem = Problem("FS-418", {"reason": reason})
        else:
            row.problem = Problem("FS-416", counts)
        return row

    def _sure_id(self, row: Row) -> str | None:
        """The id cell, where nothing that is wrong with the row can be in it or before it."""
        if self._id is None:
            return None
        if not row.cells:  # the quotation marks are wrong: what stands before the first one is not
            before = row.text.partition('"')[0].split(self._delimiter)
            cells = before[:-1]
        elif len(row.cells) > self._width:
            cells = row.cells[:1]
        else:
            cells = row.cells
        found = cells[self._id].strip() if self._id < len(cells) else ""
        return found if found and UNDECODABLE not in found and "\0" not in found else None


def _unquoted(cell: str) -> str:
    """A cell whose marks enclose it without them; any other as it stands."""
    inner = cell[1:-1]
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
