"""A project per test, over one sandbox that is emptied before each."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox

from .fixtures import shared_sandbox, without_pauses
from .project import Cli, Project, Shop

__all__ = ["shared_sandbox", "without_pauses"]


@pytest.fixture(autouse=True)
def _terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's own terminal and settings."""
    for name in ("FEEDSYNC_SCHEDULES", "FEEDSYNC_STATE", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line in this process."""
    return Cli(capsys)


@pytest.fixture
def shop(tmp_path: Path, shared_sandbox: Sandbox, cli: Cli) -> Shop:
    """An empty project; its store is empty too."""
    shared_sandbox.reset()
    return Shop(Project(tmp_path, shared_sandbox), cli)
