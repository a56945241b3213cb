"""A project with a daemon over it, in this process; it ends with the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..cli.fixtures import project, shared_sandbox, without_pauses
from ..cli.project import Project
from .service import Service

__all__ = ["project", "shared_sandbox", "without_pauses"]


@pytest.fixture
def service(project: Project) -> Iterator[Service]:
    service = Service(project)
    yield service
    service.end()
