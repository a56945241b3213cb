"""The ends of JSON values in a stream of UTF-8 bytes, found without reading what they mean.

A value's end is found by counting brackets outside of strings, at the speed of regular expressions. Every byte is
looked at a bounded number of times, also where a value is cut by the buffer's end at any place, and no more than one
value of the allowed size is held. Whether the bytes are JSON is for others to say.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import BinaryIO, Final

import msgspec

from feedsync.adapters.base import Known, item_hash
from feedsync.adapters.jsonfeed.decode import deeper

#: A value that is nested deeper is no product; the standard library's reader would give up as well.
DEPTH_LIMIT: Final = 200
_CHUNK_BYTES = 1 << 18
#: White space, the record separator of JSON text sequences (RFC 7464), and marks of files that were put together.
_SPACE = re.compile(rb"(?:[ \t\r\n\x1e]|\xef\xbb\xbf)*+")
_MARK_BYTES = 3
_FLAT = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"|\[\]|\{\})*+', re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SCALAR = re.compile(rb'[^\s,:"{}\[\]]*+')
_SKIPPED: Final = msgspec.json.Decoder(msgspec.Raw)
_ANY: Final = msgspec.json.Decoder()
_QUOTE, _OPEN = ord('"'), frozenset(b"{[")
#: In ASCII from ``[`` to ``]``, and from ``{`` to ``}``.
_TO_ITS_END = 2


class BrokenError(Exception):
    """The document cannot be followed any further: from which byte on, and why."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class Span(msgspec.Struct, gc=False):
    """One value: where it begins, its bytes (the first of them where it is too large), and whether its end is missing."""

    offset: int
    raw: bytes
    too_large: bool = False
    cut: bool = False


class Run(msgspec.Struct, gc=False):
    """Values one after the other, with their hashes and offsets; of those that are not known also (index, bytes).

    Where nobody asked what is known there are no hashes.
    """

    hashes: list[bytes]
    offsets: list[int]
    misses: list[tuple[int, bytes]]


class _Guess(msgspec.Struct, gc=False):
    """Where values of a buffer may begin and end, and which are known; behind the last end one more may begin."""

    buffer: bytes
    boundary: re.Pattern[bytes]
    starts: list[int]
    ends: list[int]
    hashes: list[bytes]
    flags: list[bool]


class Scanner:
    """A place in a stream of UTF-8 bytes that moves from value to value."""

    def __init__(self, first: bytes, stream: BinaryIO) -> None:
        self._buffer = first
        self._stream = stream
        self._base = 0  # offset of the buffer in the stream
        self._at = 0
        self._guess: _Guess | None = None

    @property
    def offset(self) -> int:
        """Where the scanner stands in the stream."""
        return self._base + self._at

    def peek(self) -> bytes:
        """The next byte that is no white space, or nothing at the end."""
        while True:
            self._at = _end(_SPACE, self._buffer, self._at)
            if self._at + _MARK_BYTES <= len(self._buffer) or not self._more(self._at):
                return self._buffer[self._at : self._at + 1]

    def advance(self) -> None:
        """Pass the byte that :meth:`peek` gave."""
        self._at += 1

    def value(self, limit: int) -> Span:
        """Pass the value that begins at the byte that :meth:`peek` gave, and return it.

        ``limit`` is in bytes; of a larger value that many are kept, and its end is found all the same.

        Raises:
            BrokenError: it is nested too deeply to be one.
        """
        offset, start = self.offset, self._at
        inside = _Inside(self._buffer[start], offset)
        at = start + (not inside.scalar)
        kept: bytes | None = None
        cut = False
        while True:
            at, ended = inside.advance(self._buffer, at)
            if ended:
                break
            if kept is None and at - start > limit:
                kept = self._buffer[start : start + limit]
            keep = start if kept is None else at
            more = self._more(keep)
            at, start = at - keep, 0
            if not more:
                cut, at = not inside.scalar, len(self._buffer)
                break
        self._at = at
        if kept is None and at - start > limit:
            kept = self._buffer[start : start + limit]
        return Span(offset, self._buffer[start:at] if kept is None else kept, kept is not None, cut)

    def pass_guessed(self, boundary: re.Pattern[bytes], known: Known | None, limit: int) -> Run | None:
        """Pass the values that begin at the byte that :meth:`peek` gave, as far as their ends can be guessed; they are returned.

        A guess, and its proof: ``boundary`` says where one value may end (with its first group) and the next begin (behind
        the match). Bytes that are known were a whole value when they were first met, so they are one now;
        and bytes that are one value of JSON, no more and no less, are one here. None where the first is neither.
        """
        buffer, guess = self._buffer, self._guess
        if guess is None or guess.buffer is not buffer or guess.boundary is not boundary:
            guess = self._guess = _guess(buffer, self._at, boundary, known)
        starts, ends, flags = guess.starts, guess.ends, guess.flags
        first = at = bisect_left(starts, self._at)
        if at == len(starts) or starts[at] != self._at:
            return None
        misses: list[tuple[int, bytes]] = []
        while at < len(ends):
            if flags[at]:
                at = flags.index(False, at)
                continue
            raw = buffer[starts[at] : ends[at]]
            if len(raw) > limit or not is_one_value(raw):
                break
            misses.append((at - first, raw))
            at += 1
        if at == first:
            return None
        self._at = starts[at]
        return Run(guess.hashes[first:at], [self._base + start for start in starts[first:at]], misses)

    def _more(self, keep: int) -> bool:
        """Drop what stands before ``keep``, where the buffer begins then, and read on; False at the stream's end."""
        rest = self._buffer[keep:]
        self._base += keep
        self._at = 0
        # twice as much each time, so that a long value is copied a bounded number of times
        chunk = self._stream.read(max(_CHUNK_BYTES, len(rest)))
        self._buffer = rest + chunk
        return bool(chunk)


