"""The records of a JSON document, one after the other, as bytes; and why the document is not whole, if so.

Three forms: one record a line, values at the top, and a list or an object at a path. Where the form breaks, what came
before is used and nothing behind it is, except in lines: there each line stands for itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate, compress
from typing import BinaryIO

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Known, item_hash
from feedsync.adapters.jsonfeed.boundary import boundary_of
from feedsync.adapters.jsonfeed.place import Place
from feedsync.adapters.jsonfeed.scan import BrokenError, Run, Scanner
from feedsync.errors import Problem

_KEY_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 19
#: How many records what stands between two of them is learnt from.
_LESSONS = 16
_BLANK = b" \t\r\n\x1e\xef\xbb\xbf"


class Record(msgspec.Struct, gc=False):
    """One record's bytes and place. ``broken``: FS-307 too large, FS-311 cut off by the end, FS-313 doubtful end."""

    raw: bytes
    offset: int
    broken: str | None = None


class Records:
    """One pass over a document's records. ``found`` is False where the path leads nowhere.

    ``known`` tells the bytes of a record that need not be followed, where records are items as they stand; then most come as
    runs.
    """

    def __init__(self, place: Place, first: bytes, stream: BinaryIO) -> None:
        self._place = place
        self._first = first
        self._stream = stream
        self.faults: list[Problem] = []
        self.found = False
        self.known: Known | None = None

    def __iter__(self) -> Iterator[Record | Run]:
        """All records; may be asked for once."""
        try:
            if self._place.form == "lines":
                yield from self._lines()
            else:
                scanner = Scanner(self._first, self._stream)
                self._first = b""
                yield from self._values(scanner) if self._place.form == "values" else self._at_path(scanner)
        except BrokenError as error:
            self._broken(error.offset, error.reason)

    def _broken(self, offset: int, reason: str) -> None:
        self.faults.append(Problem("FS-313", {"offset": str(offset), "reason": reason}))

    def _record(self, scanner: Scanner) -> Record:
        span = scanner.value(ITEM_LIMIT_BYTES)
        return Record(span.raw, span.offset, "FS-311" if span.cut else "FS-307" if span.too_large else None)

    def _values(self, scanner: Scanner) -> Iterator[Record]:
        """Every value at the top, with or without white space between them."""
        self.found = True
        while sign := scanner.peek():
            if sign not in b"{[":
                raise BrokenError(scanner.offset, "something stands between the records")
            record = self._record(scanner)
            yield _doubted(record) if scanner.peek() not in b"{[" else record
            _check_whole(record)

    def _at_path(self, scanner: Scanner) -> Iterator[Record | Run]:
        """The list, or the one record, at the path; then the rest of the document up to its end."""
        for key in self._place.path:
            if _there(scanner) != b"{" or not self._seek(scanner, key):
                return
        sign = _there(scanner)
        if sign == b"[":
            self.found = True
            yield from self._list(scanner)
        elif sign == b"{":
            self.found = True
            record = self._record(scanner)
            yield record
            _check_whole(record)
        else:
            return
        for _ in self._place.path:
            self._rest(scanner)
        if scanner.peek():
            raise BrokenError(scanner.offset, "the document goes on behind its end")

    def _list(self, scanner: Scanner) -> Iterator[Record | Run]:
        """The list's elements, each when it is seen that the next one is no member of an object that was cut short."""
        scanner.advance()
        held: Record | None = None
        boundary: re.Pattern[bytes] | None = None
        lessons = _LESSONS
        while (sign := scanner.peek()) != b"]":  # also behind a comma: templates write one behind the last record
            if held is not None and boundary is not None:
                run = scanner.pass_guessed(boundary, self.known, ITEM_LIMIT_BYTES)
                if run is not None:
                    yield held
                    held = None
                    yield from self._known_or_not(run)
            try:
                record = self._record(scanner) if sign not in b",:}" else None
            except BrokenError:
                if held is not None:
                    yield held
                raise
            follows = scanner.peek()
            if held is not None:
                yield _doubted(held) if record is not None and sign == b'"' and follows == b":" else held
            if record is None:
                raise BrokenError(scanner.offset, _found(sign, "a record"))
            held = record
            if lessons and (boundary is None or boundary.search(record.raw)):
                boundary, lessons = boundary_of(record.raw), lessons - 1
            if follows == b",":
                scanner.advance()
            elif follows != b"]":
                yield held if follows in b"{" else _doubted(held)
                _check_whole(held)
                raise BrokenError(scanner.offset, _found(follows, "a comma or the end of the list"))
        if held is not None:
            yield held
        scanner.advance()

    def _known_or_not(self, run: Run) -> Iterator[Record | Run]:
        if self.known is not None:
            yield run
        else:
            yield from (Record(raw, run.offsets[index]) for index, raw in run.misses)

    def _seek(self, scanner: Scanner, key: str) -> bool:
        """Stand before the value of a key of the object that begins here; False at the object's end."""
        scanner.advance()
        while (sign := scanner.peek()) != b"}":
            if sign != b'"':
                raise BrokenError(scanner.offset, _found(sign, "a key"))
            name = scanner.value(_KEY_BYTES)
            if scanner.peek() != b":":
                raise BrokenError(scanner.offset, _found(scanner.peek(), "a colon"))
            scanner.advance()
            if _is(name.raw, key):
                return True
            self._skip(scanner)
        return False

    def _skip(self, scanner: Scanner) -> None:
        """Pass a value, and the comma behind it."""
        sign = scanner.peek()
        if not sign or sign in b",:]}" or scanner.value(0).cut:
            raise BrokenError(scanner.offset, _found(sign, "a value"))
        if scanner.peek() == b",":
            scanner.advance()

    def _rest(self, scanner: Scanner) -> None:
        """Pass the members that follow in the object that is open here, and its end."""
        while (sign := scanner.peek()) != b"}":
            if not sign:
                raise BrokenError(scanner.offset, "the document ends before its objects are closed")
            if sign in b",:":
                scanner.advance()
            else:
                self._skip(scanner)
        scanner.advance()

    def _lines(self) -> Iterator[Record | Run]:
        """One record a line; blank lines are none. The last one may lack its end, unless it is no JSON then."""
        self.found = True
        rest, base, skipped = self._first, 0, False  # ``skipped``: inside of a line that is too long
        self._first = b""
        ended = False
        while not ended:
            chunk = self._stream.read(max(_CHUNK_BYTES, len(rest)))
            ended = not chunk
            *lines, rest = (rest + chunk).split(b"\n")
            if self.known is not None and not skipped and max(map(len, lines), default=0) <= ITEM_LIMIT_BYTES:
                yield _run(lines, base, self.known)
                base += sum(map(len, lines)) + len(lines)
                lines = []
            for line in lines:
                if not skipped and (raw := line.strip(_BLANK)):
                    large = len(raw) > ITEM_LIMIT_BYTES
                    yield Record(raw[:ITEM_LIMIT_BYTES], base, "FS-307" if large else None)
                base += len(line) + 1
                skipped = False
            if len(rest) > ITEM_LIMIT_BYTES and not ended:
                if not skipped:
                    yield Record(rest[:ITEM_LIMIT_BYTES], base, "FS-307")
                base, rest, skipped = base + len(rest), b"", True
        if not skipped and (raw := rest.strip(_BLANK)):
            if not _is_json(raw):
                yield Record(raw, base, "FS-311")
                raise BrokenError(base, "the document ends inside of a record")
            yield Record(raw, base)


