"""The end of a JSON value is found wherever the buffer ends, in any JSON, and in a time that grows with its length."""

from __future__ import annotations

import io
import json
import time
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.jsonfeed import scan
from feedsync.adapters.jsonfeed.scan import DEPTH_LIMIT, BrokenError, Scanner
from tests.adapters.reading import dribble

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def scanned(data: bytes, step: int, limit: int = 1 << 20) -> list[bytes]:
    """All values of a text in which white space or commas stand between them."""
    scanner = Scanner(b"", dribble(data, step))
    found = []
    while sign := scanner.peek():
        if sign == b",":
            scanner.advance()
            continue
        begin = scanner.offset
        span = scanner.value(limit)
        assert span.offset == begin
        assert data[begin : begin + len(span.raw)] == span.raw
        found.append(span.raw)
    return found


@settings(deadline=None, max_examples=80)
@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_values_are_cut_as_a_json_reader_cuts_them(values: list[Any], step: int, escaped: bool, indent: int) -> None:
    texts = [json.dumps(value, ensure_ascii=escaped, indent=indent) for value in values]
    assert scanned(" ,\n".join(texts).encode(), step) == [text.encode() for text in texts]


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.integers(1, 9))
def test_bytes_that_are_no_json_end_as_well(data: bytes, step: int) -> None:
    scanner = Scanner(b"", dribble(data, step))
    while scanner.peek():
        before = scanner.offset
        scanner.value(50)
        if scanner.offset == before:
            scanner.advance()
    assert scanner.offset <= len(data)


@pytest.mark.parametrize("text", ['{"a":[1,{"b":"}"}', '"abc', '"abc\\', '["a\\"]', "[[]"])
def test_a_value_that_the_document_cuts_off_is_told(text: str) -> None:
    for step in range(1, len(text) + 1):
        scanner = Scanner(b"", dribble(text.encode(), step))
        scanner.peek()
        span = scanner.value(1000)
        assert (span.cut, span.raw) == (True, text.encode())


@pytest.mark.parametrize(
    "text", ["[" + "1," * 5000 + "2]", '"' + "x" * 9000 + '"', '{"a":"' + '\\"' * 5000 + '"}', "1" * 9000]
)
def test_of_a_value_over_the_limit_the_beginning_is_kept_and_the_end_is_found(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_CHUNK_BYTES", 512)
    scanner = Scanner(b"", dribble(f" {text} ,7".encode(), 700))
    scanner.peek()
    span = scanner.value(1000)
    assert (span.too_large, span.cut, span.raw) == (True, False, text.encode()[:1000])
    assert scanner.peek() == b","


def test_a_value_nested_too_deeply_ends_the_reading() -> None:
    fits = b"[" * DEPTH_LIMIT + b"1" + b"]" * DEPTH_LIMIT
    assert scanned(fits, 7) == [fits]
    for chunk in (1, 7, 1 << 19):  # what holds nothing is no level, wherever the buffer is cut
        assert scanned(fits.replace(b"1", b"{}"), chunk) == [fits.replace(b"1", b"{}")]
    with pytest.raises(BrokenError) as caught:
        scanned(b"  [" + fits + b"]", 7)
    assert caught.value.offset == 2


@pytest.mark.parametrize(
    "part", [b"[]", b'"a",', b'{"a":[', b'"\\\\\\"', b"[", b'"', b"\\", b"1 ", b'{"a":{"b":{}}}'], ids=repr
)
def test_twice_the_length_takes_about_twice_the_time(part: bytes) -> None:
    def seconds(size: int) -> float:
        data = b"[" + part * (size // len(part))
        started = time.perf_counter()
        try:
            scanner = Scanner(b"", cast(BinaryIO, io.BytesIO(data)))
            scanner.peek()
            scanner.value(1 << 20)
        except BrokenError:
            pass
        return time.perf_counter() - started

    short, long = min(seconds(20_000) for _ in range(3)), min(seconds(160_000) for _ in range(2))
    assert long < 8 * 6 * short + 0.5  # eight times the length; quadratic would be sixty-four times the time
