"""Cut an XML feed into raw items at the speed of ``bytes.split``, and still read a well-formed document as XML says.

The fast path cuts at the closing tag. It is right as long as each cut lands outside of comments, CDATA and nested
items, which is shown one item at a time: before the first item the reader stands outside of any item, and an item
that is *clean* (one start tag, every comment, CDATA section and instruction closed within) leaves it there again. An
item whose hash is known was clean when it was first met, so only items that are not known are looked at. Where one is
not clean, the next item is found token by token, which is exact for a well-formed document; then the fast path goes on.

In a document that is not well-formed no reading is certain. There an item ends at the first closing tag, and an item
that never closes ends where the next one begins and is marked broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, compress
from operator import not_
from typing import BinaryIO

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Block, Known, RawItem, item_hash
from feedsync.adapters.xml_head import SECTIONS, Head
from feedsync.adapters.xml_tags import CLOSERS, GAP, Tags

BLOCK_BYTES = 1 << 20
#: No block is made smaller than this because items before its end were not clean.
_LEAST_BYTES = 1 << 13
#: After one that was not, so many blocks are not taken for evenly spaced.
_UNEVEN_BLOCKS = 16
#: So much of a buffer may be left to the next block, as the beginning of an item.
_LEFT_BYTES = 1 << 16
#: What holds the beginning of any tag that the buffer's end cuts off.
_TAG_BYTES = 1024
_SPACE = re.compile(rb"\s*")
_CLOSING = re.compile(rb"</[^<>]*>")
_OPENING = re.compile(rb"<!--|<!\[CDATA\[")


class Splitter:
    """One pass over the bytes after the head; ``well_formed`` tells whether one item's bytes are XML on their own."""

    def __init__(self, head: Head, buffer: bytes, stream: BinaryIO, well_formed: Callable[[bytes], bool]) -> None:
        assert head.item is not None
        name = re.escape(head.item)
        self._close = b"</" + head.item + b">"
        self._open = b"<" + head.item + b">"
        self._ending = re.compile(b"</" + name + rb">\s*")
        self._odd = re.compile(rb"<(?:[!?]|/?" + name + rb"(?=[\s/>]))")
        self._tags = Tags(head.item)
        self._stream = stream
        self._well_formed = well_formed
        self._buffer = buffer[head.start :]
        self._base = head.start  # offset of the buffer in the stream
        self._position = 0  # how much of the buffer is done
        self._outside = 0  # up to here no item can begin
        self._eof = False
        self._most = BLOCK_BYTES  # how large the next block may be
        self._uneven = 0  # so many blocks are cut item by item: the white space between theirs differs
        self._torn = False  # what follows is the rest of an item that was too large
        self._gap = b""  # the closing tags since the last item, of what the buffer holds no more
        self.tail = b""

    def blocks(self, known: Known) -> Iterator[Block]:
        """The items, block by block. Afterwards ``tail`` is what follows the last item."""
        patience = 1
        while True:
            block = self._block(known)
            if block is not None:
                yield block
                patience = 1
                continue
            # how many items are read token by token before the fast path is tried again
            for _ in range(patience):
                unit = self._next_unit()
                if unit is None:
                    self.tail = self._gap + self._buffer[self._position :]
                    return
                yield _single(unit, known)
            patience = min(2 * patience, 1024)

    def _block(self, known: Known) -> Block | None:
        """The items of the buffer up to the first that is neither known nor clean, if there are any."""
        self._fill(BLOCK_BYTES, least=BLOCK_BYTES)
        block = self._fast(known, self._block_end())
        return block if block.hashes else None

    def _block_end(self) -> int:
        """How far a block goes: the buffer holds more where an item seemed to be long. It has an item, where there is one."""
        while (end := self._position + self._most) < len(self._buffer):
            if self._buffer.find(self._close, self._position, end) >= 0:
                return end
            self._most *= 2
        return len(self._buffer)

    def _fill(self, size: int, *, least: int = 0) -> None:
        """Drop what is done, and hold at least ``size`` bytes of what is not, or all there is; ``least`` will do."""
        if least and len(self._buffer) - self._position >= least:
            return
        if self._position:
            self._buffer = self._buffer[self._position :]
            self._base += self._position
            self._position = self._outside = 0
        while len(self._buffer) < size and not self._eof:
            chunk = self._stream.read(max(size - len(self._buffer), 1 << 16))
            self._eof = not chunk
            self._buffer += chunk

    def _fast(self, known: Known, end: int) -> Block:
        """All items of the buffer up to ``end``, or to the first that is neither known nor clean."""
        even = not self._uneven
        self._uneven -= not even
        offsets, raws = self._cut(end, even=even)
        count = len(raws)
        if count == 0:
            return Block([], [], [])
        done = offsets[count] - self._base
        if even and end - done > _LEFT_BYTES and self._buffer.find(self._close, done, end) >= 0:
            self._uneven = _UNEVEN_BLOCKS  # what stands between the first two does not between the others
            return self._fast(known, end)
        hashes = list(map(item_hash, raws))
        flags = known(hashes)
        misses: list[tuple[int, RawItem]] = []
        if not all(flags):
            for index in compress(range(count), map(not_, flags)):
                raw = raws[index]
                if raw.startswith(self._open) and self._odd.search(raw, 1) is None:
                    inner: int | None = 0  # nearly always: it begins at once, and holds no item, comment or section
                elif even and (self._close in raw or raw[:1].isspace()):
                    self._uneven = _UNEVEN_BLOCKS
                    return self._fast(known, end)
                else:
                    inner = self._tags.clean_start(raw)
                if inner is None:
                    count = index
                    break
                # what stands before it is part of what its hash tells, so its place among the others is there
                misses.append((index, RawItem(raw[inner:] + self._close, offsets[index] + inner, hashes[index])))
        if count:
            self._position = offsets[count] - self._base
        # what stands behind an item that is not clean was cut in vain
        self._most = min(2 * self._most, BLOCK_BYTES) if count == len(raws) else max(self._most // 4, _LEAST_BYTES)
        return Block(hashes[:count], offsets[:count], misses)

    def _cut(self, end: int, *, even: bool) -> tuple[list[int], list[bytes]]:
        """The offsets of the items up to ``end`` and of what follows them, and each item but for its closing tag.

        ``even``: they are cut as if the same white space stood between all of them.
        """
        buffer = self._buffer
        start = end_of_space(buffer, self._position)
        first = self._ending.search(buffer, start, end)
        if first is None:
            return [], []
        if even:
            between = first[0]
            raws = buffer[start:end].split(between)
            del raws[-1]  # none, or one whose end is not here
            sizes = map(len(between).__add__, map(len, raws))
            return list(accumulate(sizes, initial=self._base + start)), raws
        offsets, raws = [self._base + start], []
        for match in self._ending.finditer(buffer, start, end):
            raws.append(buffer[offsets[-1] - self._base : match.start()])
            offsets.append(self._base + match.end())
        return offsets, raws

    def _next_unit(self) -> RawItem | None:
        """The next item, found token by token; None at the end of the document."""
        size = BLOCK_BYTES
        while True:
            exact = self._tags.unit(self._buffer, self._base, self._position, eof=self._eof, torn=self._torn)
            self._outside = self._tags.outside
            if exact is not None:
                start, end, plain = exact
                if plain or self._well_formed(self._buffer[start:end]):
                    return self._take(start, end, None)
                break
            if self._eof:
                break
            if not self._pass_gap():
                if len(self._buffer) - self._position > ITEM_LIMIT_BYTES:
                    break
                size *= 2
            self._fill(size, least=size)
        while (unit := self._rough_unit()) is None and not self._eof:
            self._position = self._outside
            self._fill(len(self._buffer) - self._position + BLOCK_BYTES)
        return unit

    def _pass_gap(self) -> bool:
        """Let go of what stands before the next item and means nothing: shops comment out their old items by the megabyte.

        Where a section begins at ``_outside``, the buffer lacks its end.
        """
        gap = self._buffer[self._position : self._outside]
        opening = _OPENING.match(self._buffer, self._outside)
        if not (gap or opening) or GAP.fullmatch(gap) is None:
            return False
        self._gap += b"".join(_CLOSING.findall(SECTIONS.sub(b"", gap)))
        self._position = self._outside
        if opening:
            closer = CLOSERS[opening[0]]
            self._position = opening.end()
            while (end := self._buffer.find(closer, self._position)) < 0 and not self._eof:
                self._position = max(self._position, len(self._buffer) - 2)
                self._fill(2 + BLOCK_BYTES)
            self._position = end + len(closer) if end >= 0 else len(self._buffer)
        return True

    def _rough_unit(self) -> RawItem | None:
        """The next item where the document is not well-formed: up to the first closing tag or the next start tag.

        None where the buffer does not hold it; it does not begin before ``_outside`` then.
        """
        buffer = self._buffer
        first = self._tags.start.search(buffer, self._outside)
        if first is None:
            self._outside = max(self._outside, len(buffer) - _TAG_BYTES)
            return None
        second = self._tags.start.search(buffer, first.end())
        end = self._tags.end.search(buffer, first.end(), second.start() if second else len(buffer))
        if end is not None:
            return self._take(first.start(), end.end(), None)
        if second is not None:
            return self._take(first.start(), second.start(), "FS-305")
        if self._eof:
            return self._take(first.start(), len(buffer), "FS-311")
        if len(buffer) - first.start() <= ITEM_LIMIT_BYTES + _TAG_BYTES:
            self._outside = first.start()
            return None
        return self._take(first.start(), len(buffer) - _TAG_BYTES, "FS-307")

    def _take(self, start: int, end: int, broken: str | None) -> RawItem:
        raw = self._buffer[start:end]
        self._position = end
        self._gap, self._torn = b"", broken == "FS-307"
        # a broken item never shares its hash with a whole one
        hashed = raw.removesuffix(self._close) if broken is None else broken.encode() + b"\0" + raw
        return RawItem(raw, self._base + start, item_hash(hashed), broken)


def end_of_space(buffer: bytes, at: int) -> int:
    """Where the white space ends that stands there, if any."""
    if buffer.startswith(b"<", at):
        return at  # as nearly always
    match = _SPACE.match(buffer, at)
    assert match is not None  # it matches nothing, too
    return match.end()


def _single(item: RawItem, known: Known) -> Block:
    skip = item.broken is None and known([item.hash])[0]
    return Block([item.hash], [item.offset], [] if skip else [(0, item)])
