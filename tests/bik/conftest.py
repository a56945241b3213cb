"""Clients for the tests: against the sandbox, and against a server that answers what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import stamina
from pydantic import SecretStr

from feedsync.bik.client import Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Sandbox
from tests.serving import serving

from .scripted import Answer, Scripted

Connect = Callable[[str], Bik]
Script = Callable[..., Scripted]


@pytest.fixture(scope="package")
def shared_store() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def store(shared_store: Sandbox) -> Sandbox:
    shared_store.reset()
    return shared_store


@pytest.fixture
def budget(tmp_path: Path) -> Iterator[RateBudget]:
    budget = RateBudget(tmp_path / "rate.db", "key", 1000)
    yield budget
    budget.close()


@pytest.fixture
def connect(budget: RateBudget) -> Iterator[Connect]:
    """Makes clients that try three times without a pause."""
    with ExitStack() as stack:
        stack.enter_context(stamina.set_testing(True, attempts=3))

        def make(base_url: str) -> Bik:
            bik = Bik(base_url, SecretStr("sandbox"), SecretStr("sandbox"), budget, attempts=3, backoff_s=0)
            stack.callback(bik.close)
            return bik

        yield make


@pytest.fixture
def bik(connect: Connect, store: Sandbox) -> Bik:
    """A client of the sandbox."""
    return connect(store.base_url)


@pytest.fixture(scope="package")
def shared_script() -> Iterator[Scripted]:
    with serving(Scripted()) as server:
        yield server


@pytest.fixture
def script(shared_script: Scripted) -> Script:
    """A server that gives these answers in turn, the last one for ever."""

    def start(*answers: Answer) -> Scripted:
        shared_script.answers, shared_script.asked = list(answers), []
        return shared_script

    return start