class _Inside:
    """How deep a place is inside of one value, and whether in a string."""

    def __init__(self, first: int, offset: int) -> None:
        self._offset = offset
        self._quoted = first == _QUOTE
        self._depth = int(first in _OPEN)
        self._deepest = 0  # the bracket that is one too deep, unless it holds nothing: such a pair is no level
        self.scalar = not self._quoted and not self._depth

    def advance(self, buffer: bytes, at: int) -> tuple[int, bool]:
        """The end of the value and True, or how far the buffer was followed and False."""
        size = len(buffer)
        while True:
            if self.scalar:
                at = _end(_SCALAR, buffer, at)
                return at, at < size
            if self._deepest and at < size:
                if buffer[at] != self._deepest + _TO_ITS_END:
                    raise BrokenError(self._offset, f"a value is nested more than {DEPTH_LIMIT} levels deep")
                self._deepest = 0
            at = _end(_IN_STRING if self._quoted else _FLAT, buffer, at)
            if at == size or (
                self._quoted and buffer[at] != _QUOTE
            ):  # or an escape sign that the buffer's end cuts off
                return at, False
            sign = buffer[at]
            at += 1
            if sign == _QUOTE:
                self._quoted = not self._quoted
            elif sign in _OPEN:
                self._depth += 1
                if self._depth > DEPTH_LIMIT:
                    self._deepest = sign
            else:
                self._depth -= 1
            if not self._depth and not self._quoted:
                return at, True


def _guess(buffer: bytes, at: int, boundary: re.Pattern[bytes], known: Known | None) -> _Guess:
    """All that may be values of a buffer, from a place on."""
    starts, ends, hashes = [at], [], []
    view = memoryview(buffer)
    for match in boundary.finditer(buffer, at):
        end = match.end(1)
        ends.append(end)
        if known is not None:
            hashes.append(item_hash(view[at:end]))
        at = match.end()
        starts.append(at)
    flags = [False] * len(ends) if known is None else list(known(hashes))
    return _Guess(buffer, boundary, starts, ends, hashes, [*flags, False])


def is_one_value(raw: bytes) -> bool:
    """Whether the bytes are one value of JSON for sure, which is nested no deeper than a record may be."""
    try:
        _SKIPPED.decode(raw)
        if raw.count(b"{") + raw.count(b"[") <= DEPTH_LIMIT:
            return True
        return not deeper(_ANY.decode(raw), DEPTH_LIMIT)
    except (ValueError, RecursionError):
        return False


def _end(pattern: re.Pattern[bytes], buffer: bytes, at: int) -> int:
    match = pattern.match(buffer, at)
    assert match is not None  # each of them matches nothing at all as well
    return match.end()
