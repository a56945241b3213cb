"""Whatever a server does between the parts of a body, no document is made of two files."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import Retryable
from feedsync.sources import Limits
from feedsync.sources.resume import Body, Part, condition_of, is_rest, length_of
from feedsync.sources.spool import spool

LIMITS = Limits(attempts=6, backoff_s=0.0)

#: What a server makes of a request: which version of the file it has by then, how it answers, after how many bytes of
#: the body it stops, and whether it says how long that is.
Turn = tuple[int, str, int, bool]
TURNS = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["well", "whole", "lies", "shifted", "fault", "refuses", "no etag"]),
    st.integers(0, 40),
    st.booleans(),
)


def version(number: int) -> bytes:
    """Return a file of which every byte tells its version and, nearly, its place."""
    return bytes((number << 6) | (place % 64) for place in range(30 + number))


def cut(data: bytes, at: int) -> Iterator[bytes]:
    for start in range(0, min(at, len(data)), 7):
        yield data[start : min(start + 7, at)]
    if at < len(data):
        raise EOFError("cut")


def answer(turn: Turn, wanted: dict[str, str]) -> Part:
    number, kind, at, is_long = turn
    data, etag = version(number), f'"{number}"'
    headers = {} if kind == "no etag" else {"etag": etag}
    start = int(wanted.get("Range", "bytes=0-")[6:-1])
    fits = wanted.get("If-Range") == etag or kind == "lies"
    if kind == "refuses":
        return Part(416, headers, cut(b"", 0))
    if "Range" not in wanted or not fits or kind == "whole" or start >= len(data):
        return Part(200, headers | ({"content-length": str(len(data))} if is_long else {}), cut(data, at))
    if kind == "shifted":
        start -= 1
    headers["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data) if is_long else '*'}"
    return Part(206, headers, cut(data[start:], at))


@settings(deadline=None, max_examples=400)
@given(st.lists(TURNS, min_size=1, max_size=7))
def test_a_document_is_one_file_or_its_beginning(turns: list[Turn]) -> None:
    queue = list(turns)

    @contextmanager
    def reopen(wanted: dict[str, str]) -> Iterator[Part]:
        turn = queue.pop(0) if queue else turns[-1]
        if turn[1] == "fault":
            raise Retryable("FS-202", location="x", status=503)
        yield answer(turn, wanted)

    first = answer(queue.pop(0), {})
    body = Body(first, reopen, LIMITS, time.monotonic() + 60)
    with tempfile.TemporaryDirectory() as folder:
        spooled = spool(
            body,
            spool_dir=Path(folder),
            location="x",
            announced=length_of(first.headers),
            limits=LIMITS,
            deadline=time.monotonic() + 60,
            progress=None,
        )
        data = spooled.path.read_bytes()
    numbers = {byte >> 6 for byte in data}
    assert len(numbers) <= 1
    for number in numbers:
        assert version(number).startswith(data)
        assert body.headers.get("etag", f'"{number}"') == f'"{number}"'
        if spooled.short is None:
            assert data == version(number)
    assert spooled.size_bytes == len(data)


@given(st.dictionaries(st.sampled_from(["etag", "last-modified", "date", "accept-ranges"]), st.text(max_size=40)))
def test_no_header_is_too_strange(headers: dict[str, str]) -> None:
    condition = condition_of(headers)
    assert condition is None or condition in headers.values()


@given(st.text(max_size=40), st.integers(1, 10**9))
def test_no_range_is_too_strange(text: str, position: int) -> None:
    assert not is_rest({"content-range": text}, {}, position)


@pytest.mark.parametrize(
    ("found", "first", "expected"),
    [
        ("bytes 5-9/10", {"content-length": "10"}, True),
        ("bytes 5-9/*", {"content-length": "10"}, True),
        ("bytes 5-9/10", {}, True),
        ("bytes 5-9/*", {}, False),
        ("bytes 5-8/10", {}, False),
        ("bytes 4-9/10", {}, False),
        ("bytes 5-10/11", {"content-length": "10"}, False),
        (f"bytes 5-{'9' * 30}/*", {}, False),
        ("BYTES 5-9/10", {}, False),
    ],
)
def test_ranges(found: str, first: dict[str, str], expected: bool) -> None:
    check: Callable[..., bool] = is_rest
    assert check({"content-range": found}, first, 5) is expected
