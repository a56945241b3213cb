"""One list, page after page, and whether all of it came.

Nothing here trusts that pages fit together. A page that fails or leads nowhere ends the reading with ``trouble``; records
that came twice, or fewer of them than the server states, are a ``doubt``, for which the whole list is read once more.
What came is kept in either case. Nothing here opens a connection: ``ask`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import BinaryIO, Final, Protocol

import msgspec

from feedsync.errors import FeedsyncError
from feedsync.sources.pages_answer import Page, Shape, digest, key_of, scalar_at
from feedsync.sources.pages_requests import NotHere, Requests

#: Empty pages in a row that each lead to another one.
_EMPTY_IN_A_ROW: Final = 10


#: Without a disk there is nothing to go on with.
DISK: Final = "FS-201"


class Ask(Protocol):
    """Fetches one page, with its retries. Raises FeedsyncError."""

    def __call__(self, shape: Shape, url: str, number: int) -> Page:
        """Fetch the page at ``url``, which is the list's ``number``-th (from 1)."""


class _Trouble(Exception):
    """The reading cannot go on; the text says why."""


class _NoSuchPage(_Trouble):
    """The server answered 404, which some do behind the last page."""


class Reading:
    """What one pass over a list came to. Its records are lines of JSON in ``lines``."""

    def __init__(self, requests: Requests, lines: BinaryIO, identity: Identity | None = None) -> None:
        self.requests = requests
        self.shape = requests.shape
        self.identity = identity
        self.keys: set[bytes] = set()
        #: the stated number of records, as the last page said it
        self.total = requests.expected
        self.trouble: str | None = None
        #: records received, repeated ones included
        self.received = 0
        self.largest = 0
        self.last = 0
        self._lines = lines
        self._marks: set[bytes] = set()
        self._repeated = 0
        self._repeating_page: int | None = None
        self._total_before: int | None = None
        self._total_stated = False

    def take(self, page: Page, number: int) -> bool:
        """Keep a page's records; False when it has records and none of them is new."""
        if page.total is not None:
            if self._total_stated and page.total != self.total and self._total_before is None:
                self._total_before = self.total
            self.total, self._total_stated = page.total, True
        if not page.records:
            return True
        before, here = len(self.keys), set[bytes]()
        self.identity = identity = self.identity or Identity.of(self.requests, page)
        for record in page.records:
            key = identity.key(record)
            # A guessed id is no reason to drop a record that is another one, byte for byte.
            mark = key if identity.sure else digest(record)
            self._repeated += key in self.keys
            here.add(key)
            if mark not in self._marks:
                self._marks.add(mark)
                self._lines.write(record + b"\n")
        self.keys |= here
        self.received += len(page.records)
        self.last, self.largest = len(page.records), max(self.largest, len(page.records))
        if len(self.keys) == before:
            self._repeating_page = number
            return False
        return True

    @property
    def came_all(self) -> bool:
        """Whether as many records came as the server states."""
        return self.total is not None and len(self.keys) >= self.total

    @property
    def ended_small(self) -> bool:
        """Whether the last page had fewer records than one before it."""
        return 0 < self.last < self.largest

    @property
    def ended_below_size(self) -> bool:
        """Whether the last page had fewer records than were asked for: a weaker sign, since servers have own limits."""
        return self.ended_small or 0 < self.last < (self.requests.size or 0)

    @property
    def is_whole(self) -> bool:
        """Whether no page can follow: as many records as stated, and a second sign of it."""
        second_sign = self.ended_small or self.requests.expected == self.total
        return self.total == len(self.keys) and second_sign

    def doubt(self) -> str | None:
        """Say why records may be missing although every page came, or None."""
        count, total = len(self.keys), self.total
        if self._total_before is not None:
            return f"the server stated {self._total_before} records first and {total} later"
        if total is not None and count < total:
            return f"{count} different records came, and the server states {total}"
        if total is None or count > total:
            if self._repeating_page is not None:
                return f"page {self._repeating_page} repeats records of the pages before it"
            if self._repeated:
                return f"{self._repeated} records came on two pages, so others may have come on none"
        return None

    @property
    def steady_total(self) -> int | None:
        """The stated number of records, if it stayed the same from page to page."""
        return None if self._total_before is not None else self.total

    def records(self, without: Set[bytes] = frozenset()) -> Iterator[bytes]:
        """The lines without their ends, but for those whose key is in ``without``."""
        self._lines.seek(0)
        for line in self._lines:
            record = line[:-1]
            if not without or (self.identity is not None and self.identity.key(record) not in without):
                yield record


class Identity:
    """What tells one record from another, decided once for a list."""

    def __init__(self, place: str | None, *, sure: bool) -> None:
        self.place = place
        self.sure = sure

    @classmethod
    def of(cls, requests: Requests, page: Page) -> Identity:
        """The place that the settings or the style name; else ``id``, if it tells the first page's records apart."""
        if requests.id_place is not None:
            return cls(requests.id_place, sure=True)
        ids = [scalar_at(record, "id") for record in page.records]
        return cls("id" if None not in ids and len(set(ids)) == len(ids) else None, sure=False)

    def key(self, record: bytes) -> bytes:
        """The record's key."""
        return key_of(record, self.place)


