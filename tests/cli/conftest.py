"""A project per test, over one sandbox that is emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import Sandbox

from .project import Cli, Project, Shop


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    """Tries follow each other at once."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


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
