"""A package's adapter that breaks at run time is an error with a name, whatever it was doing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, ClassVar

import pytest

from feedsync.adapters.base import DETECTED, Adapter, Block, Known, Parsed, RawItem, ReadOptions
from feedsync.adapters.guard import Guarded
from feedsync.errors import Fatal, Problem


class Works:
    """An adapter of nothing, which fails where it is told."""

    name: ClassVar[str] = "works"
    version: ClassVar[int] = 3

    def __init__(self, fails: str = "", error: Exception | None = None) -> None:
        self._fails, self._error = fails, error or KeyError("its secret")

    def _at(self, place: str) -> None:
        if place == self._fails:
            raise self._error

    def recognizes(self, head: bytes) -> bool:
        return head == b"x"

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> _Split:
        self._at("split")
        return _Split(self._at)


class _Split:
    context = b"context"

    def __init__(self, at: Callable[[str], None]) -> None:
        self._at = at

    def blocks(self, known: Known) -> Iterator[Block]:
        yield Block([], [], [])
        self._at("blocks")

    def faults(self) -> list[Problem]:
        self._at("faults")
        return [Problem("FS-311")]

    def remarks(self) -> list[Problem]:
        self._at("remarks")
        return []

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        self._at("lines")
        return {0: 1}

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        self._at("parse")
        return []


def everything(adapter: Adapter | Guarded) -> list[Any]:
    split = adapter.split(io.BytesIO(b"x"), "https://a.example/feed", None)
    blocks = list(split.blocks(lambda hashes: []))
    return [
        adapter.name, adapter.version, adapter.recognizes(b"x"), split.context, blocks, split.faults(), split.remarks(),
        split.lines(io.BytesIO(), [0]), split.parse([]),
    ]  # fmt: skip


def test_one_that_works_is_as_it_was() -> None:
    assert everything(Guarded(Works())) == everything(Works())


@pytest.mark.parametrize("place", ["split", "blocks", "faults", "remarks", "lines", "parse"])
def test_one_that_breaks_is_told_by_its_name(place: str) -> None:
    with pytest.raises(Fatal) as caught:
        everything(Guarded(Works(place)))
    assert caught.value.code == "FS-318"
    assert "'works'" in caught.value.message
    assert "KeyError" in caught.value.message
    assert "secret" not in caught.value.message


def test_an_error_that_has_a_name_keeps_it() -> None:
    with pytest.raises(Fatal) as caught:
        everything(Guarded(Works("blocks", Fatal("FS-306", location="x", encoding="klingon"))))
    assert caught.value.code == "FS-306"
