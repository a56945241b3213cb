"""``Retry-After``: the client waits as long as Bik asks, and everybody with the same key waits with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import stamina
from pydantic import SecretStr

from feedsync.bik.client import RETRY_AFTER_LIMIT_S, Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Fault, Sandbox
from feedsync.errors import Retryable

from .conftest import Script
from .scripted import Answer

KEY = SecretStr("sandbox")
OK = Answer(b'{"status": 200}')


class Waits:
    """A clock that moves only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.total = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.total += seconds


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


Open = Callable[[str], Bik]


@pytest.fixture
def open_(tmp_path: Path, waits: Waits) -> Iterator[Open]:
    """Makes clients of one key, each with its own connection to the budget, as processes have."""
    with ExitStack() as stack:
        stack.enter_context(stamina.set_testing(True, attempts=3))

        def make(base_url: str) -> Bik:
            budget = RateBudget(tmp_path / "rate.db", "key", 1000, clock=waits, sleep=waits.sleep)
            stack.callback(budget.close)
            bik = Bik(base_url, SecretStr("sandbox"), SecretStr("sandbox"), budget, attempts=3, backoff_s=0)
            stack.callback(bik.close)
            return bik

        yield make


def test_a_retry_after_is_waited_for(open_: Open, waits: Waits, store: Sandbox) -> None:
    store.add_fault(Fault("429", count=1, retry_after=20))
    open_(store.base_url).list_products(None, 0)
    assert waits.total == pytest.approx(20)
    assert [record.status for record in store.requests()] == [429, 200]


def test_everybody_with_the_key_waits(open_: Open, waits: Waits, store: Sandbox) -> None:
    store.add_fault(Fault("429", retry_after=20))
    with pytest.raises(Retryable):
        open_(store.base_url).list_products(None, 0)
    store.clear_faults()
    waited = waits.total
    open_(store.base_url).list_products(None, 0)
    assert waits.total - waited == pytest.approx(20)


def test_a_429_without_a_wish_moves_nobody(open_: Open, waits: Waits, store: Sandbox) -> None:
    store.add_fault(Fault("429", count=1))
    open_(store.base_url).list_products(None, 0)
    assert waits.total == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("Mon, 16 Nov 2099 05:30:00 GMT", RETRY_AFTER_LIMIT_S),
        ("Mon, 16 Nov 2020 05:30:00 GMT", 0),
        ("99999", RETRY_AFTER_LIMIT_S),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("\u00b2", 0),
        ("Mon, 99 Nov 2099 05:30:00 GMT", 0),
        ("Mon, 16 Nov 2099 05:30:00 -0000", 0),
    ],
)
def test_a_wish_is_a_number_or_a_date_and_is_bounded(
    open_: Open, waits: Waits, script: Script, value: str, seconds: float
) -> None:
    server = script(Answer(b"", 503, {"Retry-After": value}), OK)
    open_(server.base_url).put_products([], 0)
    assert waits.total == pytest.approx(seconds)
    assert len(server.asked) == 2


def test_nothing_is_asked_once_the_run_has_ended(open_: Open, store: Sandbox) -> None:
    bik = open_(store.base_url)
    bik.stop()
    with pytest.raises(Retryable) as caught:
        bik.list_products(None, 0)
    assert caught.value.code == "FS-709"
    assert store.requests() == []


def test_an_end_between_two_tries_tells_how_the_first_one_went(tmp_path: Path, store: Sandbox, no_pauses: None) -> None:
    store.add_fault(Fault("429", retry_after=20))
    budget = RateBudget(tmp_path / "rate.db", "key", 1000, sleep=lambda seconds: budget.stop())
    bik = Bik(store.base_url, KEY, KEY, budget, attempts=3, backoff_s=0)
    with closing(budget), closing(bik), pytest.raises(Retryable) as caught:
        bik.list_products(None, 0)
    assert (caught.value.code, caught.value.parts["status"]) == ("FS-704", 429)
    assert len(store.requests()) == 1


def test_a_doubt_is_not_forgotten_over_a_later_answer(open_: Open, store: Sandbox) -> None:
    """The first try may have been applied, whatever the second one says."""
    store.add_fault(Fault("cut_after", count=1))
    store.add_fault(Fault("429", skip=1))
    with pytest.raises(Retryable) as caught:
        open_(store.base_url).delete_products(["a"], 0)
    assert caught.value.code == "FS-705"
