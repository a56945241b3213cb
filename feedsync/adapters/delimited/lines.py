"""The lines of a document in UTF-8, a block of them at a time or one after the other.

A line ends where Python's text files end it: at a newline, a carriage return, or both. Each keeps its end, so that lines
put together are the document again, and what a row's meaning depends on is its lines alone.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Final, Protocol, cast

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Rejoined, read_up_to

BLOCK_BYTES = 1 << 19
#: Stands in a line where its bytes are none of the encoding's. No decoder makes it of bytes that are.
UNDECODABLE: Final = "\udcff"
_HANDLER: Final = "feedsync.undecodable"

codecs.register_error(_HANDLER, lambda error: (UNDECODABLE, cast(UnicodeDecodeError, error).end))


class Line(msgspec.Struct, gc=False):
    """One line: its text and its bytes, both with its end, and its number (from 1); of one that is not ``whole`` the beginning.

    Byte order marks are no text, wherever they stand: files that were put together of several hold them in the middle.
    """

    text: str
    raw: bytes
    number: int
    whole: bool = True


class TextLines:
    """The lines of a stream, which may be given back to be read again.

    ``block`` are the lines at hand and ``numbers`` theirs; ``at`` is the next one. ``cut`` are the places of those in the block
    that are too long, of which the beginning is kept. ``buffer`` is what was read of the stream: the block begins at ``begin``
    of it, and what comes behind the block at ``position``.

    Args:
        first: the document's first bytes.
        stream: all others.
        encoding: what both are in.
        old: whether lines end with a carriage return alone, as in a few old files; in all others one within a cell is no
            line to any editor.
    """

    def __init__(self, first: bytes, stream: BinaryIO, encoding: str, *, old: bool = False) -> None:
        whole = cast(BinaryIO, Rejoined(first, stream))
        self._stream = whole if encoding == "utf-8" else _Transcoder(whole, encoding)
        self._old = old
        self._next = 1
        self._half = False  # what stands behind the block is the beginning of a line whose end was not read yet
        self._skipping = False  # inside of a line that is too long
        self._back: deque[Line] = deque()
        self.buffer = b""
        self.begin = self.position = 0
        self.ended = False  # all of the stream was read
        self.block: list[bytes] = []
        self.numbers: Sequence[int] = ()
        self.cut: set[int] = set()
        self.at = 0

    def read(self) -> Line | None:
        """The next line; None at the end."""
        if self._back:
            return self._back.popleft()
        if not self.fill():
            return None
        at = self.at
        self.at += 1
        return Line(text_of(self.block[at]), self.block[at], self.numbers[at], at not in self.cut)

    def give_back(self, lines: Iterable[Line]) -> None:
        """These come next, in this order."""
        self._back.extendleft(reversed(list(lines)))

    @property
    def given_back(self) -> bool:
        """Whether lines come next that were given back, and none of the block."""
        return bool(self._back)

    def fill(self) -> bool:
        """Have a line in the block that was not passed, a new block where there is none; False at the document's end."""
        while self.at == len(self.block):
            if self._half or self.position == len(self.buffer):
                self.read_on()
                if not self.buffer:
                    return False
            self._cut(len(self.buffer))
        return True

    def read_on(self) -> None:
        """Read more behind what was not cut yet."""
        rest = self.buffer[self.position :]
        size = max(BLOCK_BYTES, len(rest))  # a long line is copied a bounded number of times
        chunk = read_up_to(cast(BinaryIO, self._stream), size)
        self.buffer, self.position, self.ended, self._half = rest + chunk, 0, not chunk, False

    def _cut(self, end: int) -> None:
        """Make the lines behind the block the block, up to that place of the buffer."""
        self.begin = self.position
        part = self.buffer[self.begin : end]
        block = part.splitlines(keepends=True)
        # a carriage return at the buffer's end may be the half of an end
        whole = (self.ended and end == len(self.buffer)) or block[-1].endswith(b"\n")
        tail = b"" if whole else block.pop()
        numbers = self._numbered(block, part)
        if self._skipping and block:
            self.begin += len(block[0])
            block, numbers, self._skipping = block[1:], numbers[1:], False
        self.cut = set()
        if len(part) > ITEM_LIMIT_BYTES:
            self.cut = {at for at, line in enumerate(block) if len(line) > ITEM_LIMIT_BYTES}
            if len(tail) > ITEM_LIMIT_BYTES:
                if not self._skipping:
                    self.cut.add(len(block))
                    block, numbers, self._skipping = [*block, tail], [*numbers, self._next], True
                tail = b"\r" if tail.endswith(b"\r") else b""
            for at in self.cut:
                block[at] = block[at][:ITEM_LIMIT_BYTES]
        self.position, self._half = end - len(tail), bool(tail)
        self.block, self.numbers, self.at = block, numbers, 0

    # -- by whole rows, for who passes by what stands as it stood

    @property
    def number(self) -> int:
        """The number of the line behind the block."""
        return self._next

    def uncut(self) -> bool:
        """Have the lines at hand not cut; False where they are no lines of the buffer any more."""
        if self._back or self._skipping or self.cut or not isinstance(self.numbers, range | tuple):
            return False
        if self.at < len(self.block):
            self.return_to(self.begin + sum(map(len, self.block[: self.at])), self.numbers[self.at])
        return True

    def have(self, least: int) -> bool:
        """Whether so much stands behind the block, or all that the document still has."""
        left = len(self.buffer) - self.position
        return left >= least or (self.ended and left > 0)

    def leap(self, position: int, count: int) -> None:
        """Pass ``count`` lines, which end at that place of the buffer."""
        self.position = position
        self._next += count

    def return_to(self, position: int, number: int) -> None:
        """What was cut from that place of the buffer on, a line of this number, was not."""
        self.position, self._next = position, number
        self.block, self.numbers, self.at, self._half = [], (), 0, False

    def fill_rows(self, reach: int | None) -> None:
        """Cut so many bytes and what belongs to their last row, as far as quotation marks tell; all where it is None."""
        buffer, begin = self.buffer, self.position
        end = len(buffer)
        if reach is not None and begin + reach < end:
            end = buffer.find(b"\n", begin + reach) + 1 or end
            odd = buffer.count(b'"', begin, end) & 1
            while odd and end < len(buffer):
                behind = buffer.find(b"\n", end) + 1 or len(buffer)
                odd ^= buffer.count(b'"', end, behind) & 1
                end = behind
        if end == len(buffer) and not self.ended:
            end = buffer.rfind(b"\n", begin) + 1
            odd = buffer.count(b'"', begin, end) & 1
            while odd and end > begin:
                before = max(buffer.rfind(b"\n", begin, end - 1) + 1, begin)
                odd ^= buffer.count(b'"', before, end) & 1
                end = before
        self._cut(end if end > begin else len(buffer))

    def _numbered(self, block: list[bytes], buffer: bytes) -> Sequence[int]:
        if b"\r" not in buffer or buffer.count(b"\r") == buffer.count(b"\r\n"):
            numbers: Sequence[int] = range(self._next, self._next + len(block))
            self._next += len(block)
            return numbers
        ends = (b"\n", b"\r") if self._old else b"\n"
        numbers = []
        for line in block:
            numbers.append(self._next)
            self._next += line.endswith(ends)
        return numbers


def text_of(line: bytes) -> str:
    """A line's text, without byte order marks."""
    text = line.decode("utf-8", _HANDLER)
    return text if text.isascii() else text.replace("\ufeff", "")


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Transcoder:
    """Bytes of another encoding in UTF-8; those that it does not have are none of UTF-8's either."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)

    def read(self, size: int, /) -> bytes:
        """About so many bytes; none at the end."""
        while True:
            chunk = self._stream.read(size)
            text = self._decoder.decode(chunk, final=not chunk)
            if text or not chunk:
                return text.encode("utf-8", "surrogateescape")
