"""A snapshot costs no import of pandas, and takes none away from those who have it; sqlite-utils is for migrations alone."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from feedsync.snapshot import migrating


def test_a_pandas_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = ModuleType("pandas")
    monkeypatch.setitem(sys.modules, "pandas", theirs)
    importlib.reload(migrating)
    assert sys.modules["pandas"] is theirs


def test_one_that_is_not_there_can_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    importlib.reload(migrating)
    assert "pandas" not in sys.modules


def test_what_opens_a_snapshot_loads_what_it_needs(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from feedsync.snapshot.store import Store; "
        "Store(Path(sys.argv[1])).close(); print(*sys.modules)"
    )
    loaded = []
    for _ in range(2):
        command = [sys.executable, "-c", code, str(tmp_path / "shop.db")]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded.append({"sqlite_utils", "pandas"} & set(ended.stdout.split()))
    assert loaded == [{"sqlite_utils"}, set()]
