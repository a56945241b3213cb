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
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES
from feedsync.adapters.delimited.header import Header, unwrapped
from feedsync.adapters.delimited.lines import UNDECODABLE, Line, TextLines
from feedsync.adapters.delimited.quick import cells_of
from feedsync.errors import Problem

if TYPE_CHECKING:
    from _csv import Reader

# The module's limit is one for the whole process, and the only one there is; rows are bounded here.
csv.field_size_limit(max(csv.field_size_limit(), 2 * ITEM_LIMIT_BYTES))

#: How many lines may be read again beyond those that were read: reading stays linear, whatever the document is.
_SECOND_LOOKS = 10_000
_EXCERPT = 500
_COMMENTS = ("# Required |", "# Optional |", "# Recommended |")


class Row(msgspec.Struct, gc=False):
    """One row: the line (from 1) where it begins and its cells, as many as there are columns; or why it is none.

    ``id_text`` is what the id column holds where the row cannot be trusted but that cell can. ``text`` is how the row
    begins. ``note`` says what was mended. ``raw`` are its bytes, where these alone make it what it is, and no other row.
    """

    line: int
    cells: list[str]
    problem: Problem | None = None
    id_text: str | None = None
    text: str = ""
    note: str | None = None
    raw: bytes = b""


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
        self.taken: list[Line] = []
        self.ended = False

    def begin(self) -> None:
        """What is taken from here on is another row."""
        self._size, self.taken = 0, []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._lines.read()
        if line is None or not line.text:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._size += len(line.raw)
        if not line.whole or self._size > ITEM_LIMIT_BYTES:
            raise _TooLong
        return line.text


