"""The snapshot costs no import of pandas, and takes none away from those who have it."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

import feedsync.snapshot


def test_a_pandas_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = ModuleType("pandas")
    monkeypatch.setitem(sys.modules, "pandas", theirs)
    importlib.reload(feedsync.snapshot)
    assert sys.modules["pandas"] is theirs
