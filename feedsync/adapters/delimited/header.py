"""Where the header of a delimited file is, and what separates its cells.

Every delimiter is tried on the first lines, and the one that gives the most known column names is taken; where none is
known, the one under which the rows are alike. ``csv.Sniffer`` is not used: it reads quotation marks by expressions that
a hostile file keeps busy for hours. A header may stand below comments (Meta's templates), empty lines, a title or
Excel's ``sep=;``, and may be quoted as a whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

import msgspec

from feedsync.adapters.delimited.columns import is_known

DELIMITERS = (",", "\t", ";", "|")
_ROWS_ABOVE = 20
_ROWS_BELOW = 20
_SEPARATOR = re.compile(r"\ufeff?\"?sep=([^\w\"\r\n])\"?(?:\r\n|\r|\n)")
#: What stands before markup and JSON in files that were pasted together.
_JUNK = "\ufeff\u2060\u200b\u202f\u00a0 \t\r\n"
_ADDRESS_OR_NUMBER = re.compile(r"\s*(?:https?://.*|[-+]?[\d.,]+)\s*", re.DOTALL)


class Header(msgspec.Struct, frozen=True):
    """The header row: its names as they stand, on how many lines it ends, the delimiter, and the row below it.

    ``known`` counts the names that some format has; ``alike`` how many of the next rows have as many cells; ``spaced``
    says that a space stands between delimiter and quotation mark.
    """

    names: tuple[str, ...]
    lines: int
    delimiter: str
    known: int
    alike: int
    below: tuple[str, ...]
    spaced: bool


def find_header(text: str, delimiter: str | None = None) -> Header | None:
    """The header in the beginning of a document, or None where there is none that can be used.

    Args:
        text: the document's beginning, with its line ends.
        delimiter: the one to use, whatever the text looks like.
    """
    best: Header | None = None
    stated = _SEPARATOR.match(text)
    if stated:
        text, delimiter = text[stated.end() :], delimiter or stated[1]
    for one in (delimiter,) if delimiter else DELIMITERS:
        found = _try(text, one)
        if found and (best is None or _rank(found) > _rank(best)):
            best = found
    return msgspec.structs.replace(best, lines=best.lines + 1) if best and stated else best


def _rank(header: Header) -> tuple[int, int, int]:
    return header.known, header.alike, len(header.names)


def looks_like_text(text: str) -> bool:
    """Whether the beginning is none of markup, JSON or a binary file."""
    start = text.lstrip(_JUNK)
    return bool(start) and start[0] not in "<{[" and not any(sign < " " and sign not in "\t\r\n" for sign in start[:64])


def _try(text: str, delimiter: str) -> Header | None:
    first: Header | None = None
    spaced = text.count(f'{delimiter} "') > text.count(f'{delimiter}"')
    rows = _rows(text, delimiter, spaced)
    above: list[tuple[list[str], int]] = []
    for cells, lines in rows:
        above.append((cells, lines))
        if len(above) == _ROWS_ABOVE + _ROWS_BELOW:
            break
    for place, (cells, lines) in enumerate(above[:_ROWS_ABOVE]):
        if cells and cells[0].lstrip(_JUNK).startswith("<"):
            break  # markup below some junk
        names = unwrapped(cells, delimiter)
        filled = [name for name in names if name.strip()]
        if len(filled) < 2 or filled[0].startswith("#"):
            continue
        below = [unwrapped(row, delimiter) for row, _ in above[place + 1 :] if any(row)][:_ROWS_BELOW]
        known = sum(is_known(name) for name in set(filled))
        alike = sum(len(row) == len(names) for row in below)
        found = Header(tuple(names), lines, delimiter, known, alike, tuple(below[0]) if below else (), spaced)
        if known >= 2 and (first is None or known > 4 or 2 * known >= len(filled)):
            return (
                found  # below a line of words it must be a header beyond doubt, not values such as "color" and "size"
            )
        data = sum(_ADDRESS_OR_NUMBER.fullmatch(name) is not None for name in filled)
        if first is None and not data and len(set(filled)) == len(filled):
            first = found
    return first


def _rows(text: str, delimiter: str, spaced: bool) -> Iterator[tuple[list[str], int]]:
    """(cells, on which line they end) of the first rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced)
    while True:
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            return
        yield [cell.replace("\ufeff", "") for cell in cells], reader.line_num


def unwrapped(cells: Sequence[str], delimiter: str) -> list[str]:
    """The cells, also where the whole row was quoted into one."""
    if len(cells) == 1 and delimiter in cells[0]:
        try:
            rows = list(csv.reader(io.StringIO(cells[0], newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == 1:  # else it is one cell, or several rows that stray marks enclose
            return rows[0]
    return list(cells)
