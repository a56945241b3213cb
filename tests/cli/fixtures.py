"""Fixtures around :class:`Project`, for the folders of tests that drive the command line or the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import Sandbox

from .project import Project


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def project(tmp_path: Path, shared_sandbox: Sandbox) -> Project:
    """An empty project; its store is empty too."""
    shared_sandbox.reset()
    return Project(tmp_path, shared_sandbox)


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Tries follow each other at once."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)
