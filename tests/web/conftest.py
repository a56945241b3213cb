"""A project with its page, served on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..cli.fixtures import project, shared_sandbox, without_pauses
from ..cli.project import Project
from .served import Page, served

__all__ = ["project", "shared_sandbox", "without_pauses"]


@pytest.fixture
def page(project: Project) -> Iterator[Page]:
    """Its page, for anybody on this machine."""
    with served(project) as page:
        yield page