def _run(lines: list[bytes], base: int, known: Known) -> Run:
    """The records of these lines, of which the first begins at the offset ``base``."""
    raws = [line.strip(_BLANK) for line in lines]
    offsets = accumulate((len(line) + 1 for line in lines[:-1]), initial=base)
    filled = [raw for raw in raws if raw]
    hashes = list(map(item_hash, filled))
    misses = [(index, filled[index]) for index, flag in enumerate(known(hashes)) if not flag]
    return Run(hashes, list(compress(offsets, raws)), misses)


def _doubted(record: Record) -> Record:
    """A bracket too many ends a record early; then what follows is no record but its next member, or no JSON at all."""
    return Record(record.raw, record.offset, record.broken or "FS-313")


def _check_whole(record: Record) -> None:
    if record.broken == "FS-311":
        raise BrokenError(record.offset, "the document ends inside of a record")


def _there(scanner: Scanner) -> bytes:
    sign = scanner.peek()
    if not sign:
        raise BrokenError(scanner.offset, "the document ends before its records begin")
    return sign


def _is(raw: bytes, key: str) -> bool:
    try:
        return bool(json.loads(raw, strict=False) == key)
    except ValueError:
        return False


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw, strict=False, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _found(sign: bytes, wanted: str) -> str:
    return f"{wanted} was expected, not {sign.decode('latin-1')!r}" if sign else f"{wanted} was expected, not the end"
