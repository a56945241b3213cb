"""A project with its page, served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox

from ..cli.fixtures import shared_sandbox, without_pauses
from ..cli.project import Project
from .served import Page, served

__all__ = ["shared_sandbox", "without_pauses"]


@pytest.fixture
def project(tmp_path: Path, shared_sandbox: Sandbox) -> Project:
    """An empty project; its store is empty too."""
    shared_sandbox.reset()
    return Project(tmp_path, shared_sandbox)


@pytest.fixture
def page(project: Project) -> Iterator[Page]:
    """Its page, for anybody on this machine."""
    with served(project) as page:
        yield page
