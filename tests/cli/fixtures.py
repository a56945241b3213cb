"""Fixtures around :class:`Project`, for the folders of tests that drive the command line or the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from feedsync.bik.sandbox import Sandbox


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Tries follow each other at once."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)
