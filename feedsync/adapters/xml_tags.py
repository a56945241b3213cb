"""Where an XML feed's items begin and end, told by its tags: exactly, in a document that is well-formed."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter

from feedsync.adapters.xml_head import TAG_REST

#: What may stand between two items and means nothing: no text, and no element that begins there.
GAP = re.compile(rb"(?:\s|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^<>]*>)*+", re.DOTALL)
#: How a section that begins so ends.
CLOSERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
#: An instruction that does not end within this is none, but an item whose start tag was damaged.
_INSTRUCTION_BYTES = 1 << 16


class _Open:
    """An item whose end was not found yet; ``plain`` as :meth:`Tags.unit` has it."""

    __slots__ = ("offset", "plain")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.plain = True


class Tags:
    """The tags of the items that have this name, as it is written."""

    def __init__(self, name: bytes) -> None:
        name = re.escape(name)
        self._token = re.compile(rb"<!--|<!\[CDATA\[|<\?|<(/?)" + name + rb"(?=[\s/>])")
        #: An item's start tag, up to its name, and its closing tag.
        self.start = re.compile(rb"<" + name + rb"(?=[\s/>])")
        self.end = re.compile(rb"</" + name + rb"\s*>")
        self._tag_rest = re.compile(TAG_REST + rb">")
        self._unclosed: list[_Open] = []  # items that were open at an offset, the outermost first
        self._unclosed_at = 0
        # of sections: from which offset to which there is none, and whether there is one there
        self._ends: dict[bytes, tuple[int, int, bool]] = {}
        #: Up to here in the buffer that was looked at last no item can begin.
        self.outside = 0

    def clean_start(self, raw: bytes) -> int | None:
        """Where the item begins in a slice that lacks only its closing tag; None when the slice is not clean."""
        if b"<!" in raw or b"<?" in raw:
            start, position = None, 0
            while match := self._token.search(raw, position):
                closer = CLOSERS.get(match[0])
                if closer is not None:
                    end = raw.find(closer, match.end())
                    if end < 0:
                        return None
                    position = end + len(closer)
                elif start is None and not match[1]:
                    start, position = match.start(), match.end()
                else:
                    return None
        else:
            match = self.start.search(raw)
            if match is None or self.start.search(raw, match.end()) or self.end.search(raw):
                return None
            start = match.start()
        rest = None if start is None else self._tag_rest.match(raw, start + 1)
        return start if rest is not None and not rest[0].endswith(b"/>") else None

    def unit(self, buffer: bytes, base: int, position: int, *, eof: bool, torn: bool) -> tuple[int, int, bool] | None:
        """(start, end, plain) of the next item as XML reads it, or None when the buffer does not hold all of it.

        ``base`` is the buffer's offset in the document, ``position`` from where on it is looked at, ``eof`` that nothing comes
        behind it, ``torn`` that it begins within an item.

        ``plain`` says that nothing about it could be otherwise: one start tag, no item tag inside of a comment or
        CDATA. An item that seems to hold the end of one item and the start of another in one comment or CDATA section
        has lost the end of that section: that is no reading either. What ends with a closing tag and lost its start
        tag comes out too, as an item that cannot be read. A closing tag that lost its own end closes, but no item that is
        plain. Up to ``outside`` no item can begin.

        What is open where the buffer ends is remembered: each of these items is an item's beginning as well where the one
        around it proves to be none, and what was seen of it is not looked at again.
        """
        opened: list[_Open] = []
        floor = 0  # so many of them are behind this
        begin = position
        self.outside = position
        while match := self._token.search(buffer, position):
            closer = CLOSERS.get(match[0])
            if closer is not None:
                end = self._end_of_section(closer, buffer, base, match.end())
                limit = match.end() + _INSTRUCTION_BYTES
                if match[0] == b"<?" and not 0 <= end < limit:
                    if eof or len(buffer) > limit:
                        position = match.end()
                        continue
                    end = -1
                if end < 0:
                    if len(opened) == floor:
                        # whatever follows is inside of it
                        self.outside = len(buffer) if eof else match.start()
                    self._remember(opened, base + match.start())
                    return None
                position = end + len(closer)
                if len(opened) > floor:
                    closing = self.end.search(buffer, match.end(), end)
                    if closing and self.start.search(buffer, closing.end(), end):
                        self._remember(opened, base + position)
                        return opened[floor].offset - base, position, False
                    if closing or self.start.search(buffer, match.end(), end):
                        opened[-1].plain = False  # those around it hold an item, so they are not
                else:
                    self.outside = position
                continue
            tag = self._tag_rest.match(buffer, match.start() + 1)
            position = tag.end() if tag else buffer.find(b"<", match.end())
            if tag is None and not (match[1] and position > 0):
                self._remember(opened, base + match.start())
                return None
            if match[1] and len(opened) == floor:  # no XML: nothing is open
                gap = GAP.match(buffer, begin, match.start())
                assert gap is not None  # it matches nothing at all, too
                if gap.end() < match.start() and not torn:
                    return gap.end(), position, True
                self.outside = position
            elif match[1]:
                item = opened.pop()
                if len(opened) == floor:
                    self._remember(opened, base + position)
                    return item.offset - base, position, item.plain and tag is not None
            elif tag and tag[0].endswith(b"/>"):
                if len(opened) == floor:
                    return match.start(), position, True
            elif len(opened) > floor:
                opened[-1].plain = False
                opened.append(_Open(base + match.start()))
            else:
                opened, floor, at = self._recalled(base + match.start(), base + position)
                position = at - base
        self._remember(opened, base + position)
        return None

    def _end_of_section(self, closer: bytes, buffer: bytes, base: int, at: int) -> int:
        """Where the section's end stands in the buffer, -1 where it does not. What was looked through once is not again."""
        since, until, there = self._ends.get(closer, (0, 0, False))
        known = since <= base + at <= until
        if known and there:
            return until - base
        end = buffer.find(closer, max(at, until - base - len(closer) + 1) if known else at)
        self._ends[closer] = since if known else base + at, base + (len(buffer) if end < 0 else end), end >= 0
        return end

    def _remember(self, opened: list[_Open], offset: int) -> None:
        """At ``offset`` these items are open."""
        if opened:
            self._unclosed, self._unclosed_at = opened, offset

    def _recalled(self, offset: int, behind: int) -> tuple[list[_Open], int, int]:
        """What is open behind the start tag from ``offset`` to ``behind``: the items, how many of them do not count since they
        began before it, and up to which offset that was seen."""
        at = bisect_left(self._unclosed, offset, key=attrgetter("offset"))
        if at == len(self._unclosed) or self._unclosed[at].offset != offset:
            return [_Open(offset)], 0, behind
        if 2 * at > len(self._unclosed):
            del self._unclosed[:at]
            at = 0
        return self._unclosed, at, self._unclosed_at