def read_list(requests: Requests, ask: Ask, new_lines: Callable[[], BinaryIO]) -> tuple[Iterator[bytes], str | None]:
    """Read a list, a second time if there is a doubt; the records (lines of JSON), and why some may be missing.

    Raises:
        FeedsyncError: the first page could not be read.
    """
    first = _read(requests, ask, Reading(requests, new_lines()))
    doubt = first.doubt()
    if first.trouble or not doubt:
        return first.records(), first.trouble
    second = Reading(requests, new_lines(), first.identity)
    second.shape = first.shape
    try:
        _read(requests, ask, second)
    except FeedsyncError as error:
        if error.code == DISK:
            raise
        second.trouble = f"it failed ({error.code})"
    if not second.trouble and not second.doubt():
        return second.records(), None
    total = second.steady_total
    if not second.trouble and total is not None and total == first.steady_total == len(first.keys | second.keys):
        return _both(first, second), None  # each missed what the other has
    again = second.trouble or second.doubt()
    return _both(first, second), f"{doubt}; read once more, {'the same' if again == doubt else again}"


def _both(first: Reading, second: Reading) -> Iterator[bytes]:
    yield from second.records()
    yield from first.records(without=second.keys)


def _read(requests: Requests, ask: Ask, reading: Reading) -> Reading:
    try:
        if requests.by_pointer:
            _follow_pointers(requests, ask, reading)
        else:
            _count_up(requests, ask, reading)
        if requests.needs_total and reading.total is None:
            raise _Trouble("the server does not state a total where the settings say it is")
    except _Trouble as trouble:
        reading.trouble = str(trouble)
    return reading


def _count_up(requests: Requests, ask: Ask, reading: Reading) -> None:
    """By number or offset, until a page is empty; a short page alone is no end, since servers have limits of their own."""
    for number in range(requests.most_pages):
        if requests.most_records is not None and (number + 1) * (requests.size or 0) > requests.most_records:
            raise _Trouble(f"the server gives no more than {requests.most_records} records")
        url = requests.numbered(number, reading.received)
        try:
            page = _asked(reading, ask, url, number)
        except _NoSuchPage:
            if reading.came_all or reading.ended_small:
                return
            raise
        if not page.records and not (reading.came_all or reading.ended_small):
            page = _doubted(requests, ask, url, number, reading)
        if not page.records:
            reading.take(page, number + 1)
            return
        if not reading.take(page, number + 1):
            return
        if reading.is_whole:
            return
    raise _Trouble(f"the list did not end within {requests.most_pages} pages")


def _doubted(requests: Requests, ask: Ask, url: str, number: int, reading: Reading) -> Page:
    """An empty page where one does not expect it: ask again, and look behind it."""
    page = _asked(reading, ask, url, number)
    if page.records or (number + 2) * (requests.size or 0) > (requests.most_records or float("inf")):
        return page
    try:
        behind = _asked(reading, ask, requests.numbered(number + 1, reading.received + reading.largest), number + 1)
    except _NoSuchPage:
        return page
    if behind.records:
        raise _Trouble(f"page {number + 1} is empty, and the page behind it is not")
    return page


def _follow_pointers(requests: Requests, ask: Ask, reading: Reading) -> None:
    """By the cursor or the address that each page gives, until one gives none."""
    url, seen, empty = requests.first, set[str](), 0
    for number in range(requests.most_pages):
        page = _asked(reading, ask, url, number)
        is_new = reading.take(page, number + 1)
        if page.pointer is None:
            told = page.says_pointer or seen or reading.came_all or reading.ended_below_size or not page.records
            if not told:
                raise _Trouble(f"page {number + 1} does not say whether there is a next one")
            return
        empty = 0 if page.records else empty + 1
        if not is_new or (page.pointer in seen and empty):
            return
        if page.pointer in seen:
            raise _Trouble(f"page {number + 1} leads back to a page that was read")
        if empty > _EMPTY_IN_A_ROW:
            raise _Trouble(f"{empty} empty pages came in a row")
        seen.add(page.pointer)
        try:
            url = requests.pointed(url, page.pointer)
        except NotHere as error:
            raise _Trouble(f"page {number + 1}: {error}") from error
    raise _Trouble(f"the list did not end within {requests.most_pages} pages")


def _asked(reading: Reading, ask: Ask, url: str, number: int) -> Page:
    try:
        page = ask(reading.shape, url, number + 1)
    except FeedsyncError as error:
        # Without a first page there is nothing to use.
        if number == 0 or error.code == DISK:
            raise
        # What is wrong with a page says so itself; all else is told of the feed.
        text = str(error.parts["reason"]) if error.code == "FS-208" else f"page {number + 1} failed: {words_of(error)}"
        if error.parts.get("status") == 404:
            raise _NoSuchPage(text) from error
        raise _Trouble(text) from error
    # Where the first page has its list the others have it too: a message with some other list is no empty page.
    reading.shape = msgspec.structs.replace(reading.shape, records=page.place)
    return page


def words_of(error: FeedsyncError) -> str:
    """What happened, without the feed's location."""
    return error.message.removeprefix(f"{error.parts.get('location')}: ")