class Rows:
    """One pass over the rows below the header.

    Args:
        lines: the document behind its header.
        header: what stands above.
        layout: what the format knows of its rows.
        encoding: for the reason why a row was refused.
    """

    def __init__(self, lines: TextLines, header: Header, layout: Layout, encoding: str) -> None:
        self.lines = lines
        self._feed = _Feed(lines)
        self._delimiter = header.delimiter
        self._spaced = header.spaced
        self._reader = self.reader(self._feed)
        self._header = [name.strip() for name in header.names]
        self.width = len(header.names)
        self._ending = 0 if any(header.below[self.width :]) else len(header.below)  # cells, where lines end in commas
        self._reach = layout.reach
        self._id = layout.id_column
        self._signs = layout.signs
        self._encoding = encoding
        self._looks = _SECOND_LOOKS
        self._two_records = self.width + layout.reach - 1  # from so many cells on, a line may be two records
        self._short: Row | None = None  # a row without its last cells, until it is known what stands behind it
        self._filled = 0  # how many cells it has
        self.faults: list[Problem] = []

    def __iter__(self) -> Iterator[Row]:
        """The rows in order; empty ones, repeated headers and comments are none."""
        while not self._feed.ended:
            yield from self.step()

    @property
    def dialect(self) -> tuple[bool, int]:
        """What a row's meaning depends on beside the header's names, the delimiter and the encoding."""
        return self._spaced, max(self._ending, self.width)

    @property
    def settled(self) -> bool:
        """Whether nothing of what was read so far waits for what comes next, nor is to be read again."""
        return self._short is None and not self.lines.given_back

    def reader(self, texts: Iterable[str]) -> Reader:
        """Python's reader in this document's dialect."""
        return csv.reader(texts, delimiter=self._delimiter, skipinitialspace=self._spaced, strict=True)

    def quick_cells(self, text: str) -> list[str] | None:
        """The cells of a line that is a row for sure, as :meth:`reader` gives them; None where it must tell."""
        return None if self._spaced else cells_of(text.rstrip("\r\n"), self._delimiter)

    def pass_by(self, count: int) -> None:
        """So many lines of the block were rows that could be trusted, and are passed."""
        self.lines.at += count
        self._looks += count

    def leap(self, position: int, count: int) -> None:
        """So many lines behind the block were rows that could be trusted, and are passed; they end there in the buffer."""
        self.lines.leap(position, count)
        self._looks += count

    def return_to(self, position: int, number: int) -> None:
        """The lines from there on, which were trusted and passed, come again; the first of them has this number."""
        self._looks -= self.lines.number - number
        self.lines.return_to(position, number)

    def step(self) -> list[Row]:
        """Read on by one record: the rows that are certain now."""
        found = self._read()
        rows = [] if found is None else self._settle(found)
        if self._feed.ended and self._short is not None:
            rows.append(self._short)
            self._short = None
        return rows

    def _settle(self, found: Row) -> list[Row]:
        """The rows that are certain with the one that was found."""
        rows, short, count = [], self._short, len(found.cells)
        if short is not None:
            rest = self._filled + count == self.width + 1  # of a row that was cut within a cell
            fragment = rest or (found.problem is not None and found.id_text is None and count < self.width)
            rows.append(self._refused(short, "it is broken in two") if fragment else short)
            self._short = None
            if rest and found.problem is None:
                found = self._refused(found, "it is the rest of the row before it", sure=False)
        if found.problem is None and count < self.width:
            self._short, self._filled = found, count
            self._two_records = 2 * self._reach - 1
            found.cells += [""] * (self.width - count)
            found.raw = b""
        else:
            rows.append(found)
        return rows

    def _read(self) -> Row | None:
        """The next record; None for one that says nothing, and at the end."""
        self._feed.begin()
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except _TooLong:
            row = self._row([], self._feed.taken[:1])
            row.problem = Problem("FS-307", {"limit": str(ITEM_LIMIT_BYTES)})
            return row
        except csv.Error as error:
            return self._mended(str(error))
        self._looks += len(self._feed.taken)
        return self.judged(cells, self._feed.taken)

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
        self.lines.give_back(taken[1:])
        text = first[0].text.rstrip("\r\n")
        if self._delimiter == "\t" and text.count("\t") == self.width - 1:
            # tabs do not occur in texts, so the cells are certain, and the marks are part of them
            cells = [_unquoted(cell) for cell in text.split("\t")]
            if (judged := self.judged(cells, first)) is not None and judged.problem is None:
                judged.note = "quotation marks that enclose no cell"
                judged.raw = b""  # what stands behind it told that they do not
            return judged
        careless = next(csv.reader([text], delimiter=self._delimiter), [])
        return self._refused(row, reason, sure=len(careless) < self._two_records)

    def judged(self, cells: list[str], taken: list[Line]) -> Row | None:
        """The row of these cells; None for one that says nothing."""
        if len(cells) == 1 < self.width:
            cells = unwrapped(cells, self._delimiter)
        if len(cells) == self._ending and not any(cells[self.width :]):
            del cells[self.width :]
        row = self._row(cells, taken)
        if not any(map(str.strip, cells)) or cells[0].startswith(_COMMENTS):
            return None
        if cells[0].strip() == self._header[0] and [cell.strip() for cell in cells] == self._header:
            return None
        if any(UNDECODABLE in line.text for line in taken):
            return self._refused(row, f"it holds bytes that are not {self._encoding}", sure=len(cells) == self.width)
        if any("\0" in line.text for line in taken):
            return self._refused(row, "it holds NUL characters", sure=len(cells) == self.width)
        if len(taken) > 1 and self._swallowed(taken):
            return self._refused(row, "other rows seem to stand within one of its cells", sure=False)
        if len(cells) > self.width:
            return self._refused(row, "", sure=len(taken) == 1 and len(cells) < self._two_records)
        if len(cells) < self._reach:
            return self._refused(row, "", sure=False)
        if len(cells) < self.width and not self._in_place(cells):
            return self._refused(row, "its cells seem to stand under other columns", sure=self._id == 0)
        if len(cells) < self.width and not taken[-1].text.endswith(("\n", "\r")):
            row.problem = Problem("FS-311")
        row.raw = taken[0].raw if len(taken) == 1 else b"".join([line.raw for line in taken])
        return row

    def _row(self, cells: list[str], taken: list[Line]) -> Row:
        return Row(taken[0].number, cells, text=taken[0].text[:_EXCERPT].rstrip("\r\n"))

    def _in_place(self, cells: list[str]) -> bool:
        """Whether no cell contradicts its column; a delimiter that is missing moves all cells behind it."""
        return all(
            not (cell := cells[place].strip()) or sign.fullmatch(cell)
            for place, sign in self._signs.items()
            if place < len(cells)
        )

    def _swallowed(self, taken: list[Line]) -> bool:
        """Whether each line of a row has as many cells as a row: a mark was opened in the first, and by chance closed."""
        counts = {line.text.count(self._delimiter) for line in taken if not line.text.isspace()}
        return counts == {self.width - 1} and self.width > 3

    def _refused(self, row: Row, reason: str, *, sure: bool = True) -> Row:
        """The row with its problem: by its id where that is sure, otherwise so that the document is degraded."""
        counts = {"found": str(len(row.cells)), "expected": str(self.width)}
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
        elif len(row.cells) > self.width:
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
