"""A record is found in every form that a JSON document has, with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feedsync.adapters.base import ReadOptions
from feedsync.errors import Fatal
from tests.adapters.jsonfeed.reading import JSON, lines, product, read, read_json, recognized_as
from tests.adapters.reading import dribble

ONE, TWO = product(1), product(2)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "value",
    [
        [ONE, TWO],
        {"products": [ONE, TWO]},
        {"status": "ok", "count": 2, "data": {"categories": [{"id": 7, "name": "Shirts"}], "items": [ONE, TWO]}},
        {"products": [ONE, TWO], "errors": [], "next": None},
        {"shop": {"name": "Shop", "id": 9}, "list": [ONE, TWO]},
        {"odd name": [{"a": 1}], "other": [ONE, TWO]},
        {"featured": [product(9)], "products": [ONE, TWO]},
        {"filters": [{"a": 1}], "Products": [{"id": "1"}, {"id": "2"}]},
        {"filters": [1, 2], "odd name": [{"id": "1"}, {"id": "2"}]},
    ],
)
def test_a_list_is_found_wherever_it_is(value: Any, indent: int | None) -> None:
    data = json.dumps(value, indent=indent).encode()
    reading = read(data)
    assert (reading.ids, reading.faults) == (["1", "2"], [])
    for offset, item in zip(reading.offsets, reading.items, strict=True):
        assert data[offset : offset + len(item.raw)] == item.raw


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (lines(ONE, TWO), ["1", "2"]),
        (lines(ONE, b"", b"  ", TWO, b"\r"), ["1", "2"]),
        (lines(ONE, TWO).replace(b"\n", b"\r\n"), ["1", "2"]),
        (lines(ONE, TWO).rstrip(), ["1", "2"]),
        (lines(ONE), ["1"]),
        (b"\x1e" + b"\x1e".join(lines(one) for one in (ONE, TWO)), ["1", "2"]),
        (b"\xef\xbb\xbf" + lines(ONE) + b"\xef\xbb\xbf" + lines(TWO), ["1", "2"]),
        (json.dumps(ONE, indent=1).encode(), ["1"]),
        (json.dumps(ONE, indent=1).encode() + json.dumps(TWO, indent=1).encode(), ["1", "2"]),
    ],
)
def test_records_on_lines_and_one_after_the_other(data: bytes, ids: list[str]) -> None:
    reading = read(data)
    assert (reading.ids, reading.faults) == (ids, [])
    assert [data[offset:].lstrip(b"\x1e\xef\xbb\xbf")[:1] for offset in reading.offsets] == [b"{"] * len(ids)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 50, 1000])
@pytest.mark.parametrize("data", [lines(ONE, TWO), json.dumps({"a": '\\"}', "products": [ONE, TWO]}).encode()])
def test_a_stream_may_come_in_pieces_of_any_size(data: bytes, step: int) -> None:
    split = JSON.split(dribble(data, step), "x", None)
    assert [len(block.hashes) for block in split.blocks(lambda hashes: [False] * len(hashes))] == [2]
    assert split.faults() == []


def test_the_schedule_says_where_the_records_are() -> None:
    value: dict[str, Any] = {
        "a": [ONE],
        "b": {"c.d": 1, "list": [TWO], "deep": {"one": product(3)}, "a": 1},
        "c": None,
        "d": {"e": []},
    }
    found = {
        path: read_json(value, options=ReadOptions(records=path)).ids for path in ("a", "b.list", "b.deep.one", "d.e")
    }
    assert found == {"a": ["1"], "b.list": ["2"], "b.deep.one": ["3"], "d.e": []}


@pytest.mark.parametrize("path", ["c", "x", "b.x", "a.x", "b.list.0", "b.c"])
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    value: dict[str, Any] = {"a": [ONE], "b": {"list": [TWO], "c": 5}, "c": None}
    with pytest.raises(Fatal, match=path) as caught:
        read_json(value, options=ReadOptions(records=path))
    assert caught.value.code == "FS-314"


@pytest.mark.parametrize(
    ("data", "count"),
    [(b"", 0), (b"\n", 0), (b'{"a": 1}', 1), (b'{"a": 1}\n{"a": 2}\n', 2), (b'[{"a": 1}, {}]', 2),
     (b"[]", 0), (b'{"products": []}', 1)],
)  # fmt: skip
def test_a_dot_says_that_the_document_itself_is_what_is_meant(data: bytes, count: int) -> None:
    """A program that writes records a line may write one of any keys, or none at all."""
    assert len(read(data, JSON, options=ReadOptions(records=".")).items) == count


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"products": []},
        {"data": {"items": []}, "total": 0},
        {"count": 0, "results": []},
        {"errors": None, "data": []},
    ],
)
def test_an_empty_list_has_no_items(value: Any) -> None:
    reading = read_json(value)
    assert (reading.items, reading.faults) == ([], [])


@pytest.mark.parametrize("data", ['[{"id": 1},]', '[{"id": 1}\n,\n]', '{"products": [{"id": 1, "price": 2},]}'])
def test_a_comma_behind_the_last_record_does_no_harm(data: str) -> None:
    assert (read(data).ids, read(data).faults) == (["1"], [])


def test_the_lines_of_records_are_told_in_the_document() -> None:
    data = json.dumps([ONE, TWO], indent=1).encode()
    split = JSON.split(dribble(data, 10), "x", None)
    offsets = [offset for block in split.blocks(lambda hashes: [False] * len(hashes)) for offset in block.offsets]
    assert split.lines(dribble(data, 10), offsets) == {offsets[0]: 2, offsets[1]: 7}


@pytest.mark.parametrize(
    "data", [b"", b"<rss/>", b"<!doctype html><html>", b"id,title\n1,x", b"[section]\na=1",
     b"{id}", b"text", b"\xff\xfe<\x00", b"\x00\x01"]
)  # fmt: skip
def test_what_is_no_json_is_not_taken_for_it(data: bytes) -> None:
    assert recognized_as(data) is None
