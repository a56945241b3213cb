"""Whatever a store answers to a probe: nothing is learned from it, nothing is left behind, and nobody else's is touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from feedsync.bik.client import Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Sandbox
from feedsync.errors import FeedsyncError
from feedsync.probe import PRODUCT, Probed, probe
from tests.bik.hostile import UNREADABLE
from tests.bik.scripted import Answer
from tests.bik.twisted import Twist, Twisted
from tests.serving import serving


@contextmanager
def twisting(store: Sandbox, folder: Path, twists: dict[str, Twist]) -> Iterator[Bik]:
    key, secret = SecretStr(store.key), SecretStr(store.secret)
    with (
        serving(Twisted(store.base_url)) as server,
        closing(RateBudget(folder / "rate.db", store.key, 1000)) as budget,
        closing(Bik(server.base_url, key, secret, budget)) as bik,
    ):
        server.twists |= twists
        yield bik


def probed(store: Sandbox, folder: Path, **twists: Twist) -> Probed:
    with twisting(store, folder, {name.replace("_", "/"): twist for name, twist in twists.items()}) as bik:
        return probe(bik)


def body(*records: Any) -> Answer:
    return Answer(msgspec.json.encode({"status": 200, "success": True, "data": {"products": records}}))


class After:
    """The same answer always, from a number of requests on."""

    def __init__(self, skip: int, answer: Answer) -> None:
        self._left, self._answer = skip, answer

    def __call__(self, asked: bytes, answered: bytes) -> Answer | None:
        """Give it, or let the sandbox's pass."""
        self._left -= 1
        return self._answer if self._left < 0 else None


@pytest.mark.parametrize("name", ["a page of html", "records by id", "an id that is a number"])
def test_what_cannot_be_read_at_first_ends_it_before_it_begins(store: Sandbox, tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedsyncError):
        probed(store, tmp_path, products_get=After(0, UNREADABLE[name]))
    assert (store.products(), store.catalogs()) == ({}, {})


@pytest.mark.parametrize("name", ["a page of html", "records by id", "an id that is a number", "a bomb"])
def test_what_cannot_be_read_later_breaks_it_off(store: Sandbox, tmp_path: Path, name: str) -> None:
    result = probed(store, tmp_path, products_get=After(1, UNREADABLE[name]))
    assert result.found is None
    assert result.failed is not None
    assert (result.failed.code, result.left, store.products()) == ("FS-706", [], {})


@pytest.mark.parametrize(
    "answer",
    [
        body(),
        body({"id": "X", "name": "feedsync probe (disposable, can be deleted) 1"}),
        body({"id": PRODUCT}),
        body({"id": PRODUCT, "name": {"feedsync probe (disposable, can be deleted) 1": 1}, "combinations": {}}),
        body({"id": PRODUCT, "name": None, "description": ["first"]}),
    ],
)
def test_what_is_not_the_writing_is_not_seen(store: Sandbox, tmp_path: Path, answer: Answer) -> None:
    found = probed(store, tmp_path, products_get=After(1, answer)).found
    assert found is not None
    assert (found.read_delay_s, found.fields_replaced, found.combinations_dropped) == (None, None, None)


def test_odd_fields_of_the_writing_say_nothing(store: Sandbox, tmp_path: Path) -> None:
    def odd(asked: bytes, answered: bytes) -> Answer | None:
        records = msgspec.json.decode(answered)["data"]["products"]
        return body(*({**record, "description": 7, "combinations": "AB"} for record in records))

    found = probed(store, tmp_path, products_get=odd).found
    assert found is not None
    assert (found.read_delay_s is not None, found.fields_replaced, found.combinations_dropped) == (True, None, None)


def test_a_list_that_does_not_move_has_no_page(store: Sandbox, tmp_path: Path) -> None:
    found = probed(store, tmp_path, products_list=After(0, body({"id": "a"}, {"id": "b"}))).found
    assert found is not None
    assert found.page_size is None


@pytest.mark.parametrize(
    "record", [{"id": PRODUCT}, {"id": PRODUCT, "name": None}, {"id": PRODUCT, "name": ["feedsync probe"]}]
)
def test_what_cannot_be_told_from_somebody_elses_is_theirs(
    store: Sandbox, tmp_path: Path, record: dict[str, Any]
) -> None:
    with pytest.raises(FeedsyncError, match="nothing was done"):
        probed(store, tmp_path, products_get=After(0, body(record)))
    assert store.catalogs() == {}
