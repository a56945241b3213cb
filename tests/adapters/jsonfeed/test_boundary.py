"""What a record teaches of what stands between it and the next one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from feedsync.adapters.base import Adapter
from feedsync.adapters.jsonfeed import scan
from feedsync.adapters.jsonfeed.boundary import boundary_of
from tests.adapters.jsonfeed.reading import JSON, SHOPIFY, WOO, product, read
from tests.adapters.jsonfeed.shop import shopify, variable, variant, variation, woo

VARIATIONS = [variation(number) for number in range(3)]
#: Objects within a record that begin as it does.
INNER: list[dict[str, Any]] = [{"id": 1, "a": 1}, {"id": 2, "a": 2}, {"id": 3}]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "last",
    [
        {},
        {"z": "} , {"},
        {"z": 1.5},
        {"z": None},
        {"z": []},
        {"z": [1]},
        {"z": INNER},
        {"z": {}},
        {"z": {"y": INNER}},
    ],
)
def test_it_is_found_behind_each_record_and_nowhere_else(last: dict[str, Any], indent: int | None) -> None:
    one = {"id": 7, "inner": INNER, "x": {"id": 4}, "n": 1} | last
    if last.get("z") in (INNER, [1]):
        one["inner"] = [{"id": 1, "n": 2}, {"id": 2, "n": 3}]
    record = json.dumps(one, indent=indent).encode()
    found = boundary_of(record)
    assert found is not None
    text = record + b" ,\n " + record + b"," + record + b"]"
    ends = [match.end(1) for match in found.finditer(text)]
    assert ends == [len(record), 2 * len(record) + 4]
    assert [match.end() for match in found.finditer(text)] == [len(record) + 4, 2 * len(record) + 5]


@pytest.mark.parametrize("record", [b"{}", b"7", b'"a"', b"[1]", b'{"\\u0061": 1}'])
def test_without_a_first_key_there_is_none(record: bytes) -> None:
    assert boundary_of(record) is None


@pytest.mark.parametrize("last", [b'"z": NaN', b'"\xc3\xa9": 1', b'"z": ' + b"[" * 3000])
def test_where_nothing_is_learnt_of_the_end_any_will_do(last: bytes) -> None:
    record = b'{"id": 1, "x": [{"id": 2}, {"id": 3}], ' + last + b"}"
    found = boundary_of(record)
    assert found is not None
    assert found.search(record) is not None


@pytest.mark.parametrize(
    ("adapter", "make"),
    [
        (JSON, lambda number: product(number, parts=INNER[: number % 3])),
        (SHOPIFY, lambda number: shopify(*[variant(10 * number + n) for n in range(1 + number % 3)], id=number)),
        (WOO, lambda number: woo(id=number)),
        (WOO, lambda number: variable(*VARIATIONS[: number % 3], id=number, _links={"self": [{"href": "x"}]})),
    ],
)
def test_few_records_are_followed(
    adapter: Adapter, make: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps([make(number) for number in range(1, 200)]).encode()
    followed: list[int] = []
    value = scan.Scanner.value

    def counted(scanner: scan.Scanner, limit: int) -> scan.Span:
        followed.append(limit)
        return value(scanner, limit)

    with monkeypatch.context() as patch:
        patch.setattr(scan.Scanner, "value", counted)
        reading = read(text, adapter)
        assert len(followed) < 20
        patch.setattr(scan.Scanner, "pass_guessed", lambda *_: None)
        assert read(text, adapter) == reading
