"""A snapshot for each test of a report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .recorded import Recorded


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    """An empty snapshot to fill."""
    one = Recorded(tmp_path / "acme.db")
    yield one
    one.store.close()
