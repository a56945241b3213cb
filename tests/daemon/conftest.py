"""A project with a daemon over it, in this process; it ends with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox

from ..cli.fixtures import shared_sandbox, without_pauses
from ..cli.project import Project
from .service import Service

__all__ = ["shared_sandbox", "without_pauses"]


@pytest.fixture
def project(tmp_path: Path, shared_sandbox: Sandbox) -> Project:
    shared_sandbox.reset()
    return Project(tmp_path, shared_sandbox)


@pytest.fixture
def service(project: Project) -> Iterator[Service]:
    service = Service(project)
    yield service
    service.end()
