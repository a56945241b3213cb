"""A body over HTTP that goes on where its transfer stopped, when the server allows it (RFC 9110, 13.1.5 and 14).

Two halves of two different files would make a feed that never was. So the rest is asked for only on the condition that
it is a rest of the same bytes, which takes a strong validator; an answer that is not exactly the missing rest is never
joined to what came. Nothing here knows a connection: asking again is a function.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from feedsync.errors import FeedsyncError, Retryable
from feedsync.retrying import retry_context
from feedsync.sources.document import Limits
from feedsync.sources.spool import Anew

_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class Part(msgspec.Struct, frozen=True):
    """A response whose body was not read yet; the chunks end in ``EOFError`` when it stops before its end."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


#: Ask again with these headers. Raises FeedsyncError.
Reopen = Callable[[dict[str, str]], AbstractContextManager[Part]]


class Body:
    """The chunks of a 200 response, to its end if that can be had; an :class:`Anew` when it begins once more."""

    def __init__(self, first: Part, reopen: Reopen, limits: Limits, deadline: float) -> None:
        #: of the response that the bytes are from
        self.headers = first.headers
        self._chunks = first.chunks
        self._reopen = reopen
        self._limits = limits
        self._deadline = deadline
        self._position = 0
        #: how often may still be asked; the first request was one
        self._attempts = limits.attempts - 1

    def __iter__(self) -> Generator[bytes | Anew]:
        with ExitStack() as stack:
            while True:
                try:
                    for chunk in self._chunks:
                        self._position += len(chunk)
                        yield chunk
                    if length_of(self.headers) in (None, self._position):
                        return
                    stopped = EOFError("other bytes came than were announced")
                except EOFError as error:
                    stopped = error
                if self._go_on(stopped, stack):
                    yield Anew(length_of(self.headers))

    def _go_on(self, stopped: EOFError, stack: ExitStack) -> bool:
        """Ask for the rest; tell whether it is not the rest that comes but all. Raises ``stopped`` when neither does."""
        condition = condition_of(self.headers)
        left_s = self._deadline - time.monotonic()
        if condition is None or self._position == 0 or self._attempts < 1 or left_s <= 0:
            raise stopped
        wanted = {"Range": f"bytes={self._position}-", "If-Range": condition}
        try:
            for attempt in retry_context(
                on=Retryable,
                attempts=self._attempts + 1,
                timeout=left_s,
                wait_initial=self._limits.backoff_s,
                wait_jitter=self._limits.backoff_s,
            ):
                with attempt:
                    if attempt.num == 1:  # the one that stopped
                        raise Retryable("FS-207", location="", reason=str(stopped))
                    self._attempts -= 1
                    part = stack.enter_context(self._reopen(wanted))
                    if not self._takes(part, is_conditional=bool(wanted)):
                        # What came is of no use to a server that does not go on from it.
                        wanted = {}
                        raise Retryable("FS-207", location="", reason="another answer than the rest")
        except FeedsyncError:
            raise stopped from None
        return self._position == 0

    def _takes(self, part: Part, *, is_conditional: bool) -> bool:
        """Tell whether ``part`` is the rest (if that was asked for) or all once more, and go on with it then."""
        if part.headers.get("content-encoding") != self.headers.get("content-encoding"):
            return False
        if part.status == 200:
            self.headers, self._position = part.headers, 0
        elif not is_conditional or part.status != 206 or not is_rest(part.headers, self.headers, self._position):
            return False
        self._chunks = part.chunks
        return True


def condition_of(headers: Mapping[str, str]) -> str | None:
    """Return the If-Range that stands for exactly these bytes, or None when a response has none.

    A strong ETag; where there is no ETag, a Last-Modified that lies at least a second before the response's Date (RFC
    9110, 8.8.2.2 and 13.1.5). None, too, when the server says that it gives no ranges.
    """
    etag, modified = headers.get("etag"), headers.get("last-modified")
    if headers.get("accept-ranges", "").strip().lower() == "none":
        return None
    if etag is not None:
        is_strong = etag.startswith('"') and etag.isascii() and etag.isprintable()
        return etag if is_strong else None
    try:
        changed, answered = parsedate_to_datetime(modified or ""), parsedate_to_datetime(headers.get("date", ""))
        return modified if answered - changed >= timedelta(seconds=1) else None
    except (ValueError, TypeError):  # TypeError: one of them has no zone
        return None


def is_rest(headers: Mapping[str, str], first: Mapping[str, str], position: int) -> bool:
    """Tell whether a 206 response carries the bytes of ``first`` from ``position`` on."""
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None or int(found[1]) != position:
        return False
    announced = length_of(first)
    total = announced if found[3] == "*" else int(found[3])
    if total is None or announced not in (None, total) or int(found[2]) != total - 1:
        return False
    # A server that ignores the condition may tell that it did.
    return headers.get("etag", first.get("etag")) == first.get("etag")


def length_of(headers: Mapping[str, str]) -> int | None:
    """Return the Content-Length, which httpx has checked to be a number, or None."""
    length = headers.get("content-length")
    return None if length is None else int(length)
