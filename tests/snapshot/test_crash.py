"""A process killed at any instant leaves the last whole state."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from feedsync.snapshot.store import Store

CHILD = """
import os, signal, sys
from pathlib import Path
from feedsync.snapshot.store import Store

store = Store(Path(sys.argv[1]))
with store.transaction():
    store.set_meta("state", b"committed by the child")
    run = store.begin_run("hand", 7)
store.connection.execute("begin")
store.set_meta("state", b"half done")
store.many("insert into raws values (0, ?, 'x')", [(os.urandom(16),) for _ in range(20_000)])
if sys.argv[2] == "in a part":
    with store.transaction():
        store.execute("delete from meta")
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("where", ["in the transaction", "in a part"])
def test_a_kill_leaves_what_was_committed(tmp_path: Path, where: str) -> None:
    path = tmp_path / "shop.db"
    done = subprocess.run([sys.executable, "-c", CHILD, str(path), where], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    with Store(path, read_only=True) as reader:
        assert reader.meta("state") == b"committed by the child"
    with Store(path) as store:
        assert store.meta("state") == b"committed by the child"
        assert store.scalar("select count(*) from raws") == 0
        assert store.scalar("pragma integrity_check") == "ok"
        assert store.begin_run("hand", 8) == 2
        assert store.scalar("select outcome from runs where run = 1") == "crashed"
