"""Fixtures around :class:`Shop`, for every folder of tests that runs whole passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import Sandbox, SandboxSettings

from .shop import Shop

OtherStore = Callable[[SandboxSettings], Sandbox]


@pytest.fixture(scope="session")
def shared_store() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True, scope="module")
def no_pauses() -> Iterator[None]:
    """As many tries as always, but without the pauses between them."""
    with stamina.set_testing(True, attempts=5):
        yield


@pytest.fixture
def store(shared_store: Sandbox) -> Sandbox:
    shared_store.reset()
    return shared_store


@pytest.fixture
def shop(tmp_path: Path, store: Sandbox) -> Shop:
    return Shop(tmp_path / "shop", store)


@pytest.fixture
def other_store() -> Iterator[OtherStore]:
    """Starts a store that behaves otherwise where Bik's reference is silent."""
    with ExitStack() as stack:
        yield lambda settings: stack.enter_context(Sandbox(settings=settings))
